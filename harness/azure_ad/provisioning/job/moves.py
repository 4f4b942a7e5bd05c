"""How a job goes from one state to another; pure functions from job to job.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationstatus and
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status (read 2026-11-29).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from harness.azure_ad.provisioning.cycle.session import LINKED
from harness.azure_ad.provisioning.job.records import (
    DELETES_THRESHOLD,
    Execution,
    Job,
    Problem,
    Quarantine,
    Status,
)
from harness.base.errors import HarnessError

_LONGEST_NUMBER = 9  # digits: no tenant has a thousand million objects
_LONGEST_WAIT = timedelta(days=1)
_GROWING = 12  # attempts, beyond which no growth ends below a day


class SettingError(HarnessError):
    """A value that this one of the synchronizationJobSettings cannot have."""


class Waits(Struct, frozen=True):
    """How long a quarantine waits: `first_minutes`, then each time `growth` times as long, a day at most."""

    first_minutes: int
    growth: int

    def after(self, attempts: int) -> timedelta:
        """Return the wait after so many failed attempts, one at least."""
        if attempts >= _GROWING:
            return _LONGEST_WAIT
        return min(timedelta(minutes=self.first_minutes * self.growth ** (attempts - 1)), _LONGEST_WAIT)


def scheduled(job: Job) -> Job:
    """Schedule on; a quarantine stays."""
    code = "Quarantine" if job.status.quarantine else "Active"
    return replace(job, is_on=True, status=replace(job.status, code=code, escrows_pruned=False))


def started(job: Job) -> Job:
    """Schedule on; starting lifts a quarantine."""
    return scheduled(freed(job))


def paused(job: Job) -> Job:
    """Schedule off."""
    return replace(job, is_on=False, next=None, status=replace(job.status, code="Paused"))


def freed(job: Job) -> Job:
    """Quarantine lifted by hand."""
    status = replace(job.status, quarantine=None, failures=0)
    if status.code == "Quarantine":
        status = replace(status, code="Active" if job.is_on else "Paused")
    return replace(job, status=status)


def succeeded(job: Job, execution: Execution) -> Job:
    """End of a finished cycle, with or without failed objects."""
    before, good = job.status, execution.state == "Succeeded"
    status = Status(
        code="Active",
        escrows_pruned=before.escrows_pruned,
        last=execution,
        last_successful=execution if good else before.last_successful,
        last_with_exports=execution if good and execution.exported else before.last_with_exports,
        steady_first=before.steady_first or execution.ended,
        steady_last=execution.ended,
        synchronized=job.linked,
    )
    return replace(job, status=status)


def quarantined(
    job: Job, execution: Execution, reason: str, problem: Problem, *, waits: Waits, before: Status
) -> Job:
    """End of a cycle that had to stop; a quarantine that the job was in `before` continues.

    The series counts as the sample of https://learn.microsoft.com/en-us/graph/application-provisioning-configure-api, step 4 of
    the edition of 2021, does (read 2026-11-29).
    """
    now, earlier = execution.ended, before.quarantine
    attempts = 1 if earlier is None else earlier.attempts + 1
    quarantine = Quarantine(
        began=now if earlier is None else earlier.began,
        next_attempt=now + waits.after(attempts),
        reason=reason,
        series_began=now if earlier is None else earlier.series_began,
        attempts=attempts,
        problem=problem,
    )
    status = replace(
        job.status,
        code="Quarantine",
        quarantine=quarantine,
        last=replace(execution, problem=problem),
        failures=before.failures + 1,
    )
    return replace(job, status=status, next=quarantine.next_attempt)


def disabled(job: Job) -> Job:
    """Four weeks in quarantine: the schedule goes off, the quarantine stays visible."""
    return replace(job, is_on=False)


def pruned(job: Job) -> Job:
    """End of an initial cycle with too many failures: they are forgotten, and the job pauses until somebody cleans up."""
    ended = paused(job)
    return replace(ended, status=replace(ended.status, escrows_pruned=True))


def counted(job: Job, counts: Mapping[str, int]) -> Job:
    """Add a session's new connections to the job's statistics, so that nobody has to count them all."""
    linked: Counter[str] = Counter(job.linked)
    for name, number in counts.items():
        if name.startswith(LINKED):
            linked[name.removeprefix(LINKED)] += number
    return replace(job, linked=dict(linked))


def with_settings(job: Job, settings: Mapping[str, str]) -> Job:
    """Set some of synchronizationJobSettings; the others stay.

    Raises SettingError for a threshold that is no number of objects.
    """
    threshold = settings.get(DELETES_THRESHOLD, "0")
    if not (threshold.isascii() and threshold.isdigit() and len(threshold) <= _LONGEST_NUMBER):
        raise SettingError(
            f"The value of '{DELETES_THRESHOLD}', the accidental deletion threshold, must be a number of objects, "
            f"not '{threshold}'."
        )
    return replace(job, settings={**job.settings, **settings})
