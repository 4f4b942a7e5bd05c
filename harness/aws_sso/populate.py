"""Filling a tenant with users and groups as an administrator made them by hand, before provisioning or beside it.

Used by scenario `given:` blocks and the control API. The same rules hold as for SCIM; all of a document is taken or none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.aws_sso import identity_store, rules
from harness.aws_sso.identity_store import GROUP, USER
from harness.aws_sso.refusals import INVALID, Refused
from harness.aws_sso.tenant import Tenant
from harness.base.errors import HarnessError, nearest

_BY_HAND = "Manual"
_KEYS = ("users", "groups")


def populate(tenant: Tenant, document: Mapping[str, Any]) -> None:
    """Add `{"users": [SCIM users], "groups": [{"displayName", "externalId"?, "members"?: [user names]}]}`.

    Raises HarnessError naming the entry and what is wrong with it; then nothing was added.
    """
    unknown = next((key for key in document if key not in _KEYS), None)
    if unknown is not None:
        raise HarnessError(
            f"'{unknown}' is not part of AWS SSO; it has users and groups{nearest(unknown, _KEYS)}"
        )
    with tenant.store.transaction():
        for number, entry in enumerate(_entries(document, "users")):
            _add(f"users[{number}]", "userName", entry, lambda entry: _add_user(tenant, entry))
        for number, entry in enumerate(_entries(document, "groups")):
            _add(f"groups[{number}]", "displayName", entry, lambda entry: _add_group(tenant, entry))


def _entries(document: Mapping[str, Any], key: str) -> list[Any]:
    entries = document.get(key)
    if entries is not None and not isinstance(entries, list):
        raise HarnessError(f"'{key}' must be a list")
    return entries or []


def _add(where: str, name: str, entry: Any, add: Callable[[dict[str, Any]], None]) -> None:
    if not isinstance(entry, dict):
        raise HarnessError(f"{where} must be an object")
    try:
        add(entry)
    except Refused as refused:
        raise HarnessError(f"{where} ({entry.get(name, f'no {name}')}): {refused}") from refused


def _add_user(tenant: Tenant, entry: dict[str, Any]) -> None:
    identity_store.create(tenant, USER, rules.user(entry, tenant.quirks), _BY_HAND)


def _add_group(tenant: Tenant, entry: dict[str, Any]) -> None:
    attributes = rules.group({key: value for key, value in entry.items() if key != "members"}, tenant.quirks)
    record = identity_store.create(tenant, GROUP, attributes, _BY_HAND)
    names = entry.get("members") or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refused(INVALID, "members must be a list of user names")
    identity_store.add_members(
        tenant, record.id, (_user_id(tenant, name) for name in names), INVALID, _BY_HAND
    )


def _user_id(tenant: Tenant, name: str) -> str:
    found = identity_store.find(tenant, "user.userName", name)
    if found is None:
        known = (record.attributes["userName"] for record in identity_store.scan(tenant, USER))
        raise Refused(INVALID, f"there is no user '{name}'{nearest(name, known)}")
    return found
