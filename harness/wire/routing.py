"""A small internet: each origin (`https://scim.us-east-1.amazonaws.com`) leads to a transport, others nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from harness.wire.message import Request, Response, Send, TransportError


def routing(origins: Mapping[str, Send]) -> Send:
    """Dispatch by scheme and host. Raises TransportError `dns` for a host nobody serves, `url` for what is no URL."""

    def send(request: Request) -> Response:
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise TransportError("url", f"'{request.url}' is not an absolute http or https URL")
        target = origins.get(f"{parts.scheme}://{parts.netloc.lower()}")
        if target is None:
            raise TransportError("dns", f"The remote name could not be resolved: '{parts.hostname}'")
        return target(request)

    return send
