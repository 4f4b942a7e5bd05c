"""Reads a server's answer within the deadline of `network.py`; an answer whose end is uncertain is refused.

The library has a limit for each single read. A header line now and then, `100 Continue` without end, or trailers behind the last
chunk keep to that one and never come to an end. And it takes what is ambiguous: a client closes the connection then (RFC 9112
section 6.3), for what follows would be read as the answer to the next request.
"""

from __future__ import annotations

import io
import re
import socket
import threading
from email.errors import MissingHeaderBodySeparatorDefect
from functools import partial
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING

import urllib3

from harness.base.clock import Stopwatch
from harness.wire.message import TransportError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


_LENGTH = re.compile(r"\s*\d+\s*(,\s*\d+\s*)*", re.ASCII)
_SWITCHING = 101


class Opening(threading.local):
    """Whether a connection was opened for the request that this thread sends."""

    is_new = False


def impatient(pool: urllib3.HTTPConnectionPool, deadline: float, opening: Opening) -> None:
    """Make each answer over a pool's connections end within `deadline` seconds, or raise TransportError.

    `opening` is told when one connects, for the library opens an ended connection again without counting it.
    """
    answers = staticmethod(partial(_Answer, deadline))
    kind = pool.ConnectionCls  # its name stays: the library's messages begin with it

    def connect(connection: urllib3.connection.HTTPConnection) -> None:
        opening.is_new = True
        kind.connect(connection)

    pool.ConnectionCls = type(kind.__name__, (kind,), {"response_class": answers, "connect": connect})


class _Answer(HTTPResponse):
    def __init__(
        self, deadline: float, sock: socket.socket, debuglevel: int = 0, method: str | None = None
    ) -> None:
        super().__init__(sock, debuglevel, method)
        self.fp = io.BufferedReader(_Watched(self.fp.detach(), deadline))

    def begin(self) -> None:
        """Read to the end of the headers, past all that is said in advance (RFC 9110 section 15.2). Raises HTTPException."""
        super().begin()
        while _SWITCHING < self.status < 200:  # 100 is passed over already
            # As long as there are none, it reads.
            self.headers = None  # type: ignore[assignment]
            super().begin()
        if self.status == _SWITCHING:
            raise HTTPException("the server went over to another protocol, unasked")
        if any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in self.headers.defects):
            raise HTTPException("a line among the headers has no colon")
        for length in self.headers.get_all("Content-Length", []):
            if not _LENGTH.fullmatch(length):
                raise HTTPException(f"'{length}' is no Content-Length")


class _Watched(io.RawIOBase):
    """A socket's bytes, read only until the deadline."""

    def __init__(self, raw: io.RawIOBase, deadline: float) -> None:
        self._raw, self._deadline, self._watch = raw, deadline, Stopwatch()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        if self._watch.seconds() > self._deadline:
            raise TransportError("timeout", f"the answer had not ended after {self._deadline:g} seconds")
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()
