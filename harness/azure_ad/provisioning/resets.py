"""What a job forgets when it is restarted (as the criteria say), when it gets a new schema, and when it is deleted.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationjobrestartcriteria (read 2026-11-29).
"""

from __future__ import annotations

from msgspec.structs import replace

from harness.azure_ad.provisioning.cycle import shelves
from harness.azure_ad.provisioning.job import moves
from harness.azure_ad.provisioning.job.records import Job
from harness.azure_ad.provisioning.job.shelf import jobs
from harness.azure_ad.provisioning.open_session import Sessions
from harness.azure_ad.provisioning.runner import Runner
from harness.base.clock import Clock
from harness.base.store import Store

RESET_SCOPES = (
    *("None", "ConnectorDataStore", "Escrows", "Watermark", "QuarantineState"),
    *("Full", "ForceDeletes"),
)
PORTAL_RESTART = frozenset({"Escrows", "Watermark", "QuarantineState"})


class Resets:
    """Resets the jobs of one tenant. The caller opens the transaction and saves the job that is returned."""

    def __init__(self, store: Store, clock: Clock, sessions: Sessions, runner: Runner) -> None:
        self._store, self._clock, self._sessions, self._runner = store, clock, sessions, runner
        self._jobs, self._progress = jobs(store), shelves.progress(store)

    def reset(self, job: Job) -> Job:
        """Forget watermark and progress: the next cycle is an initial one, and begins now if it cuts one off."""
        progress = self._progress.get(job.id)
        job = replace(moves.counted(job, progress.counts if progress else {}), watermark=None)
        if self._runner.overtake(job.id):
            job = replace(job, next=self._clock.now())
        self._jobs.put(job.id, job)
        self._progress.delete(job.id)
        shelves.held_back(self._store, job.id).clear()
        return job

    def restarted(self, job: Job, scope: frozenset[str]) -> Job:
        """Forget what `scope` names (of RESET_SCOPES); return the job with its schedule on."""
        everything = "Full" in scope
        if everything or "Watermark" in scope:
            job = self.reset(job)
        if everything or "Escrows" in scope:
            shelves.escrows(self._store, job.id).clear()
        if everything or "ConnectorDataStore" in scope:
            self._sessions.open(job, None).forget_connections()
            job = replace(job, linked={})
        if everything or not scope.isdisjoint(("None", "QuarantineState", "ForceDeletes")):
            job = moves.freed(job)
        return replace(moves.scheduled(job), deletes_allowed="ForceDeletes" in scope)

    def forgotten(self, job: Job) -> Job:
        """Forget all that a job knows of its target, before it is deleted."""
        job = self.reset(job)
        self._sessions.open(job, None).forget_connections()
        shelves.escrows(self._store, job.id).clear()
        return job
