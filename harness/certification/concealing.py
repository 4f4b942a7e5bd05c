"""Secrets taken out of what is kept, wherever a server or a client repeats them; `recording` knows only usual places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote

from harness.base.json_text import encode_text
from harness.wire.message import Headers
from harness.wire.record import HIDDEN, Exchange


def without(text: str, secrets: Iterable[str]) -> str:
    """Return a text with secrets hidden: as they are, percent-encoded, and as JSON may write them."""
    for spelling in _spellings(secrets):
        text = text.replace(spelling, HIDDEN)
    return text


def cleared(exchange: Exchange, secrets: Iterable[str]) -> Exchange:
    """Return an exchange with secrets hidden, in addresses, headers, bodies and errors."""
    secrets = tuple(secrets)
    request, response, error = exchange.request, exchange.response, exchange.error
    return replace(
        exchange,
        request=replace(
            request,
            url=without(request.url, secrets),
            headers=_headers(request.headers, secrets),
            body=_body(request.body, secrets),
        ),
        response=response
        and replace(
            response, headers=_headers(response.headers, secrets), body=_body(response.body, secrets)
        ),
        error=error and without(error, secrets),
    )


def _headers(headers: Headers, secrets: Iterable[str]) -> Headers:
    return tuple((name, without(value, secrets)) for name, value in headers)


def _body(body: bytes, secrets: Iterable[str]) -> bytes:
    for spelling in _spellings(secrets):
        body = body.replace(spelling.encode(), HIDDEN.encode())
    return body


def _spellings(secrets: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(
        spelling
        for secret in secrets
        for spelling in (
            secret,
            quote(secret),
            quote(secret, safe=""),
            encode_text(secret)[1:-1],
            secret.replace("/", "\\/"),
        )
    )
