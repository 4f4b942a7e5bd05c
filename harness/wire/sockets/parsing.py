"""Parses requests from the bytes that come in (by httptools), and limits the size of headers and bodies.

What is no request, or too large, becomes a refusal, which is answered in its turn; nothing after it is read.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from msgspec import Struct

from harness.wire.message import MAX_BODY
from harness.wire.sockets.answers import Answer, refusal
from harness.wire.sockets.targets import HOST, host_in, is_target

MAX_HEADERS = 65_536  # bytes of target and headers together
# So much is read for applications to refuse in their own words, and for a client that listens only after sending.
_DRAINED = 2 * MAX_BODY
_VERSIONS = ("1.0", "1.1")
# So many bytes of chunk sizes, extensions and trailers are read for each of the body, and MAX_HEADERS.
_FRAMING = 4
_MALFORMED = refusal(400, "This is no HTTP request that can be understood for sure (RFC 9112).")
_HOSTS = refusal(400, "A request has one Host header, with a name or an address (RFC 9112 section 3.2).")
_TARGET = refusal(400, "That is no target for this method (RFC 9112 section 3.2).")
_CODED = refusal(501, "Transfer-Encoding is chunked and nothing else here (RFC 9112 section 6.1).")
_VERSION = refusal(505, "This server speaks HTTP/1.1.")
_MUCH = refusal(413, f"The body is larger than {MAX_BODY} bytes.")
_LONG = refusal(431, f"Target and headers are larger than {MAX_HEADERS} bytes.")


class Stage(Enum):
    """The part of a request that has come."""

    NOTHING = 0
    HEADERS = 1
    BODY = 2


class Incoming(Struct, frozen=True):
    """A whole request: `target` as it was written, `headers` named in small letters, a body of twice MAX_BODY at most.

    Whoever sent it `stays` for a further one, or not.
    """

    method: str
    target: bytes
    version: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    stays: bool


class Parser:
    """What has `arrived` is taken from its left by whoever answers it; `stage` tells of the next request.

    `expects_word` says that its client waits for `100 Continue` before it sends the body. What comes once it `is_over` is not
    read any more.
    """

    def __init__(self) -> None:
        self.arrived = deque[Incoming | Answer]()
        self.stage = Stage.NOTHING
        self.expects_word = False
        self._target, self._version, self._stays = b"", "1.1", True
        self._headers: list[tuple[bytes, bytes]] = []
        self._offer: list[tuple[bytes, bytes]] = []  # of another protocol, which the request came with
        self._pieces: list[bytes] = []
        self._size = 0  # of the headers, then of the body
        self._framed = 0  # the body with its chunks' sizes, extensions and trailers
        self._refusal: Answer = _MALFORMED
        self.is_over = False
        self._octets = HttpRequestParser(self)

    def feed(self, data: bytes) -> None:
        if self.is_over:
            return
        if self.stage is Stage.HEADERS:
            self._size += len(data)
        elif self.stage is Stage.BODY:
            self._framed += len(data)
        unread: bytes | memoryview = data
        try:
            while unread:
                unread = self._unread_of(unread)
            if self.stage is Stage.HEADERS and self._size > MAX_HEADERS:
                self._refuse(_LONG)
            if self.stage is Stage.BODY and self._framed > MAX_HEADERS + _FRAMING * self._size:
                self._refuse(_MUCH)
        except HttpParserError:
            self.is_over, self.stage = True, Stage.NOTHING
            self.arrived.append(self._refusal)

    def _refuse(self, answer: Answer) -> None:
        self._refusal = answer.of_head() if self._octets.get_method() == b"HEAD" else answer
        raise HttpParserError

    def _unread_of(self, data: bytes | memoryview) -> bytes | memoryview:
        """Read to the end, or to where an offer of another protocol ends; return what follows."""
        try:
            self._octets.feed_data(data)
        except HttpParserUpgrade as offer:
            if self._octets.get_method() == b"CONNECT":  # what follows may be of another protocol
                self.is_over = True
            else:
                self._decline()
                return memoryview(data)[offer.args[0] :]
        return b""

    def _decline(self) -> None:
        """Go on in HTTP/1.1, as one may (RFC 9110 section 7.8).

        The library takes what follows for the other protocol's, the body too: it is given the request again without the offer.
        """
        self._offer = [(name, value) for name, value in self._headers if name == b"upgrade"]
        lines = [b"%b %b HTTP/%b" % (self._octets.get_method(), self._target, self._version.encode())]
        lines += [b"%b: %b" % header for header in self._headers if header not in self._offer]
        self._octets = HttpRequestParser(self)
        self._octets.feed_data(b"\r\n".join([*lines, b"", b""]))

    def on_message_begin(self) -> None:
        self.stage = Stage.HEADERS
        self._target, self._headers, self._pieces = b"", [], []
        self._size = 0

    def on_url(self, piece: bytes) -> None:
        self._target += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.stage is Stage.HEADERS:  # not those behind a body in chunks
            self._headers.append((name.lower(), value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        self.stage = Stage.BODY
        self._version = self._octets.get_http_version()
        self._headers += self._offer
        self._offer = []
        hosts, codings, length, size = [], [], 0, len(self._target)
        self.expects_word = False
        for name, value in self._headers:
            size += len(name) + len(value)
            if name == b"host":
                hosts.append(value)
            elif name == b"content-length":
                length = int(value)
            elif name == b"transfer-encoding":
                codings.append(value.lower())
            elif name == b"expect":  # HTTP/1.0 has no such word (RFC 9110 section 10.1.1)
                self.expects_word = self._version == "1.1" and value.lower() == b"100-continue"
        if size > MAX_HEADERS:
            self._refuse(_LONG)
        self._require_sense(hosts, codings, length)
        host = host_in(self._target)
        if host is not None:
            self._headers = [
                *((name, value) for name, value in self._headers if name != b"host"),
                (b"host", host),
            ]
        self._stays = self._version != "1.0" and self._octets.should_keep_alive()
        self._size = self._framed = 0

    def _require_sense(self, hosts: list[bytes], codings: list[bytes], length: int) -> None:
        """Refuse requests that the parser accepts and whose meaning is not certain."""
        if self._version not in _VERSIONS:
            self._refuse(_VERSION)
        if len(hosts) > 1 or (not hosts and self._version == "1.1") or not all(map(HOST.fullmatch, hosts)):
            self._refuse(_HOSTS)
        if not is_target(self._octets.get_method(), self._target):
            self._refuse(_TARGET)
        if codings not in ([], [b"chunked"]):
            self._refuse(_CODED)
        if length > _DRAINED:
            self._refuse(_MUCH)

    def on_body(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > _DRAINED:
            self._refuse(_MUCH)
        self._pieces.append(piece)

    def on_message_complete(self) -> None:
        if self._octets.should_upgrade() and self._octets.get_method() != b"CONNECT":
            return  # it comes again (`_decline`)
        self.stage = Stage.NOTHING
        self.arrived.append(
            Incoming(
                self._octets.get_method().decode("ascii"),
                self._target,
                self._version,
                self._headers,
                b"".join(self._pieces),
                self._stays,
            )
        )
