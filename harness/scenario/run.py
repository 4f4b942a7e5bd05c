"""A whole run: scenarios found, chosen and played in order, by one process or by several, as a stream of events.

The events and their order do not depend on the number of processes; only `seconds` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from harness.base import __version__
from harness.base.clock import Stopwatch
from harness.base.errors import HarnessError, nearest
from harness.scenario.events import Event, FileRejected, RunFinished, RunStarted, ScenarioFinished
from harness.scenario.loading import Scenario, ScenarioError, load
from harness.scenario.loading.references import check_typed
from harness.scenario.running import run_scenario
from harness.scenario.selecting.choice import ALL, Choice
from harness.scenario.selecting.targets import Target, targets
from harness.scenario.variables import NONE, Variables

if TYPE_CHECKING:
    from harness.scenario.processes import Processes


class Gathering(Struct):
    """Loads the scenarios that words name. As `scenarios` is read, `rejected` fills with the files that are no scenario.

    `references` fills with the names in `${…}` of the others.
    """

    words: Sequence[str | Path]
    variables: Variables = NONE
    rejected: list[FileRejected] = field(default_factory=list)
    references: set[str] = field(default_factory=set)

    def scenarios(self) -> Iterator[Scenario]:
        """Yield each scenario once. Raises HarnessError for a path or a case that does not exist."""
        ids: set[str] = set()
        for target in targets(self.words):
            try:
                file = load(target.path, target.name, self.variables)
            except ScenarioError as error:
                self.rejected.append(replace(error.rejection, scenario=target.name))
                continue
            self.references |= file.references
            for scenario in _meant(target, file.scenarios()):
                if scenario.id not in ids:
                    ids.add(scenario.id)
                    yield scenario

    def check_variables(self) -> None:
        """Raise HarnessError for a variable of the command line that misspells what the files mention."""
        check_typed(self.variables.typed, self.references, "--var")


def run(
    words: Sequence[str | Path],
    *,
    seed: str,
    choice: Choice = ALL,
    variables: Variables = NONE,
    fail_fast: bool = False,
    processes: int = 1,
    observed: bool = True,
) -> Iterator[Event]:
    """Play the scenarios that words name and `choice` selects.

    A file that is no scenario yields FileRejected; the others still run unless `fail_fast`. `observed` False leaves out
    each Observation.
    Raises HarnessError for a path or a case that does not exist.
    """
    watch = Stopwatch()
    gathering = Gathering(words, variables)
    passed = failed = 0
    with ExitStack() as stack:
        several = stack.enter_context(_several(processes, seed, observed)) if processes > 1 else None
        chosen: list[Scenario] = []
        for _, cases in groupby(choice.among(gathering.scenarios()), key=attrgetter("path")):
            together = list(cases)
            chosen += together
            if several is not None:
                several.begin(together)
        gathering.check_variables()
        yield RunStarted(len(chosen), seed, __version__)
        yield from gathering.rejected
        if not (gathering.rejected and fail_fast):
            for scenario in chosen:
                events = (
                    run_scenario(scenario, seed=seed, observed=observed)
                    if several is None
                    else several.events(scenario)
                )
                for event in events:
                    yield event
                    if isinstance(event, ScenarioFinished):
                        passed, failed = passed + event.passed, failed + (not event.passed)
                if failed and fail_fast:
                    break
    yield RunFinished(passed, failed, len(gathering.rejected), watch.seconds())


def _several(processes: int, seed: str, observed: bool) -> Processes:
    from harness.scenario.processes import Processes

    return Processes(processes, seed, observed)


def _meant(target: Target, cases: Sequence[Scenario]) -> Sequence[Scenario]:
    if target.case is None:
        return cases
    chosen = [scenario for scenario in cases if scenario.case == target.case]
    if not chosen:
        names = [scenario.case for scenario in cases if scenario.case is not None]
        others = f"; there are: {', '.join(names)}" if names else "; the file has no cases"
        raise HarnessError(
            f"{target.name} has no case '{target.case}'{nearest(target.case, names) or others}"
        )
    return chosen
