"""The clock in the head of every page: what it shows, how it is moved, and by whom it is not."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from harness import world
from harness.base.clock import iso
from harness.wire.message import Request

FORM = ("Content-Type", "application/x-www-form-urlencoded")
PAGES = {"graph": "/portal/", "console": "/console/"}


@pytest.fixture
def universe():
    return world.create()


def look(universe, origin, path=None):
    return universe.unrecorded(Request("GET", universe.origins[origin] + (path or PAGES[origin]), (), b""))


def press(universe, origin, body, *headers):
    return universe.unrecorded(
        Request("POST", f"{universe.origins[origin]}/pages/clock", (FORM, *headers), body)
    )


@pytest.mark.parametrize("origin", PAGES)
def test_time_passes_from_either_portal(universe, origin):
    """What the form says passes, and the browser is back on the page that the form was on."""
    before = universe.clock.now()
    answer = press(universe, origin, b"span=40m&back=/portal/users?search=a")
    assert (answer.status, answer.header("Location")) == (303, "/portal/users?search=a")
    assert universe.clock.now() - before == timedelta(minutes=40)
    assert iso(universe.clock.now()) in look(universe, origin).body.decode()


def test_until_the_next_cycle(universe):
    """The cycle that is planned runs, and no second one."""
    engine = universe.azure.engine
    job = engine.create_job(universe.app_id, "scim").id
    nothing_planned = press(universe, "graph", b"span=next+cycle")
    assert nothing_planned.status == 400
    assert b"No cycle is planned" in nothing_planned.body
    engine.save_secrets(universe.app_id, {"BaseAddress": "https://nowhere.example.com", "SecretToken": "x"})
    engine.start(job)
    universe.advance(timedelta())
    due = universe.azure.next_cycle()
    assert iso(due) in look(universe, "console").body.decode()
    assert press(universe, "console", b"span=next+cycle").status == 303
    assert universe.clock.now() == due
    assert universe.azure.next_cycle() > due


@pytest.mark.parametrize("span", ["", "soon", "-5m", "99999999d", "1e9m"])
def test_what_is_no_span_is_refused_in_words(universe, span):
    """Nothing passes, and the page says why."""
    before = universe.clock.now()
    answer = press(universe, "graph", f"span={span}".encode())
    assert answer.status == 400
    assert re.search(r'role="alert">[^<]+<', answer.body.decode())
    assert universe.clock.now() == before


def test_other_sites_do_not_move_it(universe):
    """A page of another site in the same browser cannot press the button."""
    before = universe.clock.now()
    answer = press(universe, "console", b"span=40m", ("Sec-Fetch-Site", "cross-site"))
    assert answer.status == 403
    assert universe.clock.now() == before


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "", "x"])
def test_the_way_back_stays_here(universe, back):
    """The form leads to no other site."""
    answer = press(universe, "graph", f"span=1m&back={back}".encode())
    assert answer.header("Location") == "/"


@pytest.mark.parametrize("origin", PAGES)
def test_each_portal_leads_to_the_other(universe, origin):
    """Both portals' products are named on every page, with where they are."""
    shown = look(universe, origin).body.decode()
    assert f'href="{universe.origins["graph"]}/portal/"' in shown
    assert f'href="{universe.origins["console"]}/console/"' in shown


@pytest.mark.parametrize(
    ("profile", "names"),
    [
        ("aws-sso-2020", ("Azure Active Directory", "AWS SSO")),
        ("identity-center", ("Microsoft Entra ID", "IAM Identity Center")),
    ],
)
def test_products_are_called_as_in_their_year(profile, names):
    """Titles and heads say what each product was called then, and that it is imitated."""
    universe = world.create(profile)
    for origin, name in zip(PAGES, names, strict=True):
        shown = look(universe, origin).body.decode()
        assert f"· {name}</title>" in shown
        assert f'<a href="{PAGES[origin]}">{name}</a> <span class="imitated">imitated for tests' in shown


@pytest.mark.parametrize("origin", PAGES)
def test_style_and_script_are_the_apps_own(universe, origin):
    """Both are served, and the policy lets a page use nothing else."""
    answer = look(universe, origin)
    for name, kind in (("pages.css", "text/css"), ("pages.js", "text/javascript")):
        assert f"/pages/static/{name}" in answer.body.decode()
        served = look(universe, origin, f"/pages/static/{name}")
        assert served.status == 200
        assert served.header("Content-Type").startswith(kind)
    policy = answer.header("Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.header("X-Content-Type-Options") == "nosniff"
