"""`Send` over real sockets, for `harness serve` and third-party servers.

urllib3 without redirects, retries, cookies, proxies and decoding: what is sent is the request that was given.
"""

from __future__ import annotations

import http.client
import re
import ssl
from collections.abc import Iterator, Mapping
from functools import partial
from http.client import BadStatusLine, RemoteDisconnected
from types import MappingProxyType
from urllib.parse import SplitResult

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    IncompleteRead,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from harness.wire.message import Request, Response, TransportError, check_url
from harness.wire.sockets.patience import Opening, impatient

_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (NameResolutionError, "dns"),
    (NewConnectionError, "refused"),  # in urllib3 also a ConnectTimeoutError
    (ConnectTimeoutError, "timeout"),
    (ReadTimeoutError, "timeout"),
    (SSLError, "tls"),
    (LocationValueError, "url"),
)
MAX_ANSWER = 16 * 2**20  # bytes; a page of a thousand people takes about one MiB
_PIECE = 65_536
_REPEATED = frozenset({"GET", "HEAD", "DELETE"})
_GONE = (RemoteDisconnected, ConnectionResetError, BrokenPipeError)
_SHOWN = 80  # characters of what is no answer
# The library names its own object first: HTTPConnection(host='127.0.0.1', port=1): Failed to establish …
_POOL = re.compile(r"<?HTTPS?Connection(?:Pool)?\([^)]*\)>?: ")


class Network:
    """A pool of kept-open connections. `timeout` is in seconds, for connecting and for each read.

    An answer has `deadline` seconds in all, by default twice that, and its body MAX_ANSWER bytes.

    `trusted` are origins with a certificate of their own (`wire.tls.trusting`). All others are judged by the system's
    authorities, or by those that the variables SSL_CERT_FILE and SSL_CERT_DIR name instead.
    """

    def __init__(
        self,
        timeout: float = 30.0,
        connections: int = 32,
        trusted: Mapping[str, ssl.SSLContext] = MappingProxyType({}),
        deadline: float | None = None,
    ) -> None:
        self._deadline = 2 * timeout if deadline is None else deadline
        self._manager = urllib3.PoolManager(
            num_pools=256, maxsize=connections, timeout=timeout, retries=False
        )
        self._trusted = trusted
        self._opening = Opening()
        self._pools: dict[tuple[str, str], urllib3.HTTPConnectionPool] = {}  # the manager takes long to look

    def __call__(self, request: Request) -> Response:
        """Raise TransportError when no complete answer comes back."""
        parts = check_url(request.url)
        headers = urllib3.HTTPHeaderDict(request.headers)
        for name in ("User-Agent", "Accept-Encoding"):
            if name not in headers:
                headers[name] = urllib3.util.SKIP_HEADER
        try:
            answer = self._answer(request, parts, headers)
            body = self._received(answer)
        except (HTTPError, ValueError) as error:
            kind = next((name for kind, name in _KINDS if isinstance(error, kind)), None)
            kind = kind or ("url" if isinstance(error, ValueError) else "reset")
            raise TransportError(kind, _worded(error)) from error
        return Response(answer.status, tuple(answer.headers.items()), body)

    def _answer(
        self, request: Request, parts: SplitResult, headers: urllib3.HTTPHeaderDict
    ) -> urllib3.BaseHTTPResponse:
        """Send a request, and once more where a connection that was kept open ended at that moment.

        A server may close it at any moment. Whoever sent no body asks again over another, as .NET does
        (https://github.com/dotnet/corefx/pull/26708, its description, read 2026-11-30) and RFC 9110 section 9.2.2 permits.
        """
        ask = partial(
            self._pool(parts).urlopen,
            request.method,
            f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/",
            body=request.body or None,
            headers=headers,
            redirect=False,
            assert_same_host=False,
            decode_content=False,
            preload_content=False,
        )
        self._opening.is_new = False
        try:
            return ask()
        except ProtocolError as error:
            is_safe = request.method in _REPEATED and not request.body and not self._opening.is_new
            if not is_safe or not isinstance(error.args[-1], _GONE):
                raise
        return ask()

    def _received(self, answer: urllib3.BaseHTTPResponse) -> bytes:
        """Read an answer to its end. Raises TransportError for one that is too large, or never comes to it."""
        try:
            body = bytearray()
            for piece in self._pieces(answer):
                body += piece
        except BaseException:
            answer.close()
            raise
        answer.release_conn()
        return bytes(body)

    def _pieces(self, answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        size = 0
        while piece := answer.read1(_PIECE, decode_content=False):
            yield piece
            size += len(piece)
            if size > MAX_ANSWER:
                raise TransportError("too large", f"the answer is larger than {MAX_ANSWER // 2**20} MiB")
        if answer.length_remaining:
            raise IncompleteRead(size, answer.length_remaining)

    def close(self) -> None:
        for pool in self._pools.values():  # a failure may hold on to one
            pool.close()
        self._pools.clear()
        self._manager.clear()

    def _pool(self, parts: SplitResult) -> urllib3.HTTPConnectionPool:
        pool = self._pools.get(parts[:2])
        if pool is None:
            context = self._trusted.get(f"{parts.scheme}://{parts.netloc}")
            judged = {"ssl_context": context, "assert_hostname": False} if context else None
            pool = self._manager.connection_from_host(parts.hostname, parts.port, parts.scheme, judged)
            impatient(pool, self._deadline, self._opening)
            self._pools[parts[:2]] = pool
        return pool


def _worded(error: Exception) -> str:
    """Return what happened in words, without the library's names."""
    cause = error.args[-1] if error.args and isinstance(error.args[-1], Exception) else error
    if isinstance(cause, RemoteDisconnected):
        return "the connection was closed before an answer came"
    if isinstance(cause, BadStatusLine):
        return f"what came is no answer in HTTP/1.1: {str(cause)[:_SHOWN]!r}"
    if isinstance(cause, IncompleteRead | http.client.IncompleteRead):
        return "the answer broke off before its end"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return _POOL.sub("", str(cause))
