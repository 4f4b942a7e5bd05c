"""Long lists in pages: what passes a search, a page of it at a time, and the ways to the pages before and behind.

A page is known by the last row of the one before it (`after`), so that each is as quick as the first; `trail` is how one
came here, which is the way back. A search looks at so many rows and offers to go on from there.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request
from msgspec import Struct

ROWS = 50
_LOOKED_AT = 3_000
LINES_LOOKED_AT = 1_500  # of a log, whose lines take longer to read
_TRAIL = 30
Row = dict[str, Any]
Test = Callable[[Row], bool]


class Page(Struct, frozen=True):
    """The rows of one page; `following` is what `after` must be for the next one, None on the last.

    With `unfinished` the search has not been through everything yet; it goes on behind `following`.
    """

    rows: Sequence[Row]
    following: str | None = None
    unfinished: bool = False


def page_of(
    items: Iterable[Row], test: Test | None = None, *, rows: int = ROWS, looked_at: int = _LOOKED_AT
) -> Page:
    """Return the first page of what passes; each row has an `id`. No more than `looked_at` of them are looked at."""
    chosen: list[Row] = []
    last: Row | None = None
    for count, item in enumerate(items):
        if count == looked_at and last is not None:
            return Page(chosen, str(last["id"]), unfinished=True)
        last = item
        if test is not None and not test(item):
            continue
        if len(chosen) == rows:
            return Page(chosen, str(chosen[-1]["id"]))
        chosen.append(item)
    return Page(chosen)


def behind(items: Iterable[Row], after: str | None) -> Iterable[Row]:
    """Return what follows the item with the id `after`; everything without one."""
    if after is None:
        return items
    rest = itertools.dropwhile(lambda item: item["id"] != after, items)
    return itertools.islice(rest, 1, None)


def containing(text: str, names: Sequence[str]) -> Test | None:
    """Return a test for rows of which one of these members holds a text, in whatever case; None for no text."""
    folded = text.strip().casefold()
    if not folded:
        return None
    return lambda row: any(folded in str(row.get(name) or "").casefold() for name in names)


def entered(name: str) -> str:
    """Return a word of the query or of the form, trimmed; an empty text where there is none."""
    return request.values.get(name, "").strip()


def after() -> str | None:
    return request.args.get("after") or None


def before() -> int:
    """Return the sequence that `after` is where a log is shown newest first; 0 for its end."""
    place = after() or "0"
    return int(place) if place.isascii() and place.isdecimal() else 0


class Ways(Struct, frozen=True):
    """Where the pages around the present one are, as addresses; None where there is none.

    `is_fruitless` is a page of an unfinished search on which nothing stands: its script goes on to the next that has something.
    """

    first: str | None
    previous: str | None
    following: str | None
    unfinished: bool
    is_fruitless: bool


def ways(page: Page) -> Ways:
    """Return the ways from the present request's page, filters and searches kept."""
    here = request.args.get("after") or ""
    trail = [place for place in request.args.get("trail", "").split(" ") if place]
    first = _address({}) if here else None
    previous = None
    if here:
        previous = _address({"after": trail[-1], "trail": " ".join(trail[:-1])}) if trail else first
    following = None
    if page.following is not None:
        passed = [*trail, here] if here else []
        following = _address({"after": page.following, "trail": " ".join(passed[-_TRAIL:])})
    return Ways(first, previous, following, page.unfinished, page.unfinished and not page.rows)


def _address(place: dict[str, str]) -> str:
    filters = [
        (name, value) for name, value in request.args.items() if name not in ("after", "trail", "notice")
    ]
    query = urlencode([*filters, *((name, value) for name, value in place.items() if value)])
    return f"{request.path}?{query}" if query else request.path
