"""The first assignments of an application, from a document of a scenario file, `--populate` or the control API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from harness.azure_ad.applications.enterprise_applications import DEFAULT_ACCESS, EnterpriseApps
from harness.azure_ad.directory.directory import Directory
from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.base.errors import EntryError, HarnessError, nearest

_KINDS = {"users": "User", "groups": "Group"}
_KEYS = (*_KINDS, "role")
_FORM = "azure_ad.assignments must be a list such as [{groups: [Office], role: User}]"


def assign_all(applications: EnterpriseApps, directory: Directory, app: str, entries: Any) -> None:
    """Assign `users` (by userPrincipalName) and `groups` (by displayName) of each entry, with its `role` by displayName.

    Without a role they get the application's first, as at the portal. Raises HarnessError naming the entry and what is wrong.
    """
    if isinstance(entries, str | Mapping) or not isinstance(entries, Iterable):
        raise HarnessError(_FORM)
    for number, entry in enumerate(entries):
        try:
            _assign(applications, directory, app, entry)
        except HarnessError as error:
            raise EntryError(f"azure_ad.assignments: {error}", "azure_ad", "assignments", number) from error


def _assign(applications: EnterpriseApps, directory: Directory, app: str, entry: Any) -> None:
    if not isinstance(entry, Mapping):
        raise HarnessError("an entry must be a mapping such as {groups: [Office], role: User}")
    for key in entry:
        if key not in _KEYS:
            raise HarnessError(f"unknown key '{key}'{nearest(key, _KEYS)}")
    if not _KINDS.keys() & entry.keys():
        raise HarnessError("an entry names nobody: users or groups")
    role = _role(applications, app, entry.get("role"))
    for key, kind in _KINDS.items():
        for name in _names(entry, key):
            try:
                applications.assign(app, directory.find(kind, name)["id"], role)
            except NotFoundError as error:
                raise HarnessError(f"there is no {kind.lower()} '{name}'") from error
            except ConflictError as error:
                raise HarnessError(f"'{name}' has that role already") from error


def _names(entry: Mapping[str, Any], key: str) -> list[str]:
    names = entry.get(key)
    if names is not None and not isinstance(names, list):
        raise HarnessError(f"{key} must be a list of names")
    return list(map(str, names or []))


def _role(applications: EnterpriseApps, app: str, name: Any) -> str | None:
    """Return the id of the role of that name, None where none is named."""
    if name is None:
        return None
    if not isinstance(name, str):
        raise HarnessError("role must be the displayName of a role")
    roles = {role["displayName"]: role["id"] for role in applications.find(app)["appRoles"]}
    roles["Default Access"] = DEFAULT_ACCESS
    if name not in roles:
        raise HarnessError(
            f"the application has no role '{name}'{nearest(name, roles)}; it has {', '.join(roles)}"
        )
    return str(roles[name])
