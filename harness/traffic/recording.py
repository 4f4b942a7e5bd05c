"""A proxy in front of one server: it records all calls, without secrets, for a HAR file.

A credential is replaced by its keyed digest: the same mark wherever the credential is, and no way back. Compressed bodies cannot
be searched for credentials, so the proxy asks the server for plain answers, and decodes those that come compressed.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.base.clock import Clock
from harness.base.ids import Ids
from harness.traffic.encodings import plain
from harness.traffic.hiding import hidden
from harness.wire.incoming import request_of
from harness.wire.message import Headers, Request, Response, Send, TransportError, reason_phrase
from harness.wire.recording.exchanges import Exchange, Sent, recording, without
from harness.wire.recording.secrets import Secrets, basic_password

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# Headers that are not passed on: those of one connection (RFC 9110, 7.6.1, as listed in
# https://docs.rs/crate/http-net/0.9.1/source/src/forward.rs, read 2026-11-30), and two that are written anew.
_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "transfer-encoding",
        "te",
        "trailer",
        "upgrade",
        "proxy-connection",
        "content-length",
        "accept-encoding",
    }
)


class Recorder:
    """Forwards requests to `upstream` (scheme, host and perhaps a path) and records requests and answers."""

    def __init__(self, upstream: str, send: Send, clock: Clock, ids: Ids) -> None:
        parts = urlsplit(upstream)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._path = parts.path.rstrip("/")
        self._key = ids.hex(64).encode()
        self._exchanges: list[Exchange] = []
        self._lock = threading.Lock()
        self._under_way = threading.local()
        self._upstream = send
        self._send = recording(self._passed, self._keep, clock, "client", lambda _: "server")

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        with self._lock:
            return tuple(self._exchanges)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = request_of(environ, self._origin + self._path)
        credential = request.header("authorization") or ""
        headers = (*_without_hop(request.headers), ("Accept-Encoding", "identity"))
        self._under_way.credential = credential
        try:
            response = self._send(plain(Request(request.method, request.url, headers, request.body)))
        except TransportError as error:
            response = Response(502, (("Content-Type", "text/plain"),), f"{error.kind}: {error}\n".encode())
        start_response(
            f"{response.status} {reason_phrase(response.status) or 'Unknown'}",
            list(_without_hop(response.headers)),
        )
        return [b"" if request.method == "HEAD" else response.body]

    def _passed(self, request: Request) -> Response:
        return plain(self._upstream(request))

    def _keep(self, sent: Sent) -> None:
        credential = self._under_way.credential
        value = credential.partition(" ")[2] or credential
        marked = without(sent.exchange(), Secrets([value, basic_password(value)]))
        headers = tuple(
            (
                name,
                f"{credential.partition(' ')[0]} {self._mark(value)}"
                if name.lower() == "authorization"
                else hidden(text, self._mark),
            )
            for name, text in marked.request.headers
        )
        request = Request(
            marked.request.method,
            hidden(marked.request.url, self._mark),
            headers,
            self._body(marked.request.body),
        )
        response = marked.response and Response(
            marked.response.status,
            tuple((name, hidden(text, self._mark)) for name, text in marked.response.headers),
            self._body(marked.response.body),
        )
        error = marked.error and hidden(marked.error, self._mark)
        with self._lock:
            self._exchanges.append(
                Exchange(
                    marked.at,
                    marked.source,
                    marked.target,
                    request,
                    response,
                    error,
                    len(self._exchanges),
                )
            )

    def _body(self, body: bytes) -> bytes:
        """Return a body without credentials."""
        try:
            return hidden(body.decode(), self._mark).encode()
        except UnicodeDecodeError:
            return hidden(body.decode("latin-1"), self._mark).encode("latin-1")

    def _mark(self, secret: str) -> str:
        return f"secret-{hmac.new(self._key, secret.encode(), hashlib.sha256).hexdigest()[:16]}"


def _without_hop(headers: Headers) -> Headers:
    return tuple((name, value) for name, value in headers if name.lower() not in _HOP)
