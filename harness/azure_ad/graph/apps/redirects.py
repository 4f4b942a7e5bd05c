"""Addresses that a browser is sent to: reply URLs of a service principal, redirect URIs of a registration.

A browser leaves out tabs and line ends inside an address, and blanks and control characters before it (https://url.spec.whatwg.org/,
"URL parsing", quoted in https://gokawiil.com/article/261998, read 2026-11-29), so `java<tab>script:` would run what stands behind.
What has such a character is no URI (RFC 3986, 2, not opened) and is refused, and so is a scheme that runs instead of leading somewhere.

Source: https://learn.microsoft.com/en-us/entra/identity-platform/reply-url, which Graph's own sentence names; that these are
refused is inferred.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from harness.azure_ad.graph.odata import refusals
from harness.base.store import Document

_SCRIPTS = ("javascript:", "data:", "vbscript:")
_PLATFORMS = ("web", "spa", "publicClient")


def check_reply_urls(principal: Document) -> None:
    """Raise ODataError for a reply URL of a service principal that leads nowhere."""
    _check("replyUrls", "ServicePrincipal", principal.get("replyUrls") or ())


def check_redirects(application: Document) -> None:
    """Raise ODataError for a redirect URI of a registration that leads nowhere."""
    for platform in _PLATFORMS:
        part = application.get(platform)
        if isinstance(part, dict):
            _check(f"{platform}.redirectUris", "Application", part.get("redirectUris") or ())


def _check(name: str, resource: str, urls: Iterable[Any]) -> None:
    for url in urls:
        if not isinstance(url, str) or _is_wrong(url):
            raise refusals.ADDRESS_REFUSED.error(name=name, resource=resource, value=str(url)[:200])


def _is_wrong(url: str) -> bool:
    unprintable = any(character <= " " or character == "\x7f" for character in url)
    return not url or unprintable or url.lower().startswith(_SCRIPTS)
