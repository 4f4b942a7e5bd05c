"""A small internet: each origin (`https://scim.us-east-1.amazonaws.com`) leads to a transport, others nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from harness.wire.message import Request, Response, Send, TransportError, check_url


def internet(origins: Mapping[str, Send]) -> Send:
    """Dispatch by scheme and host. Raises TransportError `dns` for a host nobody serves, `url` for what is no URL."""

    def send(request: Request) -> Response:
        parts = check_url(request.url)
        default = ":443" if parts.scheme == "https" else ":80"
        target = origins.get(f"{parts.scheme}://{parts.netloc.lower().removesuffix(default)}")
        if target is None:
            raise TransportError("dns", f"The remote name could not be resolved: '{parts.hostname}'")
        return target(request)

    return send
