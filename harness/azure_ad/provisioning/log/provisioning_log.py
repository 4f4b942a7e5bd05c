"""The provisioning log: one entry per object and cycle, step by step.

Sources: https://learn.microsoft.com/en-us/graph/api/resources/provisioningobjectsummary, "Properties" (read 2026-11-30), and a
real event of 2026-03-24 in https://help.sumologic.com/docs/integrations/microsoft-azure (read 2026-11). Step details drop dots
and colons from attribute names, `modifiedProperties` keep them. The log has only the fields that differ between entries;
`entry_of` makes Microsoft Graph's entry of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple

from harness.azure_ad.provisioning.log.steps import STEPS
from harness.azure_ad.provisioning.log.trace import Frame, Problem, Step, Trace, as_text
from harness.base.clock import iso
from harness.base.ids import Ids
from harness.base.store import Document, Entry, Store

LOG = "provisioning"
# The tag of failures, which are rare and what people look for.
FAILED = "failed"
INITIATOR = "Azure AD Provisioning Service"


class _Line(Struct, frozen=True):
    """A line of the log, as a JSON array."""

    id: str
    change_id: str
    at: str
    frame: tuple[str, ...]
    kind: str
    source_id: str
    identifier: str
    display_name: str
    action: str
    status: str
    target_id: str
    error: tuple[Any, ...] | None
    steps: list[tuple[Any, ...]]
    modified: list[tuple[str, str | None, str | None]]


def keep(store: Store, trace: Trace, frame: Frame, ids: Ids, now: datetime) -> None:
    """Add a trace to the log, quick to find by its source object."""
    record = _Line(
        ids.uuid(),
        ids.uuid(),
        iso(now),
        tuple(frame),
        trace.kind,
        trace.source_id,
        trace.identifier,
        trace.display_name,
        trace.action,
        trace.status,
        trace.target_id,
        None if trace.error is None else tuple(trace.error),
        list(map(tuple, trace.steps)),
        trace.modified,
    )
    tag = source_tag(trace.source_id)
    store.append(LOG, {"entry": astuple(record)}, (tag, FAILED) if trace.status == "failure" else (tag,))


def entries(store: Store, *, source_id: str | None = None) -> Iterator[Document]:
    """Yield the log, newest first, as Graph shows it; of one source object alone if its id is given."""
    return (entry.body for entry in numbered(store, source_id=source_id))


def numbered(
    store: Store, *, source_id: str | None = None, failed: bool = False, before: int = 0
) -> Iterator[Entry]:
    """Yield the entries with their sequence, before one if it is given; with `failed` only the failures."""
    tag = FAILED if failed else None
    if source_id is not None:
        tag = source_tag(source_id)
    lines = store.read(LOG, after=before, tag=tag, newest_first=True)
    return (Entry(line.sequence, entry_of(line.body)) for line in lines)


def moment_of(line: Document) -> str:
    """Return when a line of the log was written."""
    return _Line(*line["entry"]).at


def source_tag(source_id: str) -> str:
    return f"sourceIdentity={source_id}"


def entry_of(line: Document) -> Document:
    """Return a line of the log as a provisioningObjectSummary."""
    record = _Line(*line["entry"])
    frame = Frame(*record.frame)
    return {
        "id": record.id,
        "activityDateTime": record.at,
        "tenantId": frame.tenant_id,
        "jobId": frame.job_id,
        "cycleId": frame.cycle_id,
        "changeId": record.change_id,
        "provisioningAction": record.action,
        "durationInMilliseconds": 0,
        "initiatedBy": {"id": "", "displayName": INITIATOR, "initiatorType": "system"},
        "servicePrincipal": {"id": frame.app_id, "displayName": frame.app_name},
        "sourceSystem": {"id": frame.tenant_id, "displayName": frame.directory_name, "details": {}},
        "targetSystem": {
            "id": frame.client_id,
            "displayName": frame.target_name,
            "details": {
                "ApplicationId": frame.client_id,
                "ServicePrincipalId": frame.app_id,
                "ServicePrincipalDisplayName": frame.app_name,
            },
        },
        "sourceIdentity": {
            "id": record.source_id,
            "displayName": record.display_name,
            "identityType": record.kind,
            "details": {
                "id": record.source_id,
                "odatatype": record.kind,
                "DisplayName": record.display_name,
                **({"UserPrincipalName": record.identifier} if record.kind == "User" else {}),
            },
        },
        "targetIdentity": {
            "id": record.target_id,
            "displayName": record.display_name if record.target_id else "",
            "identityType": record.kind,
            "details": {},
        },
        "provisioningSteps": [_shown(Step(*step), record, frame) for step in record.steps],
        "modifiedProperties": [
            {"displayName": name, "oldValue": old, "newValue": new} for name, old, new in record.modified
        ],
        "provisioningStatusInfo": {
            "status": record.status,
            "errorInformation": None if record.error is None else _information(Problem(*record.error)),
        },
    }


def number_of_steps(line: Document) -> int:
    """Return the number of an entry's steps without making the entry."""
    return len(_Line(*line["entry"]).steps)


def _shown(step: Step, record: _Line, frame: Frame) -> Document:
    kind, words = STEPS[step.name]
    details = step.details
    if details is None:
        sent = {name: new for name, _, new in record.modified}
        details = {"ReportableIdentifier": record.identifier, **sent} if "Export" in step.name else {}
    return {
        "name": step.name,
        "provisioningStepType": kind,
        "status": step.status,
        "description": step.description
        or words.format(
            kind=record.kind,
            identifier=record.identifier,
            source=frame.directory_name,
            target=frame.target_name,
        ),
        "details": {_bare(name): as_text(value) for name, value in details.items()},
    }


def _information(problem: Problem) -> Document:
    return {
        "errorCode": problem.code,
        "errorCategory": problem.category,
        "reason": problem.reason,
        "additionalDetails": problem.details,
        "recommendedAction": problem.advice,
    }


@lru_cache(maxsize=1024)
def _bare(name: str) -> str:
    """Write an attribute as step details do: without dots and colons."""
    return name.replace(".", "").replace(":", "")
