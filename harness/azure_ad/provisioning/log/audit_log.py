"""The audit log: what was done to the job itself, and what the provisioning log tells, in another form.

Sources: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities, "Access
reviews" (edition of November 2018), and audit logs of 2019 and 2020 such as https://github.com/1Password/scim-examples/issues/82,
description of 2019-10-30 (both read 2026-11-30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from harness.azure_ad.provisioning.log import provisioning_log as logs
from harness.azure_ad.provisioning.log.provisioning_log import INITIATOR
from harness.azure_ad.provisioning.log.steps import ESCROW_RETRY
from harness.base.clock import iso
from harness.base.store import Document, Entry, Store

LOG = "audit"
# The activity in the audit log for each step, by the beginning of the step's name.
# …/azure/active-directory/active-directory-saas-provisioning-reporting (2017): source and target are read (Import), the
# rule decides, something is exported.
_ACTIVITIES = {
    ESCROW_RETRY: "Process escrow",
    "EntryImport": "Import",
    "EntrySynchronization": "Synchronization rule action",
    "EntryExport": "Export",
}
_WEB_RESPONSE = re.compile(r"Web Response: \r\n(.*)\. This operation was retried ", re.DOTALL)
_INCOMPATIBLE = (
    "The SCIM endpoint is not fully compatible with the Azure Active Directory SCIM client. Please refer to the Azure Active "
    "Directory SCIM provisioning documentation and adapt the SCIM endpoint to be able to process provisioning requests from "
    "Azure Active Directory. "
)


def write_audit(
    store: Store,
    now: datetime,
    activity: str,
    *,
    entry_id: str,
    app: Document,
    by: Document,
    reason: str = "",
    good: bool = True,
) -> None:
    """Log what was done to the job itself; `by` is the person, program or service, in the form of `initiatedBy`."""
    store.append(
        LOG,
        {
            "id": entry_id,
            "activityDateTime": iso(now),
            "activityDisplayName": activity,
            "category": "ProvisioningManagement",
            "loggedByService": "Account Provisioning",
            "initiatedBy": by,
            "result": "success" if good else "failure",
            "resultReason": reason,
            "targetResources": [
                {"id": app["id"], "displayName": app["displayName"], "type": "ServicePrincipal"}
            ],
            "additionalDetails": [],
        },
    )


def moment_of(line: Document) -> str:
    return str(line["activityDateTime"])


def entries(store: Store, *, reason_form: str) -> Iterator[Document]:
    """Yield the audit log, newest first: the job's own events and, per object, what its provisioning steps did.

    With `reason_form` `web-response` a failed Export has only the server's words.
    """
    return (entry.body for entry in numbered(store, reason_form=reason_form))


def numbered(store: Store, *, reason_form: str, before: int = 0) -> Iterator[Entry]:
    """Yield the entries with their sequence, before one if it is given; the steps of one object share its sequence."""
    own = store.read(LOG, after=before, newest_first=True)
    objects = store.read(logs.LOG, after=before, newest_first=True)
    yield from _merge(own, objects, reason_form)


def _merge(own: Iterator[Entry], objects: Iterator[Entry], reason_form: str) -> Iterator[Entry]:
    left, right = next(own, None), next(objects, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left.sequence > right.sequence):
            assert left is not None
            yield left
            left = next(own, None)
        else:
            for document in reversed(_projected(logs.entry_of(right.body), reason_form)):
                yield Entry(right.sequence, document)
            right = next(objects, None)


def _projected(entry: Document, reason_form: str) -> list[Document]:
    """Return one provisioning entry as audit entries, one a step."""
    result = []
    for number, step in enumerate(entry["provisioningSteps"]):
        activity = next(details for name, details in _ACTIVITIES.items() if step["name"].startswith(name))
        error = entry["provisioningStatusInfo"]["errorInformation"] or {}
        failed = step["status"] == "failure"
        web_response = _WEB_RESPONSE.search(error.get("reason", "")) if failed else None
        if web_response and reason_form == "web-response":
            reason = web_response[1]
        elif failed:
            reason = f"{step['description']}; Error: {_INCOMPATIBLE if web_response else ''}{error.get('reason', '')}"
        else:
            reason = step["description"]
        result.append(
            {
                "id": f"Sync_{entry['changeId']}_{number}",
                "activityDateTime": entry["activityDateTime"],
                "activityDisplayName": activity,
                "category": "ProvisioningManagement",
                "correlationId": entry["cycleId"],
                "loggedByService": "Account Provisioning",
                "initiatedBy": {"app": {"displayName": INITIATOR}, "user": None},
                "result": "failure" if failed else "success",
                "resultReason": reason,
                "targetResources": [
                    {
                        "id": entry["servicePrincipal"]["id"],
                        "displayName": entry["servicePrincipal"]["displayName"],
                        "type": "ServicePrincipal",
                        "modifiedProperties": entry["modifiedProperties"] if activity == "Export" else [],
                    },
                    {
                        "id": entry["sourceIdentity"]["id"],
                        "displayName": entry["sourceIdentity"]["displayName"],
                        "type": entry["sourceIdentity"]["identityType"],
                        "modifiedProperties": [],
                    },
                ],
                "additionalDetails": [
                    {"key": "Details", "value": _details(entry, step)},
                    {"key": "ErrorCode", "value": error.get("errorCode", "") if failed else ""},
                    {"key": "EventName", "value": step["name"]},
                ],
            }
        )
    return result


def _details(entry: Document, step: Document) -> str:
    """Return why somebody was skipped.

    The words are those of https://github.com/MicrosoftDocs/azure-docs/issues/22948, opening post (read 2026-11-30).
    """
    details = step["details"]
    if details.get("SkipReason") != "NotEffectivelyEntitled":
        return ""
    return (
        f"{entry['sourceIdentity']['identityType']} details: Skip reason = {details['SkipReason']}, "
        f"Active = {details['IsActive']}, Assigned = {details['Assigned']}, "
        f"Passed scope filter: {details['IsInProvisioningScopeDisplayName']};"
    )
