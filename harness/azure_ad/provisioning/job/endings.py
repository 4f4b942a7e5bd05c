"""The job's state after a cycle: waiting for the next cycle, in quarantine, or halted.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status and
https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationstatus (read 2026-11-29).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from harness.azure_ad.provisioning.cycle.cycle import TooManyDeletes
from harness.azure_ad.provisioning.cycle.records import Progress
from harness.azure_ad.provisioning.cycle.session import ESCROWED, EXPORTED
from harness.azure_ad.provisioning.job import moves
from harness.azure_ad.provisioning.job.records import Execution, Job, Problem
from harness.azure_ad.provisioning.target.target import TargetError, explain
from harness.base.quirks import Quirks


class Ending(Struct, frozen=True):
    """The job after its cycle. `entered` is set if it has just gone into quarantine; `forgets_escrows`: delete escrows."""

    job: Job
    entered: Problem | None = None
    forgets_escrows: bool = False


class Stop(Struct, frozen=True):
    """Why a cycle had to stop: one of Graph's quarantineReason, and the message."""

    reason: str
    problem: Problem


def refused(error: TargetError) -> Stop:
    """Say that the target refused the connection itself."""
    return Stop("EncounteredQuarantineException", Problem(error.code, explain(error)))


def too_many_deletes(error: TooManyDeletes) -> Stop:
    """Say that accidental deletion prevention held."""
    message = (
        f"{error.count} objects would be disabled or deleted in one cycle, more than the {error.most} that accidental "
        "deletion prevention allows. Allow the deletes, or mend assignments and scope and restart provisioning."
    )
    return Stop("TooManyDeletes", Problem("TooManyDeletes", message))


def too_many_failures(reason: str) -> Stop:
    """Say that too many objects are in escrow."""
    message = "Too many objects fail. Mend what the provisioning log says of them, then restart provisioning."
    return Stop(reason, Problem(reason, message))


def execution(progress: Progress, ended: datetime, state: str) -> Execution:
    """Return the record of a cycle with this progress."""
    return Execution(
        cycle_id=progress.id,
        incremental=progress.kind == "incremental",
        imported=progress.done,
        exported=progress.counts.get(EXPORTED, 0),
        escrowed=progress.counts.get(ESCROWED, 0),
        state=state,
        began=progress.began,
        ended=ended,
    )


def completed(job: Job, progress: Progress, ended: datetime, threshold: str | None, quirks: Quirks) -> Ending:
    """Return the ending of a finished cycle; `threshold` is the quarantineReason of too many failures.

    The job's links are those after the cycle.
    """
    state = "EntryLevelErrors" if progress.counts.get(ESCROWED, 0) else "Succeeded"
    last = execution(progress, ended, state)
    after = replace(
        moves.succeeded(job, last),
        watermark=progress.until,
        next=max(progress.began + timedelta(minutes=quirks["cycle-interval-minutes"]), ended),
        deletes_allowed=False,
    )
    if not job.is_on:
        return Ending(moves.paused(after))
    if threshold is None:
        return Ending(after)
    if progress.kind == "initial":
        return Ending(moves.pruned(after), forgets_escrows=True)
    return _quarantined(job, after, last, too_many_failures(threshold), quirks)


def cut_off(job: Job, progress: Progress, ended: datetime, stop: Stop, quirks: Quirks) -> Ending:
    """Return the ending of an unfinished cycle, which the next attempt continues."""
    return _quarantined(job, job, execution(progress, ended, "Failed"), stop, quirks)


def _quarantined(before: Job, after: Job, last: Execution, stop: Stop, quirks: Quirks) -> Ending:
    waits = moves.Waits(quirks["quarantine-first-minutes"], quirks["quarantine-growth"])
    job = moves.quarantined(after, last, stop.reason, stop.problem, waits=waits, before=before.status)
    quarantine = job.status.quarantine
    assert quarantine is not None
    if last.ended > quarantine.began + timedelta(days=quirks["quarantine-days"]):
        job = moves.disabled(job)
    return Ending(job, entered=stop.problem if before.status.quarantine is None else None)
