"""The reports that are files: complete, legal whatever the run said, the same for the same run, whole or absent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from harness.base.errors import HarnessError
from harness.report.formats.json_report import JsonReport
from harness.report.formats.junit import JUnitReport
from harness.report.page.html import HtmlReport
from harness.report.writers import WRITERS
from harness.scenario.events import Event, RunStarted
from tests.report.stories import HOSTILE, sample, seen, story

REPORTS: list[Callable[[Path], Any]] = [writer.open for writer in WRITERS]
# An HTTP archive and JSON lines have what happened, and no word for what was cut off.
TOLD_AT_THE_END: list[Callable[[Path], Any]] = [JUnitReport, JsonReport, HtmlReport]


def written(report: Callable[[Path], Any], events: list[Event], path: Path) -> str:
    consumer = report(path)
    for event in events:
        consumer.consume(event)
    consumer.finish()
    return path.read_text(encoding="utf-8")


def test_junit_has_a_case_for_everything(tmp_path: Path) -> None:
    """Build servers see the passed, the failed and the rejected, with counts that add up."""
    suite = ET.fromstring(written(JUnitReport, sample(tmp_path), tmp_path / "o.xml")).find("testsuite")
    assert suite is not None
    cases = suite.findall("testcase")
    assert [[child.tag for child in case] for case in cases] == [
        ["error"],
        ["system-out"],
        ["failure", "system-out"],
    ]
    assert {key: suite.get(key) for key in ("tests", "failures", "errors", "time")} == {
        "tests": "3", "failures": "1", "errors": "1", "time": "1.000",
    }  # fmt: skip
    failure = cases[2].find("failure")
    assert failure is not None
    assert failure.get("message") == "expected another aws users"
    assert "  nearest:  " in (failure.text or "")
    assert [case.get("line") for case in cases] == ["2", "1", "1"]


def test_junit_shows_illegal_characters_as_escapes(tmp_path: Path) -> None:
    """XML cannot carry control characters; the reader still sees that they were there."""
    text = written(JUnitReport, sample(tmp_path), tmp_path / "o.xml")
    assert r"\x1b[31m \ud800 ]]" in text
    ET.fromstring(text)


def test_json_is_the_same_whatever_the_machine_took(tmp_path: Path) -> None:
    """Wall time is the only thing two runs of one seed may differ in, and it is left out."""
    slow = written(JsonReport, sample(tmp_path, seconds=9.0), tmp_path / "a.json")
    assert slow == written(JsonReport, sample(tmp_path, seconds=0.1), tmp_path / "b.json")


def test_json_has_the_whole_story(tmp_path: Path) -> None:
    """Totals, steps, failures, exchanges with parsed bodies, and text as it was."""
    data = json.loads(written(JsonReport, sample(tmp_path), tmp_path / "o.json"))
    assert data["totals"] == {"passed": 1, "failed": 1, "interrupted": 0, "rejected": 1}
    first, second = data["scenarios"]
    assert (first["outcome"], second["outcome"], second["title"]) == ("passed", "failed", HOSTILE)
    assert first["quirks"] == ["a-quirk", "single-phone"]
    (step,) = second["steps"]
    assert [item["kind"] for item in step["observations"]] == [
        "exchange",
        "exchange",
        "cloudtrail",
        "mail",
        "clock",
    ]
    assert step["observations"][0]["exchange"]["request"]["body"] == {"userName": "ana"}
    assert step["observations"][1]["exchange"]["response"] is None
    assert step["failures"] == second["failures"]


@pytest.mark.parametrize("report", TOLD_AT_THE_END)
def test_an_interrupted_run_is_reported(report: Callable[[Path], Any], tmp_path: Path) -> None:
    """What ran before Ctrl-C is in every report, and what it cut off is not called passed."""
    events = [RunStarted(2, "1", "0.1.0"), *story("a.yaml", []), *story("b.yaml", [seen()], finished=False)]
    assert "nterrupted" in written(report, events, tmp_path / "deep" / "o.out")


@pytest.mark.parametrize("report", TOLD_AT_THE_END)
def test_an_empty_run_is_reported(report: Callable[[Path], Any], tmp_path: Path) -> None:
    """Nothing ran is a report too."""
    assert written(report, [], tmp_path / "o.out")


@pytest.mark.parametrize("report", REPORTS)
def test_what_cannot_be_written_is_refused_before_the_run(
    report: Callable[[Path], Any], tmp_path: Path
) -> None:
    """Nobody waits for a run whose report has nowhere to go."""
    with pytest.raises(HarnessError, match="is a folder"):
        report(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(HarnessError, match="cannot be written"):
        report(tmp_path / "file" / "o.out")
