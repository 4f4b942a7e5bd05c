"""The reports for other programs: JSON lines, an HTTP archive, the Common Test Report Format, and GitHub Actions."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from harness.base.errors import HarnessError
from harness.report.formats.ctrf import CtrfReport
from harness.report.formats.github import MOST_ANNOTATIONS, MOST_SUMMARY, GitHubReport, is_github
from harness.report.formats.har import HarReport
from harness.report.formats.jsonl import LONGEST, JsonLinesReport
from harness.scenario.events import (
    Event,
    Failure,
    FileRejected,
    Location,
    Observation,
    RunFinished,
    RunStarted,
)
from tests.report.stories import HOSTILE, exchange, sample, seen, story


def fed(report: Any, events: list[Event]) -> Any:
    for event in events:
        report.consume(event)
    report.finish()
    return report


def lines_of(events: list[Event], path: Path) -> list[dict[str, Any]]:
    fed(JsonLinesReport(path), events)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_event_is_a_line(tmp_path: Path) -> None:
    """A reader needs no more than the line before it."""
    lines = lines_of(sample(tmp_path), tmp_path / "o.jsonl")
    assert [line["event"] for line in lines] == [
        "run",
        "file rejected",
        "scenario",
        "step",
        "exchange",
        "clock",
        "step finished",
        "scenario finished",
        "scenario",
        "step",
        "exchange",
        "exchange",
        "cloudtrail",
        "mail",
        "clock",
        "step finished",
        "scenario finished",
        "run finished",
    ]
    assert lines[4] | {"at": ""} == {
        "event": "exchange",
        "at": "",
        "source": "Azure AD",
        "target": "AWS SSO",
        "method": "POST",
        "url": "https://scim.example.com/tenant/scim/v2/Users",
        "status": 201,
        "sent": {"userName": "ana"},
        "answer": {"id": "1"},
    }
    assert (lines[10]["good"], lines[11]["error"]) == (False, "refused: nobody listens")
    assert [line["outcome"] for line in lines if line["event"] == "scenario finished"] == ["passed", "failed"]
    assert lines[-2]["failures"][0]["nearest"] == '{"userName": "eva"}'


def test_lines_can_be_read_while_the_run_goes_on(tmp_path: Path) -> None:
    """A pipe has a scenario's lines as soon as it is over."""
    path = tmp_path / "o.jsonl"
    path.touch()
    (tmp_path / "other-name").hardlink_to(path)  # a file with two names is written through, as a pipe is
    report = JsonLinesReport(path)
    for event in story("a.yaml", [seen()]):
        report.consume(event)
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[-1])["event"] == "scenario finished"
    report.finish()


def test_the_same_run_gives_the_same_lines(tmp_path: Path) -> None:
    """Wall time is left out."""
    slow = lines_of(sample(tmp_path, seconds=9.0), tmp_path / "slow.jsonl")
    assert slow == lines_of(sample(tmp_path, seconds=0.1), tmp_path / "quick.jsonl")


def test_a_long_body_is_told_by_its_length(tmp_path: Path) -> None:
    """What the JSON report has in full does not make lines that nobody can read."""
    body = b'"' + b"x" * LONGEST + b'"'
    item = Observation(
        "exchange", "2020-09-01T08:00:00Z", "Azure AD", "POST", exchange=exchange("/", 201, body)
    )
    line = lines_of(story("a.yaml", [item]), tmp_path / "o.jsonl")[2]
    assert (line["sentLength"], "sent" in line) == (LONGEST + 2, False)


def test_log_entries_are_brief_where_nothing_failed(tmp_path: Path) -> None:
    """The steps of a provisioning log entry, an audit log entry, and most of a CloudTrail event, repeat what the lines before say."""
    detail = {"id": "1", "provisioningSteps": [], "eventName": "CreateUser", "eventID": "2"}
    items = [
        Observation(kind, "2020-09-01T08:00:00Z", "Azure AD", "it", good, detail)
        for kind, good in (
            ("provisioning log", True),
            ("provisioning log", False),
            ("audit log", True),
            ("audit log", False),
            ("cloudtrail", True),
            ("cloudtrail", False),
        )
    ]
    good, bad, audited, refused, trail, _, _ = lines_of(story("a.yaml", items), tmp_path / "o.jsonl")[2:]
    assert "provisioningSteps" not in good["entry"]
    assert bad["entry"] == refused["entry"] == detail
    assert (audited["summary"], "entry" in audited) == ("it", False)
    assert trail == {
        "event": "cloudtrail",
        "at": "2020-09-01T08:00:00Z",
        "good": False,
        "eventName": "CreateUser",
    }


def test_an_archive_has_every_exchange(tmp_path: Path) -> None:
    """A page a scenario, an entry an exchange, the members that HAR 1.2 asks for; status 0 where nothing answered."""
    path = tmp_path / "o.har"
    fed(HarReport(path), sample(tmp_path))
    log = json.loads(path.read_text(encoding="utf-8"))["log"]
    assert (log["version"], log["creator"]) == ("1.2", {"name": "harness", "version": "0.1.0"})
    assert [page["title"] for page in log["pages"]] == ["Users arrive", HOSTILE]
    assert [each["response"]["status"] for each in log["entries"]] == [201, 400, 0]
    assert {each["pageref"] for each in log["entries"]} == {page["id"] for page in log["pages"]}
    first = log["entries"][0]
    assert set(first) >= {"startedDateTime", "time", "request", "response", "cache", "timings"}
    assert first["request"]["postData"] == {"mimeType": "application/json", "text": '{"userName":"ana"}'}
    assert first["request"]["headers"][0] == {"name": "Authorization", "value": "***"}
    assert first["response"]["content"] == {"size": 10, "mimeType": "application/json", "text": '{"id":"1"}'}
    assert log["entries"][2]["response"]["comment"] == "refused: nobody listens"


def test_a_dashboard_gets_every_scenario(tmp_path: Path) -> None:
    """Counts that add up, durations in milliseconds, and the place of what failed."""
    path = tmp_path / "o.json"
    fed(CtrfReport(path), sample(tmp_path))
    report = json.loads(path.read_text(encoding="utf-8"))
    results = report["results"]
    assert report["reportFormat"] == "CTRF"
    assert results["tool"] == {"name": "harness", "version": "0.1.0"}
    summary = results["summary"]
    assert {name: summary[name] for name in ("tests", "passed", "failed", "skipped", "pending", "other")} == {
        "tests": 3, "passed": 1, "failed": 2, "skipped": 0, "pending": 0, "other": 0,
    }  # fmt: skip
    assert 0 < summary["start"] <= summary["stop"]
    assert [(test["status"], test["duration"]) for test in results["tests"]] == [
        ("failed", 0),
        ("passed", 500),
        ("failed", 500),
    ]
    assert (results["tests"][2]["message"], results["tests"][2]["line"]) == ("expected another aws users", 3)


def test_what_was_cut_off_is_neither_passed_nor_failed(tmp_path: Path) -> None:
    """CTRF has the word 'other' for it."""
    path = tmp_path / "o.json"
    fed(CtrfReport(path), story("a.yaml", [], finished=False))
    (test,) = json.loads(path.read_text(encoding="utf-8"))["results"]["tests"]
    assert test["status"] == "other"


def test_github_marks_the_lines_that_failed(tmp_path: Path) -> None:
    """An annotation is one line whatever the message says, and hostile text cannot end its properties."""
    out, summary = io.StringIO(), tmp_path / "summary.md"
    fed(GitHubReport(out, summary), sample(tmp_path))
    first, second = out.getvalue().splitlines()
    assert first.startswith(
        "::error file=bad.yaml,line=2,col=1,title=bad.yaml is not a scenario::error: unknown key"
    )
    assert "%0A" in second
    assert ",line=3,col=5,title=" in second
    text = summary.read_text(encoding="utf-8")
    assert "1 passed, 1 failed, 1 rejected (seed `1`)" in text
    assert "expected another aws users" in text


def test_properties_of_an_annotation_are_escaped() -> None:
    """A colon, a comma or a per cent sign in an id does not begin another property."""
    out = io.StringIO()
    failure = Failure(Location("a.yaml", 1, 1), "50 % :: done")
    fed(GitHubReport(out, None), [*story("a.yaml[x:y,z%]", [], (failure,))])
    assert ",title=a.yaml[x%3Ay%2Cz%25]::" in out.getvalue()
    assert "50 %25 :: done" in out.getvalue()


@pytest.mark.slow
def test_github_gets_no_more_than_it_shows(tmp_path: Path) -> None:
    """Ten annotations and a summary of a mebibyte: more would be dropped, or fail the step."""
    failures = tuple(Failure(Location("a.yaml", n, 1), f"{n} " + "ü" * 50_000) for n in range(1, 40))
    out, summary = io.StringIO(), tmp_path / "summary.md"
    fed(GitHubReport(out, summary), story("a.yaml", [], failures))
    assert len(out.getvalue().splitlines()) == MOST_ANNOTATIONS
    assert summary.stat().st_size <= MOST_SUMMARY + 10


def test_the_summary_is_added_to_what_earlier_steps_wrote(tmp_path: Path) -> None:
    """The runner's file is appended to; one that cannot be written is told."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    fed(GitHubReport(io.StringIO(), summary), [RunStarted(0, "1", "0.1.0"), RunFinished(0, 0, 0, 0.0)])
    assert summary.read_text(encoding="utf-8").startswith("before\n## ")
    report = GitHubReport(io.StringIO(), tmp_path)
    with pytest.raises(HarnessError, match="cannot be written"):
        report.finish()


def test_a_backtick_does_not_close_the_fence(tmp_path: Path) -> None:
    """Text of a service stays text in Markdown."""
    summary = tmp_path / "summary.md"
    rejected = FileRejected(Location("a_b.yaml", 1, 1), "a ```` b\n# not a heading")
    fed(GitHubReport(io.StringIO(), summary), [rejected])
    text = summary.read_text(encoding="utf-8")
    assert text.count("`````") == 2
    assert "### a\\_b.yaml is not a scenario" in text


def test_github_is_known_by_its_environment() -> None:
    """Nothing is written elsewhere."""
    assert is_github({"GITHUB_ACTIONS": "true"})
    assert not is_github({"CI": "true"})
