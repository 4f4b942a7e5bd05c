"""Filling a directory from a document: people, groups, managers. Scenario files and the control API use it."""

from __future__ import annotations

from typing import Any

from harness.azure_ad.directory.directory import Directory
from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.azure_ad.directory.properties import PropertyError
from harness.base.errors import HarnessError
from harness.base.store import Document, Store

_KEYS = {"users": ("manager",), "groups": ("members",)}


def populate(store: Store, directory: Directory, document: Document) -> None:
    """Add `users` (Graph or mapping names, plus `manager`) and `groups` (plus `members`, by name); all or nothing.

    Raises HarnessError naming the entry and what is wrong with it.
    """
    with store.transaction():
        for user in _entries(document, "users"):
            _create(directory, "User", user)
        for group in _entries(document, "groups"):
            _create(directory, "Group", group)
        for user in _entries(document, "users"):
            if user.get("manager"):
                _say(user, directory.set_manager, user["userPrincipalName"], str(user["manager"]))
        for group in _entries(document, "groups"):
            if members := _members(group):
                _say(group, directory.add_members, group["displayName"], map(str, members))
        directory.dynamic.settle_all()


def _entries(document: Document, key: str) -> list[Document]:
    entries = document.get(key) or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise HarnessError(f"azure_ad.{key} must be a list of mappings")
    return entries


def _members(group: Document) -> list[Any]:
    members = group.get("members") or []
    if not isinstance(members, list):
        raise HarnessError(f"azure_ad: {group['displayName']}: members must be a list of names")
    return members


def _create(directory: Directory, kind: str, entry: Document) -> None:
    links = _KEYS["users" if kind == "User" else "groups"]
    _say(entry, directory.create, kind, {name: value for name, value in entry.items() if name not in links})


def _say(entry: Document, act: Any, *arguments: Any) -> None:
    try:
        act(*arguments)
    except (PropertyError, ConflictError, NotFoundError) as error:
        name = entry.get("userPrincipalName") or entry.get("displayName") or "an entry without a name"
        raise HarnessError(f"azure_ad: {name}: {error}") from error
