"""Reading many rows a page at a time, whatever the engine: how many to ask for next."""

from __future__ import annotations

from collections.abc import Iterator

PAGE = 500  # rows
END = 2**62  # more than any number of a row


def pages(limit: int | None) -> Iterator[int]:
    """Yield how many rows to ask for next, until the limit is used up; the reader stops when there are fewer."""
    remaining = END if limit is None else limit
    while remaining > 0:
        yield min(PAGE, remaining)
        remaining -= PAGE
