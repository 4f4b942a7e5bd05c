"""The request that is being answered, read from its WSGI environment, for every function that helps to answer it.

An application sets it with `answering`. While one request leads to another in the same process, the inner one is the present
request; afterwards the outer one is again.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from harness.base.sqlite import is_full, is_unreadable
from harness.base.store import StorageError
from harness.wire.incoming import body_of
from harness.wire.message import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from harness.wire.routes import Match

# The way with octets of a query that are no UTF-8: they stay as they were sent, as `%FF`.
AS_SENT = "harness.as_sent"
# What stands for itself in an address (https://url.spec.whatwg.org/#url-path-segment-string), and the sign of what is quoted.
_IN_PATHS = "!$&'()*+,/:;=@%"
_IN_QUERIES = _IN_PATHS + "?"
_BARE = {"CONTENT_TYPE": "Content-Type", "CONTENT_LENGTH": "Content-Length"}
_PRESENT: ContextVar[Present] = ContextVar("present")


class HttpError(Exception):
    """A request that HTTP itself refuses: 404 for an address, 405 for a method, 413 for a body that is too long."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Present:
    """A request. Values that belong to it are stored in its `environ`, under the name of the module that stores them."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        self.environ = environ

    @property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    @property
    def root(self) -> str:
        """The prefix of the application's own addresses, without a slash at its end."""
        return _decoded(self.environ["SCRIPT_NAME"]).rstrip("/")

    @property
    def path(self) -> str:
        """The request's path after `root`."""
        return "/" + _decoded(self.environ["PATH_INFO"]).lstrip("/")

    @property
    def query(self) -> str:
        """The query as it was sent. Raises UnicodeDecodeError for octets that were not encoded."""
        return str(self.environ["QUERY_STRING"]).encode("latin-1").decode()

    @cached_property
    def arguments(self) -> tuple[tuple[str, str], ...]:
        """The query's names and values, those of one name together."""
        together: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.query, keep_blank_values=True, errors=AS_SENT):
            together.setdefault(name, []).append(value)
        return tuple((name, value) for name, values in together.items() for value in values)

    @property
    def url(self) -> str:
        """The whole address, as people read it."""
        # For a few refusals only: the import takes a tenth of a start.
        from werkzeug.urls import uri_to_iri
        from werkzeug.wsgi import get_host

        # The host is only made small: one that claims to be Punycode need not be any.
        origin = f"{self.environ['wsgi.url_scheme']}://{get_host(self.environ).lower()}"
        query = f"?{quote(self.query, safe=_IN_QUERIES)}" if self.query else ""
        return origin + uri_to_iri(quote(self.root + self.path, safe=_IN_PATHS) + query)

    def headers(self) -> Iterator[tuple[str, str]]:
        """Yield every header, its name as it is mostly written."""
        for key, value in self.environ.items():
            if key.startswith("HTTP_"):
                yield key[5:].replace("_", "-").title(), value
            elif key in _BARE and value:
                yield _BARE[key], value

    def header(self, name: str) -> str | None:
        """Return a header's value; not for Content-Type and Content-Length, which WSGI names otherwise."""
        value: str | None = self.environ.get("HTTP_" + name.upper().replace("-", "_"))
        return value

    def text(self, name: str) -> str:
        """Return a header's value, an empty text without it."""
        return self.header(name) or ""

    def body(self) -> bytes:
        """Return the whole body. Raises HttpError 413 where it is longer than anything here reads."""
        body = body_of(self.environ)
        if body is None:
            raise HttpError(413)
        return body


def present() -> Present:
    """Return the request that is being answered. Raises LookupError where none is."""
    return _PRESENT.get()


@contextmanager
def answering(environ: WSGIEnvironment) -> Iterator[Present]:
    """Let a request be the present one."""
    request = Present(environ)
    token = _PRESENT.set(request)
    try:
        yield request
    finally:
        _PRESENT.reset(token)


def without_view(match: Match) -> Response:
    """Answer OPTIONS where an address has views, but none for that method. Raises HttpError 404 or 405."""
    if present().method != "OPTIONS" or not match.methods:
        raise HttpError(405 if match.methods else 404)
    allowed = ", ".join(sorted(match.methods))
    return Response(200, (("Content-Type", "text/html; charset=utf-8"), ("Allow", allowed)))


def log_broken(environ: WSGIEnvironment, error: Exception) -> None:
    """Log an internal error of a request, except that of a full disk, which is reported once and breaks every write.

    Where it broke is of no use to whoever has lost the file below.
    """
    if is_full(error):
        return
    from harness.wire.log import LOG  # takes its time, and nothing breaks as a rule

    request = Present(environ)
    where = quote(request.root + request.path), request.method
    if isinstance(error, StorageError):
        LOG.error("%s [%s]: %s", *where, error)
    elif is_unreadable(error) or is_cut_off(error):
        LOG.error("%s [%s]: the data cannot be read: %s", *where, str(error).partition("\n")[0])
    else:
        LOG.error("Exception on %s [%s]", *where, exc_info=error)


def is_cut_off(error: BaseException) -> bool:
    """Tell whether PostgreSQL ended a connection, or none can be had; asked without loading what talks to it."""
    psycopg = sys.modules.get("psycopg")
    return isinstance(error, StorageError) or (
        psycopg is not None and isinstance(error, psycopg.OperationalError)
    )


def _decoded(text: str) -> str:
    """Return a text of a WSGI environment, where a letter stands for an octet, as what those octets are."""
    return text if text.isascii() else text.encode("latin-1").decode(errors="replace")


def _quoted(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return quote(error.object[error.start : error.end], safe=""), error.end


codecs.register_error(AS_SENT, _quoted)
