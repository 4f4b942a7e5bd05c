"""Calls a WSGI application for a connection: makes the environ from a request, and one answer from what is returned."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote_to_bytes

from werkzeug.http import http_date

from harness.wire.incoming import ANSWERED, RAW_HEADERS
from harness.wire.inprocess import call
from harness.wire.message import TransportError
from harness.wire.present import log_broken
from harness.wire.sockets.answers import Answer, answer, refusal
from harness.wire.sockets.parsing import Incoming

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_BARE = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
_BROKEN = refusal(500, "Internal Server Error")

Quick: TypeAlias = Callable[["WSGIEnvironment"], bool]


class Bridge:
    """A WSGI application, as connections see it; `address` is the host and port that are served."""

    def __init__(self, app: WSGIApplication, address: tuple[str, int]) -> None:
        self._app = app
        self._usual: WSGIEnvironment = {
            "SCRIPT_NAME": "",
            "SERVER_NAME": address[0],
            "SERVER_PORT": str(address[1]),
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
        }

    def environ(self, request: Incoming, client: str, scheme: str) -> WSGIEnvironment:
        path, _, query = request.target.partition(b"?")
        if not path.startswith(b"/"):  # `*`, or the absolute form that proxies use (RFC 9112 section 3.2.2)
            _, _, rest = path.partition(b"://")
            path = b"/" + rest.partition(b"/")[2] if rest else path
        raw = path + b"?" + query if query else path
        environ: WSGIEnvironment = {
            **self._usual,
            "REQUEST_METHOD": request.method,
            "PATH_INFO": (unquote_to_bytes(path) if b"%" in path else path).decode("latin-1"),
            "REQUEST_URI": (raw if path.startswith(b"/") else request.target).decode("latin-1"),
            "QUERY_STRING": query.decode("latin-1"),
            "SERVER_PROTOCOL": f"HTTP/{request.version}",
            "REMOTE_ADDR": client,
            "wsgi.url_scheme": scheme,
            "wsgi.input": io.BytesIO(request.body),
            "wsgi.errors": sys.stderr,
            RAW_HEADERS: request.headers,
        }
        for name, value in request.headers:
            key, text = _key(name), value.decode("latin-1")
            environ[key] = f"{environ[key]}, {text}" if key in environ else text
        if "HTTP_TRANSFER_ENCODING" in environ:  # the chunks are joined
            del environ["HTTP_TRANSFER_ENCODING"]
            environ["CONTENT_LENGTH"] = str(len(request.body))
        return environ

    def answer(self, environ: WSGIEnvironment) -> Answer | None:
        """Return the application's whole answer; None when it raises TransportError, which stands for no answer."""
        is_head = environ["REQUEST_METHOD"] == "HEAD"
        try:
            status, headers, body = call(self._app, environ)
            heard = environ.get(ANSWERED)
            if heard is not None:
                heard(environ, status, headers, body)
            if not any(name.lower() == "date" for name, _ in headers):
                headers = [*headers, ("date", http_date())]
            return answer(status, headers, body, is_head=is_head)
        except TransportError:
            return None
        except Exception as error:  # noqa: BLE001 - whatever it is, it is logged, and its client hears of it
            log_broken(environ, error)
            return _BROKEN.of_head() if is_head else _BROKEN


@lru_cache(maxsize=256)
def _key(name: bytes) -> str:
    header = name.decode("latin-1")
    return _BARE.get(header) or "HTTP_" + header.upper().replace("-", "_")
