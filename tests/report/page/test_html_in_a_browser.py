"""The HTML page in a real Chromium: it opens at once, unpacks what is opened, filters, and fits a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.report.page.html import HtmlReport
from harness.scenario.events import Observation
from tests.report.stories import sample, seen, story

pytestmark = pytest.mark.slow
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright comes with the group dev")
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    (folder / "sync").mkdir()
    path = folder / "o.html"
    report = HtmlReport(path)
    entry = Observation(
        "cloudtrail", "2020-09-01T08:00:00Z", "AWS SSO", "CreateUser", detail={"who": "Zaphod"}
    )
    events = [
        *sample(folder),
        *story("sync/long.yaml", [seen()] * 1_000),
        *story("sync/who.yaml", [entry], title="Somebody"),
    ]
    for event in events:
        report.consume(event)
    report.finish()
    return path


@pytest.fixture
def page(chromium: Any, file: Path) -> Iterator[Any]:
    """Yield the page on a phone; whatever the browser complains of fails the test."""
    complaints: list[str] = []
    page = chromium.new_page(viewport=PHONE)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    yield page
    page.close()
    assert complaints == []


def test_a_scenario_opens_with_its_requests(page: Any) -> None:
    """Opening unpacks: drawing, timeline, request, response and the command that repeats it."""
    first = page.locator("article").first
    assert first.locator(".timeline").count() == 0
    first.locator(".story > summary").click()
    exchange = first.locator(".timeline li.exchange").first
    exchange.locator("summary").click()
    assert exchange.locator("h4").all_inner_texts() == ["request", "response", "again by hand"]
    assert exchange.locator("pre").last.inner_text().startswith("curl -i --globoff -X POST")
    assert first.locator("svg").count() == 1


def test_what_went_wrong_comes_first(page: Any) -> None:
    """Above everything else of an opened scenario, and below the title of a closed one."""
    failed = page.locator("article.failed").filter(has=page.locator("pre.failure")).first
    failed.locator(".story > summary").click()
    failed.locator(".timeline").wait_for()
    names = failed.locator(".story > *").evaluate_all("parts => parts.map((part) => part.className)")
    assert names[1:] == ["failure"] * (len(names) - 2) + ["inside"]
    failed.locator(".story > summary").click()
    sync_api.expect(failed.locator("pre.failure").first).to_be_visible()


def test_hostile_text_stays_text(page: Any) -> None:
    """What a service answers opens no element."""
    second = page.locator("article").nth(1)
    second.locator(".story > summary").click()
    second.locator(".timeline li.cloudtrail summary").click()
    assert '<script>alert(\\"x\\")</script>' in second.locator(".timeline li.cloudtrail pre").inner_text()
    assert page.locator("red").count() == 0


def test_the_list_is_filtered_by_words_folder_and_contents(page: Any) -> None:
    """Words are looked for in titles and ids; in requests and logs when that is asked for."""
    shown = page.locator("#shown")
    page.fill("[name=words]", "somebody")
    sync_api.expect(shown).to_have_text("1 of 4")
    page.fill("[name=words]", "zaphod")
    sync_api.expect(shown).to_have_text("0 of 4")
    page.check("[name=everywhere]")
    sync_api.expect(shown).to_have_text("1 of 4")
    page.fill("[name=words]", "")
    page.select_option("[name=folder]", "sync")
    sync_api.expect(shown).to_have_text("2 of 4")
    page.select_option("[name=outcome]", "failed")
    sync_api.expect(shown).to_have_text("0 of 4")


def test_a_long_timeline_grows_as_it_is_read(page: Any) -> None:
    """A thousand exchanges do not hold up the first of them; all of them are there in the end."""
    long = page.locator("[id='sync/long.yaml']")
    long.locator(".story > summary").click()
    rows = long.locator(".timeline li.exchange")
    sync_api.expect(rows.first).to_be_visible()
    assert rows.count() < 1_000
    for _ in range(5):
        long.locator(".timeline li").last.scroll_into_view_if_needed()
        page.wait_for_timeout(100)
    assert rows.count() == 1_000


def test_the_page_fits_a_phone(page: Any) -> None:
    """Nothing is wider than the screen, an opened scenario with its drawing neither."""
    page.locator("article").first.locator(".story > summary").click()
    page.locator("article").first.locator(".timeline li").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_link_leads_to_a_scenario(chromium: Any, file: Path) -> None:
    """The id of a scenario, behind the page's address, opens it."""
    page = chromium.new_page(viewport=PHONE)
    page.goto(f"{file.as_uri()}#sync/who.yaml")
    page.locator("[id='sync/who.yaml'] .timeline li.cloudtrail").wait_for()
    page.close()


def test_the_caret_stays_below_its_column_on_a_phone(page: Any) -> None:
    """Source and caret are never wrapped, however long the line is; they scroll together."""
    excerpt = page.locator("pre.failure .excerpt").first
    text = excerpt.text_content()
    assert text.rstrip().endswith("^")
    excerpt.evaluate("node => { node.prepend('x'.repeat(500) + '\\n') }")
    height = excerpt.evaluate("node => node.clientHeight / parseFloat(getComputedStyle(node).lineHeight)")
    assert round(height) in (text.count("\n") + 1, text.count("\n") + 2)  # the second with a scroll bar
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
