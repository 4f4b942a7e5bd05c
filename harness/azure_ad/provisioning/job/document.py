"""The job's documents: Microsoft Graph's, and the store's, which contains it.

Only this module knows them. The store's layout is that of every version so far, so older data files open.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationjob, "Properties", and
https://learn.microsoft.com/en-us/graph/application-provisioning-configure-api, steps 2 and 5 (both read 2026-11-30).
"""

from __future__ import annotations

from datetime import datetime

from harness.azure_ad.provisioning.job.records import Execution, Job, Pages, Problem, Quarantine, Status
from harness.base.clock import from_iso, iso
from harness.base.store import Document

_NEVER = "0001-01-01T00:00:00Z"


def graph_form(job: Job) -> Document:
    """Return the job as Graph's synchronizationJob."""
    return {
        "id": job.id,
        "templateId": job.template_id,
        "schedule": {
            "expiration": None,
            "interval": f"PT{job.interval_minutes}M",
            "state": "Active" if job.is_on else "Disabled",
        },
        "status": _status(job.status),
        "synchronizationJobSettings": [
            {"name": name, "value": value} for name, value in job.settings.items()
        ],
    }


def stored_form(job: Job) -> Document:
    """Return a job's document in the store."""
    return {
        "app": job.app,
        "job": graph_form(job),
        "watermark": job.watermark,
        "next": None if job.next is None else iso(job.next, 6),
        "linked": dict(job.linked),
        "force": job.deletes_allowed,
    }


def read_job(document: Document) -> Job:
    """Return the job that `stored_form` wrote."""
    job = document["job"]
    return Job(
        id=job["id"],
        template_id=job["templateId"],
        app=document["app"],
        interval_minutes=int(job["schedule"]["interval"].removeprefix("PT").removesuffix("M")),
        is_on=job["schedule"]["state"] == "Active",
        status=_read_status(job["status"]),
        settings={entry["name"]: entry["value"] for entry in job["synchronizationJobSettings"]},
        watermark=document["watermark"],
        next=_read_moment(document["next"]),
        linked=document["linked"],
        deletes_allowed=document["force"],
    )


def _status(status: Status) -> Document:
    quarantine, pages = status.quarantine, status.pages
    return {
        "countSuccessiveCompleteFailures": status.failures,
        "escrowsPruned": status.escrows_pruned,
        "code": status.code,
        "lastExecution": status.last and _execution(status.last),
        "lastSuccessfulExecution": status.last_successful and _execution(status.last_successful),
        "lastSuccessfulExecutionWithExports": status.last_with_exports
        and _execution(status.last_with_exports),
        "quarantine": quarantine and _quarantine(quarantine),
        "steadyStateFirstAchievedTime": iso(status.steady_first) if status.steady_first else _NEVER,
        "steadyStateLastAchievedTime": iso(status.steady_last) if status.steady_last else _NEVER,
        "troubleshootingUrl": None,
        "progress": [] if pages is None else [_pages(pages)],
        "synchronizedEntryCountByType": [
            {"key": key, "value": value} for key, value in status.synchronized.items()
        ],
    }


def _read_status(status: Document) -> Status:
    executions = (
        status[name]
        for name in ("lastExecution", "lastSuccessfulExecution", "lastSuccessfulExecutionWithExports")
    )
    last, last_successful, last_with_exports = (each and _read_execution(each) for each in executions)
    return Status(
        code=status["code"],
        failures=status["countSuccessiveCompleteFailures"],
        escrows_pruned=status["escrowsPruned"],
        last=last,
        last_successful=last_successful,
        last_with_exports=last_with_exports,
        quarantine=status["quarantine"] and _read_quarantine(status["quarantine"]),
        steady_first=_read_moment(status["steadyStateFirstAchievedTime"]),
        steady_last=_read_moment(status["steadyStateLastAchievedTime"]),
        synchronized={entry["key"]: entry["value"] for entry in status["synchronizedEntryCountByType"]},
    )


def _execution(execution: Execution) -> Document:
    entitled = execution.exported + execution.escrowed
    return {
        "activityIdentifier": execution.cycle_id,
        "countEntitled": entitled,
        "countEntitledForProvisioning": entitled,
        "countEscrowed": execution.escrowed,
        "countEscrowedRaw": execution.escrowed,
        "countExported": execution.exported,
        "countExports": execution.exported,
        "countImported": execution.imported,
        "countImportedDeltas": execution.imported if execution.incremental else 0,
        "countImportedReferenceDeltas": 0,
        "state": execution.state,
        "timeBegan": iso(execution.began, 6),
        "timeEnded": iso(execution.ended, 6),
        "error": execution.problem and _problem(execution.problem),
    }


def _read_execution(execution: Document) -> Execution:
    return Execution(
        cycle_id=execution["activityIdentifier"],
        incremental=execution["countImportedDeltas"] > 0,
        imported=execution["countImported"],
        exported=execution["countExported"],
        escrowed=execution["countEscrowed"],
        state=execution["state"],
        began=from_iso(execution["timeBegan"]),
        ended=from_iso(execution["timeEnded"]),
        problem=execution["error"] and _read_problem(execution["error"]),
    )


def _quarantine(quarantine: Quarantine) -> Document:
    return {
        "currentBegan": iso(quarantine.began, 7),
        "nextAttempt": iso(quarantine.next_attempt, 7),
        "reason": quarantine.reason,
        "seriesBegan": iso(quarantine.series_began, 7),
        "seriesCount": quarantine.attempts,
        "error": _problem(quarantine.problem),
    }


def _read_quarantine(quarantine: Document) -> Quarantine:
    return Quarantine(
        began=from_iso(quarantine["currentBegan"]),
        next_attempt=from_iso(quarantine["nextAttempt"]),
        reason=quarantine["reason"],
        series_began=from_iso(quarantine["seriesBegan"]),
        attempts=quarantine["seriesCount"],
        problem=_read_problem(quarantine["error"]),
    )


def _problem(problem: Problem) -> Document:
    return {"code": problem.code, "message": problem.message, "tenantActionable": True}


def _read_problem(problem: Document) -> Problem:
    return Problem(problem["code"], problem["message"])


def _pages(pages: Pages) -> Document:
    return {
        "completedUnits": pages.done,
        "totalUnits": pages.total,
        "units": "pages",
        "progressObservationDateTime": iso(pages.observed),
    }


def _read_moment(text: str | None) -> datetime | None:
    return None if text in (None, _NEVER) else from_iso(text)
