"""The reports that are files: complete, legal whatever the run said, the same for the same run, whole or absent."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from lxml import html

from harness.base.errors import HarnessError
from harness.report.html import MANY, MAX_PER_STEP, HtmlReport
from harness.report.json_report import JsonReport
from harness.report.junit import JUnitReport
from harness.report.lanes import MAX_ARROWS, label
from harness.scenario.events import Event, Observation, RunFinished, RunStarted
from tests.report.stories import HOSTILE, exchange, sample, seen, story

REPORTS: list[Callable[[Path], Any]] = [JUnitReport, JsonReport, HtmlReport]


def written(report: Callable[[Path], Any], events: list[Event], path: Path) -> str:
    consumer = report(path)
    for event in events:
        consumer.consume(event)
    consumer.finish()
    return path.read_text(encoding="utf-8")


def page_of(events: list[Event], path: Path) -> Any:
    return html.fromstring(written(HtmlReport, events, path))


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


def test_the_page_needs_nothing_else(tmp_path: Path) -> None:
    """No script, style sheet, image or font is fetched: the file can be mailed."""
    text = written(HtmlReport, sample(tmp_path), tmp_path / "o.html")
    page = html.fromstring(text)
    assert page.xpath("//script | //link | //img | //iframe | //object | //@src | //@style") == []
    assert not re.search(r"@import|url\(", text)
    hrefs = set(page.xpath("//@href"))
    assert {href for href in hrefs if not href.startswith("#")} == {"https://example.com/guide"}


def test_text_on_the_page_is_only_text(tmp_path: Path) -> None:
    """Nothing that a scenario or a service says becomes markup, in the picture neither."""
    page = page_of(sample(tmp_path), tmp_path / "o.html")
    assert page.xpath("//red | //script") == []
    assert '<script>alert("x")</script>' in page.text_content()


def test_text_in_the_picture_is_only_text(tmp_path: Path) -> None:
    """A mail's subject or a path cannot close the drawing and open a script."""
    mail = Observation("mail", "2020-09-01T08:00:00Z", "Azure AD", "<script>x</script>")
    page = page_of(story("a.yaml", [mail]), tmp_path / "o.html")
    assert page.xpath("//script") == []
    assert "✉ <script>x</script>" in page.xpath("string(//svg)")


def test_a_source_that_is_no_web_address_is_no_link(tmp_path: Path) -> None:
    """A `javascript:` address is shown as words."""
    events = story("a.yaml", [])
    started = events[0]
    events[0] = type(started)(
        **{  # type: ignore[call-arg]
            **{name: getattr(started, name) for name in started.__slots__},
            "source": {"title": "The guide", "url": "javascript:alert(1)"},
        }
    )
    page = page_of(events, tmp_path / "o.html")
    assert [href for href in page.xpath("//@href") if not href.startswith("#")] == []
    assert "The guide" in page.text_content()


def test_the_page_tells_who_said_what(tmp_path: Path) -> None:
    """Lanes that are used, one arrow an exchange or mail, failures red, clock jumps dashed."""
    page = page_of(sample(tmp_path), tmp_path / "o.html")
    first, second = page.xpath("//svg")
    assert [lane.text for lane in first.xpath(".//text[@class='lane-name']")] == ["Azure AD", "AWS SSO"]
    assert [lane.text for lane in second.xpath(".//text[@class='lane-name']")] == [
        "Administrator",
        "Azure AD",
        "AWS SSO",
    ]
    labels = [text.text_content() for text in second.xpath(".//text[contains(@class, 'arrow-text')]")]
    assert any(label.endswith("POST /Users → 400") for label in labels)
    assert any(label.endswith("POST /Groups → refused") for label in labels)
    assert any(label.endswith("✉ Quarantined") for label in labels)
    assert len(second.xpath(".//path[contains(@class, 'arrow bad')]")) == 2
    assert len(second.xpath(".//line[@class='jump']")) == 1


def test_a_long_path_never_hides_the_answer() -> None:
    """The label of an arrow is cut in the path; identifiers and escapes give way to what can be read."""
    path = "/Users/22b63c12-9c87-4801-ac1c-69c75381481e?filter=userName+eq+%22ana%40contoso.com%22"
    assert label(exchange(path, 200)) == 'POST /Users/…?filter=userName eq "ana@contoso.com" → 200'
    assert label(exchange(path, 200), 30) == "POST /Users/…?filter=us… → 200"


def test_the_timeline_has_everything_in_order(tmp_path: Path) -> None:
    """Steps, exchanges, log entries, mails, clock jumps and expectations are one list."""
    page = page_of(sample(tmp_path), tmp_path / "o.html")
    kinds = [
        row.xpath("string(td[@class='kind'])")
        for row in page.xpath("(//table[@class='timeline'])[2]/tbody/tr")
    ]
    assert kinds == [
        "step",
        "exchange",
        "exchange",
        "cloudtrail",
        "mail",
        "clock",
        "outcome",
        "held",
        "broken",
    ]
    (curl,) = page.xpath("(//table[@class='timeline'])[1]//h4[text()='again by hand']/following-sibling::pre")
    assert curl.text_content().startswith("curl -i")


def test_a_great_many_scenarios_are_told_briefly_where_they_passed(tmp_path: Path) -> None:
    """Requests and answers stay, and everything of a failure; the page says what is missing."""
    failed = sample(tmp_path)
    entry = Observation("cloudtrail", "2020-09-01T08:00:00Z", "AWS SSO", "CreateUser", detail={"told": 1})
    passed = [event for number in range(MANY) for event in story(f"{number}.yaml", [seen(), entry])]
    page = page_of([*failed[:-1], *passed, failed[-1]], tmp_path / "o.html")
    assert page.xpath("count(//h4[text()='request'])") > MANY
    assert not page.xpath("//article[contains(@class, 'passed')]//h4[text()='entry']")
    assert page.xpath("//article[contains(@class, 'failed')]//h4[text()='entry']")
    assert page.xpath("//article[contains(@class, 'failed')]//h4[text()='again by hand']")
    assert "told briefly" in page.text_content()


def test_the_page_shows_the_scenario_as_written(tmp_path: Path) -> None:
    """A reader sees what was given without having the repository."""
    page = page_of(sample(tmp_path), tmp_path / "o.html")
    assert "steps:\n  - turn provisioning on: {}" in page.xpath("string((//article)[1])")


@pytest.mark.parametrize("count", [MAX_ARROWS, 1000])
def test_a_long_run_stays_readable_and_says_what_it_leaves_out(tmp_path: Path, count: int) -> None:
    """At most so many arrows and entries; a failure late in the run is among them."""
    observations = [seen("/Users", 400 if number == count - 1 else 201) for number in range(count)]
    events: list[Event] = [
        RunStarted(1, "1", "0.1.0"),
        *story("a.yaml", observations),
        RunFinished(1, 0, 0, 1.0),
    ]
    page = page_of(events, tmp_path / "o.html")
    arrows = page.xpath("//svg//path[contains(@class, 'arrow')]")
    assert len(arrows) == MAX_ARROWS
    assert len(page.xpath("//svg//path[contains(@class, 'arrow bad')]")) == 1
    left_out = sum(int(text.split()[1]) for text in page.xpath("//svg//text[@class='more']/text()"))
    assert left_out == count - MAX_ARROWS
    rows = page.xpath("//table[@class='timeline']/tbody/tr[contains(@class, 'exchange')]")
    assert len(rows) == min(count, MAX_PER_STEP)
    assert len([row for row in rows if "bad" in row.get("class")]) == 1
    if count > MAX_PER_STEP:
        assert f"{count - MAX_PER_STEP} more entries of this step" in page.text_content()


def test_many_steps_share_the_picture(tmp_path: Path) -> None:
    """However many steps exchange something, the picture has at most so many arrows."""
    events = story("a.yaml", [seen()] * 3)
    step = events[1:-1]
    page = page_of([events[0], *(step * 100), events[-1]], tmp_path / "o.html")
    assert 0 < len(page.xpath("//svg//path[contains(@class, 'arrow')]")) <= MAX_ARROWS


def test_a_scenario_without_exchanges_has_no_picture(tmp_path: Path) -> None:
    """Nothing is drawn where nothing was said."""
    assert page_of(story("a.yaml", []), tmp_path / "o.html").xpath("//svg") == []


def test_an_unparsable_body_is_shown_as_text(tmp_path: Path) -> None:
    """What is no JSON is still evidence."""
    observation = Observation(
        "provisioning log", "2020-09-01T08:00:00Z", "Azure AD", "Create", True, "plain words"
    )
    page = page_of(story("a.yaml", [observation]), tmp_path / "o.html")
    assert "plain words" in page.text_content()


@pytest.mark.parametrize("report", REPORTS)
def test_an_interrupted_run_is_reported(report: Callable[[Path], Any], tmp_path: Path) -> None:
    """What ran before Ctrl-C is in every report, and what it cut off is not called passed."""
    events = [RunStarted(2, "1", "0.1.0"), *story("a.yaml", []), *story("b.yaml", [seen()], finished=False)]
    assert "nterrupted" in written(report, events, tmp_path / "deep" / "o.out")


@pytest.mark.parametrize("report", REPORTS)
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
