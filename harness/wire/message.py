"""HTTP as data: `Request`, `Response`, and `Send`, the type of functions from one to the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import SplitResult, urlsplit

from harness.base import json_text

MAX_BODY = 1_048_576  # bytes; what a service here reads of one request

Headers: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """`url` is absolute and already percent-encoded."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        return _header(self.headers, name)

    def json(self) -> Any:
        """Parse the body. Raises ValueError when it is not JSON."""
        return json_text.decode(self.body)


def reason_phrase(status: int) -> str:
    """Return HTTP's words for a status, an empty text for one that is not listed."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


@lru_cache(maxsize=64)
def media_type(content_type: str) -> str:
    """Return the media type of a Content-Type, without parameters and in small letters."""
    return content_type.partition(";")[0].strip().lower()


class TransportError(Exception):
    """No whole answer came back. `kind` is one of `dns`, `refused`, `reset`, `timeout`, `tls`, `too large`, `url`."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@lru_cache(maxsize=16)
def parts_of(url: str) -> SplitResult:
    """Return the result of `urlsplit`, with scheme and host cached, for most URLs differ only after them.

    Raises ValueError.
    """
    end = url.find("/", len("https://"))
    if end < 0 or "#" in url or not url.isprintable():
        return urlsplit(url)
    address = urlsplit(url[:end])
    if url[:end] != f"{address.scheme}://{address.netloc}":
        return urlsplit(url)
    path, _, query = url[end:].partition("?")
    return SplitResult(address.scheme, address.netloc, path, query, "")


def check_url(url: str) -> SplitResult:
    """Return the parts of an absolute http or https URL. Raises TransportError `url` for anything else."""
    try:
        parts = parts_of(url)
        usable = _leads_somewhere(parts.scheme, parts.netloc)
    except ValueError:
        usable = False
    if not usable:
        raise TransportError("url", f"'{url}' is not an absolute http or https URL")
    return parts


@lru_cache(maxsize=64)
def _leads_somewhere(scheme: str, netloc: str) -> bool:
    """Return whether an address has a host and a usable port. Raises ValueError."""
    parts = SplitResult(scheme, netloc, "", "", "")
    return scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0


Send: TypeAlias = Callable[[Request], Response]


def _header(headers: Headers, name: str) -> str | None:
    folded = name.lower()
    for key, value in headers:
        if key.lower() == folded:
            return value
    return None


def json_request(
    method: str, url: str, body: Any = None, *, bearer: str | None = None, headers: Headers = ()
) -> Request:
    """Build a request with a JSON body (none when `body` is None) and an optional bearer token."""
    if bearer is not None:
        headers = (*headers, ("Authorization", f"Bearer {bearer}"))
    if body is None:
        return Request(method, url, headers)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("Content-Type", "application/json"))
    try:
        encoded = json_text.encode(body)
    except TypeError:  # the store's whole numbers have 64 bits, a client's any number
        encoded = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Request(method, url, headers, encoded)
