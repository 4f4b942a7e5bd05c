"""Running cycles when the clock says so: timers, the cycle under way, and what its end does to the job.

A cycle is a generator that may be stopped between two objects. Whatever it did is in the store by then, so a run that
is cut off, by a restart of the process or by an edited mapping, is simply begun again from the saved progress.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and
…/application-provisioning-quarantine-status (read 2026-11).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from harness.azure_ad.provisioning import cycle, job
from harness.azure_ad.provisioning.session import LINKED, Session
from harness.azure_ad.provisioning.target import TargetError, explain
from harness.base.clock import Clock, Timer, from_iso, iso
from harness.base.quirks import Quirks
from harness.base.store import Document, Store


@dataclass(slots=True)
class _Run:
    """A cycle under way in this process; one that a restart or an edited mapping overtook is no longer listed."""

    session: Session
    steps: Iterator[None]


class Runner:
    """The timers and running cycles of one tenant's jobs.

    `open_session` gives what a cycle works with, for a job and its cycle's id (None: a new one); `on_quarantine` is told
    of the application and the reason when a job goes into quarantine, inside the transaction that says so, and returns
    what is left to do once that is committed.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        quirks: Quirks,
        open_session: Callable[[str, Document, str | None], Session],
        on_quarantine: Callable[[str, str], Callable[[], None]],
    ) -> None:
        self._store, self._clock, self._quirks = store, clock, quirks
        self._open_session, self._on_quarantine = open_session, on_quarantine
        self._timers: dict[str, Timer] = {}
        self._runs: dict[str, _Run] = {}
        self._stopping = False

    def schedule(self, job_id: str, record: Document) -> None:
        """Set the timer of a job whose schedule is on; any earlier one is gone."""
        self.cancel(job_id)
        if record["next"] is not None and record["job"]["schedule"]["state"] == "Active":
            self._timers[job_id] = self._clock.call_at(from_iso(record["next"]), lambda: self._begin(job_id))

    def cancel(self, job_id: str) -> None:
        """Let no further cycle begin; one under way still comes to its end."""
        timer = self._timers.pop(job_id, None)
        if timer is not None:
            timer.cancel()

    def overtake(self, job_id: str) -> bool:
        """Drop the cycle under way, which ends after its present object; tell whether there was one."""
        return self._runs.pop(job_id, None) is not None

    def stop(self) -> None:
        """End after the object under way; what is left of a cycle waits in the store."""
        self._stopping = True

    def _begin(self, job_id: str) -> None:
        """Begin a cycle, or take up the one that was cut off."""
        if job_id in self._runs or self._stopping:
            return
        record = self._record(job_id)
        progress = self._store.get("progress", job_id)
        session = self._open_session(job_id, record, progress["id"] if progress else None)
        if progress is None:
            progress = cycle.begin(session, record["watermark"], session.frame.cycle_id)
            progress |= {"began": iso(self._clock.now(), 6), "counts": {}}
        session.counts = Counter(progress["counts"])
        self._store.put("progress", job_id, progress)

        def save(reached: Document) -> None:
            if self._runs.get(job_id) is run:
                self._store.put("progress", job_id, {**reached, "counts": dict(session.counts)})

        run = _Run(session, cycle.run(session, progress, save))
        self._runs[job_id] = run
        self._pump(job_id, run)

    def _pump(self, job_id: str, run: _Run) -> None:
        """Do one object after another; with a pace, give the clock back in between."""
        pace = timedelta(milliseconds=self._quirks["milliseconds-per-object"])
        try:
            while self._runs.get(job_id) is run and not self._stopping:
                next(run.steps)
                if pace:
                    self._clock.call_at(self._clock.now() + pace, lambda: self._pump(job_id, run))
                    return
        except StopIteration:
            self._finish(job_id, run)
        except TargetError as error:
            self._quarantine(job_id, run, error)
        except Exception:
            # Nobody knows what is wrong; the store does not, so the cycle is taken up after an interval.
            self._runs.pop(job_id, None)
            again = self._clock.now() + self._interval
            self._timers[job_id] = self._clock.call_at(again, lambda: self._begin(job_id))
            raise
        if self._runs.get(job_id) is run and self._stopping:
            del self._runs[job_id]

    def _finish(self, job_id: str, run: _Run) -> None:
        now = self._clock.now()
        with self._store.transaction():
            if self._runs.get(job_id) is not run:
                return
            del self._runs[job_id]
            record = self._record(job_id)
            progress = self._store.get("progress", job_id)
            assert progress is not None
            progress |= {"counts": dict(run.session.counts)}
            failed = run.session.counts["countEscrowed"] > 0
            execution = _execution(progress, now, "EntryLevelErrors" if failed else "Succeeded")
            record = count_links(record, progress)
            document = job.succeeded(record["job"], execution, record["linked"], now)
            if record["job"]["schedule"]["state"] != "Active":
                document = job.paused(document)
            following = {"watermark": progress["until"], "next": self._next(progress, now)}
            record = {**record, "job": document, **following}
            self._store.put("job", job_id, record)
            self._store.delete("progress", job_id)
        self.schedule(job_id, record)

    def _next(self, progress: Document, now: datetime) -> str:
        return iso(max(from_iso(progress["began"]) + self._interval, now), 6)

    def _quarantine(self, job_id: str, run: _Run, error: TargetError) -> None:
        now = self._clock.now()
        notify: Callable[[], None] | None = None
        told: Document = {"code": error.code, "message": explain(error), "tenantActionable": True}
        with self._store.transaction():
            if self._runs.get(job_id) is not run:
                return
            del self._runs[job_id]
            record = self._record(job_id)
            entering = record["job"]["status"]["quarantine"] is None
            progress = self._store.get("progress", job_id)
            assert progress is not None
            document = job.quarantined(
                record["job"],
                _execution(progress, now, "Failed"),
                told,
                now,
                self._quirks["quarantine-first-minutes"],
            )
            quarantine = document["status"]["quarantine"]
            limit = from_iso(quarantine["currentBegan"]) + timedelta(days=self._quirks["quarantine-days"])
            if now > limit:
                document = job.disabled(document)
            record = {**record, "job": document, "next": quarantine["nextAttempt"]}
            self._store.put("job", job_id, record)
            if not progress["done"]:
                self._store.delete("progress", job_id)
            if entering:
                notify = self._on_quarantine(record["app"], told["message"])
        if notify is not None:
            notify()
        self.schedule(job_id, record)

    @property
    def _interval(self) -> timedelta:
        return timedelta(minutes=self._quirks["cycle-interval-minutes"])

    def _record(self, job_id: str) -> Document:
        record = self._store.get("job", job_id)
        assert record is not None
        return record


def count_links(record: Document, progress: Document | None) -> Document:
    """Add what a cycle linked to the job's statistics, which so never need to look at all connections."""
    linked: Counter[str] = Counter(record["linked"])
    for name, number in (progress or {"counts": {}})["counts"].items():
        if name.startswith(LINKED):
            linked[name.removeprefix(LINKED)] += number
    return {**record, "linked": dict(linked)}


def _execution(progress: Document, now: datetime, state: str) -> Document:
    counts: dict[str, int] = progress["counts"]
    exported, escrowed = counts.get("countExported", 0), counts.get("countEscrowed", 0)
    return {
        "activityIdentifier": progress["id"],
        "countEntitled": exported + escrowed,
        "countEntitledForProvisioning": exported + escrowed,
        "countEscrowed": escrowed,
        "countEscrowedRaw": escrowed,
        "countExported": exported,
        "countExports": exported,
        "countImported": progress["done"],
        "countImportedDeltas": progress["done"] if progress["kind"] == "incremental" else 0,
        "countImportedReferenceDeltas": 0,
        "state": state,
        "timeBegan": progress["began"],
        "timeEnded": iso(now, 6),
        "error": None,
    }
