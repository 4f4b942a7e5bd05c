"""What goes out over WSGI: a `Response`, and the moment as HTTP writes it."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from harness.wire.message import Response, reason_phrase

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_NO_BODY = (204, 304)


def begin(response: Response, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Start an answer, whose first header says what its body is, and return that body.

    The length comes second, unless it is there; HEAD is told that of the body that GET would get.
    """
    headers = list(response.headers)
    if response.status not in _NO_BODY and response.header("Content-Length") is None:
        headers.insert(1, ("Content-Length", str(len(response.body))))
    start_response(f"{response.status} {reason_phrase(response.status)}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]


def http_date(moment: datetime) -> str:
    """Return a moment in UTC as in the header Date."""
    return format_datetime(moment, usegmt=True)
