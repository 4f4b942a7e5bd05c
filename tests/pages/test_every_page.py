"""Every page of both applications, found by its route: it can be reached, read at three widths, and axe finds nothing serious."""

from __future__ import annotations

from functools import cache, partial

import pytest

from tests.pages.browser import Page
from tests.pages.lived_in import ACCOUNT, code, cookie, invitation, served_world, user_id
from tests.pages.reached import reached, routes

pytestmark = pytest.mark.slow
WIDTHS = (390, 768, 1280)
SERIOUS = ("serious", "critical")
NARROW = ["color-contrast", "scrollable-region-focusable", "target-size"]


@pytest.fixture(scope="module")
def world():
    world = served_world()
    yield world
    world.stop()


@pytest.fixture
def window(page, world):
    """Return a window in which ana is signed in to the user portal."""
    page.context.add_cookies([cookie(world)])
    return page


@pytest.fixture(scope="module")
def every_page(world):
    """Return a function that tells every page by its address, with its endpoint; the links are followed once."""
    return cache(partial(pages, world))


def starts(world):
    """Return where people begin, and pages that no link leads to: those after a form, of a device, of an invitation, of an error."""
    aws, azure = world.urls
    app, target = world.world.app_id, user_id(world)
    tenant = world.world.azure.settings.tenant_id
    return [
        *(f"{aws}/{path}" for path in ("", "start", "start/signed-out", f"device?user_code={code(world)}", "authorize")),
        *(f"{aws}/console/{path}" for path in ("", f"accounts/{ACCOUNT}/assign?search=a", "nowhere")),
        *(f"{azure}/{path}" for path in ("", f"{tenant}/saml2", f"{tenant}/saml2/sign-on?servicePrincipalId={app}")),
        invitation(world),
        *(f"{azure}/portal/{path}" for path in ("", f"apps/{app}/users/add?search=a", f"provisioned/{target}", "nowhere")),
    ]  # fmt: skip


def pages(world, page):
    """Return every page by its address, found in a browser's own way, with its endpoint."""

    def read(address):
        answer = page.request.get(address)
        if "text/html" not in answer.headers.get("content-type", ""):
            return None
        return Page(answer.url, answer.status, answer.text()).audited()

    return reached(world.urls, starts(world), read)


def test_every_page_can_be_reached(every_page, window):
    """Links lead to every route that a browser can open: a new page is found, or named here as one that nobody finds."""
    assert routes() - set(every_page(window).values()) == set()


def test_every_page_is_sound(world, window, every_page):
    """No page scrolls sideways at any width, and axe finds nothing serious, in light and in dark.

    The header and the ways around it are the same on every page of a side: they are looked at on its first.
    """
    script = pytest.importorskip("axe_playwright_python.sync_playwright").Axe().axe_script
    troubles = []
    sides = set()
    for address in [*every_page(window), *(f"{url}/nowhere" for url in world.urls)]:
        if not opened(window, address):
            continue
        side = address.split("/")[2]
        where = "main" if side in sides else "html"
        sides.add(side)
        troubles += [f"{address} {each}" for each in (*too_wide(window), *found(script, window, where))]
    assert not troubles, "\n".join(troubles)


def opened(window, address):
    """Open a page; False for a file, which a browser keeps instead."""
    if "/download/" in address:
        return False
    return "html" in window.goto(address).headers.get("content-type", "")


def resize(window, width):
    """Give the window a width, and let the page lay itself out."""
    window.set_viewport_size({"width": width, "height": 900})
    window.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def too_wide(window):
    for width in WIDTHS:
        resize(window, width)
        needed = window.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            yield f"needs {needed} pixels at {width}"


# The sixth row of a table is as the first five are, and takes as long.
FEWER_ROWS = (
    "document.querySelectorAll('tbody').forEach(body => [...body.rows].slice(5).forEach(row => row.remove()))"
)


def found(script, window, where):
    """Yield what axe calls serious in a part of a page: everything in light on a wide screen, then what colours and narrowness change."""
    window.evaluate(FEWER_ROWS)
    window.evaluate(script)
    for scheme, width, rules in (("light", 1280, []), ("dark", 390, NARROW)):
        window.emulate_media(color_scheme=scheme)
        resize(window, width)
        options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
        for each in window.evaluate("([where, options]) => axe.run(where, options)", [where, options])[
            "violations"
        ]:
            if each["impact"] in SERIOUS:
                yield f"({scheme}, {width}): {each['id']} {each['nodes'][0]['html'][:90]}"
