"""Plays a scenario in a world of its own, as a stream of events.

The same seed gives the same events, byte for byte; only `seconds` differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from harness.base.clock import Stopwatch, VirtualClock, from_iso, iso
from harness.base.errors import EntryError, HarnessError
from harness.journal import Journal
from harness.log_lines import FAULT, fault_line
from harness.scenario.events import (
    Event,
    Failure,
    ScenarioFinished,
    ScenarioStarted,
    StepFinished,
    StepStarted,
)
from harness.scenario.expectations import at, check, request_line
from harness.scenario.jumps import with_jumps
from harness.scenario.live import command as live_command
from harness.scenario.live import served
from harness.scenario.loading import Scenario, Step
from harness.scenario.loading.violations import violations
from harness.scenario.observing import Since, observations, since
from harness.scenario.play import Play, Result, StepError
from harness.scenario.steps import STEPS
from harness.scenario.values import ABSENT, explain, show
from harness.scenario.variables import substitute
from harness.wire.faults import Meetings, html_page
from harness.wire.recording.exchanges import Exchange, Sent
from harness.wire.recording.redaction import redact
from harness.world import AZURE_AD, World, create

DEFAULT_SEED = "1"
_LONGEST_ANSWER = 400
# An origin with another server than a SCIM one, for scenarios that need it.
FAULTY_ORIGINS = {"https://portal.contoso.com": html_page}


def run_scenario(scenario: Scenario, *, seed: str, observed: bool = True) -> Iterator[Event]:
    """Play one scenario in a fresh world; after a step that failed the rest is not played.

    `observed` False leaves out the observations, which take time, where no report needs them.
    """
    watch = Stopwatch()
    journal = Journal()
    live = live_command(scenario.id, None if scenario.seed or seed == DEFAULT_SEED else seed)
    seed = scenario.seed or seed
    try:
        world = world_of(scenario, seed, journal)
    except HarnessError as error:
        location = scenario.location
        if isinstance(error, EntryError):
            location = scenario.entry(error.side, error.kind, error.number)
        failure = Failure(location, str(error))
        yield _started(scenario, seed, scenario.start or "")
        yield ScenarioFinished(scenario.id, scenario.start or "", (failure,), (), watch.seconds())
        return
    yield _started(scenario, seed, iso(world.clock.now()))
    player = Player(scenario, world, journal, live, observed=observed)
    failures: tuple[Failure, ...] = ()
    for number, step in enumerate(scenario.steps, start=1):
        for event in player.play(number, step):
            yield event
            if isinstance(event, StepFinished):
                failures = event.failures
        if failures:
            break
    failures = failures or tuple(replace(failure, live=live) for failure in player.unmet())
    yield ScenarioFinished(scenario.id, iso(world.clock.now()), failures, world.quirks_fired, watch.seconds())


def world_of(scenario: Scenario, seed: str, journal: Journal) -> World:
    """Build the world that a scenario begins in. Raises HarnessError for what `given` cannot hold."""
    world = create(
        scenario.profile,
        seed=seed,
        quirk_values=scenario.quirks,
        clock=VirtualClock(from_iso(scenario.start)) if scenario.start else None,
        journal=journal,
        faults=FAULTY_ORIGINS,
    )
    world.populate(scenario.given)
    return world


def _started(scenario: Scenario, seed: str, at: str) -> ScenarioStarted:
    return ScenarioStarted(
        id=scenario.id,
        title=scenario.title,
        location=scenario.location,
        source=scenario.source,
        tags=scenario.tags,
        profile=scenario.profile,
        seed=seed,
        at=at,
        description=scenario.description,
    )


class Player:
    """Plays the steps of one scenario in its world; `live` is the command that serves it, for failures."""

    def __init__(
        self, scenario: Scenario, world: World, journal: Journal, live: str = "", *, observed: bool = True
    ) -> None:
        self._live = live
        self._observed = observed
        self._world = world
        self._journal = journal
        self._play = Play(world, journal, schema=scenario.schema)
        self._names: dict[str, Any] = {}
        self._faults: list[tuple[Step, Meetings]] = []
        self._sent: dict[tuple[str, str], Sent] = {}  # by method and address, each once
        world.faults.tell = self._tell_of_fault

    def play(self, number: int, step: Step) -> Iterator[Event]:
        """Carry out a step, run what is due at once, then check the expectations."""
        play, world = self._play, self._world
        self._journal.clear()
        began = world.clock.now()
        arguments = substitute(step.arguments, self._names)
        yield StepStarted(number, step.verb, redact(arguments), step.location, iso(began))
        failures: list[Failure] = []
        checked: list[str] = []
        try:
            result = STEPS[step.verb](play, _fitting(step, arguments))
            world.advance(timedelta())
        except HarnessError as error:
            result = Result("could not be carried out", str(error))
            if not isinstance(error, StepError) or not _expects_failure(step.expect):
                failures.append(Failure(step.quoted(str(error)), str(error)))
        self._faults += [(step, fault) for fault in play.faults[len(self._faults) :]]
        for each in self._journal.sent:
            if each.source == AZURE_AD:
                self._sent.setdefault((each.request.method, each.request.url), each)
        if self._observed:
            yield from with_jumps(observations(self._journal), began, world.clock.now())
        if result.error and not failures and not _expects_failure(step.expect):
            message = f"{step.verb}: {result.error}"
            failures.append(Failure(step.quoted(result.error), message, **_again(play.exchanges)))
        if not failures:
            failures, checked = self._check(step, result, since(self._journal))
        if not failures:
            failures = self._note(step, result, since(self._journal))
        outcome = result.outcome if result.error is None else f"{result.outcome}: {result.error}"
        reported = tuple(replace(failure, live=self._live) for failure in failures)
        yield StepFinished(number, iso(world.clock.now()), outcome, tuple(checked), reported)

    def _tell_of_fault(self, sentence: str) -> None:
        self._journal.log(FAULT, fault_line(self._world.clock.now(), sentence))

    @property
    def state(self) -> Play:
        return self._play

    def unmet(self) -> tuple[Failure, ...]:
        """Return a failure for each fault that met fewer requests than it is meant for: the scenario did not test it."""
        unmet = [(step, fault) for step, fault in self._faults if fault.met < fault.wanted]
        if not unmet:
            return ()
        sent = [each.exchange().request for each in self._sent.values()]
        requests = "\n".join(dict.fromkeys(request_line(each.method, each.url) for each in sent)) or "none"
        return tuple(
            Failure(
                step.at("arguments", "request"),
                f"fault: '{fault.pattern}' met too few requests, so nothing was tried",
                expected=f"{fault.wanted} or more requests like that",
                actual=f"{fault.met}; these were sent in the whole scenario:\n{requests}",
            )
            for step, fault in unmet
        )

    def _note(self, step: Step, result: Result, new: Since) -> list[Failure]:
        """Save the values of `let`; a missing value is a failure at once."""
        for name, path in step.let.items():
            try:
                value, source = at(path, self._play, result, new)
            except HarnessError as error:
                return [Failure(step.at("let", name), f"{step.verb}: '{path}' cannot be looked at: {error}")]
            if value is ABSENT:
                message = f"{step.verb}: there is nothing at '{path}' to note down as '{name}'"
                return [Failure(step.at("let", name), message, actual=show(redact(source)))]
            self._names[name] = value
        return []

    def _check(self, step: Step, result: Result, new: Since) -> tuple[list[Failure], list[str]]:
        failures, checked = [], []
        for key, expected in substitute(step.expect, self._names).items():
            try:
                verdict = check(key, expected, self._play, result, new)
            except HarnessError as error:
                message = f"{step.verb}: '{key}' cannot be looked at: {error}"
                failures.append(Failure(step.at("expect", key), message, **_again(self._play.exchanges)))
                continue
            if not verdict.mismatches:
                checked.append(key)
                continue
            first, *others = verdict.mismatches
            trail = ("expect", key, *first.path)
            failures.append(
                Failure(
                    location=step.at(*trail),
                    message=f"{step.verb}: '{key}' is not as expected",
                    expected=first.expected,
                    # The whole says the others, too.
                    actual=f"{first.actual}\n{explain(others)}"
                    if others and not verdict.whole
                    else first.actual,
                    nearest=verdict.nearest,
                    whole=verdict.whole,
                    **_again(self._play.exchanges),
                )
            )
        return failures, checked


def _fitting(step: Step, arguments: Any) -> Any:
    """Return a step's arguments. Raises HarnessError for a captured one of another kind than the schema has there."""
    if arguments != step.arguments:
        for mistake in violations({step.verb: arguments}, step.places, "step"):
            raise HarnessError(mistake.message)
    return {} if arguments is None else arguments


def _expects_failure(expect: Mapping[str, Any]) -> bool:
    """A step may be refused only where the scenario says so."""
    return bool({"result", "error", "status"} & set(expect))


def _again(exchanges: Sequence[Exchange]) -> dict[str, str]:
    """Return `curl` and `answered` of the last exchange that went wrong, or of the last one."""
    wrong = [
        exchange for exchange in exchanges if exchange.response is None or exchange.response.status >= 400
    ]
    chosen = (wrong or list(exchanges))[-1:]
    return {"curl": served(chosen[0]).curl(), "answered": _answer(chosen[0])} if chosen else {}


def _answer(exchange: Exchange) -> str:
    if exchange.response is None:
        return exchange.error or "nothing"
    text = " ".join(exchange.response.body.decode("utf-8", "replace").split())
    body = text if len(text) <= _LONGEST_ANSWER else f"{text[:_LONGEST_ANSWER]}… ({len(text)} characters)"
    return f"{exchange.response.status} {body}".rstrip()
