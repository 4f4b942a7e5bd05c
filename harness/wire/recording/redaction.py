"""Hides secrets by their name (`access_token`, `secretText`), in headers, JSON, forms, HTML and URLs.

The names are those of OAuth (RFC 6749), SAML, Microsoft Graph and AWS. `secrets.py` hides secrets whose value is known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

from msgspec import Struct

from harness.wire.message import Headers
from harness.wire.recording.secrets import HIDDEN

_SECRET_HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "x-amz-security-token",
        "x-amz-sso_bearer_token",
        "x-harness-key",
        "x-api-key",
        "x-auth-token",
        "api-key",
        "ocp-apim-subscription-key",
    }
)
_NAMES = (
    r"access[_-]?token|refresh[_-]?token|id[_-]?token|secret[_ -]?token|security[_-]?token|client[_-]?secret"
    r"|secret[_-]?text|secret[_-]?access[_-]?key|(?:client[_-]?)?assertion|SAMLResponse|(?:(?:new|old|current|confirm)[_-]?)?password(?:Profile)?"
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
# `_FORM` and `_INPUT_NAME` are compiled, and kept by `re`, when the first hint is met.
# nextToken and clientToken are no secrets, so a bare `token` must begin the name.
_FORM = rf"(?i)({_NAMES}|(?<![\w-])token)((?:\]|%5D)?=)[^&\s]+"
_INPUT = re.compile(r"(?i)<input\b")
_INPUT_NAME = rf"(?i)\bname=[\"']?(?:{_NAMES}|token)\b"
_VALUE = re.compile(r"(?i)(\bvalue=)(?:\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|[^\s>]+)")
_SHOWN = 'class="token"'  # in the tag before a new token, which a page shows once
_SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=[^/,\s]+/(\d{8})/([a-z0-9-]{1,32})/([a-z0-9-]{1,32})/aws4_request(?=,|\s|\Z)",
    re.ASCII,
)
_USER = re.compile(r"://[^/?#\s\"'<>]*@")
_USER_BYTES = re.compile(_USER.pattern.encode())


def redact_text(text: str) -> str:
    """Hide user names and passwords in URLs, and the values behind a secret's name."""
    if "@" in text and "://" in text:
        text = _USER.sub(f"://{HIDDEN}@", text)
    return _scrub(text)


def redact_headers(headers: Headers) -> Headers:
    return tuple(map(_redact_header, headers))


@lru_cache(maxsize=1024)
def _redact_header(header: tuple[str, str]) -> tuple[str, str]:
    name, value = header
    if name.lower() not in _SECRET_HEADERS:
        return name, redact_text(value)
    scope = signature_scope(value) if name.lower() == "authorization" else None
    return name, HIDDEN if scope is None else scope.header()


class SignatureScope(Struct, frozen=True):
    """The scope of an AWS signature (Signature Version 4); nothing in it is secret."""

    date: str
    region: str
    service: str

    def header(self) -> str:
        return f"AWS4-HMAC-SHA256 Credential={HIDDEN}/{self.date}/{self.region}/{self.service}/aws4_request, Signature={HIDDEN}"


def signature_scope(authorization: str) -> SignatureScope | None:
    """Return the scope of an AWS signature, with or without its secrets; None for any other Authorization."""
    signature = _SIGNATURE.match(authorization)
    return signature and SignatureScope(*signature.groups())


def redact_body(body: bytes) -> bytes:
    """Hide users in URLs, and the values of secret members, in a JSON, form or HTML body."""
    return _USER_BYTES.sub(f"://{HIDDEN}@".encode(), _redact_members(body))


def _redact_members(body: bytes) -> bytes:
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
    return re.sub(_FORM, rf"\1\2{HIDDEN}", ">".join(_scrubbed_pieces(text.split(">"))))


def _scrubbed_pieces(pieces: list[str]) -> Iterator[str]:
    """Yield the pieces of a page between its `>`, each a text and perhaps the tag that ends there, or is cut off there.

    One by one: a pattern that looks from each `<input` for its end takes an hour for a megabyte that has none.
    """
    is_shown = False
    for piece in pieces:
        shown, angle, rest = piece.partition("<")
        scrubbed = f"{HIDDEN}{angle}{rest}" if is_shown and shown else piece
        tag = _INPUT.search(scrubbed)
        if tag is not None and re.search(_INPUT_NAME, scrubbed[tag.start() :]):
            hidden = _VALUE.sub(rf'\1"{HIDDEN}"', scrubbed[tag.start() :])
            scrubbed = scrubbed[: tag.start()] + hidden
        yield scrubbed
        is_shown = _SHOWN in piece or (is_shown and not angle)


def redact(value: Any, secret: bool = False) -> Any:
    """Hide the values of secret members anywhere in a JSON value."""
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
    return _redact_inner(value) if isinstance(value, str) else value


def _names_secret(pair: dict[str, Any]) -> bool:
    """Tell whether a `key` (Graph, misspelt too) or `path` (SCIM) names a secret, whose value stands beside it."""
    key, path = str(pair.get("key", "")).lower(), str(pair.get("path", "")).rpartition(":")[2]
    return any(map(key.__contains__, _HINTS)) or bool(_MEMBER.match(path))


def _redact_inner(text: str) -> str:
    """Hide secrets in a string that holds JSON of its own, as CloudTrail's events do."""
    if text.lstrip()[:1] in ("{", "["):
        with suppress(ValueError):
            return _redact_members(text.encode()).decode()
    return _scrub(text)
