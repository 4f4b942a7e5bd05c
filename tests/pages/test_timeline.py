"""The live timeline in both portals: what is on it without script, and the walkthrough watched from its first click to its last."""

from __future__ import annotations

import json

import pytest

from harness.wire.message import Request
from harness.wire.sockets.network import Network
from tests.pages.browser import Browser
from tests.pages.test_in_browser import created_by_hand, provision

WALKTHROUGH = (
    "GET /portal/ → 200",
    "POST /console/enable",
    "CreateProvisioningTenant",
    "POST /portal/apps/",
    "GET /Users?filter=userName eq",
    "Enable/start provisioning configuration",
    "POST /Users → 201",
    "CreateUser",
    "create User Ana",
)

# What the window of the timeline says of its table once rows have come.
AT_THE_END = "(({scrollTop, clientHeight, scrollHeight}) => scrollTop > 0 && scrollTop + clientHeight > scrollHeight - 60)(document.querySelector('.lanes'))"
HEAD_IS_SEEN = "document.querySelector('.lanes thead th').getBoundingClientRect().top >= document.querySelector('.lanes').getBoundingClientRect().top"


@pytest.fixture(params=[0, 1], ids=["aws", "azure"])
def browser(request, served):
    return Browser(served.world.unrecorded, f"{served.urls[request.param]}/pages/timeline")


def test_a_person_is_filtered_opened_and_saved_without_script(browser, served):
    network = Network()
    for name in ("ana", "ben"):
        network(Request("GET", f"{served.urls[1]}/portal/users?search={name}", (), b""))
    network.close()
    page = browser.open(browser.start)
    assert "GET /portal/users?search=ana → 200" in page.text
    page = browser.press("Filter", {"Only what mentions": "search=ben"})
    assert "search=ben → 200" in page.text
    assert "search=ana" not in page.text
    assert ("Save as HAR", "/pages/timeline/timeline.har?about=search%3Dben") in page.links
    (moment,) = [href for _, href in page.links if href.removeprefix("/pages/timeline/").isdecimal()]
    page = browser.open(moment)
    assert "As a command curl -i" in page.text


def test_one_that_is_not_kept_is_not_found(browser):
    assert browser.open("/pages/timeline/999999").status == 404


@pytest.mark.slow
def test_the_walkthrough_is_watched_from_the_first_click_to_the_last(served, page):
    """A second window shows every click, call and log line while the first one goes through the guide by hand."""
    _, azure = served.urls
    watching = page.context.new_page()
    watching.goto(f"{azure}/pages/timeline")
    rows = watching.locator("#timeline tr")
    created_by_hand(page, azure)
    provision(served, page)
    watching.get_by_text("create User Bo").first.wait_for()
    texts = [text.strip() for text in rows.all_text_contents()]
    places = [
        next((place for place, text in enumerate(texts) if wanted in text), None) for wanted in WALKTHROUGH
    ]
    assert None not in places, [
        wanted for wanted, place in zip(WALKTHROUGH, places, strict=True) if place is None
    ]
    event = watching.get_by_text("CreateProvisioningTenant", exact=True).first
    assert event.evaluate("name => name.getClientRects().length") == 1, "the name of an event is broken"
    assert watching.evaluate(AT_THE_END), "the newest is out of sight"
    assert watching.evaluate(HEAD_IS_SEEN), "the lanes' names went away"
    token = served.world.azure.applications.secrets(served.world.app_id)["SecretToken"]
    assert token not in watching.content()

    watching.get_by_role("button", name="Pause").click()
    number = rows.count()
    page.goto(f"{azure}/portal/users")
    page.goto(f"{azure}/portal/groups")
    watching.wait_for_timeout(600)
    assert rows.count() == number
    watching.get_by_role("button", name="Go on").click()
    watching.get_by_text("GET /portal/groups → 200").first.wait_for()

    with watching.expect_download() as saved:
        watching.get_by_role("link", name="Save as HAR").click()
    archive = json.loads(saved.value.path().read_text(encoding="utf-8"))
    assert any(entry["request"]["url"].endswith("/scim/v2/Users") for entry in archive["log"]["entries"])
    assert token not in json.dumps(archive)

    watching.get_by_label("Only what mentions").fill("ana@contoso.com")
    watching.get_by_role("button", name="Filter").click()
    watching.get_by_role("row", name="POST /Users → 201").first.get_by_role("link").click()
    assert "ana@contoso.com" in watching.locator("#request").text_content()
    command = watching.locator("#curl").text_content()
    assert command.startswith("curl -i")
    assert "Bearer $TOKEN" in command
    watching.get_by_role("button", name="Copy the command").click()
    watching.get_by_role("button", name="Copied").wait_for()
    assert watching.evaluate("navigator.clipboard.readText()") == command
