"""Reads many rows page by page, on any engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from harness.base.store import Document, Store

PAGE = 500  # rows
END = 2**62  # more than any number of a row
Row: TypeAlias = tuple[Any, ...]


def walk(
    page: Callable[[int, int], Sequence[Row]], place: int, limit: int | None, *, short_pages: bool = False
) -> Iterator[Row]:
    """Yield the rows after a place, at most `limit` of them.

    `page` returns at most so many rows after a place; a row's place is its first column. A page with fewer rows is the last one; with
    `short_pages` only an empty one is.
    """
    remaining = END if limit is None else limit
    while remaining > 0:
        size = min(PAGE, remaining)
        rows = page(place, size)
        yield from rows
        if not rows or (len(rows) < size and not short_pages):
            return
        place = rows[-1][0]
        remaining -= len(rows)


def place_behind(store: Store, log: str, latest: str, moment_of: Callable[[Document], str]) -> int:
    """Return the sequence behind a log's last line of a moment or before it; by bisection, for lines are in order of time."""
    low, high = 0, store.last_sequence(log)
    while low < high:
        middle = (low + high) // 2
        line = next(store.read(log, after=middle, limit=1), None)
        if line is None or line.sequence > high or moment_of(line.body) > latest:
            high = middle
        else:
            low = line.sequence
    return low + 1
