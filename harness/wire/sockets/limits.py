"""How many connections a server has at once, and how long it waits for each part of a request."""

from __future__ import annotations

from dataclasses import dataclass

from harness.wire.sockets.parsing import Stage


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections a server has places for, and how long it waits, in seconds.

    `first` for anything at all on a new connection, `headers` and `body` from their first byte to their last, `idle` for a
    further request, `quiet` over TLS for more from whoever has its last answer, `stop` for what is under way at the end.
    """

    connections: int = 400
    first: float = 30.0
    headers: float = 10.0
    body: float = 30.0
    idle: float = 60.0
    quiet: float = 2.0
    stop: float = 5.0

    def of(self, stage: Stage) -> float:
        """Return how long to wait for the next part of a request, in seconds, by the part that has come."""
        if stage is Stage.NOTHING:
            return self.idle
        return self.headers if stage is Stage.HEADERS else self.body
