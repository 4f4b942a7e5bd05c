"""The record of a world: exchanges and log lines in order, for reports and for expectations."""

from __future__ import annotations

from itertools import count

from harness.base.store import Document
from harness.wire.recording.exchanges import Exchange, Sent


class Journal:
    """Everything that happens in a world, in order: exchanges as they began, log lines as they were committed."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self._exchanges: list[Exchange] = []
        self.lines: list[tuple[int, str, Document]] = []
        self._places = count()

    def next(self) -> int:
        return next(self._places)

    def exchange(self, sent: Sent) -> None:
        self.sent.append(sent)

    @property
    def exchanges(self) -> list[Exchange]:
        """Return the exchanges, redacted at the first read."""
        self._exchanges += [each.exchange() for each in self.sent[len(self._exchanges) :]]
        return self._exchanges

    def log(self, name: str, body: Document) -> None:
        self.lines.append((self.next(), name, body))

    def clear(self) -> None:
        """Delete all entries; their numbers continue."""
        self.sent.clear()
        self._exchanges.clear()
        self.lines.clear()
