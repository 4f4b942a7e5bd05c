"""The HTML page: one file with everything in it, where text is only text."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from harness.report.page.html import HtmlReport
from harness.report.page.lanes import MAX_ARROWS, label
from harness.scenario.events import Event, Observation, RunFinished, RunStarted, ScenarioStarted
from tests.report.opened import page_of
from tests.report.stories import HOSTILE, exchange, sample, seen, story


def test_the_page_needs_nothing_else(tmp_path: Path) -> None:
    """No script, style sheet, image or font is fetched: the file can be mailed."""
    page = page_of(sample(tmp_path), tmp_path / "o.html")
    assert page.tree.xpath("//link | //img | //iframe | //object | //@src | //@style") == []
    assert not re.search(r"@import|url\(", page.text)
    assert [script for script in page.tree.xpath("//script[not(@type)]") if "fetch" in script.text] == []
    (policy,) = page.tree.xpath("//meta[@http-equiv]/@content")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")


def test_text_on_the_page_is_only_text(tmp_path: Path) -> None:
    """Nothing that a scenario or a service says becomes markup; what is packed is shown as text by the script."""
    page = page_of(sample(tmp_path), tmp_path / "o.html")
    assert page.tree.xpath("//red") == []
    assert len(page.tree.xpath("//script[not(@type)]")) == 1
    assert '<script>alert("x")</script>' in page.tree.xpath("string(//main)")


def test_text_in_the_picture_is_only_text(tmp_path: Path) -> None:
    """A mail's subject or a path cannot close the drawing and open a script."""
    mail = Observation("mail", "2020-09-01T08:00:00Z", "Azure AD", "<script>x</script>")
    (scenario,) = page_of(story("a.yaml", [mail]), tmp_path / "o.html").scenarios
    assert scenario.picture.xpath("//script") == []
    assert "✉ <script>x</script>" in scenario.picture.text_content()


def test_a_source_that_is_no_web_address_is_no_link(tmp_path: Path) -> None:
    """A `javascript:` address is shown as words."""
    started, *others = story("a.yaml", [])
    assert isinstance(started, ScenarioStarted)
    hostile = replace(started, source={"title": "The guide", "url": "javascript:alert(1)"})
    (scenario,) = page_of([hostile, *others], tmp_path / "o.html").scenarios
    assert scenario.facts["Source"] == ("The guide", "")


def test_a_source_leads_to_where_it_stands(tmp_path: Path) -> None:
    """A reader who doubts can look the behaviour up."""
    (scenario,) = page_of(story("a.yaml", []), tmp_path / "o.html").scenarios
    assert scenario.facts["Source"] == ("Azure AD, Step 2", "https://example.com/guide")


def test_the_page_tells_who_said_what(tmp_path: Path) -> None:
    """Lanes that are used, one arrow an exchange or mail, failures red, clock jumps dashed."""
    first, second = (
        scenario.picture for scenario in page_of(sample(tmp_path), tmp_path / "o.html").scenarios
    )
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
    """Steps, exchanges, log entries, mails, clock jumps and expectations are one list; every request can be repeated."""
    first, second = page_of(sample(tmp_path), tmp_path / "o.html").scenarios
    assert [row.kind for row in second.rows] == [
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
    assert [row.good for row in second.rows] == [False, False, False, False, True, True, True, True, False]
    details = first.rows[1].details
    assert details["request"].endswith('Content-Type: application/json\n\n{"userName": "ana"}')
    assert details["again by hand"] == (
        "curl -i --globoff -X POST https://scim.example.com/tenant/scim/v2/Users \\\n"
        '  -H "Authorization: Bearer $TOKEN" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        '  --data-raw \'{"userName": "ana"}\''
    )


@pytest.mark.parametrize("number", [1, pytest.param(300, marks=pytest.mark.slow)])
def test_however_many_scenarios_nothing_is_left_out(tmp_path: Path, number: int) -> None:
    """Every request and every log entry of every scenario, those that passed too."""
    entry = Observation("cloudtrail", "2020-09-01T08:00:00Z", "AWS SSO", "CreateUser", detail={"n": 1})
    runs = [event for place in range(number) for event in story(f"{place}.yaml", [seen(), entry])]
    page = page_of([RunStarted(number, "1", "0.1.0"), *runs], tmp_path / "o.html")
    assert len(page.scenarios) == number
    for scenario in page.scenarios:
        assert {name for row in scenario.rows for name in row.details} == {
            "arguments",
            "request",
            "response",
            "again by hand",
            "entry",
        }


@pytest.mark.slow
def test_what_is_repeated_costs_little(tmp_path: Path) -> None:
    """A text that a thousand scenarios share stands on the page once."""
    body = b'{"userName":"' + b"x" * 5_000 + b'"}'
    long = Observation(
        "exchange", "2020-09-01T08:00:00Z", "Azure AD", "POST", exchange=exchange("/Users", 201, body)
    )
    few = page_of(story("a.yaml", [long]), tmp_path / "few.html")
    runs = [event for place in range(100) for event in story(f"{place}.yaml", [long])]
    many = page_of(runs, tmp_path / "many.html")
    assert (len(many.text) - len(few.text)) / 99 < 2_000


def test_the_page_shows_the_scenario_as_written(tmp_path: Path) -> None:
    """A reader sees what was given without having the repository."""
    first, _ = page_of(sample(tmp_path), tmp_path / "o.html").scenarios
    assert "steps:\n  - turn provisioning on: {}" in first.file


def test_the_list_can_be_filtered(tmp_path: Path) -> None:
    """Outcomes, folders and tags are offered with the number of scenarios that have them, and each says how long it took."""
    events = [*story("setup/a.yaml", []), *story("sync/b.yaml", []), *story("sync/c.yaml", [])]
    tree = page_of(events, tmp_path / "o.html").tree
    assert tree.xpath("//select[@name='folder']/option/@value") == ["", "setup", "sync"]
    assert tree.xpath("//select[@name='folder']/option/text()") == ["Folder: all", "setup (1)", "sync (2)"]
    assert tree.xpath("//select[@name='tag']/option/@value") == ["", "setup"]
    assert tree.xpath("//select[@name='outcome']/option/@value") == ["", "passed"]
    assert tree.xpath("//article/@data-seconds") == ["0.5", "0.5", "0.5"]


@pytest.mark.parametrize("count", [MAX_ARROWS, 1000])
def test_a_long_picture_stays_readable_and_says_what_it_leaves_out(tmp_path: Path, count: int) -> None:
    """At most so many arrows, a failure late in the run among them; the timeline has everything."""
    observations = [seen("/Users", 400 if number == count - 1 else 201) for number in range(count)]
    events: list[Event] = [
        RunStarted(1, "1", "0.1.0"),
        *story("a.yaml", observations),
        RunFinished(1, 0, 0, 1.0),
    ]
    (scenario,) = page_of(events, tmp_path / "o.html").scenarios
    picture = scenario.picture
    assert len(picture.xpath("//path[contains(@class, 'arrow')]")) == MAX_ARROWS
    assert len(picture.xpath("//path[contains(@class, 'arrow bad')]")) == 1
    left_out = sum(int(text.split()[1]) for text in picture.xpath("//text[@class='more']/text()"))
    assert left_out == count - MAX_ARROWS
    assert sum(row.kind == "exchange" for row in scenario.rows) == count


def test_many_steps_share_the_picture(tmp_path: Path) -> None:
    """However many steps exchange something, the picture has at most so many arrows."""
    events = story("a.yaml", [seen()] * 3)
    step = events[1:-1]
    (scenario,) = page_of([events[0], *(step * 100), events[-1]], tmp_path / "o.html").scenarios
    assert 0 < len(scenario.picture.xpath("//path[contains(@class, 'arrow')]")) <= MAX_ARROWS


def test_a_scenario_without_exchanges_has_no_picture(tmp_path: Path) -> None:
    """Nothing is drawn where nothing was said."""
    (scenario,) = page_of(story("a.yaml", []), tmp_path / "o.html").scenarios
    assert scenario.picture is None


def test_an_unparsable_body_is_shown_as_text(tmp_path: Path) -> None:
    """What is no JSON is still evidence."""
    entry = Observation("provisioning log", "2020-09-01T08:00:00Z", "Azure AD", "Create", True, "plain words")
    (scenario,) = page_of(story("a.yaml", [entry]), tmp_path / "o.html").scenarios
    assert scenario.rows[1].details == {"entry": "plain words"}


def test_a_scenario_is_packed_as_soon_as_it_is_over(tmp_path: Path) -> None:
    """A long run does not pile up its exchanges in memory."""
    report = HtmlReport(tmp_path / "o.html")
    for event in story("a.yaml", [seen()] * 50):
        report.consume(event)
    assert [step.observations for step in report._collected.scenarios[0].steps] == [[]]


def test_awkward_letters_are_shown_by_their_escapes(tmp_path: Path) -> None:
    """Controls and halves of characters break neither the file nor the terminal it is printed on."""
    _, second = page_of(sample(tmp_path), tmp_path / "o.html").scenarios
    assert HOSTILE not in second.rows[3].details["entry"]
    assert r"\ud800" in second.rows[3].details["entry"]
