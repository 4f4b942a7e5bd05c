"""Reading many rows a page at a time, whatever the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

PAGE = 500  # rows
END = 2**62  # more than any number of a row
Row: TypeAlias = tuple[Any, ...]


def walk(
    page: Callable[[int, int], Sequence[Row]], place: int, limit: int | None, *, short_pages: bool = False
) -> Iterator[Row]:
    """Yield the rows behind a place, at most `limit` of them.

    `page` returns those behind a place, so many at most; a row's place is its first column. A page with fewer is the last one,
    unless there are `short_pages`: then only an empty one is.
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
