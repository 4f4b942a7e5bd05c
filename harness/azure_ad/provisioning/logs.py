"""The provisioning log, one entry per object and cycle, and the audit log, which tells the same in another form.

Sources: https://learn.microsoft.com/en-us/graph/api/resources/provisioningobjectsummary and a real event of 2026-03-24
in https://help.sumologic.com/docs/integrations/microsoft-azure (read 2026-11). Step details drop dots and colons from
attribute names, `modifiedProperties` keep them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from harness.azure_ad.provisioning.target import TargetError
from harness.base.clock import iso
from harness.base.store import Document, Entry, Store

PROVISIONING = "provisioning"
AUDIT = "audit"
INITIATOR = "Azure AD Provisioning Service"
# The activity that the audit log shows for each kind of step.
# https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities (read 2026-11)
_ACTIVITIES = {
    "import": "Import",
    "matching": "Import",
    "scoping": "Synchronization rule action",
    "processing": "Synchronization rule action",
    "export": "Export",
}
_ESCROW_RETRY = "EntryEscrowRetry"
_WEB_RESPONSE = re.compile(r"Web Response: \r\n(.*)\. This operation was retried ", re.DOTALL)
# https://github.com/1Password/scim-examples/issues/82 and other audit logs of 2019 and 2020
_INCOMPATIBLE = (
    "The SCIM endpoint is not fully compatible with the Azure Active Directory SCIM client. Please refer to the Azure Active "
    "Directory SCIM provisioning documentation and adapt the SCIM endpoint to be able to process provisioning requests from "
    "Azure Active Directory. "
)


@lru_cache(maxsize=1024)
def _bare(name: str) -> str:
    """Write an attribute as step details do: without dots and colons."""
    return name.replace(".", "").replace(":", "")


@dataclass(slots=True)
class Trace:
    """What happened to one object in one cycle, step by step."""

    kind: str
    source_id: str
    identifier: str
    display_name: str
    action: str = "other"
    status: str = "success"
    target_id: str = ""
    error: Document | None = None
    steps: list[Document] = field(default_factory=list)
    modified: list[Document] = field(default_factory=list)

    def step(
        self,
        name: str,
        kind: str,
        description: str,
        details: Mapping[str, Any] | None = None,
        status: str = "success",
    ) -> None:
        cleaned = {_bare(key): value for key, value in details.items()} if details else {}
        self.steps.append(
            {
                "name": name,
                "provisioningStepType": kind,
                "status": status,
                "description": description,
                "details": cleaned,
            }
        )

    def modify(self, name: str, old: str | None, new: str | None) -> None:
        self.modified.append({"displayName": name, "oldValue": old, "newValue": new})

    def skip(self, reason: str, description: str, details: Mapping[str, Any] | None = None) -> None:
        self.status = "skipped"
        self.error = _error(reason, "success", description)
        self.step(
            "EntrySynchronizationSkip",
            "export",
            description,
            {"SkipReason": reason, **(details or {})},
            "skipped",
        )

    def fail(
        self, code: str, reason: str, *, category: str = "nonServiceFailure", advice: str | None = None
    ) -> None:
        self.status = "failure"
        self.error = _error(code, category, reason) | {"recommendedAction": advice}


def _error(code: str, category: str, reason: str) -> Document:
    return {
        "errorCode": code,
        "errorCategory": category,
        "reason": reason,
        "additionalDetails": None,
        "recommendedAction": None,
    }


def failure_reason(error: TargetError, retries: int, next_attempt: datetime) -> str:
    """Word a refused request as the provisioning log does, with when it is tried again (UTC, seven decimals)."""
    if error.response is None:
        cause = f"Message: {error.message}"
    elif error.message:
        cause = error.message
    else:
        cause = (
            f"StatusCode: {error.status_name}\r\nMessage: Processing of the HTTP request resulted in an exception. Please see "
            "the HTTP response returned by the 'Response' property of this exception for details.\r\nWeb Response: \r\n"
            f"{error.body}"
        )
    return (
        f"{cause}. This operation was retried {retries} times. It will be retried again after this date: "
        f"{iso(next_attempt, 7)} UTC"
    )


@dataclass(frozen=True, slots=True)
class Frame:
    """What all entries of a cycle share."""

    tenant_id: str
    job_id: str
    cycle_id: str
    app: Document
    directory_name: str
    target_name: str


def entry_of(trace: Trace, frame: Frame, entry_id: str, change_id: str, now: datetime) -> Document:
    """Return a trace as a provisioningObjectSummary."""
    status = {"status": trace.status, "errorInformation": trace.error}
    return {
        "id": entry_id,
        "activityDateTime": iso(now),
        "tenantId": frame.tenant_id,
        "jobId": frame.job_id,
        "cycleId": frame.cycle_id,
        "changeId": change_id,
        "provisioningAction": trace.action,
        "durationInMilliseconds": 0,
        "initiatedBy": {"id": "", "displayName": INITIATOR, "initiatorType": "system"},
        "servicePrincipal": {"id": frame.app["id"], "displayName": frame.app["displayName"]},
        "sourceSystem": {"id": frame.tenant_id, "displayName": frame.directory_name, "details": {}},
        "targetSystem": {
            "id": frame.app["appId"],
            "displayName": frame.target_name,
            "details": {
                "ApplicationId": frame.app["appId"],
                "ServicePrincipalId": frame.app["id"],
                "ServicePrincipalDisplayName": frame.app["displayName"],
            },
        },
        "sourceIdentity": {
            "id": trace.source_id,
            "displayName": trace.display_name,
            "identityType": trace.kind,
            "details": {
                "id": trace.source_id,
                "odatatype": trace.kind,
                "DisplayName": trace.display_name,
                **({"UserPrincipalName": trace.identifier} if trace.kind == "User" else {}),
            },
        },
        "targetIdentity": {
            "id": trace.target_id,
            "displayName": trace.display_name if trace.target_id else "",
            "identityType": trace.kind,
            "details": {},
        },
        "provisioningSteps": trace.steps,
        "modifiedProperties": trace.modified,
        "provisioningStatusInfo": status,
    }


def tags_of(entry: Document) -> tuple[str, ...]:
    """Return the tags under which an entry is found quickly."""
    return (f"sourceIdentity={entry['sourceIdentity']['id']}",)


def write_audit(
    store: Store,
    now: datetime,
    activity: str,
    *,
    entry_id: str,
    app: Document,
    by: str,
    reason: str = "",
    good: bool = True,
) -> None:
    """Add what an administrator or the service did to the job itself to the audit log."""
    store.append(
        AUDIT,
        {
            "id": entry_id,
            "activityDateTime": iso(now),
            "activityDisplayName": activity,
            "category": "ProvisioningManagement",
            "loggedByService": "Account Provisioning",
            "initiatedBy": {"app": None, "user": {"displayName": by}}
            if by != INITIATOR
            else {"app": {"displayName": by}},
            "result": "success" if good else "failure",
            "resultReason": reason,
            "targetResources": [
                {"id": app["id"], "displayName": app["displayName"], "type": "ServicePrincipal"}
            ],
            "additionalDetails": [],
        },
    )


def audit_entries(store: Store, *, reason_form: str) -> Iterator[Document]:
    """Yield the audit log, newest first: the job's own events and, per object, what its provisioning steps did.

    `reason_form` `web-response` shows of a failed Export what the server said, and nothing around it.
    """
    own = store.read(AUDIT, newest_first=True)
    objects = store.read(PROVISIONING, newest_first=True)
    yield from _merge(own, objects, reason_form)


def _merge(own: Iterator[Entry], objects: Iterator[Entry], reason_form: str) -> Iterator[Document]:
    left, right = next(own, None), next(objects, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left.sequence > right.sequence):
            assert left is not None
            yield left.body
            left = next(own, None)
        else:
            yield from reversed(_projected(right.body, reason_form))
            right = next(objects, None)


def _projected(entry: Document, reason_form: str) -> list[Document]:
    """Return one provisioning entry as audit entries, one a step."""
    result = []
    for number, step in enumerate(entry["provisioningSteps"]):
        activity = (
            "Process escrow" if step["name"] == _ESCROW_RETRY else _ACTIVITIES[step["provisioningStepType"]]
        )
        error = entry["provisioningStatusInfo"]["errorInformation"] or {}
        failed = step["status"] == "failure"
        said = _WEB_RESPONSE.search(error.get("reason", "")) if failed else None
        if said and reason_form == "web-response":
            reason = said[1]
        elif failed:
            reason = f"{step['description']}; Error: {_INCOMPATIBLE if said else ''}{error.get('reason', '')}"
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
                    {"key": "ErrorCode", "value": error.get("errorCode", "") if failed else ""},
                    {"key": "EventName", "value": step["name"]},
                ],
            }
        )
    return result
