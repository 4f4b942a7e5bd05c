"""The synchronization job as Microsoft Graph shows it, and its moves from state to state.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationjob and
https://learn.microsoft.com/en-us/graph/application-provisioning-configuration-api (read 2026-11).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from harness.base.clock import iso
from harness.base.store import Document

_NEVER = "0001-01-01T00:00:00Z"


def new_job(job_id: str, template_id: str, interval_minutes: int) -> Document:
    """Return a job that was just created: paused, its schedule disabled."""
    return {
        "id": job_id,
        "templateId": template_id,
        "schedule": {"expiration": None, "interval": f"PT{interval_minutes}M", "state": "Disabled"},
        "status": {
            "countSuccessiveCompleteFailures": 0,
            "escrowsPruned": False,
            "code": "Paused",
            "lastExecution": None,
            "lastSuccessfulExecution": None,
            "lastSuccessfulExecutionWithExports": None,
            "quarantine": None,
            "steadyStateFirstAchievedTime": _NEVER,
            "steadyStateLastAchievedTime": _NEVER,
            "troubleshootingUrl": None,
            "progress": [],
            "synchronizedEntryCountByType": [],
        },
        "synchronizationJobSettings": [{"name": "AzureIngestionAttributeOptimization", "value": "False"}],
    }


def started(job: Document) -> Document:
    """Schedule on; starting lifts a quarantine."""
    status = {**job["status"], "code": "Active", "quarantine": None, "countSuccessiveCompleteFailures": 0}
    return {**job, "schedule": {**job["schedule"], "state": "Active"}, "status": status}


def paused(job: Document) -> Document:
    return {
        **job,
        "schedule": {**job["schedule"], "state": "Disabled"},
        "status": {**job["status"], "code": "Paused", "progress": []},
    }


def running(job: Document, progress: Document, now: datetime) -> Document:
    """Show how far the running cycle is, in objects."""
    shown = {
        "completedUnits": progress["done"],
        "totalUnits": max(progress["total"], progress["done"]),
        "units": "objects",
        "progressObservationDateTime": iso(now),
    }
    return {**job, "status": {**job["status"], "progress": [shown]}}


def succeeded(job: Document, execution: Document, counts: dict[str, int], now: datetime) -> Document:
    """End of a cycle that reached its end, with or without objects that failed."""
    status = {
        **job["status"],
        "code": "Active",
        "quarantine": None,
        "countSuccessiveCompleteFailures": 0,
        "lastExecution": execution,
        "lastSuccessfulExecution": execution,
        "steadyStateLastAchievedTime": iso(now),
        "progress": [],
        "synchronizedEntryCountByType": [{"key": key, "value": value} for key, value in counts.items()],
    }
    if execution["countExported"]:
        status["lastSuccessfulExecutionWithExports"] = execution
    if status["steadyStateFirstAchievedTime"] == _NEVER:
        status["steadyStateFirstAchievedTime"] = iso(now)
    return {**job, "status": status}


def quarantined(
    job: Document, execution: Document, error: Document, now: datetime, first_minutes: int
) -> Document:
    """End of a cycle that could not talk to the target at all; retries start after minutes and slow down to a day.

    Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status
    and the sample of application-provisioning-configuration-api; the doubling between them is this engine's choice.
    """
    before = job["status"]["quarantine"]
    count = 1 if before is None else before["seriesCount"] + 1
    wait = (
        min(timedelta(minutes=first_minutes * 2 ** (count - 1)), timedelta(days=1))
        if count < 12
        else timedelta(days=1)
    )
    quarantine = {
        "currentBegan": iso(now, 7) if before is None else before["currentBegan"],
        "nextAttempt": iso(now + wait, 7),
        "reason": "EncounteredQuarantineException",
        "seriesBegan": iso(now, 7) if before is None else before["seriesBegan"],
        "seriesCount": count,
        "error": error,
    }
    status = {
        **job["status"],
        "code": "Quarantine",
        "quarantine": quarantine,
        "lastExecution": {**execution, "state": "Failed", "error": error},
        "countSuccessiveCompleteFailures": job["status"]["countSuccessiveCompleteFailures"] + 1,
        "progress": [],
    }
    return {**job, "status": status}


def disabled(job: Document) -> Document:
    """Four weeks in quarantine: the schedule goes off, the quarantine stays visible."""
    return {**job, "schedule": {**job["schedule"], "state": "Disabled"}}
