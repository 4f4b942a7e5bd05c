"""JUnit XML for build servers: one test case a scenario, a rejected file as an error."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

from harness.report.collected import Collected, ScenarioStory
from harness.report.diagnostics import as_text, failure_lines, rejection_lines
from harness.report.file_report import FileReport
from harness.report.writing import legal
from harness.scenario.events import FileRejected


class JUnitReport(FileReport):
    """JUnit XML, for build servers."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, render)


def render(collected: Collected) -> str:
    """Write the run as JUnit XML."""
    counts = {
        "tests": str(len(collected.scenarios) + len(collected.rejected)),
        "failures": str(collected.count("failed")),
        "errors": str(len(collected.rejected) + collected.count("interrupted")),
        "time": f"{collected.seconds:.3f}",
    }
    root = ET.Element("testsuites", {"name": "harness", **counts})
    suite = ET.SubElement(root, "testsuite", {"name": "harness", **counts, "skipped": "0"})
    properties = ET.SubElement(suite, "properties")
    for name, value in (("seed", collected.seed), ("version", collected.version)):
        ET.SubElement(properties, "property", {"name": name, "value": legal(value)})
    for rejected in collected.rejected:
        suite.append(_rejected(rejected))
    for story in collected.scenarios:
        suite.append(_scenario(story))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(file: str, line: int, name: str, seconds: float) -> ET.Element:
    attributes = {
        "classname": legal(".".join(PurePosixPath(file).with_suffix("").parts)),
        "name": legal(name),
        "file": legal(file),
        "line": str(line),
        "time": f"{seconds:.3f}",
    }
    return ET.Element("testcase", attributes)


def _rejected(rejected: FileRejected) -> ET.Element:
    place = rejected.location
    case = _case(place.file, place.line, "is a scenario file", 0.0)
    error = ET.SubElement(case, "error", {"type": "FileRejected", "message": legal(rejected.message)})
    error.text = as_text(rejection_lines(rejected))
    return case


def _scenario(story: ScenarioStory) -> ET.Element:
    started, place = story.started, story.started.location
    name = started.title + started.id.removeprefix(place.file)
    case = _case(place.file, place.line, name, story.finished.seconds if story.finished else 0.0)
    if story.failures:
        message = legal(story.failures[0].message)
        failure = ET.SubElement(case, "failure", {"type": "Failure", "message": message})
        failure.text = "\n\n".join(as_text(failure_lines(each)) for each in story.failures)
    elif story.outcome == "interrupted":
        ET.SubElement(case, "error", {"type": "Interrupted", "message": "the run was interrupted"})
    output = ET.SubElement(case, "system-out")
    output.text = "\n".join(
        legal(f"{step.started.at} {step.started.verb}: {step.finished.outcome if step.finished else '…'}")
        for step in story.steps
    )
    return case
