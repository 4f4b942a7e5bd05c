"""Functions on `[appRoleAssignments]`: a user's roles in the application.

An assignment is the JSON text of `id`, `value` and `displayName`, the same as in a PATCH of roles; a plain text is a role of that
name. An application's default access has no `value`, so its display name is taken. The two functions that end in Complex return
assignments unchanged: they differ in what is sent for them (`mappings/roles.py`).

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/customize-application-attributes, section
Provisioning a role to a SCIM app (read 2026-11-29).
"""

from __future__ import annotations

import json

from harness.azure_ad.mappings.functions.signature import Function, Parameter, Value, items


def read_role(assignment: str) -> dict[str, str]:
    """Return `value` and `displayName` of an assignment."""
    try:
        document = json.loads(assignment)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return {"value": assignment, "displayName": assignment}
    name = str(document.get("displayName") or document.get("value") or "")
    return {"value": str(document.get("value") or name), "displayName": name}


def _names(source: Value) -> Value:
    return [read_role(assignment)["value"] for assignment in items(source)] or None


def _single(source: Value) -> Value:
    """Return the first role: the service does not support several assignments here."""
    return next((read_role(assignment)["value"] for assignment in items(source)), None)


def _complex(source: Value) -> Value:
    return items(source) or None


_SOURCE = (Parameter("source"),)

ROLES = {
    "AppRoleAssignments": Function(_SOURCE, _names),
    "AppRoleAssignmentsComplex": Function(_SOURCE, _complex),
    "AssertiveAppRoleAssignmentsComplex": Function(_SOURCE, _complex),
    "SingleAppRoleAssignment": Function(_SOURCE, _single),
}
