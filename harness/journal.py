"""What happened in a world, in order: recorded exchanges and log lines, for reports and for expectations."""

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
        """Return what was sent, without its secrets, which are hidden when somebody looks for the first time."""
        self._exchanges += [each.exchange() for each in self.sent[len(self._exchanges) :]]
        return self._exchanges

    def log(self, name: str, body: Document) -> None:
        self.lines.append((self.next(), name, body))

    def clear(self) -> None:
        """Forget everything that happened; places go on from where they were."""
        self.sent.clear()
        self._exchanges.clear()
        self.lines.clear()
