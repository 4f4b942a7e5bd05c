"""Cuts answers for the logs that quote them: without secrets, and the first 16 KiB of a body.

A server in development answers an error with a page of half a megabyte, to each of ten thousand people, again and again.
"""

from __future__ import annotations

from harness.wire.message import Response
from harness.wire.recording.secrets import Secrets

LONGEST = 16_384  # bytes of a body
_LONGEST_HEADER = 1_024  # characters of a value


def quotable(response: Response, secrets: Secrets) -> Response:
    """Return an answer without secrets, its body and headers cut to length; the body ends with the number of bytes left out."""
    headers, body = secrets.headers(response.headers), secrets.body(response.body)
    if len(body) > LONGEST:
        start = body[:LONGEST].decode("utf-8", "replace")
        body = f"{start}… ({len(body) - LONGEST:,} more bytes)".encode()
    return Response(response.status, tuple((name, _cut(value)) for name, value in headers), body)


def _cut(value: str) -> str:
    return value if len(value) <= _LONGEST_HEADER else f"{value[:_LONGEST_HEADER]}…"
