"""What comes in over a socket: a WSGI application that hands each request to a transport and keeps it, redacted.

Of the address only the host is kept: the port is another one in each run.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from werkzeug.wsgi import get_input_stream

from harness.base.clock import Clock
from harness.journal import Journal
from harness.wire.message import Headers, Request, Response, Send
from harness.wire.record import Exchange, recording, without
from harness.wire.secrets import Secrets
from harness.world import AWS_SSO

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CLIENT = "Client"
ORIGIN = "http://127.0.0.1"
_BARE_HEADERS = {"CONTENT_TYPE": "Content-Type"}
_NOT_PASSED_ON = frozenset(
    {"HTTP_HOST", "HTTP_TRANSFER_ENCODING"}
)  # the port, and chunks that are joined by now
_NEVER_QUOTED = string.punctuation + string.whitespace


class Listener:
    """Answers nothing but 503 before `listen`."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._journal = clock, Journal()
        self._send: Send = lambda _: Response(503)

    def listen(self, send: Send, token: str) -> None:
        """Let `send` answer from now on; `token` is hidden wherever a client writes it."""
        secrets = Secrets([token])

        def keep(exchange: Exchange) -> None:
            self._journal.exchange(without(exchange, secrets))

        self._send = recording(send, keep, self._clock, CLIENT, lambda _: AWS_SSO, order=self._journal.next)

    def take(self) -> tuple[Exchange, ...]:
        """Return the requests since the last call of this, with their answers, in the order in which it came."""
        exchanges = tuple(sorted(self._journal.exchanges, key=lambda exchange: exchange.order))
        self._journal.clear()
        return exchanges

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = self._send(_request(environ))
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", list(response.headers))
        return [response.body]


def _request(environ: WSGIEnvironment) -> Request:
    path = "/" + quote(environ["PATH_INFO"].removeprefix("/").encode("latin-1"))  # `OPTIONS *` has no slash
    query = quote(environ["QUERY_STRING"].encode("latin-1"), safe=_NEVER_QUOTED)
    url = f"{ORIGIN}{path}?{query}" if query else f"{ORIGIN}{path}"
    return Request(environ["REQUEST_METHOD"], url, _headers(environ), get_input_stream(environ).read())


def _headers(environ: WSGIEnvironment) -> Headers:
    named = {key: name for key, name in _BARE_HEADERS.items() if environ.get(key)}
    for key in environ:
        if key.startswith("HTTP_") and key not in _NOT_PASSED_ON:
            named[key] = key.removeprefix("HTTP_").replace("_", "-").title()
    return tuple((name, str(environ[key])) for key, name in named.items())
