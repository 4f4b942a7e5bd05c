"""Roles on the wire: their form for each function that sends several at once, and the comparison with the target's.

AppRoleAssignmentsComplex only ever adds; in the default dialect it sends each role as JSON inside of text.
AssertiveAppRoleAssignmentsComplex replaces the whole list, with the same operation in either dialect. How the target's
roles are compared is not documented; here it is by `value`, in whichever of the forms the target gives them back.

SingleAppRoleAssignment fills a path such as `roles[primary eq "True"].value` like any other attribute, as servers report
it (https://github.com/MicrosoftDocs/entra-docs/issues/391); the page below has JSON inside of text for its PATCH as well.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes, section
"Provisioning a role to a SCIM app" (read 2026-11-30); https://github.com/MicrosoftDocs/azure-docs/issues/50772 and
https://github.com/Captain-P-Goldfish/SCIM-SDK/issues/516 (read 2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from harness.azure_ad.mappings.functions.roles import read_role
from harness.base.store import Document

_TYPE = "WindowsAzureActiveDirectoryRole"
_ASSERTIVE = "AssertiveAppRoleAssignmentsComplex"
# What the functions that send objects call a role's name; AppRoleAssignments sends values alone.
_DISPLAY = {"AppRoleAssignmentsComplex": "displayName", _ASSERTIVE: "display"}
SEVERAL = ("AppRoleAssignments", *_DISPLAY)
# What a path such as `roles[primary eq "True"].value` puts into a POST beside the value, whatever is mapped to type.
ONLY = {"primary": True, "type": _TYPE}


def resources(function: str, roles: Sequence[str]) -> list[Document]:
    """Return roles, each the text of an assignment, as elements of SCIM's `roles`."""
    display = _DISPLAY.get(function)
    read = [read_role(role) for role in roles]
    if display is None:
        return [{"value": role["value"]} for role in read]
    return [
        {"primary": False, "type": _TYPE, display: role["displayName"], "value": role["value"]}
        for role in read
    ]


def missing(function: str, roles: Sequence[str], value: Any) -> list[str]:
    """Return the roles to send, where `value` is the target's list: those it lacks, or all where the list is asserted."""
    elements = value if isinstance(value, list) else []
    present = {_name(element) for element in elements}
    if function == _ASSERTIVE:
        return list(roles) if present != set(map(_name, roles)) else []
    return [role for role in roles if _name(role) not in present]


def operation(function: str, path: str, roles: Sequence[str], *, flagged: bool) -> Document:
    """Return the operation of a PATCH."""
    if function == _ASSERTIVE:
        return {"op": "replace", "path": path, "value": resources(function, roles)}
    if flagged:
        return {"op": "add", "path": path, "value": resources(function, roles)}
    return {"op": "Add", "path": path, "value": [{"value": role} for role in roles]}


def to_text(roles: Sequence[str]) -> str:
    """Write several roles as one value, which is how logs show them too."""
    return json.dumps(roles, ensure_ascii=False)


def from_text(value: str) -> list[str]:
    roles: list[str] = json.loads(value)
    return roles


def _name(element: Any) -> str:
    value = element.get("value") if isinstance(element, dict) else element
    return read_role(str(value))["value"].casefold()
