"""The cycles under way in this process, and their owners where several processes share the store.

There each run has a mark in the store, until a restart, an edit or another process overtakes it. Everything that a run saves
checks its mark in the same transaction, so a process that was overtaken without noticing saves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct, field

from harness.azure_ad.provisioning.cycle.records import Progress
from harness.azure_ad.provisioning.cycle.session import Session
from harness.base.store import Document, Store

_SHELF = "run"


class Run(Struct):
    """A cycle under way; one that was overtaken is no longer listed. A `held` one goes on only when somebody asks for its next object.

    `idle` is the progress of one that was over as it began, which is never written.
    """

    session: Session
    steps: Iterator[None]
    began: datetime
    held: bool = False
    idle: Progress | None = None
    mark: Document = field(default_factory=dict)


class Runs:
    """By job; a job has one run at most."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._here: dict[str, Run] = {}

    def add(self, job_id: str, run: Run) -> None:
        """Make a run the job's, in place of any other."""
        if self._store.shared:
            run.mark = {"id": run.session.ids.uuid()}
            self._store.put(_SHELF, job_id, run.mark)
        self._here[job_id] = run

    def here(self, job_id: str) -> Run | None:
        """Return the job's run of this process; one that another process overtook is dropped."""
        run = self._here.get(job_id)
        if run is not None and self._store.shared and self._store.get(_SHELF, job_id) != run.mark:
            self.drop(job_id, run)
            return None
        return run

    def holds(self, job_id: str, run: Run) -> bool:
        """Return whether a run is the job's, as far as this process knows."""
        return self._here.get(job_id) is run

    def demand(self, job_id: str, run: Run) -> None:
        """Check, inside the saving transaction, that the run is still the job's. Raises StaleError, perhaps at the commit."""
        if self._store.shared:
            self._store.require(_SHELF, job_id, run.mark)

    def drop(self, job_id: str, run: Run) -> None:
        """Stop a run in this process."""
        if self.holds(job_id, run):
            del self._here[job_id]

    def close(self, job_id: str, run: Run) -> None:
        """End the job's run, inside the transaction that saves its outcome. Raises StaleError."""
        self.demand(job_id, run)
        self.drop(job_id, run)
        if self._store.shared:
            self._store.delete(_SHELF, job_id)

    def overtake(self, job_id: str) -> bool:
        """End the job's run, in whichever process it is; return whether there was one."""
        was_running = self.is_running(job_id)
        self._here.pop(job_id, None)
        if self._store.shared:
            self._store.delete(_SHELF, job_id)
        return was_running

    def is_running(self, job_id: str) -> bool:
        if self._store.shared:
            return self._store.get(_SHELF, job_id) is not None
        return job_id in self._here

    def forget(self) -> None:
        """Drop all runs of this process."""
        self._here.clear()
