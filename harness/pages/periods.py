"""The period of a log's page: the two moments that were typed, and the part of the log between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import takewhile

from msgspec import Struct

from harness.base.clock import iso
from harness.base.errors import HarnessError
from harness.base.paging import place_behind
from harness.base.store import Document, Store
from harness.pages.listing import Row, entered

PERIOD_FIELDS = ("start", "end")


class Period(Struct, frozen=True):
    """Both moments as logs write them, both included; an empty text where there is no bound."""

    start: str
    end: str

    def place(self, store: Store, logs: Mapping[str, Callable[[Document], str]], before: int) -> int:
        """Return the sequence before which to read logs so that nothing later than the end shows; 0 for all of it.

        `logs` says of each how the moment of a line is read.
        """
        if not self.end:
            return before
        place = max(place_behind(store, log, self.end, moment) for log, moment in logs.items())
        return min(before, place) if before else place

    def rows(self, rows: Iterable[Row], moment: Callable[[Row], str]) -> Iterator[Row]:
        """Yield rows, which come newest first, down to the beginning."""
        return takewhile(lambda row: moment(row) >= self.start, rows)


def entered_period() -> Period:
    """Return the period of the present request. Raises HarnessError for a bad moment."""
    start, end = (entered_moment(entered(name)) for name in PERIOD_FIELDS)
    return Period("" if start is None else iso(start), "" if end is None else iso(end))


def entered_moment(text: str) -> datetime | None:
    """Read `2026-03-02T08:00`, as browsers send it, in UTC. Raises HarnessError."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise HarnessError(f"'{text}' is no moment; write it as 2026-03-02T08:00 (UTC).") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
