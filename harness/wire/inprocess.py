"""`Send` to a WSGI application in the same process: no socket, no test client, a tenth of a millisecond."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

from harness.wire.message import Headers, Request, Response, Send, parts_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_ASCII = bytes(range(128)).decode()
_BARE_HEADERS = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})  # these say "length 0" when there is none


class _Errors(io.TextIOBase):
    """What an application writes to `wsgi.errors` is raised, not lost: a mock that hides its bugs is worse than none."""

    def write(self, text: str) -> int:
        raise RuntimeError(text)


_ERRORS = _Errors()


def inprocess(app: WSGIApplication, context: Mapping[str, object] | None = None) -> Send:
    """Return a transport into `app`; what `context` holds by then joins each request's WSGI environment (the tenant)."""
    extra = {} if context is None else context

    def send(request: Request) -> Response:
        environ = _environ(request)
        environ.update(extra)
        status, headers, body = call(app, environ)
        return Response(status, tuple(headers), b"" if request.method == "HEAD" else body)

    return send


def call(app: WSGIApplication, environ: WSGIEnvironment) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return what an application answers, all of it: status, headers, body."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        del exc_info
        started.append((status, headers))
        return lambda _: None

    chunks: Iterable[bytes] = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = started[-1]
    return int(status[:3]), headers, body


def _environ(request: Request) -> dict[str, Any]:
    parts = parts_of(request.url)
    host, port = _address(parts.scheme, parts.netloc)
    path, query = parts.path or "/", parts.query
    if not query.isascii():  # as clients on a socket do; applications decode strictly
        query = quote(query, safe=_ASCII, errors="surrogatepass")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1") if "%" in path or not path.isascii() else path,
        "REQUEST_URI": f"{path}?{query}" if query else path,
        "QUERY_STRING": query,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": parts.netloc.rpartition("@")[2],
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": _ERRORS,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if request.body or request.method in _WITH_BODY:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    _add_headers(environ, request.headers)
    return environ


@lru_cache(maxsize=64)
def _address(scheme: str, netloc: str) -> tuple[str, str]:
    parts = urlsplit(f"{scheme}://{netloc}")
    return parts.hostname or "localhost", str(parts.port or (443 if scheme == "https" else 80))


def _add_headers(environ: dict[str, Any], headers: Headers) -> None:
    for name, value in headers:
        key = _key(name)
        if key in environ and key.startswith("HTTP_") and key != "HTTP_HOST":
            value = f"{environ[key]}, {value}"  # noqa: PLW2901 - WSGI joins repeated headers
        environ[key] = value


@lru_cache(maxsize=64)
def _key(header: str) -> str:
    return _BARE_HEADERS.get(header.lower()) or "HTTP_" + header.upper().replace("-", "_")
