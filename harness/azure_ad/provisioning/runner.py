"""Runs cycles by the clock: timers, the cycle under way, and the job's state after it.

A cycle is a generator that may be stopped between two objects. Everything it did is in the store by then, so a run that is
cut off, by a restart of the process or by an edited mapping, is begun again from the saved progress.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/how-provisioning-works and
…/application-provisioning-quarantine-status (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import NamedTuple

from harness.azure_ad.provisioning.cycle import cycle, shelves
from harness.azure_ad.provisioning.cycle.agenda import planned
from harness.azure_ad.provisioning.cycle.cycle import TooManyDeletes
from harness.azure_ad.provisioning.cycle.records import Progress
from harness.azure_ad.provisioning.cycle.session import Session
from harness.azure_ad.provisioning.job import endings, moves
from harness.azure_ad.provisioning.job.endings import Ending, Stop
from harness.azure_ad.provisioning.job.records import Job
from harness.azure_ad.provisioning.job.shelf import jobs
from harness.azure_ad.provisioning.notices import Notices
from harness.azure_ad.provisioning.runs import Run, Runs
from harness.azure_ad.provisioning.surroundings import Surroundings
from harness.azure_ad.provisioning.target.target import TargetError
from harness.azure_ad.provisioning.thresholds import exceeded
from harness.base.clock import Timer
from harness.base.store import StaleError


class Step(NamedTuple):
    """The result of a step. `phase` and the source id `last` say how far the cycle is; both are None once it `ended`."""

    cycle_id: str
    phase: str | None
    last: str | None
    ended: bool


class Runner:
    """The timers and running cycles of one tenant's jobs.

    `open_session` returns a cycle's session for a job and a cycle id (None: a new one). `busy` is the lock that is held
    while an object is at work. Where processes share the store, only the one that `leads` has timers.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        open_session: Callable[[Job, str | None], Session],
        notices: Notices,
        busy: AbstractContextManager[object],
    ) -> None:
        self._store, self._clock = surroundings.store, surroundings.clock
        self._quirks = surroundings.quirks
        self._open_session, self._notices, self._busy = open_session, notices, busy
        self._jobs, self._progress = jobs(self._store), shelves.progress(self._store)
        self._timers: dict[str, Timer] = {}
        self._runs = Runs(self._store)
        self._stopping = False
        self._on_schedule, self._before_cycle = surroundings.on_schedule, surroundings.before_cycle
        self.leads = not self._store.shared

    def schedule(self, job_id: str) -> None:
        """Set the timer of a job whose schedule is on, in place of any earlier one."""
        with self._store.transaction():
            # Another thread may have saved something else just now; one of the two sets the timer.
            self._set_timer(self._job(job_id))
        self._on_schedule()

    def look_again(self, job_id: str) -> None:
        """Read a job that another process may have changed: drop a run that it overtook, and set the timer."""
        if self._runs.here(job_id) is not None:
            return
        timer, job = self._timers.get(job_id), self._job(job_id)
        if timer is None or timer.due != job.next:
            self._set_timer(job)

    def lead(self, job_id: str) -> None:
        """Take over a job from a process that ended; a paused job's cycle under way waits until it is started."""
        self.leads = True
        if self._store.shared and not self._job(job_id).is_on:
            self._runs.overtake(job_id)
        self.schedule(job_id)

    def rest(self) -> None:
        """Leave the jobs to another process; an object at work here is finished, but not saved."""
        self.leads = False
        self._runs.forget()
        for job_id in list(self._timers):
            self._cancel(job_id)

    def begin_anew(self) -> None:
        """Start from what the store has now, and drop all runs from before."""
        self._runs.forget()
        for job_id in list(self._timers):
            self._cancel(job_id)
        if self.leads:
            for job_id, _ in self._jobs.scan():
                self.lead(job_id)

    def running(self, job_id: str) -> bool:
        return self._runs.is_running(job_id)

    def cancel(self, job_id: str) -> None:
        """Remove the timer, so that no further cycle begins; one under way is still finished."""
        self._cancel(job_id)
        self._on_schedule()

    def overtake(self, job_id: str) -> bool:
        """Drop the cycle under way, which ends after its present object; return whether there was one."""
        return self._runs.overtake(job_id)

    def stop(self) -> None:
        """End after the object under way; a cycle can be continued from the store."""
        self._stopping = True

    def step(self, job_id: str) -> Step:
        """Carry out one object, or one request for references, and hold the cycle there.

        Without a held cycle, one is begun, continued where it was cut off, or taken over from the timers.
        """
        with self._busy:
            run = self._runs.here(job_id)
            if run is None or not run.held:
                run = self._open(job_id)
                run.held, run.session.in_flight = True, 1
            self._advance(job_id, run)
            progress = self._progress.get(job_id)
            if progress is None or not self._runs.holds(job_id, run):
                return Step(run.session.frame.cycle_id, None, None, ended=True)
            with self._store.transaction():
                self._save(job_id, run, progress)
            return Step(run.session.frame.cycle_id, progress.phase, progress.after, ended=False)

    def _cancel(self, job_id: str) -> None:
        timer = self._timers.pop(job_id, None)
        if timer is not None:
            timer.cancel()

    def _set_timer(self, job: Job) -> None:
        """Set a job's timer by its record, saved or about to be; the caller opened the transaction."""
        self._cancel(job.id)
        if self.leads and job.next is not None and job.is_on:
            self._timers[job.id] = self._clock.call_at(job.next, lambda: self._begin(job.id))

    def _begin(self, job_id: str) -> None:
        """Begin a cycle, or continue the one that was cut off or held."""
        with self._busy:
            under_way = self._runs.here(job_id)
            if self._stopping or not self.leads or (under_way is not None and not under_way.held):
                return
            run = self._open(job_id)
        self._pump(job_id, run)

    def _open(self, job_id: str) -> Run:
        job, progress = self._job(job_id), self._progress.get(job_id)
        session = self._open_session(job, progress.id if progress else None)
        if progress is not None:
            session.counts.update(progress.counts)
        now = self._clock.now()

        def start() -> Progress | None:
            begun = cycle.begin(session, job.watermark, now)
            if cycle.is_idle(session, begun):
                run.idle = begun
                return None
            if cycle.has_work(session, begun):
                self._before_cycle()
            with self._store.transaction():
                if self._runs.holds(job_id, run):
                    self._runs.demand(job_id, run)
                    self._progress.put(job_id, begun)
            return begun

        def save(reached: Progress) -> None:
            with self._store.transaction():
                if self._runs.holds(job_id, run):
                    self._save(job_id, run, reached)

        run = Run(session, cycle.run(session, progress, start, save), now)
        self._runs.add(job_id, run)
        return run

    def _pump(self, job_id: str, run: Run) -> None:
        """Carry out one object after another; with a pace, return to the clock in between."""
        pace = timedelta(milliseconds=self._quirks["milliseconds-per-object"])
        while self._runs.holds(job_id, run) and not self._stopping:
            self._advance(job_id, run)
            if pace and self._runs.holds(job_id, run):
                self._clock.call_at(self._clock.now() + pace, lambda: self._pump(job_id, run))
                return
        if self._stopping:
            self._runs.drop(job_id, run)

    def _advance(self, job_id: str, run: Run) -> None:
        """Carry out one object; if the cycle ends with it, well or badly, close it."""
        try:
            with self._busy:
                if self._runs.here(job_id) is run:
                    next(run.steps)
        except StopIteration:
            self._close(job_id, run)
        except TargetError as error:
            self._close(job_id, run, endings.refused(error))
        except TooManyDeletes as error:
            self._close(job_id, run, endings.too_many_deletes(error))
        except StaleError:
            self._runs.drop(job_id, run)  # another process goes on with it
        except Exception:
            # The cause is unknown and the saved progress is sound, so the cycle continues after an interval.
            self._runs.drop(job_id, run)
            again = self._clock.now() + timedelta(minutes=self._quirks["cycle-interval-minutes"])
            if not run.held:
                self._timers[job_id] = self._clock.call_at(again, lambda: self._begin(job_id))
            raise

    def _close(self, job_id: str, run: Run, stop: Stop | None = None) -> None:
        """Remove a run and save its job's new state; `stop` is why it could not be finished."""
        with self._store.transaction():
            if not self._runs.holds(job_id, run):
                return
            self._runs.close(job_id, run)
            ending = self._finished(job_id, run) if stop is None else self._cut_off(job_id, run, stop)
            if ending.entered is not None:
                self._notices.audit_quarantine(ending.job.app, ending.entered.message)
            self._jobs.put(job_id, ending.job)
            self._set_timer(ending.job)
        if ending.entered is not None:
            self._notices.mail_quarantine(ending.job.app, ending.entered.message)

    def _finished(self, job_id: str, run: Run) -> Ending:
        """End a finished cycle; too many objects in escrow put the job into quarantine all the same."""
        progress = run.idle or self._progress.get(job_id)
        assert progress is not None
        progress = progress.counted(run.session.counts)
        job = moves.counted(self._job(job_id), progress.counts)
        escrows = shelves.escrows(self._store, job_id)
        threshold = exceeded(escrows, sum(job.linked.values()), self._quirks)
        ending = endings.completed(job, progress, self._clock.now(), threshold, self._quirks)
        if ending.forgets_escrows:
            escrows.clear()
        if run.idle is None:
            self._progress.delete(job_id)
        return ending

    def _cut_off(self, job_id: str, run: Run, stop: Stop) -> Ending:
        """Leave a cycle unfinished; one that did nothing is deleted, and begun again at the next attempt."""
        progress = self._progress.get(job_id)
        if progress is not None and not progress.done and not progress.counts:
            self._progress.delete(job_id)
        reached = progress or planned(
            run.session, None, 0, cycle_id=run.session.frame.cycle_id, began=run.began
        )
        return endings.cut_off(self._job(job_id), reached, self._clock.now(), stop, self._quirks)

    def _save(self, job_id: str, run: Run, progress: Progress) -> None:
        self._runs.demand(job_id, run)
        self._progress.put(job_id, progress.counted(run.session.counts))

    def _job(self, job_id: str) -> Job:
        job = self._jobs.get(job_id)
        assert job is not None
        return job
