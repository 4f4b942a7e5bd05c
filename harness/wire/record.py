"""Recording exchanges for the timeline, with every secret taken out before anything is kept."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from harness.base.clock import Clock
from harness.wire.message import Headers, Request, Response, Send, TransportError

HIDDEN = "***"
_SECRET_HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "x-amz-security-token",
        "x-amz-sso_bearer_token",
        "x-harness-key",
    }
)
_NAMES = (
    r"access[_-]?token|refresh[_-]?token|id[_-]?token|secret[_ -]?token|security[_-]?token|client[_-]?secret"
    r"|secret[_-]?text|(?:client[_-]?)?assertion|SAMLResponse|(?:(?:new|old|current|confirm)[_-]?)?password(?:Profile)?"
)
_MEMBER = re.compile(rf"(?i)(?:{_NAMES}|token)\Z")
_HINTS = (
    "token",
    "secret",
    "password",
    "saml",
    "assertion",
)  # no hint, no secret: most texts end their check here
_HINT_BYTES = tuple(hint.encode() for hint in _HINTS)
# nextToken and clientToken are no secrets, so a bare `token` must begin the name.
_FORM = re.compile(rf"(?i)({_NAMES}|(?<![\w-])token)((?:\]|%5D)?=)[^&\s]+")
_INPUT = re.compile(rf"(?i)<input\b[^>]*\bname=[\"']?(?:{_NAMES}|token)\b[^>]*>")
_VALUE = re.compile(r"(?i)(\bvalue=)(?:\"[^\"]*\"|'[^']*'|[^\s>]+)")
_SHOWN = re.compile(r"(class=\"token\"[^>]*>)[^<]+")  # a page that shows a new token once
_USER = re.compile(r"://[^/?#\s\"'<>]*@")
_USER_BYTES = re.compile(_USER.pattern.encode())
_SHORTEST = 12  # a shorter credential is a test's stand-in, and may be any word


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what became of it, redacted. `error` stands where no response came.

    `order` is the request's place among everything that was counted with it: exchanges begin before what they cause.
    """

    at: str
    source: str
    target: str
    request: Request
    response: Response | None
    error: str | None = None
    order: int = 0

    def curl(self) -> str:
        """Return the command that repeats the request, its token left as a shell variable."""
        method = ["--head"] if self.request.method == "HEAD" else ["-X", shlex.quote(self.request.method)]
        words = ["curl", "-i", "--globoff", *method, shlex.quote(self.request.url)]
        for name, value in self.request.headers:
            if name.lower() == "authorization":
                words += ["-H", '"Authorization: Bearer $TOKEN"']
            else:
                words += ["-H", shlex.quote(f"{name}: {value}")]
        if self.request.body:
            body = self.request.body.decode("utf-8", "replace").replace("\0", "\ufffd")
            words += ["--data-raw", shlex.quote(body)]
        return " ".join(words)


def recording(
    send: Send,
    keep: Callable[[Exchange], None],
    clock: Clock,
    source: str,
    name: Callable[[str], str],
    *,
    order: Callable[[], int] = lambda: 0,
) -> Send:
    """Wrap a transport so that every exchange, answered or not, is kept. `name` tells whose URL it is."""

    def recorded(request: Request) -> Response:
        place = order()
        at = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        hide = _hider(request)
        url = hide.text(request.url)
        target = name(url)
        kept = Request(request.method, url, hide.headers(request.headers), hide.body(request.body))
        try:
            response = send(request)
        except TransportError as error:
            keep(Exchange(at, source, target, kept, None, hide.text(f"{error.kind}: {error}"), place))
            raise
        answer = Response(response.status, hide.headers(response.headers), hide.body(response.body))
        keep(Exchange(at, source, target, kept, answer, None, place))
        return response

    return recorded


@dataclass(frozen=True, slots=True)
class _Hider:
    """Takes secrets out of one exchange. `credential` is the one it was sent with, hidden wherever it is echoed."""

    credential: str

    def text(self, text: str) -> str:
        if "@" in text and "://" in text:
            text = _USER.sub(f"://{HIDDEN}@", text)
        text = _scrub(text)
        return text.replace(self.credential, HIDDEN) if self.credential else text

    def headers(self, headers: Headers) -> Headers:
        return tuple(
            (name, HIDDEN if name.lower() in _SECRET_HEADERS else self.text(value)) for name, value in headers
        )

    def body(self, body: bytes) -> bytes:
        body = _USER_BYTES.sub(f"://{HIDDEN}@".encode(), redact_body(body))
        return body.replace(self.credential.encode(), HIDDEN.encode()) if self.credential else body


def _hider(request: Request) -> _Hider:
    credential = (request.header("authorization") or "").rpartition(" ")[2]
    return _Hider(credential if len(credential) >= _SHORTEST else "")


def redact_body(body: bytes) -> bytes:
    """Hide the values of secret members in a JSON, form or HTML body; anything else passes as it is."""
    lowered = body.lower()
    if not any(map(lowered.__contains__, _HINT_BYTES)):
        return body
    try:
        return json.dumps(redact(json.loads(body)), ensure_ascii=False, separators=(",", ":")).encode()
    except RecursionError:
        return HIDDEN.encode()
    except ValueError:
        if lowered.lstrip()[:1] in (b"{", b"["):  # broken JSON: nobody can tell where its secrets end
            return HIDDEN.encode()
    return _scrub(body.decode("latin-1")).encode("latin-1")


def _scrub(text: str) -> str:
    if not any(map(text.lower().__contains__, _HINTS)):
        return text
    text = _INPUT.sub(lambda tag: _VALUE.sub(rf'\1"{HIDDEN}"', tag.group()), text)
    text = _SHOWN.sub(rf"\1{HIDDEN}", text)
    return _FORM.sub(rf"\1\2{HIDDEN}", text)


def redact(value: Any, secret: bool = False) -> Any:
    """Hide what stands under the name of a secret, anywhere in a JSON value."""
    if isinstance(value, dict):
        pair = _names_secret(value)
        return {
            key: redact(item, secret or bool(_MEMBER.match(key)) or (pair and key == "value"))
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [redact(item, secret) for item in value]
    if secret:
        return value if value in (None, "") or isinstance(value, bool) else HIDDEN
    return _redact_text(value) if isinstance(value, str) else value


def _names_secret(pair: dict[str, Any]) -> bool:
    """Tell whether the value beside a name is a secret's: Graph's `key`, spelled wrong too, and SCIM's `path`."""
    key, path = str(pair.get("key", "")).lower(), str(pair.get("path", "")).rpartition(":")[2]
    return any(map(key.__contains__, _HINTS)) or bool(_MEMBER.match(path))


def _redact_text(text: str) -> str:
    """A string may hold JSON of its own, as CloudTrail's events do."""
    if text.lstrip()[:1] in ("{", "["):
        with suppress(ValueError):
            return redact_body(text.encode()).decode()
    return _scrub(text)
