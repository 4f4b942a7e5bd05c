"""A scenario played up to a moment: the step that is named, or the first that fails."""

from __future__ import annotations

from dataclasses import dataclass

from harness.base.errors import HarnessError, nearest
from harness.journal import Journal
from harness.scenario.events import Failure, StepFinished
from harness.scenario.loading import Scenario
from harness.scenario.play import Play
from harness.scenario.running import DEFAULT_SEED, Player, world_of
from harness.world import World

FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Moment:
    """A world as a scenario left it: after step `number` (0: before the first), with what failed there."""

    world: World
    play: Play
    number: int
    failures: tuple[Failure, ...]


def play_until(scenario: Scenario, until: str, seed: str = DEFAULT_SEED) -> Moment:
    """Play up to and with the step that `until` names by number, verb or name; `failure`: until one fails.

    Raises HarnessError for a step that there is not, and for a world that cannot be made.
    """
    last = None if until == FAILURE else _number(scenario, until)
    journal = Journal()
    world = world_of(scenario, scenario.seed or seed, journal)
    player = Player(scenario, world, journal)
    for number, step in enumerate(scenario.steps, start=1):
        ends = [event for event in player.play(number, step) if isinstance(event, StepFinished)]
        if number == last or ends[-1].failures:
            return Moment(world, player.state, number, ends[-1].failures)
    return Moment(world, player.state, len(scenario.steps), player.unmet())


def _number(scenario: Scenario, until: str) -> int:
    steps = scenario.steps
    if until.isdecimal() and 1 <= int(until) <= len(steps):
        return int(until)
    for number, step in enumerate(steps, start=1):
        if until in (step.name, step.verb):
            return number
    names = [step.name or step.verb for step in steps]
    hint = nearest(until, names) or f"; it has steps 1 to {len(steps)}: {', '.join(names)}"
    raise HarnessError(f"--until '{until}' is no step of {scenario.id}{hint}")
