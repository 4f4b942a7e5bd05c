"""Long lists in pages: the rows that match a search, one page at a time, with links to the pages before and after.

A page begins after the last row of the one before it (`after`), so that each is as fast as the first; `trail` has the pages
before, for the way back. A search reads a limited number of rows and offers to continue from there.
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
    """The rows of one page; `following` is the next page's `after`, None on the last.

    With `unfinished` the search has not read all rows yet; it continues after `following`.
    """

    rows: Sequence[Row]
    following: str | None = None
    unfinished: bool = False


def page_of(
    items: Iterable[Row], test: Test | None = None, *, rows: int = ROWS, looked_at: int = _LOOKED_AT
) -> Page:
    """Return the first page of the rows that pass; each row has an `id`. At most `looked_at` rows are read."""
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
    """Return the items after the one with the id `after`; all without one."""
    if after is None:
        return items
    rest = itertools.dropwhile(lambda item: item["id"] != after, items)
    return itertools.islice(rest, 1, None)


def containing(text: str, names: Sequence[str]) -> Test | None:
    """Return a test for rows with a text in one of these members, in any case; None for an empty text."""
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
    """The addresses of the pages around the present one; None where there is none.

    `is_fruitless` is an empty page of an unfinished search: its script continues to the next one with a row.
    """

    first: str | None
    previous: str | None
    following: str | None
    unfinished: bool
    is_fruitless: bool


def ways(page: Page) -> Ways:
    """Return the addresses around the present request's page, with the same filters and searches."""
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
