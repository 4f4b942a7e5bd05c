"""`Send` over real sockets, for `harness serve` and third-party servers.

urllib3 without its conveniences: no redirects, no retries, no cookies, no proxies, no decoding, so what is asked is
what goes out.
"""

from __future__ import annotations

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from harness.wire.message import Request, Response, TransportError, check_url

_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (NameResolutionError, "dns"),
    (NewConnectionError, "refused"),  # in urllib3 also a ConnectTimeoutError
    (ConnectTimeoutError, "timeout"),
    (ReadTimeoutError, "timeout"),
    (SSLError, "tls"),
    (LocationValueError, "url"),
)


class Network:
    """A pool of kept-open connections. `timeout` is in seconds, for connecting and for each read."""

    def __init__(self, timeout: float = 30.0, connections: int = 32) -> None:
        self._pool = urllib3.PoolManager(maxsize=connections, timeout=timeout, retries=False)

    def __call__(self, request: Request) -> Response:
        """Raise TransportError when no complete answer comes back."""
        check_url(request.url)
        headers = urllib3.HTTPHeaderDict(request.headers)
        for name in ("User-Agent", "Accept-Encoding"):
            if name not in headers:
                headers[name] = urllib3.util.SKIP_HEADER
        try:
            answer = self._pool.urlopen(
                request.method,
                request.url,
                body=request.body or None,
                headers=headers,
                redirect=False,
                decode_content=False,
            )
        except (HTTPError, ValueError) as error:
            kind = next((name for kind, name in _KINDS if isinstance(error, kind)), None)
            kind = kind or ("url" if isinstance(error, ValueError) else "reset")
            raise TransportError(kind, str(error)) from error
        return Response(answer.status, tuple(answer.headers.items()), answer.data)

    def close(self) -> None:
        self._pool.clear()
