"""The timeline of a world as a page, like scenarios' reports: swim lanes, with every exchange and log line to open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.base import __version__
from harness.report.page.html import HtmlReport
from harness.scenario.events import (
    Failure,
    Location,
    Observation,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    StepFinished,
    StepStarted,
)
from harness.wire.recording.secrets import Secrets


@dataclass(frozen=True, slots=True)
class FailedTest:
    """A failed test: name, place, `message` in a line or a few, whole `traceback`."""

    name: str
    file: str
    line: int
    message: str
    traceback: str = ""

    def without(self, secrets: Secrets) -> FailedTest:
        """Return the same with secrets hidden."""
        return replace(self, message=secrets.text(self.message), traceback=secrets.text(self.traceback))


@dataclass(frozen=True, slots=True)
class Setting:
    """The profile and seed of a world, and its first and last moment, ISO 8601."""

    profile: str
    seed: str
    began: str
    ended: str


def write_page(
    path: Path, setting: Setting, observed: Sequence[Observation], test: FailedTest | None
) -> None:
    """Write the page. Raises HarnessError where `path` cannot be written."""
    name = test.name if test else "Timeline"
    place = Location(test.file, test.line, 1) if test else Location("", 1, 1)
    failures = (Failure(place, test.message, whole=test.traceback),) if test else ()
    report = HtmlReport(path, heading="What happened on both sides")
    report.consume(RunStarted(1, setting.seed, __version__))
    report.consume(ScenarioStarted(name, name, place, {}, (), setting.profile, setting.seed, setting.began))
    report.consume(StepStarted(1, "test" if test else "world", None, place, setting.began))
    for observation in observed:
        report.consume(observation)
    report.consume(StepFinished(1, setting.ended, "", (), failures))
    report.consume(ScenarioFinished(name, setting.ended, failures, (), 0.0))
    report.consume(RunFinished(1 - len(failures), len(failures), 0, 0.0))
    report.finish()
