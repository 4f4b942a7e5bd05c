"""Running cycles when the clock says so: timers, the cycle under way, and what its end does to the job.

A cycle is a generator that may be stopped between two objects. Whatever it did is in the store by then, so a run that
is cut off, by a restart of the process or by an edited mapping, is simply begun again from the saved progress.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and
…/application-provisioning-quarantine-status (read 2026-11).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import NamedTuple

from harness.azure_ad.provisioning import job
from harness.azure_ad.provisioning.cycle import cycle
from harness.azure_ad.provisioning.cycle.agenda import PHASES
from harness.azure_ad.provisioning.cycle.cycle import TooManyDeletes
from harness.azure_ad.provisioning.cycle.records import Progress
from harness.azure_ad.provisioning.cycle.session import LINKED, Session, escrow_shelf, forget_all
from harness.azure_ad.provisioning.runs import Run, Runs
from harness.azure_ad.provisioning.target.target import TargetError, explain
from harness.azure_ad.provisioning.thresholds import exceeded
from harness.base.clock import Clock, Timer, from_iso, iso
from harness.base.quirks import Quirks
from harness.base.store import Document, StaleError, Store


class Step(NamedTuple):
    """What one step came to. `phase` and the source id `last` say how far the cycle is; both None once it `ended`."""

    cycle_id: str
    phase: str | None
    last: str | None
    ended: bool


class Runner:
    """The timers and running cycles of one tenant's jobs.

    `open_session` gives what a cycle works with, for a job and its cycle's id (None: a new one); `on_quarantine` is told
    of the application and the reason when a job goes into quarantine, inside the transaction that says so, and returns
    what is left to do once that is committed. `busy` is held while an object is at work, `on_schedule` is told when a job's
    times may have changed. Where processes share the store, the one that `leads` has the timers.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        quirks: Quirks,
        open_session: Callable[[str, Document, str | None], Session],
        on_quarantine: Callable[[str, str], Callable[[], None]],
        busy: AbstractContextManager[object],
        on_schedule: Callable[[], None],
    ) -> None:
        self._store, self._clock, self._quirks = store, clock, quirks
        self._open_session, self._on_quarantine, self._busy = open_session, on_quarantine, busy
        self._timers: dict[str, Timer] = {}
        self._runs = Runs(store)
        self._stopping = False
        self._on_schedule = on_schedule
        self.leads = not store.shared

    def schedule(self, job_id: str) -> None:
        """Set the timer of a job whose schedule is on; any earlier one is gone."""
        with self._store.transaction():
            # Another thread may have saved something else just now; one of the two sets the timer.
            self._set_timer(job_id, self._record(job_id))
        self._on_schedule()

    def look_again(self, job_id: str) -> None:
        """See what another process made of a job: drop a run that it overtook, set the timer by the job's record."""
        if self._runs.here(job_id) is not None:
            return
        timer, record = self._timers.get(job_id), self._record(job_id)
        if timer is None or record["next"] is None or timer.due != from_iso(record["next"]):
            self._set_timer(job_id, record)

    def lead(self, job_id: str) -> None:
        """Take a job over from a process that ended; what it had under way of a job that is paused waits for its start."""
        self.leads = True
        if self._store.shared and self._record(job_id)["job"]["schedule"]["state"] != "Active":
            self._runs.overtake(job_id)
        self.schedule(job_id)

    def rest(self) -> None:
        """Leave the jobs to another process; what is at work here ends after its present object and is not saved."""
        self.leads = False
        self._runs.forget()
        for job_id in list(self._timers):
            self._cancel(job_id)

    def _set_timer(self, job_id: str, record: Document) -> None:
        """Do so by the record as it is, or is about to be, saved; the caller holds the transaction."""
        self._cancel(job_id)
        if self.leads and record["next"] is not None and record["job"]["schedule"]["state"] == "Active":
            due = from_iso(record["next"])
            self._timers[job_id] = self._clock.call_at(due, lambda: self._begin(job_id))

    def running(self, job_id: str) -> bool:
        return self._runs.is_running(job_id)

    def cancel(self, job_id: str) -> None:
        """Let no further cycle begin; one under way still comes to its end."""
        self._cancel(job_id)
        self._on_schedule()

    def _cancel(self, job_id: str) -> None:
        timer = self._timers.pop(job_id, None)
        if timer is not None:
            timer.cancel()

    def overtake(self, job_id: str) -> bool:
        """Drop the cycle under way, which ends after its present object; tell whether there was one."""
        return self._runs.overtake(job_id)

    def stop(self) -> None:
        """End after the object under way; what is left of a cycle waits in the store."""
        self._stopping = True

    def step(self, job_id: str) -> Step:
        """Carry out one object, or one request for references, and hold the cycle there.

        Where none is held one is begun, taken up where it was cut off, or taken over from the timers.
        """
        with self._busy:
            run = self._runs.here(job_id)
            if run is None or not run.held:
                run = self._open(job_id)
                run.held, run.session.in_flight = True, 1
            self._advance(job_id, run)
            progress = self._progress(job_id)
            if progress is None or not self._runs.holds(job_id, run):
                return Step(run.session.frame.cycle_id, None, None, ended=True)
            with self._store.transaction():
                self._save(job_id, run, progress)
            return Step(run.session.frame.cycle_id, progress.phase, progress.after, ended=False)

    def _begin(self, job_id: str) -> None:
        """Begin a cycle, or take up the one that was cut off or held."""
        with self._busy:
            under_way = self._runs.here(job_id)
            if self._stopping or not self.leads or (under_way is not None and not under_way.held):
                return
            run = self._open(job_id)
        self._pump(job_id, run)

    def _open(self, job_id: str) -> Run:
        record = self._record(job_id)
        progress = self._progress(job_id)
        session = self._open_session(job_id, record, progress.id if progress else None)
        if progress is not None:
            session.counts.update(progress.counts)
        now = iso(self._clock.now(), 6)

        def start() -> Progress:
            begun = cycle.begin(session, record["watermark"], now)
            with self._store.transaction():
                if self._runs.holds(job_id, run):
                    self._runs.demand(job_id, run)
                    self._store.put("progress", job_id, begun.document())
            return begun

        def save(reached: Progress) -> None:
            with self._store.transaction():
                if self._runs.holds(job_id, run):
                    self._save(job_id, run, reached)

        run = Run(session, cycle.run(session, progress, start, save), now)
        self._runs.add(job_id, run)
        return run

    def _pump(self, job_id: str, run: Run) -> None:
        """Do one object after another; with a pace, give the clock back in between."""
        pace = timedelta(milliseconds=self._quirks["milliseconds-per-object"])
        while self._runs.holds(job_id, run) and not self._stopping:
            self._advance(job_id, run)
            if pace and self._runs.holds(job_id, run):
                self._clock.call_at(self._clock.now() + pace, lambda: self._pump(job_id, run))
                return
        if self._stopping:
            self._runs.drop(job_id, run)

    def _advance(self, job_id: str, run: Run) -> None:
        """Do one object; a cycle that ends with it, well or badly, is closed."""
        try:
            with self._busy:
                if self._runs.here(job_id) is run:
                    next(run.steps)
        except StopIteration:
            self._finish(job_id, run)
        except TargetError as error:
            told = _told(error.code, explain(error))
            self._cut_off(job_id, run, "EncounteredQuarantineException", told)
        except TooManyDeletes as error:
            self._cut_off(job_id, run, "TooManyDeletes", _too_many_deletes(error))
        except StaleError:
            self._runs.drop(job_id, run)  # another process goes on with it
        except Exception:
            # Nobody knows what is wrong; the store does not, so the cycle is taken up after an interval.
            self._runs.drop(job_id, run)
            again = self._clock.now() + self._interval
            if not run.held:
                self._timers[job_id] = self._clock.call_at(again, lambda: self._begin(job_id))
            raise

    def _finish(self, job_id: str, run: Run) -> None:
        """Close a cycle that came to its end; too many objects in escrow put the job into quarantine all the same."""
        now = self._clock.now()
        notify: Callable[[], None] | None = None
        with self._store.transaction():
            if not self._runs.holds(job_id, run):
                return
            self._runs.close(job_id, run)
            before = self._record(job_id)
            progress = self._progress(job_id)
            assert progress is not None
            progress = progress.counted(run.session.counts)
            failed = run.session.counts["countEscrowed"] > 0
            execution = _execution(progress, now, "EntryLevelErrors" if failed else "Succeeded")
            record = count_links(before, progress.counts)
            record |= {"job": job.succeeded(record["job"], execution, record["linked"], now)}
            record |= {"watermark": progress.until, "next": self._next(progress, now), "force": False}
            reason = exceeded(self._store, job_id, sum(record["linked"].values()), self._quirks)
            if before["job"]["schedule"]["state"] != "Active":
                record |= {"job": job.paused(record["job"])}
            elif reason and progress.kind == "initial":
                forget_all(self._store, escrow_shelf(job_id))
                record |= {"job": job.pruned(record["job"])}
            elif reason:
                record, notify = self._quarantined(
                    before, record, execution, reason, _too_many_failures(reason)
                )
            self._store.put("job", job_id, record)
            self._store.delete("progress", job_id)
            self._set_timer(job_id, record)
        if notify is not None:
            notify()

    def _next(self, progress: Progress, now: datetime) -> str:
        return iso(max(from_iso(progress.began) + self._interval, now), 6)

    def _cut_off(self, job_id: str, run: Run, reason: str, told: Document) -> None:
        """Put the job into quarantine with its cycle where it is; the next attempt takes it up again."""
        with self._store.transaction():
            if not self._runs.holds(job_id, run):
                return
            self._runs.close(job_id, run)
            before = self._record(job_id)
            progress = self._progress(job_id)
            execution = _execution(progress or _not_started(run), self._clock.now(), "Failed")
            record, notify = self._quarantined(before, before, execution, reason, told)
            self._store.put("job", job_id, record)
            if progress and not progress.done and not progress.counts:
                self._store.delete("progress", job_id)
            self._set_timer(job_id, record)
        if notify is not None:
            notify()

    def _quarantined(
        self, before: Document, record: Document, execution: Document, reason: str, told: Document
    ) -> tuple[Document, Callable[[], None] | None]:
        """Return the job's record in quarantine and, if it was not there `before`, how to tell of it."""
        now = self._clock.now()
        kept = ("quarantine", "countSuccessiveCompleteFailures")
        held = {**record["job"]["status"], **{name: before["job"]["status"][name] for name in kept}}
        document = job.quarantined(
            {**record["job"], "status": held},
            execution,
            reason,
            told,
            now=now,
            first_minutes=self._quirks["quarantine-first-minutes"],
            growth=self._quirks["quarantine-growth"],
        )
        quarantine = document["status"]["quarantine"]
        limit = from_iso(quarantine["currentBegan"]) + timedelta(days=self._quirks["quarantine-days"])
        if now > limit:
            document = job.disabled(document)
        record = {**record, "job": document, "next": quarantine["nextAttempt"]}
        if held["quarantine"] is not None:
            return record, None
        return record, self._on_quarantine(record["app"], told["message"])

    @property
    def _interval(self) -> timedelta:
        return timedelta(minutes=self._quirks["cycle-interval-minutes"])

    def _progress(self, job_id: str) -> Progress | None:
        document = self._store.get("progress", job_id)
        return None if document is None else Progress.of(document)

    def _save(self, job_id: str, run: Run, progress: Progress) -> None:
        self._runs.demand(job_id, run)
        self._store.put("progress", job_id, progress.counted(run.session.counts).document())

    def _record(self, job_id: str) -> Document:
        record = self._store.get("job", job_id)
        assert record is not None
        return record


def _told(code: str, message: str) -> Document:
    return {"code": code, "message": message, "tenantActionable": True}


def _too_many_deletes(error: TooManyDeletes) -> Document:
    return _told(
        "TooManyDeletes",
        f"{error.count} objects would be disabled or deleted in one cycle, more than the {error.most} that accidental "
        "deletion prevention allows. Allow the deletes, or mend assignments and scope and restart provisioning.",
    )


def _too_many_failures(reason: str) -> Document:
    return _told(
        reason,
        "Too many objects fail. Mend what the provisioning log says of them, then restart provisioning.",
    )


def count_links(record: Document, counts: Mapping[str, int]) -> Document:
    """Add what was linked to the job's statistics, which so never need to look at all connections."""
    linked: Counter[str] = Counter(record["linked"])
    for name, number in counts.items():
        if name.startswith(LINKED):
            linked[name.removeprefix(LINKED)] += number
    return {**record, "linked": dict(linked)}


def _not_started(run: Run) -> Progress:
    """Return the progress of a cycle whose probes failed."""
    return Progress(
        id=run.session.frame.cycle_id,
        kind="",
        since=None,
        until=0,
        phase=PHASES[0],
        after=None,
        done=0,
        total=0,
        first=False,
        began=run.began,
    )


def _execution(progress: Progress, now: datetime, state: str) -> Document:
    counts = progress.counts
    exported, escrowed = counts.get("countExported", 0), counts.get("countEscrowed", 0)
    return {
        "activityIdentifier": progress.id,
        "countEntitled": exported + escrowed,
        "countEntitledForProvisioning": exported + escrowed,
        "countEscrowed": escrowed,
        "countEscrowedRaw": escrowed,
        "countExported": exported,
        "countExports": exported,
        "countImported": progress.done,
        "countImportedDeltas": progress.done if progress.kind == "incremental" else 0,
        "countImportedReferenceDeltas": 0,
        "state": state,
        "timeBegan": progress.began,
        "timeEnded": iso(now, 6),
        "error": None,
    }
