"""What comes in over a socket: a WSGI application that hands each request to a transport and keeps it, redacted.

Of the address only the host is kept: the port is another one in each run.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from harness.base.clock import Clock
from harness.journal import Journal
from harness.wire.incoming import request_of
from harness.wire.message import Response, Send
from harness.wire.recording.exchanges import Exchange, recording, without
from harness.wire.recording.secrets import Secrets
from harness.world import AWS_SSO

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CLIENT = "Client"
ORIGIN = "http://127.0.0.1"


class Listener:
    """Answers nothing but 503 before `listen`."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._journal = clock, Journal()
        self._secrets = Secrets([])
        self._send: Send = lambda _: Response(503)

    def listen(self, send: Send, token: str) -> None:
        """Let `send` answer from now on; `token` is hidden wherever a client writes it."""
        self._secrets, journal = Secrets([token]), self._journal
        self._send = recording(
            send, journal.exchange, self._clock, CLIENT, lambda _: AWS_SSO, order=journal.next
        )

    def take(self) -> tuple[Exchange, ...]:
        """Return the requests since the last call of this, with their answers, in the order in which it came."""
        in_order = sorted(self._journal.exchanges, key=lambda exchange: exchange.order)
        self._journal.clear()
        return tuple(without(each, self._secrets) for each in in_order)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = self._send(request_of(environ, ORIGIN))
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", list(response.headers))
        return [response.body]
