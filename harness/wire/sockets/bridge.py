"""From the event loop to a WSGI application: the request as an environment, the answer in one piece.

An application that is `quick` about a request is called by the loop itself, which costs least and waits for nobody;
everything else goes to a few threads, so that whoever waits for another server holds up none but those.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote_to_bytes

from werkzeug.http import http_date

from harness.wire.incoming import ANSWERED, RAW_HEADERS
from harness.wire.inprocess import call
from harness.wire.message import MAX_BODY, TransportError
from harness.wire.sockets.workers import Workers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_DRAINED = (
    2 * MAX_BODY
)  # so much is read of a body that is refused, for a client that listens only after sending
_BARE = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
_NO_BODY = (204, 304)

Answer: TypeAlias = tuple[int, list[tuple[bytes, bytes]], bytes]
Quick: TypeAlias = Callable[["WSGIEnvironment"], bool]


def refusal(status: int, reason: str) -> Answer:
    """Return an answer of the server's own, after which the connection ends."""
    body = reason.encode() + b"\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    return status, [*headers, (b"connection", b"close")], body


class Bridge:
    """An ASGI application in front of a WSGI application.

    `address` is the host and port that are served; the scope's `target` is the request target as it was written, its `abort`
    ends the connection, its `refused` is the answer to what the application is not asked. An application gives no answer by
    raising TransportError.
    """

    def __init__(
        self, app: WSGIApplication, address: tuple[str, int], workers: Workers, quick: Quick
    ) -> None:
        self._app, self._workers, self._quick = app, workers, quick
        self._address = address[0], str(address[1])

    def at_once(self, scope: Any, body: bytes) -> Answer | None:
        """Return the answer to a request that is there as a whole; None where the application is not quick about it.

        Raises TransportError where it gives none.
        """
        refused = _refused(scope)
        environ = self._environ(scope)
        if refused is None and not self._quick(environ):
            return None
        environ["wsgi.input"] = io.BytesIO(body)
        return refused or _call(self._app, environ)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            status, headers, body = await self._answer(scope, receive)
        except ConnectionAbortedError:
            return
        except TransportError:
            scope["abort"]()
            await receive()  # until it is known to be gone; uvicorn would answer 500
            return
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Any, receive: Any) -> Answer:
        refused = _refused(scope)
        if refused is not None:
            return refused
        environ = self._environ(scope)
        body = await _received(environ, receive)
        if body is None:
            return refusal(413, f"The body is larger than {MAX_BODY} bytes.")
        environ["wsgi.input"] = io.BytesIO(body)
        if self._quick(environ):
            return _call(self._app, environ)
        return await self._workers.do(lambda: _call(self._app, environ))

    def _environ(self, scope: Any) -> WSGIEnvironment:
        path, _, query = scope["target"].partition(b"?")
        if not path.startswith(b"/"):  # `*`, or the absolute form that proxies use (RFC 9112 section 3.2.2)
            _, _, rest = path.partition(b"://")
            path = b"/" + rest.partition(b"/")[2] if rest else path
        raw = path + b"?" + query if query else path
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": scope["method"],
            "SCRIPT_NAME": "",
            "PATH_INFO": (unquote_to_bytes(path) if b"%" in path else path).decode("latin-1"),
            "REQUEST_URI": (raw if path.startswith(b"/") else scope["target"]).decode("latin-1"),
            "QUERY_STRING": query.decode("latin-1"),
            "SERVER_NAME": self._address[0],
            "SERVER_PORT": self._address[1],
            "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
            "REMOTE_ADDR": scope["client"][0] if scope["client"] else "",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": scope["scheme"],
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
            RAW_HEADERS: scope["headers"],
        }
        for name, value in scope["headers"]:
            key, text = _key(name), value.decode("latin-1")
            environ[key] = f"{environ[key]}, {text}" if key in environ else text
        return environ


def _refused(scope: Any) -> Answer | None:
    """Refuse what the connection refuses, and what names several hosts, or none."""
    refused: Answer | None = scope.get("refused")
    if refused is not None:
        return refused
    hosts = [name for name, _ in scope["headers"] if name == b"host"]
    if len(hosts) == 1 or (not hosts and scope["http_version"] != "1.1"):
        return None
    return refusal(400, "A request has one Host header (RFC 9112 section 3.2).")


@lru_cache(maxsize=256)
def _key(name: bytes) -> str:
    header = name.decode("latin-1")
    return _BARE.get(header) or "HTTP_" + header.upper().replace("-", "_")


async def _received(environ: WSGIEnvironment, receive: Any) -> bytes | None:
    """Return the body, or None for one that nobody would wait for the end of.

    What the applications refuse by its length is read and dropped. Raises ConnectionAbortedError.
    """
    declared = int(environ.get("CONTENT_LENGTH") or 0)
    if declared > _DRAINED:
        return None
    pieces, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ConnectionAbortedError
        size += len(message["body"])
        if size > _DRAINED:
            return None
        if size <= MAX_BODY + 1:
            pieces.append(message["body"])
        if not message["more_body"]:
            break
    if "HTTP_TRANSFER_ENCODING" in environ:
        del environ["HTTP_TRANSFER_ENCODING"]
        environ["CONTENT_LENGTH"] = str(size)
    return b"".join(pieces)


def _call(app: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Return what the application answers, all of it."""
    status, headers, body = call(app, environ)
    heard = environ.get(ANSWERED)
    if heard is not None:
        heard(environ, status, headers, body)
    return _written(status, headers, body, is_head=environ["REQUEST_METHOD"] == "HEAD")


def _written(status: int, headers: list[tuple[str, str]], body: bytes, *, is_head: bool) -> Answer:
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    names = {name for name, _ in encoded}
    if status in _NO_BODY:
        body = b""
    elif b"content-length" not in names and not is_head:
        encoded.append((b"content-length", b"%d" % len(body)))
    if b"date" not in names:
        encoded.append((b"date", http_date().encode()))
    return status, encoded, b"" if is_head else body
