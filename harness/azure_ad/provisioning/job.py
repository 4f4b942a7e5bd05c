"""The synchronization job as Microsoft Graph shows it, and its moves from state to state.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationjob and
https://learn.microsoft.com/en-us/graph/application-provisioning-configuration-api (read 2026-11).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from harness.base.clock import iso
from harness.base.errors import HarnessError
from harness.base.store import Document

DELETES_THRESHOLD = "QuarantineTooManyDeletesThreshold"
_LONGEST_NUMBER = 9  # digits: no tenant has a thousand million objects
_NEVER = "0001-01-01T00:00:00Z"


class SettingError(HarnessError):
    """A value that this one of the synchronizationJobSettings cannot have."""


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


def scheduled(job: Document) -> Document:
    """Schedule on; a quarantine stays."""
    code = "Quarantine" if job["status"]["quarantine"] else "Active"
    return {
        **job,
        "schedule": {**job["schedule"], "state": "Active"},
        "status": {**job["status"], "code": code, "escrowsPruned": False},
    }


def started(job: Document) -> Document:
    """Schedule on; starting lifts a quarantine."""
    return scheduled(freed(job))


def paused(job: Document) -> Document:
    return {
        **job,
        "schedule": {**job["schedule"], "state": "Disabled"},
        "status": {**job["status"], "code": "Paused", "progress": []},
    }


def running(job: Document, looked_at: int, total: int, now: datetime, *, objects_per_page: int) -> Document:
    """Show how far the running cycle is, in pages; it has `looked_at` so many of about `total` objects."""
    done = looked_at // objects_per_page
    shown = {
        "completedUnits": done,
        "totalUnits": max(ceil(total / objects_per_page), done),
        "units": "pages",
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
        "steadyStateLastAchievedTime": iso(now),
        "progress": [],
        "synchronizedEntryCountByType": [{"key": key, "value": value} for key, value in counts.items()],
    }
    if execution["state"] == "Succeeded":
        status["lastSuccessfulExecution"] = execution
        if execution["countExported"]:
            status["lastSuccessfulExecutionWithExports"] = execution
    if status["steadyStateFirstAchievedTime"] == _NEVER:
        status["steadyStateFirstAchievedTime"] = iso(now)
    return {**job, "status": status}


def quarantined(
    job: Document,
    execution: Document,
    reason: str,
    error: Document,
    *,
    now: datetime,
    first_minutes: int,
    growth: int,
) -> Document:
    """End of a cycle that must not go on like this; each wait is `growth` times the one before, a day at most.

    `reason` is one of Graph's quarantineReason.

    Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status
    and the sample of application-provisioning-configuration-api (read 2026-11).
    """
    before = job["status"]["quarantine"]
    count = 1 if before is None else before["seriesCount"] + 1
    wait = (
        min(timedelta(minutes=first_minutes * growth ** (count - 1)), timedelta(days=1))
        if count < 12
        else timedelta(days=1)
    )
    quarantine = {
        "currentBegan": iso(now, 7) if before is None else before["currentBegan"],
        "nextAttempt": iso(now + wait, 7),
        "reason": reason,
        "seriesBegan": iso(now, 7) if before is None else before["seriesBegan"],
        "seriesCount": count,
        "error": error,
    }
    status = {
        **job["status"],
        "code": "Quarantine",
        "quarantine": quarantine,
        "lastExecution": {**execution, "error": error},
        "countSuccessiveCompleteFailures": job["status"]["countSuccessiveCompleteFailures"] + 1,
        "progress": [],
    }
    return {**job, "status": status}


def pruned(job: Document) -> Document:
    """End of an initial cycle with too many failures: they are forgotten, and the job pauses until somebody cleans up.

    Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationstatus (read 2026-11).
    """
    ended = paused(job)
    return {**ended, "status": {**ended["status"], "escrowsPruned": True}}


def freed(job: Document) -> Document:
    """Quarantine lifted by hand."""
    status = {**job["status"], "quarantine": None, "countSuccessiveCompleteFailures": 0}
    if status["code"] == "Quarantine":
        status["code"] = "Active" if job["schedule"]["state"] == "Active" else "Paused"
    return {**job, "status": status}


def setting(job: Document, name: str) -> str | None:
    """Return one of synchronizationJobSettings."""
    settings: list[Document] = job["synchronizationJobSettings"]
    return next((entry["value"] for entry in settings if entry["name"] == name), None)


def with_settings(job: Document, given: dict[str, str]) -> Document:
    """Set some of synchronizationJobSettings; the others stay.

    Raises SettingError for a threshold that is no number of objects.
    """
    threshold = given.get(DELETES_THRESHOLD, "0")
    if not (threshold.isascii() and threshold.isdigit() and len(threshold) <= _LONGEST_NUMBER):
        raise SettingError(
            f"The value of '{DELETES_THRESHOLD}', the accidental deletion threshold, must be a number of objects, "
            f"not '{threshold}'."
        )
    settings = {entry["name"]: entry["value"] for entry in job["synchronizationJobSettings"]} | given
    entries = [{"name": name, "value": value} for name, value in settings.items()]
    return {**job, "synchronizationJobSettings": entries}


def disabled(job: Document) -> Document:
    """Four weeks in quarantine: the schedule goes off, the quarantine stays visible."""
    return {**job, "schedule": {**job["schedule"], "state": "Disabled"}}
