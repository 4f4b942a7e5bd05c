"""The events of a run put together: scenarios with their steps, and the files that were rejected.

For reports that are written at the end. A run that was interrupted leaves a scenario without its finish.
"""

from __future__ import annotations

from msgspec import Struct, field

from harness.scenario.events import (
    Event,
    Failure,
    FileRejected,
    Observation,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    StepFinished,
    StepStarted,
)


class StepStory(Struct):
    started: StepStarted
    observations: list[Observation] = field(default_factory=list)
    finished: StepFinished | None = None

    @property
    def failures(self) -> tuple[Failure, ...]:
        return self.finished.failures if self.finished else ()


class ScenarioStory(Struct):
    started: ScenarioStarted
    steps: list[StepStory] = field(default_factory=list)
    finished: ScenarioFinished | None = None

    @property
    def outcome(self) -> str:
        if self.finished is None:
            return "interrupted"
        return "passed" if self.finished.passed else "failed"

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Return every failure once: a scenario's failures contain those of its steps."""
        failures = [failure for step in self.steps for failure in step.failures]
        failures += self.finished.failures if self.finished else ()
        return tuple(dict.fromkeys(failures))


class Collected(Struct):
    """The run so far. `consume` takes the events in order; everything can be read at any time.

    Observations are collected only if `observed`: a long run has very many.
    """

    observed: bool = True
    seed: str = ""
    version: str = ""
    scenarios: list[ScenarioStory] = field(default_factory=list)
    rejected: list[FileRejected] = field(default_factory=list)
    seconds: float = 0.0

    def consume(self, event: Event) -> None:
        match event:
            case RunStarted():
                self.seed, self.version = event.seed, event.version
            case FileRejected():
                self.rejected.append(event)
            case ScenarioStarted():
                self.scenarios.append(ScenarioStory(event))
            case StepStarted():
                self.scenarios[-1].steps.append(StepStory(event))
            case Observation():
                if self.observed and self.scenarios[-1].steps:
                    self.scenarios[-1].steps[-1].observations.append(event)
            case StepFinished():
                self.scenarios[-1].steps[-1].finished = event
            case ScenarioFinished():
                self.scenarios[-1].finished = event
            case RunFinished():
                self.seconds = event.seconds

    def count(self, outcome: str) -> int:
        return sum(story.outcome == outcome for story in self.scenarios)
