"""How long a server may take to answer, from the first byte to the last: `network.py`'s deadline for all that is read.

The library has a limit for each single read. A header line now and then, `100 Continue` without end, or trailers behind the last
chunk keep to that one and never come to an end.
"""

from __future__ import annotations

import io
import socket
from functools import partial
from http.client import HTTPResponse
from typing import TYPE_CHECKING

import urllib3

from harness.base.clock import Stopwatch
from harness.wire.message import TransportError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def impatient(pool: urllib3.HTTPConnectionPool, deadline: float) -> None:
    """Have each answer that comes over a pool's connections end within `deadline` seconds, or raise TransportError."""
    answers = staticmethod(partial(_Answer, deadline))
    kind = pool.ConnectionCls  # its name stays: the library's messages begin with it
    pool.ConnectionCls = type(kind.__name__, (kind,), {"response_class": answers})


class _Answer(HTTPResponse):
    def __init__(
        self, deadline: float, sock: socket.socket, debuglevel: int = 0, method: str | None = None
    ) -> None:
        super().__init__(sock, debuglevel, method)
        self.fp = io.BufferedReader(_Watched(self.fp.detach(), deadline))


class _Watched(io.RawIOBase):
    """What a socket says, as long as there is time."""

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
