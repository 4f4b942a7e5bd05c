"""What people and programs do to the directory, written to the audit log as `directoryAudit` entries.

Names and categories: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities, "Core
Directory"; the form: https://learn.microsoft.com/en-us/graph/api/resources/directoryaudit (read 2026-11-29). Three names are
not the page's, each with its reason beside it. Which operationType goes with which activity no page says: inferred.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from harness.azure_ad.provisioning.log import audit_log
from harness.azure_ad.tenant import current
from harness.base import json_text
from harness.base.clock import iso
from harness.base.store import Document

_UNSHOWN = ("id", "keyCredentials", "passwordCredentials", "passwordProfile")


class Activity(NamedTuple):
    """`name` is the activity's display name, `operation` its operationType."""

    name: str
    category: str
    operation: str


class Activities(Enum):
    """The activities that Graph's operations here bring about."""

    ADD_USER = Activity("Add user", "UserManagement", "Add")
    UPDATE_USER = Activity("Update user", "UserManagement", "Update")
    DELETE_USER = Activity("Delete user", "UserManagement", "Delete")
    RESTORE_USER = Activity("Restore user", "UserManagement", "Update")
    PURGE_USER = Activity("Hard Delete user", "UserManagement", "Delete")
    SET_MANAGER = Activity("Set user manager", "UserManagement", "Update")
    # The page has "Set user manager" alone: inferred.
    REMOVE_MANAGER = Activity("Remove user manager", "UserManagement", "Update")
    ADD_GROUP = Activity("Add group", "GroupManagement", "Add")
    UPDATE_GROUP = Activity("Update group", "GroupManagement", "Update")
    DELETE_GROUP = Activity("Delete group", "GroupManagement", "Delete")
    RESTORE_GROUP = Activity("Restore group", "GroupManagement", "Update")
    PURGE_GROUP = Activity("Hard Delete group", "GroupManagement", "Delete")
    ADD_MEMBER = Activity("Add member to group", "GroupManagement", "Assign")
    REMOVE_MEMBER = Activity("Remove member from group", "GroupManagement", "Unassign")
    ADD_OWNER = Activity("Add owner to group", "GroupManagement", "Assign")
    REMOVE_OWNER = Activity("Remove owner from group", "GroupManagement", "Unassign")
    # The page lists "Add app role assignment to group" below UserManagement in its place. Searches of the log use this name:
    # https://detection-wiki-staging.pages.dev/entra-auditlogs/ (read 2026-11-29).
    ASSIGN_USER = Activity("Add app role assignment grant to user", "UserManagement", "Assign")
    ASSIGN_GROUP = Activity("Add app role assignment to group", "GroupManagement", "Assign")
    UNASSIGN_USER = Activity("Remove app role assignment from user", "UserManagement", "Unassign")
    UNASSIGN_GROUP = Activity("Remove app role assignment from group", "GroupManagement", "Unassign")
    # What searches of the log match for application permissions; the second is worded after it, inferred:
    # https://detection-wiki-staging.pages.dev/entra-auditlogs/ is one such list.
    ASSIGN_APPLICATION = Activity(
        "Add app role assignment to service principal", "ApplicationManagement", "Assign"
    )
    UNASSIGN_APPLICATION = Activity(
        "Remove app role assignment from service principal", "ApplicationManagement", "Unassign"
    )
    ADD_APPLICATION = Activity("Add application", "ApplicationManagement", "Add")
    UPDATE_APPLICATION = Activity("Update application", "ApplicationManagement", "Update")
    DELETE_APPLICATION = Activity("Delete application", "ApplicationManagement", "Delete")
    RESTORE_APPLICATION = Activity("Restore application", "ApplicationManagement", "Update")
    PURGE_APPLICATION = Activity("Hard Delete application", "ApplicationManagement", "Delete")
    # The page writes a hyphen and no blank at the end; searches of the log, which must match exactly, have the dash and the
    # blank, as users of it note.
    CHANGE_SECRETS = Activity(
        "Update application – Certificates and secrets management ", "ApplicationManagement", "Update"
    )
    ADD_PRINCIPAL = Activity("Add service principal", "ApplicationManagement", "Add")
    UPDATE_PRINCIPAL = Activity("Update service principal", "ApplicationManagement", "Update")
    DELETE_PRINCIPAL = Activity("Remove service principal", "ApplicationManagement", "Delete")
    CONSENT = Activity("Consent to application", "ApplicationManagement", "Assign")
    RESTORE_PRINCIPAL = Activity("Restore service principal", "ApplicationManagement", "Update")
    PURGE_PRINCIPAL = Activity("Hard delete service principal", "ApplicationManagement", "Delete")


class Deeds(NamedTuple):
    """The three activities of a kind of object."""

    add: Activities
    update: Activities
    delete: Activities


DEEDS: Mapping[str, Deeds] = {
    "User": Deeds(
        Activities.ADD_USER,
        Activities.UPDATE_USER,
        Activities.DELETE_USER,
    ),
    "Group": Deeds(
        Activities.ADD_GROUP,
        Activities.UPDATE_GROUP,
        Activities.DELETE_GROUP,
    ),
}


class Target(NamedTuple):
    """`kind` is `User`, `Group`, `Application` or `ServicePrincipal`."""

    kind: str
    document: Document


def note(
    activity: Activities, *targets: Target, before: Mapping[str, Any] = {}, after: Mapping[str, Any] = {}
) -> None:
    """Log an activity; properties of `after` that differ from `before` are the first target's modified properties."""
    tenant = current()
    name, category, operation = activity.value
    resources = [_resource(target) for target in targets]
    resources[0]["modifiedProperties"] = list(_modified(before, after))
    tenant.store.append(
        audit_log.LOG,
        {
            "id": f"Directory_{tenant.ids.uuid()}",
            "activityDateTime": iso(tenant.clock.now()),
            "activityDisplayName": name,
            "category": category,
            "correlationId": tenant.ids.uuid(),
            "loggedByService": "Core Directory",
            "operationType": operation,
            "initiatedBy": tenant.initiators.present(),
            "result": "success",
            "resultReason": "",
            "targetResources": resources,
            "additionalDetails": [],
        },
    )


def _resource(target: Target) -> Document:
    document = target.document
    return {
        "id": document["id"],
        "displayName": document.get("displayName"),
        "type": target.kind,
        "userPrincipalName": document.get("userPrincipalName"),
        "groupType": None,
        "modifiedProperties": [],
    }


def _modified(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Document]:
    """Yield the modified properties, each value as JSON in a list, as the log has it; passwords and keys are left out."""
    for name, value in after.items():
        if before.get(name) != value and name not in _UNSHOWN:
            yield {"displayName": name, "oldValue": _text(before.get(name)), "newValue": _text(value)}


def _text(value: Any) -> str:
    return json_text.encode_text([] if value is None else value if isinstance(value, list) else [value])
