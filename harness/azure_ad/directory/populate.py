"""Filling a directory from a document: people, groups, managers. Scenario files and the control API use it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from harness.azure_ad.directory.directory import Directory
from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.azure_ad.directory.properties import PropertyError
from harness.base.errors import EntryError, HarnessError
from harness.base.store import Document, Store

_KEYS = {"users": ("manager",), "groups": ("members",)}


def populate(store: Store, directory: Directory, document: Document) -> None:
    """Add `users` (Graph or mapping names, plus `manager`) and `groups` (plus `members`, by name); all or nothing.

    Raises HarnessError naming the entry and what is wrong with it.
    """
    managers: list[tuple[str, str]] = []
    members: list[tuple[str, list[Any]]] = []
    with store.transaction():
        for number, user in enumerate(_entries(document, "users"), 1):
            _create(directory, "User", user, number)
            if user.get("manager"):
                managers.append((user["userPrincipalName"], str(user["manager"])))
        for number, group in enumerate(_entries(document, "groups"), 1):
            _create(directory, "Group", group, number)
            members.append((group["displayName"], _members(group)))
        for name, manager in managers:
            _link(name, directory.set_manager, name, manager)
        for name, those in members:
            if those:
                _link(name, directory.add_members, name, map(str, those))
        directory.dynamic.settle_all()


def _entries(document: Document, key: str) -> Iterator[Document]:
    """Yield the entries one by one, for there may be very many."""
    entries = document.get(key)
    if entries is None:
        return
    if isinstance(entries, str | Mapping) or not isinstance(entries, Iterable):
        raise HarnessError(f"azure_ad.{key} must be a list of mappings")
    for entry in entries:
        if not isinstance(entry, dict):
            raise HarnessError(f"azure_ad.{key} must be a list of mappings")
        yield entry


def _members(group: Document) -> list[Any]:
    members = group.get("members")
    if members is not None and not isinstance(members, list):
        raise HarnessError(f"azure_ad: {group['displayName']}: members must be a list of names")
    return members or []


def _create(directory: Directory, kind: str, entry: Document, number: int) -> None:
    """Create the object of an entry; `number` is its place among the users or groups, from 1."""
    listed = "users" if kind == "User" else "groups"
    links = _KEYS[listed]
    values = {name: value for name, value in entry.items() if name not in links}
    try:
        directory.create(kind, values)
    except (PropertyError, ConflictError) as error:
        name = entry.get("userPrincipalName") or entry.get("displayName") or "an entry without a name"
        message = f"azure_ad: {name}: {error} ({kind.lower()} {number} of those to begin with)"
        raise EntryError(message, "azure_ad", listed, number - 1) from error


def _link(name: str, act: Callable[..., None], *arguments: Any) -> None:
    try:
        act(*arguments)
    except (PropertyError, ConflictError, NotFoundError) as error:
        raise HarnessError(f"azure_ad: {name}: {error}") from error
