"""Guards surfaces without a token against pages of other sites in a person's browser.

A browser says in `Sec-Fetch-Site` and `Origin` which site a request comes from (https://www.w3.org/TR/fetch-metadata/,
"The Sec-Fetch-Site HTTP Request Header", and https://fetch.spec.whatwg.org/#origin-header, both read 2026-11-30), and in `Host`
what it took this address for: a name that is not this machine's has been bound to it by somebody else
(https://en.wikipedia.org/wiki/DNS_rebinding, "How DNS rebinding works", read 2026-11-30 in a copy). Scripts send neither header.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS = (":80", ":443")  # browsers leave these out


def is_order_of_another_site(environ: WSGIEnvironment) -> bool:
    """Return whether a request is a change that a page of another site sends."""
    if environ["REQUEST_METHOD"] in _READING:
        return False
    if environ.get("HTTP_SEC_FETCH_SITE", "none") in ("cross-site", "same-site"):
        return True
    origin = environ.get("HTTP_ORIGIN")
    return origin is not None and _place(origin) != _bare(environ.get("HTTP_HOST", ""))


def names_this_machine(environ: WSGIEnvironment) -> bool:
    """Return whether the request's `Host` is a loopback name or address, or missing."""
    try:
        name = host_of(environ.get("HTTP_HOST", "localhost"))
        return name.rpartition(".")[2] == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def host_of(header: str) -> str:
    """Return the name or address in a `Host`, in small letters and without a dot at its end. Raises ValueError."""
    return (urlsplit(f"//{header}").hostname or "").removesuffix(".")


def _place(origin: str) -> str | None:
    try:
        return _bare(urlsplit(origin).netloc) or None
    except ValueError:
        return None


def _bare(host: str) -> str:
    for port in _PORTS:
        host = host.removesuffix(port)
    return host.lower()
