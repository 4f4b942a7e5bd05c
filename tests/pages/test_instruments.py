"""The harness's own pages, linked from both portals: snapshots and rewinding, and whether both sides agree."""

from __future__ import annotations

from datetime import timedelta

import pytest

from harness import world as worlds
from harness.agreement.records import NOBODY_IN_SCOPE
from harness.aws_sso import identity_store
from harness.pages import agreement
from harness.serving.options import Options
from harness.serving.served import Served
from harness.wire.message import Request
from tests.pages.browser import Browser
from tests.pages.lived_in import PEOPLE

PORTALS = {"aws": (0, "/console/"), "azure": (1, "/portal/")}


@pytest.fixture
def world():
    served = Served(Options(seed="pages"))
    served.populate(PEOPLE)
    engine, app = served.world.azure.engine, served.world.app_id
    engine.save_secrets(app, {**served.world.azure.applications.secrets(app), "SyncAll": "true"})
    yield served
    served.stop()


@pytest.fixture(params=PORTALS)
def browser(request, world):
    side, start = PORTALS[request.param]
    browser = Browser(world.world.unrecorded, f"{world.urls[side]}{start}")
    browser.open(start)
    return browser


def run_cycle(world):
    engine = world.world.azure.engine
    engine.start(engine.jobs(world.world.app_id)[0].id)
    world.advance(timedelta(minutes=1))


def arrived(world):
    return world.world.aws.store.count("user")


def test_a_snapshot_is_taken_compared_restored_and_deleted(browser, world):
    assert "There are no snapshots yet" in browser.follow("Snapshots").text
    assert "The snapshot is taken" in browser.press("Take snapshot", {"Name": "before"}).text
    run_cycle(world)
    page = browser.follow("Compare before with now")
    assert "AWS SSO user ana@contoso.com added" in page.text
    page = browser.press("Restore before")
    assert "Both sides, the clock and chance are what they were" in page.text
    assert arrived(world) == 0
    assert "Nothing differs from before to now" in browser.follow("Compare before with now").text
    assert "The snapshot is deleted" in browser.press("Delete before").text


def test_the_last_cycle_is_rewound_from_any_page(browser, world):
    """Once a cycle had something to do, the clock's panel leads back to before it, and to the page that one was on."""
    assert "Rewind" not in browser.page.text
    run_cycle(world)
    assert arrived(world) > 0
    browser.open(browser.start)
    page = browser.press("Rewind to before the last cycle with work")
    assert page.url == browser.start
    assert arrived(world) == 0
    assert not world.world.azure.engine.jobs(world.world.app_id)[0].is_on, "it would run again at once"


def test_the_job_page_offers_it_beside_the_cycle(world):
    run_cycle(world)
    browser = Browser(world.world.unrecorded, f"{world.urls[1]}/portal/")
    page = browser.open(f"/portal/apps/{world.world.app_id}/provisioning")
    assert page.text.count("Rewind to before the last cycle with work") == 2


@pytest.mark.parametrize("name", ["", "no/name", "x" * 65])
def test_a_name_that_is_none_is_refused_on_the_page(browser, name):
    browser.follow("Snapshots")
    page = browser.press("Take snapshot", {"Name": name})
    assert page.status == 400
    assert "is no name of a snapshot" in page.text


def test_other_sites_do_not_rewind(browser, world):
    world.snapshots.take("before")
    for path in ("", "/restore", "/delete"):
        headers = (("Sec-Fetch-Site", "cross-site"), ("Content-Type", "application/x-www-form-urlencoded"))
        answer = world.world.unrecorded(
            Request("POST", f"{world.urls[1]}/pages/snapshots{path}", headers, b"name=before")
        )
        assert answer.status == 403
    assert [note.name for note in world.snapshots.all()] == ["before"]


def test_both_sides_are_compared_with_reasons(browser, world):
    """Before the cycle everybody waits; after it whoever failed is wrong, with the reason; a stranger is nobody's."""
    run_cycle(world)
    page = browser.follow("Agreement")
    assert "twin@contoso.com" in page.text
    assert "ana@contoso.com" not in page.text
    ana = next(
        record
        for record in identity_store.scan(world.world.aws, identity_store.USER)
        if record.attributes["userName"] == "ana@contoso.com"
    )
    world.world.aws.store.delete("user", ana.id)
    assert "user ana@contoso.com missing" in browser.open("/pages/agreement").text


def test_a_large_world_is_compared_when_somebody_asks(browser, world, monkeypatch):
    """The page is there at once, with a button; of many differences it shows the first and says where all are."""
    monkeypatch.setattr(agreement, "_PEOPLE_AT_ONCE", 1)
    monkeypatch.setattr(agreement, "_ROWS", 1)
    run_cycle(world)
    for record in list(identity_store.scan(world.world.aws, identity_store.USER)):
        world.world.aws.store.delete("user", record.id)
    page = browser.follow("Agreement")
    assert "users to go through" in page.text
    assert "Both sides agree" not in page.text
    page = browser.press("Compare now")
    assert "The first 1 are shown; harness verify lists all." in page.text


def test_agreement_without_provisioning_says_what_is_missing(served):
    page = Browser(served.world.unrecorded, f"{served.urls[1]}/portal/").open("/pages/agreement")
    assert "provisioning is not configured" in page.text


def test_a_world_with_nobody_in_scope_does_not_agree():
    empty = Served(Options(seed="pages"))
    page = Browser(empty.world.unrecorded, f"{empty.urls[1]}/portal/").open("/pages/agreement")
    empty.stop()
    assert NOBODY_IN_SCOPE in page.text
    assert "Both sides agree." not in page.text


def test_a_world_without_a_harness_around_it_has_no_such_pages():
    """In a scenario's own world nobody serves them, and nothing leads there."""
    universe = worlds.create()
    browser = Browser(universe.unrecorded, f"{universe.origins['graph']}/portal/")
    assert "Snapshots" not in browser.open("/portal/").text
    assert browser.open("/pages/snapshots").status == 404
