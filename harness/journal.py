"""What happened in a world, in order: what recording hands on, for whoever tells or judges it."""

from __future__ import annotations

from itertools import count

from harness.base.store import Document
from harness.wire.recording.exchanges import Exchange


class Journal:
    """Everything that happens in a world, in order: exchanges as they began, log lines as they were committed."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.lines: list[tuple[int, str, Document]] = []
        self._places = count()

    def next(self) -> int:
        return next(self._places)

    def exchange(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)

    def log(self, name: str, body: Document) -> None:
        self.lines.append((self.next(), name, body))

    def clear(self) -> None:
        """Forget what was told, not the count."""
        self.exchanges.clear()
        self.lines.clear()
