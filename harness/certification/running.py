"""Running suites against a server: one check after the other, each in a world of its own, and cleaned up after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from harness.base.clock import Clock, Stopwatch, iso
from harness.base.ids import Ids
from harness.base.store import Document
from harness.certification.bench.bench import Bench
from harness.certification.bench.patience import DEFAULT, Patience, PatientSend, Pause, Timing, is_read
from harness.certification.bench.rereading import ForkedError, Rereading
from harness.certification.outcomes import FailedError, Outcome, SkippedError, StoppedError, UnreachableError
from harness.certification.refusals import Refusal, refusal_of
from harness.certification.subject import Subject
from harness.certification.suite import Check, Criterion, Suite
from harness.wire.message import Send
from harness.wire.recording.exchanges import Exchange

_PATIENCE = 3  # checks in a row without any answer of SCIM; the rest is not run
_POLL = timedelta(seconds=0.5)  # between two readings of what is not yet as it should be


@dataclass(frozen=True, slots=True)
class Result:
    """What a check came to. `reason` is empty for PASSED; `left` are paths of resources that could not be deleted.

    `notes` say which requests were sent again, and whether the server needed time to show what was written; `wrong` has the
    `order` of the exchanges where it failed.
    """

    suite: str
    check: Criterion
    outcome: Outcome
    reason: str
    exchanges: tuple[Exchange, ...]
    left: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    began: str = ""  # real time, in ISO 8601
    took: float = 0.0  # seconds of real time, waits for the server included
    timings: tuple[Timing, ...] = ()
    wrong: frozenset[int] = frozenset()

    @property
    def refusal(self) -> Refusal | None:
        """Return what all answers have in common if none of them was SCIM; None if one was, or nothing was asked."""
        return refusal_of(self.exchanges)

    @property
    def last_written(self) -> Exchange | None:
        """Return the last request that wrote something, None if none did: a failed read usually shows what it did wrong."""
        return next((each for each in reversed(self.exchanges) if not is_read(each.request)), None)


def run(
    subject: Subject,
    suites: Iterable[Suite[Check]],
    send: Send,
    clock: Clock,
    seed: str,
    *,
    patience: Patience = DEFAULT,
    pause: Pause | None = None,
) -> Iterator[Result]:
    """Yield the result of each check as it comes.

    `send` reaches the server and its token endpoint, `clock` gives the moment at which each check's virtual time begins;
    `pause` waits for the server, the clock is moved where it is None. Names of people and groups follow from the seed.
    Raises StoppedError when the server answers nothing any more, or nothing that is of SCIM.
    """
    patient = PatientSend(send, clock, pause or clock.advance, patience)
    runner = _Runner(subject, patient, clock, pause or clock.advance, patience.settle)
    refused, was_reached = 0, False
    for suite in suites:
        for check in suite.checks:
            result = runner.result(suite.name, check, f"{seed}/{suite.name}/{check.name}")
            yield result
            refusal = result.refusal
            if refusal is None or (refusal.at_first and was_reached):
                refused, was_reached = 0, was_reached or bool(result.exchanges)
                continue
            refused += 1
            if refused == _PATIENCE:
                stop = UnreachableError if result.outcome is Outcome.INCONCLUSIVE else StoppedError
                raise stop(f"{_PATIENCE} checks in a row got {refusal.text}")


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A check run at a bench, not yet cleaned up after."""

    bench: Bench
    outcome: Outcome
    reason: str

    @property
    def failed(self) -> bool:
        return self.outcome in (Outcome.FAILED, Outcome.WARNING)


@dataclass(frozen=True, slots=True)
class _Runner:
    subject: Subject
    patient: PatientSend
    clock: Clock
    pause: Pause
    settle: timedelta
    said: dict[str, Document] = field(default_factory=dict)

    def result(self, suite: str, check: Check, seed: str) -> Result:
        """Run a check; before it fails, what it reads has time to settle."""
        self.patient.begin(seed)
        began, watch = iso(self.clock.now(), 3), Stopwatch()
        attempt, notes = self._settled(check, seed)
        bench, outcome, reason = attempt.bench, attempt.outcome, attempt.reason
        if self.patient.unjudged and attempt.failed:
            outcome = Outcome.INCONCLUSIVE
            reason = reason if "got no answer" in reason else f"{self.patient.unjudged}; {reason}"
        redaction, took = bench.redaction(), watch.seconds()
        text = redaction.text
        timings = tuple(replace(each, url=text(each.url)) for each in self.patient.timings)
        self.said.update(bench.said)
        evidence = redaction.evidence()
        return Result(
            suite,
            check,
            outcome,
            text(reason),
            evidence,
            tuple(bench.clear()),
            tuple(map(text, (*self.patient.notes, *notes))),
            began,
            took,
            timings,
            # A check goes no further than the answer that it objects to.
            frozenset(each.order for each in evidence[-1:] if attempt.failed),
        )

    def _settled(self, check: Check, seed: str) -> tuple[_Attempt, list[str]]:
        """Run a check; while it fails, repeat the reads after its last write until the time is up."""
        start, answers = self.clock.now(), Rereading(self.patient)
        attempt = self._attempt(check, seed, start, answers)
        notes: list[str] = []
        if attempt.failed and refusal_of(attempt.bench.exchanges()) is not None:
            return attempt, notes  # no index is that far behind
        while attempt.failed and not self.patient.unjudged:
            later, seconds = self._reread(check, seed, start, answers)
            if later is None:
                break
            notes.append(f"right only when read again, {seconds:g} s later; before: {attempt.reason}")
            attempt = later
        return attempt, notes

    def _reread(
        self, check: Check, seed: str, start: datetime, answers: Rereading
    ) -> tuple[_Attempt | None, float]:
        """Repeat the reads until the check gets further; return that attempt (None if time runs out) and the seconds waited."""
        place, waited = answers.written, timedelta()
        while waited < self.settle and (reads := answers.rewind()):
            self.pause(_POLL)
            waited += _POLL
            try:
                attempt = self._attempt(check, seed, start, answers)
            except ForkedError:
                break
            if not attempt.failed or answers.written > place:
                self.patient.learn_lag(reads)
                return attempt, waited.total_seconds()
        return None, waited.total_seconds()

    def _attempt(self, check: Check, seed: str, start: datetime, answers: Rereading) -> _Attempt:
        bench = self._bench(answers, start, seed)
        try:
            check.run(bench)
        except FailedError as failed:
            return _Attempt(bench, Outcome.FAILED if check.mandatory else Outcome.WARNING, str(failed))
        except SkippedError as skipped:
            return _Attempt(bench, Outcome.SKIPPED, str(skipped))
        return _Attempt(bench, Outcome.PASSED, "")

    def _bench(self, send: Rereading, start: datetime, seed: str) -> Bench:
        reach = {_origin(url): send for url in self.subject.addresses}
        return Bench(self.subject, start, Ids(seed), self.pause, reach, send, self.said)


def _origin(url: str) -> str:
    """Return scheme and host as the wire compares them: lower case, without the port that is usual."""
    parts = urlsplit(url)
    usual = ":443" if parts.scheme == "https" else ":80"
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"
