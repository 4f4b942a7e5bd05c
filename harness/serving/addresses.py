"""The addresses that a server gives out, and the shortcut of its own requests to them."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from harness.base.errors import HarnessError
from harness.wire.message import Request, Response, Send

_IN_FLIGHT_ELSEWHERE = 8
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what to ask instead, from this machine
# Addresses for documentation (RFC 5737, RFC 3849): to connect a UDP socket to one sends nothing.
_ELSEWHERE = {"0.0.0.0": (socket.AF_INET, "192.0.2.1"), "::": (socket.AF_INET6, "2001:db8::1")}  # noqa: S104


def own_names(allowed: Iterable[str]) -> frozenset[str]:
    """Return the names by which other machines may address this one. Raises HarnessError for what is no name."""
    return frozenset((*map(as_asked, allowed), socket.gethostname().lower()))


def as_asked(name: str) -> str:
    """Return a host as clients name it: in small letters, no dot at its end, other letters than ASCII's by IDNA.

    Raises HarnessError for what is neither a name nor an address.
    """
    bare = name.strip().removesuffix(".")
    try:
        return str(ipaddress.ip_address(bare.removeprefix("[").removesuffix("]")))
    except ValueError:
        pass
    try:
        encoded = bare.encode("idna").decode().lower()
    except UnicodeError:
        encoded = ""
    if not _NAME.fullmatch(encoded):
        raise HarnessError(
            f"--allowed-host '{name}' is no name; give it without scheme, port and path: harness.example"
        )
    return encoded


def public_host(host: str, allowed: Iterable[str]) -> str:
    """Return the host by which other machines reach what listens on `host`: the first name allowed, else an address."""
    return next(map(as_asked, allowed), None) or _outward(host)


def at(url: str, host: str) -> str:
    """Return a URL of the same scheme and port at another host, without a path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{parts.port}"


def nearby(url: str) -> str:
    """Return the URL at which this machine reaches its own server, which may listen on all addresses."""
    host = urlsplit(url).hostname or ""
    return at(url, _EVERYWHERE[host]) if host in _EVERYWHERE else url


class Shortcut:
    """A `Send` to this process's own applications: without a socket, name resolution, or a queue behind strangers."""

    def __init__(self, send: Send, applications: Mapping[str, Send]) -> None:
        self._send, self._applications = send, applications

    def __call__(self, request: Request) -> Response:
        return self._applications.get(_origin(request.url), self._send)(request)

    def leads_home(self, url: str) -> bool:
        """Return whether this process itself answers at a URL."""
        return _origin(url) in self._applications


def in_flight(network: Shortcut, wanted: int | None, url: str) -> int:
    """Return how many objects of a cycle are at work together for a tenant URL: `wanted`, if given.

    If this process itself answers, it is one: there is no network to wait for, and several would wait for each other.
    """
    return wanted or (1 if network.leads_home(url) else _IN_FLIGHT_ELSEWHERE)


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3]).lower()


def _outward(host: str) -> str:
    """Return this machine's address in packets to others; `host` itself if it is an address, or without a network."""
    if host not in _ELSEWHERE:
        return host
    family, address = _ELSEWHERE[host]
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return _EVERYWHERE[host]
