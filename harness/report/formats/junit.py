"""A run as JUnit XML, for build servers: one test case a scenario, a rejected file as an error."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from harness.report.collected import Collected, ScenarioStory
from harness.report.diagnostics import as_text, failure_lines, rejection_lines
from harness.report.formats.file_report import FileReport
from harness.report.formats.junit_xml import Case, Problem, Suite
from harness.report.formats.junit_xml import render as render_suites
from harness.scenario.events import FileRejected, Location


class JUnitReport(FileReport):
    """JUnit XML, for build servers."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, render)


def render(collected: Collected) -> str:
    """Write the run as JUnit XML."""
    cases = [*map(_rejected, collected.rejected), *map(_scenario, collected.scenarios)]
    properties = {"seed": collected.seed, "version": collected.version}
    return render_suites("harness", [Suite("harness", cases, properties, collected.seconds)])


def _case(place: Location, name: str, seconds: float, problem: Problem | None, output: str = "") -> Case:
    classname = ".".join(PurePosixPath(place.file).with_suffix("").parts)
    attributes = {"file": place.file, "line": str(place.line), "time": f"{seconds:.3f}"}
    return Case(classname, name, problem, output, attributes)


def _rejected(rejected: FileRejected) -> Case:
    problem = Problem("error", rejected.message, "FileRejected", as_text(rejection_lines(rejected)))
    return _case(rejected.location, "is a scenario file", 0.0, problem)


def _scenario(story: ScenarioStory) -> Case:
    started = story.started
    name = started.title + started.id.removeprefix(started.location.file)
    output = "\n".join(
        f"{step.started.at} {step.started.verb}: {step.finished.outcome if step.finished else '…'}"
        for step in story.steps
    )
    return _case(
        started.location, name, story.finished.seconds if story.finished else 0.0, _problem(story), output
    )


def _problem(story: ScenarioStory) -> Problem | None:
    if story.failures:
        text = "\n\n".join(as_text(failure_lines(each)) for each in story.failures)
        return Problem("failure", story.failures[0].message, "Failure", text)
    if story.outcome == "interrupted":
        return Problem("error", "the run was interrupted", "Interrupted")
    return None
