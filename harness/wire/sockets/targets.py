"""Checks a request's target, and reads the host that it names (RFC 9112 section 3.2, read 2026-11-30)."""

from __future__ import annotations

import re

# RFC 3986 section 3.2.2: a name or an address, and a port.
_AUTHORITY = rb"(?:\[[A-Za-z0-9._~!$&'()*+,;=%:-]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[0-9]*)?"
HOST = re.compile(_AUTHORITY)
_PATH = re.compile(rb"/[^#]*")
_ABSOLUTE = re.compile(rb"(?i:https?)://(?=[^:/?])(%b)(?:[/?][^#]*)?" % _AUTHORITY)


def is_target(method: bytes, target: bytes) -> bool:
    """Tell whether a target has one of the forms that its method may have.

    A path, or a whole address as proxies are sent it; `*` for OPTIONS, a host and port for CONNECT. A fragment stays with
    the client, and no address bears a name and password (RFC 9110 section 4.2.4).
    """
    if _PATH.fullmatch(target):
        return method != b"CONNECT"
    if method == b"CONNECT":
        return HOST.fullmatch(target) is not None
    return (method == b"OPTIONS" and target == b"*") or _ABSOLUTE.fullmatch(target) is not None


def host_in(target: bytes) -> bytes | None:
    """Return the host that a whole address names, which counts instead of the header Host (section 3.2.2)."""
    match = None if target.startswith(b"/") else _ABSOLUTE.fullmatch(target)
    return match and match[1]
