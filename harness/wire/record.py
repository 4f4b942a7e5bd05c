"""Recording exchanges for the timeline, with every secret taken out before anything is kept."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.base.clock import Clock
from harness.wire.message import Headers, Request, Response, Send, TransportError

HIDDEN = "***"
_SECRET_HEADERS = frozenset(
    {"authorization", "cookie", "set-cookie", "x-amz-security-token", "x-harness-key"}
)
_SECRET_MEMBERS = frozenset(
    {
        "accesstoken",
        "access_token",
        "secrettoken",
        "client_secret",
        "password",
        "samlresponse",
        "refresh_token",
    }
)
_SECRET_FORM = re.compile(r"(?i)\b(client_secret|password|SAMLResponse|access_token|token)=[^&\s]+")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what became of it, redacted. `error` stands where no response came."""

    at: str
    source: str
    target: str
    request: Request
    response: Response | None
    error: str | None = None

    def curl(self) -> str:
        """Return the command that repeats the request, its token left as a shell variable."""
        words = ["curl", "-i", "-X", self.request.method, shlex.quote(self.request.url)]
        for name, value in self.request.headers:
            if name.lower() == "authorization":
                words += ["-H", '"Authorization: Bearer $TOKEN"']
            else:
                words += ["-H", shlex.quote(f"{name}: {value}")]
        if self.request.body:
            words += ["--data-binary", shlex.quote(self.request.body.decode("utf-8", "replace"))]
        return " ".join(words)


def recording(
    send: Send, keep: Callable[[Exchange], None], clock: Clock, source: str, name: Callable[[str], str]
) -> Send:
    """Wrap a transport so that every exchange, answered or not, is kept. `name` tells whose URL it is."""

    def recorded(request: Request) -> Response:
        at = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        target = name(request.url)
        kept = Request(
            request.method, request.url, _redact_headers(request.headers), redact_body(request.body)
        )
        try:
            response = send(request)
        except TransportError as error:
            keep(Exchange(at, source, target, kept, None, f"{error.kind}: {error}"))
            raise
        answer = Response(response.status, _redact_headers(response.headers), redact_body(response.body))
        keep(Exchange(at, source, target, kept, answer))
        return response

    return recorded


def _redact_headers(headers: Headers) -> Headers:
    return tuple((name, HIDDEN if name.lower() in _SECRET_HEADERS else value) for name, value in headers)


def redact_body(body: bytes) -> bytes:
    """Hide the values of secret members in a JSON or form body; anything else passes as it is."""
    lowered = body.lower()
    if (
        b"token" not in lowered
        and b"secret" not in lowered
        and b"password" not in lowered
        and b"saml" not in lowered
    ):
        return body
    try:
        return json.dumps(_redact(json.loads(body)), ensure_ascii=False, separators=(",", ":")).encode()
    except ValueError:
        return _SECRET_FORM.sub(rf"\1={HIDDEN}", body.decode("utf-8", "replace")).encode()


def _redact(value: Any) -> Any:
    if isinstance(value, dict):
        # Graph carries secrets as {"key": "SecretToken", "value": "…"}.
        if str(value.get("key", "")).lower() in _SECRET_MEMBERS and value.get("value"):
            return {**value, "value": HIDDEN}
        return {
            key: HIDDEN if key.lower() in _SECRET_MEMBERS and isinstance(item, str) else _redact(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_redact(item) for item in value]
    return value
