"""Adds users, groups and AWS accounts to a tenant, as an administrator makes them by hand, before provisioning or beside it.

Used by scenario `given:` blocks and the control API. SCIM's rules apply; a document is added whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.aws_sso import identity_store, rules
from harness.aws_sso.accounts import organization
from harness.aws_sso.accounts.organization import ACTIVE
from harness.aws_sso.identity_store import GROUP, USER
from harness.aws_sso.refusals import INVALID, Refused
from harness.aws_sso.tenant import Tenant
from harness.base.errors import EntryError, HarnessError, nearest

_BY_HAND = "Manual"
_KEYS = ("users", "groups", "accounts")
_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_ACCOUNT_KEYS = ("id", "name", "email", "status")
_ACCOUNT_STATUSES = (ACTIVE, "SUSPENDED", "PENDING_CLOSURE")


def populate(tenant: Tenant, document: Mapping[str, Any]) -> None:
    """Add users, groups and accounts, as `{"users": […], "groups": […], "accounts": […]}`.

    Users are SCIM's, groups `{"displayName", "externalId"?, "members"?: [user names]}`, accounts `{"id", "name", "email"?,
    "status"?}`.
    Raises HarnessError naming the entry and what is wrong with it; then nothing was added.
    """
    unknown = next((key for key in document if key not in _KEYS), None)
    if unknown is not None:
        raise HarnessError(
            f"'{unknown}' is not part of AWS SSO; it has users, groups and accounts{nearest(unknown, _KEYS)}"
        )
    with tenant.store.transaction():
        for number, entry in enumerate(_entries(document, "users")):
            _add("users", number, "userName", entry, lambda entry: _add_user(tenant, entry))
        for number, entry in enumerate(_entries(document, "groups")):
            _add("groups", number, "displayName", entry, lambda entry: _add_group(tenant, entry))
        for number, entry in enumerate(_entries(document, "accounts")):
            _add("accounts", number, "id", entry, lambda entry: _add_account(tenant, entry))


def _entries(document: Mapping[str, Any], key: str) -> Iterable[Any]:
    entries = [] if document.get(key) is None else document[key]
    if isinstance(entries, str | Mapping) or not isinstance(entries, Iterable):
        raise HarnessError(f"'{key}' must be a list")
    return entries


def _add(kind: str, number: int, name: str, entry: Any, add: Callable[[dict[str, Any]], None]) -> None:
    where = f"{kind}[{number}]"
    if not isinstance(entry, dict):
        raise HarnessError(f"{where} must be an object")
    try:
        add(entry)
    except Refused as refused:
        message = f"{where} ({entry.get(name, f'no {name}')}): {refused}"
        raise EntryError(message, "aws_sso", kind, number) from refused


def _add_user(tenant: Tenant, entry: dict[str, Any]) -> None:
    """Add a user, active unless the entry says otherwise, as the console's Add user and CreateUser do."""
    identity_store.create(tenant, USER, rules.user({"active": True, **entry}, tenant.quirks), _BY_HAND)


def _add_group(tenant: Tenant, entry: dict[str, Any]) -> None:
    attributes = rules.group({key: value for key, value in entry.items() if key != "members"}, tenant.quirks)
    record = identity_store.create(tenant, GROUP, attributes, _BY_HAND)
    names = entry.get("members")
    names = [] if names is None else names
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refused(INVALID, "members must be a list of user names")
    identity_store.add_members(
        tenant, record.id, (_user_id(tenant, name) for name in names), INVALID, _BY_HAND
    )


def _add_account(tenant: Tenant, entry: dict[str, Any]) -> None:
    unknown = next((key for key in entry if key not in _ACCOUNT_KEYS), None)
    if unknown is not None:
        raise Refused(INVALID, f"an account has no '{unknown}'{nearest(unknown, _ACCOUNT_KEYS)}")
    if any(not isinstance(value, str) for value in entry.values()):
        raise Refused(INVALID, "an account is described by texts only")
    account, name, status = entry.get("id", ""), entry.get("name", ""), entry.get("status", ACTIVE)
    if not _ACCOUNT_ID.fullmatch(account):
        raise Refused(INVALID, "id must be twelve digits, in quotes")
    if not name:
        raise Refused(INVALID, "an account needs a name")
    if status not in _ACCOUNT_STATUSES:
        raise Refused(INVALID, f"status must be one of {', '.join(_ACCOUNT_STATUSES)}")
    if organization.fetch(tenant, account) is not None:
        raise Refused(INVALID, "the account is in the organization already")
    organization.add(tenant, account, name, entry.get("email"), status)


def _user_id(tenant: Tenant, name: str) -> str:
    user = identity_store.find(tenant, "user.userName", name)
    if user is None:
        names = (record.attributes["userName"] for record in identity_store.scan(tenant, USER))
        raise Refused(INVALID, f"there is no user '{name}'{nearest(name, names)}")
    return user
