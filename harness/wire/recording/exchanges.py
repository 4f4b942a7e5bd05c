"""Records exchanges (a request and its answer) for the timeline; secrets are taken out before one is shown.

Most records are never looked at. So recording only keeps what was sent, in a microsecond; `hidden` takes the secrets out later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct

from harness.base.clock import Clock
from harness.wire.message import Headers, Request, Response, Send, TransportError
from harness.wire.recording.redaction import redact_body, redact_headers, redact_text
from harness.wire.recording.secrets import Secrets, basic_password

_SHORTEST = 12  # a shorter credential is a test's stand-in, and may be any word


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response, without secrets. `error` says why there is no response.

    `order` numbers requests in the order in which they began: a request has a smaller number than those that it causes.
    """

    at: str
    source: str
    target: str
    request: Request
    response: Response | None
    error: str | None = None
    order: int = 0

    def curl(self, body: str | None = None) -> str:
        """Return the command that repeats the request."""
        from harness.wire.recording.repeating import command

        return command(self.request, body)

    def document(self) -> dict[str, Any]:
        """Return the exchange as the control API shows it; bodies are text."""
        request, response = self.request, self.response
        return {
            "at": self.at,
            "method": request.method,
            "url": request.url,
            "body": request.body.decode("utf-8", "replace") or None,
            "status": None if response is None else response.status,
            "answer": None if response is None else response.body.decode("utf-8", "replace") or None,
            "error": self.error,
            "curl": self.curl(),
        }


class Sent(Struct, frozen=True):
    """One request and its outcome with their secrets, so it has no `repr`. `hidden` explains the fields."""

    at: datetime
    source: str
    name: Callable[[str], str]
    request: Request
    outcome: Response | str
    order: int

    def __repr__(self) -> str:
        return f"<request {self.order} of {self.source}>"

    def exchange(self) -> Exchange:
        return hidden(moment(self.at), self.source, self.name, self.request, self.outcome, self.order)


def recording(
    send: Send,
    keep: Callable[[Sent], None],
    clock: Clock,
    source: str,
    name: Callable[[str], str],
    *,
    order: Callable[[], int] = lambda: 0,
) -> Send:
    """Return a transport that passes every exchange to `keep`, answered or not. `name` is the label for a URL's server."""

    def recorded(request: Request) -> Response:
        place, at = order(), clock.now()
        try:
            response = send(request)
        except TransportError as error:
            keep(Sent(at, source, name, request, f"{error.kind}: {error}", place))
            raise
        keep(Sent(at, source, name, request, response, place))
        return response

    return recorded


def moment(now: datetime) -> str:
    """Return a moment as exchanges write it, in ISO 8601."""
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def hidden(
    at: str, source: str, name: Callable[[str], str], request: Request, outcome: Response | str, order: int
) -> Exchange:
    """Return an exchange without its secrets. `outcome` is the response, or the text of the error in its place."""
    authorization = request.header("authorization") or ""
    secrets, url = _credentials(authorization), hidden_url(request.url, authorization)
    redacted = Request(request.method, url, *_hidden(request, secrets))
    if isinstance(outcome, str):
        return Exchange(at, source, name(url), redacted, None, secrets.text(redact_text(outcome)), order)
    answer = Response(outcome.status, *_hidden(outcome, secrets))
    return Exchange(at, source, name(url), redacted, answer, None, order)


def hidden_url(url: str, authorization: str) -> str:
    """Return a request's URL without secrets, those of its Authorization header included."""
    return _credentials(authorization).text(redact_text(url))


def without(exchange: Exchange, secrets: Secrets) -> Exchange:
    """Return an exchange without these secrets, too: in its URL, headers, bodies and error."""
    request, response, error = exchange.request, exchange.response, exchange.error
    url, headers, body = (
        secrets.text(request.url),
        secrets.headers(request.headers),
        secrets.body(request.body),
    )
    answer = response and Response(
        response.status, secrets.headers(response.headers), secrets.body(response.body)
    )
    return replace(
        exchange,
        request=Request(request.method, url, headers, body),
        response=answer,
        error=error and secrets.text(error),
    )


def _credentials(authorization: str) -> Secrets:
    """Return the secrets of an Authorization header; they are hidden wherever the exchange repeats them."""
    return _secrets_of(authorization.rpartition(" ")[2])


@lru_cache(maxsize=64)
def _secrets_of(credential: str) -> Secrets:
    return Secrets(each for each in (credential, basic_password(credential)) if len(each) >= _SHORTEST)


def _hidden(message: Request | Response, secrets: Secrets) -> tuple[Headers, bytes]:
    return secrets.headers(redact_headers(message.headers)), secrets.body(redact_body(message.body))
