"""Every page there is: found by following links, and compared with what the applications' routes answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter
from werkzeug.routing.exceptions import RequestRedirect

from harness.world import apps
from tests.pages.browser import Page

# A page looks different for these parts of its address; for others it has more or fewer rows of the same kind.
TELLING = ("kind", "which", "tab", "part")
# Routes that are no pages: OAuth, the AWS APIs, and files.
OTHERS = (
    *("oauth.", "portal_api_", "console.api_"),
    *("static", "pages.static", "console.event_history", "user_portal.metadata", "single_sign_on.federation_metadata"),
    *("pages.timeline_streamed", "pages.timeline_archive", "pages.timeline_scenario"),
)  # fmt: skip


@cache
def adapters() -> tuple[MapAdapter, ...]:
    aws, azure = apps()
    return aws.surfaces.url_map.bind(""), azure.pages.url_map.bind("")


def routes() -> set[str]:
    """Return the endpoints that a browser can open, each with the number of its application."""
    return {
        f"{number} {rule.endpoint}"
        for number, adapter in enumerate(adapters())
        for rule in adapter.map.iter_rules()
        if "GET" in rule.methods and not rule.endpoint.startswith(OTHERS)
    }


def endpoint(origins: tuple[str, ...], address: str) -> tuple[str, str] | None:
    """Return a page's endpoint and what tells it from others of that endpoint; None for no page of ours."""
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    if origin not in origins:
        return None
    number = origins.index(origin)
    try:
        name, arguments = adapters()[number].match(parts.path)
    except (HTTPException, RequestRedirect):
        return None
    arguments = {**{key: values[0] for key, values in parse_qs(parts.query).items()}, **arguments}
    return f"{number} {name}", " ".join(str(arguments.get(key, "")) for key in TELLING)


def reached(
    origins: tuple[str, ...], starts: list[str], read: Callable[[str], Page | None]
) -> dict[str, str]:
    """Follow every link to a kind of page not seen before; return an address for each kind, and the endpoint."""
    seen: set[tuple[str, str]] = set()
    pages: dict[str, str] = {}
    waiting = list(reversed(starts))
    while waiting:
        address = urldefrag(waiting.pop()).url
        kind = endpoint(origins, address)
        if kind is None or kind in seen or kind[0].split(" ", 1)[1].startswith(OTHERS):
            continue
        seen.add(kind)
        page = read(address)
        pages[address] = kind[0]
        if page is not None:
            waiting += [urljoin(page.url, href) for _, href in page.links]
    return pages
