"""A transport that can be recorded: one thread's exchanges, redacted, while it listens.

Outside of `listening` it records nothing: a served world keeps no exchanges.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from harness.base.clock import Clock
from harness.wire.message import Request, Response, Send
from harness.wire.recording.exchanges import Exchange, Sent, recording


class Listenable:
    """`Send` in front of another one."""

    def __init__(self, send: Send) -> None:
        self._sound = self._send = send

    def __call__(self, request: Request) -> Response:
        return self._send(request)

    @contextmanager
    def listening(self, clock: Clock) -> Iterator[list[Exchange]]:
        """Yield a list to which this thread's exchanges are added; one listener at a time."""
        exchanges: list[Exchange] = []
        listener = threading.get_ident()

        def keep(sent: Sent) -> None:
            exchanges.append(sent.exchange())

        heard = recording(self._sound, keep, clock, "Azure AD", lambda _: "target")

        def send(request: Request) -> Response:
            return (heard if threading.get_ident() == listener else self._sound)(request)

        self._send = send
        try:
            yield exchanges
        finally:
            self._send = self._sound
