"""Long lists in pages: what passes a search, a page of it at a time, and where the next page starts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from flask import request

from harness.base.store import Document

ROWS = 50
_Test = Callable[[Document], bool]


class Page(NamedTuple):
    """The rows of one page; `following` is what `after` must be for the next one, None on the last."""

    rows: Sequence[Document]
    following: str | None


def page_of(items: Iterable[Document], test: _Test | None = None) -> Page:
    """Return the first page of what passes; each row has an `id`."""
    rows = list(itertools.islice(filter(test, items), ROWS + 1))
    return Page(rows[:ROWS], rows[ROWS - 1]["id"] if len(rows) > ROWS else None)


def behind(items: Iterable[Document], after: str | None) -> Iterable[Document]:
    """Return what follows the item with the id `after`; everything without one."""
    if after is None:
        return items
    rest = itertools.dropwhile(lambda item: item["id"] != after, items)
    return itertools.islice(rest, 1, None)


def named(text: str) -> _Test | None:
    """Return a test for directory objects whose name, address or id holds a text, in whatever case."""
    wanted = text.strip().casefold()
    if not wanted:
        return None
    names = ("displayName", "userPrincipalName", "mail", "id")
    return lambda item: any(wanted in str(item.get(name, "")).casefold() for name in names)


def asked(name: str) -> str:
    """Return a word of the query or of the form, trimmed; an empty text where there is none."""
    return request.values.get(name, "").strip()


def after() -> str | None:
    return request.args.get("after")
