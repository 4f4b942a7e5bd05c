"""One client's connection: uvicorn's, with deadlines, a limit of header bytes, and a place that can be lost.

A connection waits until a whole request has come, and again once that is answered. Who waits longest gives way when all
places are taken, so silence, half a request and idleness keep nobody out. The first request that a read brings is answered at
once, without a task of its own, where it is short and the application quick: that is a third of what a connection costs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from harness.wire.message import TransportError
from harness.wire.sockets.bridge import Answer, Bridge, refusal

MAX_HEADERS = 65_536  # bytes of target and headers together
_TOO_LARGE = refusal(431, f"Target and headers are larger than {MAX_HEADERS} bytes.")
_CLOSE = (b"connection", b"close")


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections a server has places for, and how long it waits, in seconds.

    `first` for anything at all on a new connection, `headers` and `body` from their first byte to their last, `idle` for a
    further request, `stop` for what is under way at the end.
    """

    connections: int = 400
    first: float = 30.0
    headers: float = 10.0
    body: float = 30.0
    idle: int = 60
    stop: float = 5.0


@dataclass(slots=True)
class Places:
    """Who waits, the longest first, and how many places are taken by them and by those at work."""

    limits: Limits
    waiting: dict[object, Callable[[], object]] = field(default_factory=dict)  # and how each is ended
    taken: int = 0
    emptied: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self) -> bool:
        """Take a place, from whoever waits longest when there is none left; False when all are at work."""
        if self.taken >= self.limits.connections:
            if not self.waiting:
                return False
            self.waiting.pop(next(iter(self.waiting)))()
        self.taken += 1
        self.emptied.clear()
        return True

    def free(self) -> None:
        self.taken -= 1
        if not self.taken:
            self.emptied.set()


class Connection(HttpToolsProtocol):
    """`places` has one for this connection, which is given back when it is lost."""

    def __init__(self, config: Config, bridge: Bridge, state: ServerState, places: Places) -> None:
        super().__init__(config, state, {})
        self._bridge = bridge
        self._places, self._limits = places, places.limits
        self._is_first = self._waits_for_end = False  # of what a read brings, the request under way
        self._receiving = self._in_headers = self._in_body = False
        self._size = self._read = 0  # bytes since the read in which a request began, and of the last read
        self.is_made = False
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.is_made = True
        self._places.waiting[transport] = transport.abort
        self._wait(self._limits.first)

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_deadline()
        self._unset_keepalive_if_required()
        self.resume_writing()
        self._places.waiting.pop(self.transport, None)
        self._places.free()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._size += len(data)
        self._read = len(data)
        self._is_first = True
        super().data_received(data)
        if self.transport.is_closing():
            return
        if not self._receiving:
            self._forget_deadline()
        elif not self._in_headers:
            if not self._in_body:
                self._in_body = True
                self._wait(self._limits.body)
        elif self._size > MAX_HEADERS:
            self._refuse(_TOO_LARGE)
        elif self._deadline is None:
            self._wait(self._limits.headers)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """Answer a client that has said all it will say; over TLS the transport ends by itself."""
        if self._receiving or not self._is_answering() or self.scheme == "https":
            return None
        self.cycle.keep_alive = False
        return True

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._receiving = self._in_headers = True
        self._in_body = False
        self._size = 0
        self._forget_deadline()
        self._unset_keepalive_if_required()

    def on_headers_complete(self) -> None:
        self.scope["target"] = self.url  # type: ignore[typeddict-unknown-key]
        self.scope["abort"] = self.transport.abort  # type: ignore[typeddict-unknown-key]
        if self._size + self._read > MAX_HEADERS and self._measure() > MAX_HEADERS:
            self.scope["refused"] = _TOO_LARGE  # type: ignore[typeddict-unknown-key]
        self.url = b"/"  # the bridge takes the target apart: `//Users` is a path here, not a host
        self._in_headers = False
        self._waits_for_end = self._is_first and self._is_next() and self._is_short()
        self._is_first = False
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if not self._waits_for_end and not self.transport.is_closing():
            super()._start_asgi_task(cycle, app)

    def on_message_complete(self) -> None:
        self._receiving = False
        self._places.waiting.pop(self.transport, None)
        super().on_message_complete()
        if self._waits_for_end:
            self._waits_for_end = False
            self._answer_at_once()

    def _measure(self) -> int:
        """Return how many bytes the target and the headers of the request under way have, but for blanks."""
        return len(self.url) + sum(len(name) + len(value) + len(b":\r\n") for name, value in self.headers)

    def _is_next(self) -> bool:
        """Tell whether all earlier requests of the connection are answered: answers go out in the order of requests."""
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn's says nothing of the time before the first
        return cycle is None or cycle.response_complete

    def _is_short(self) -> bool:
        """Tell whether all of a request can be waited for: nothing holds its body up, and nobody need drain what was written."""
        lengths = [int(value) for name, value in self.headers if name == b"content-length"]
        chunked = any(name == b"transfer-encoding" for name, _ in self.headers)
        waits = chunked or self.expect_100_continue or self.flow.write_paused
        return not waits and sum(lengths) <= HIGH_WATER_LIMIT

    def _answer_at_once(self) -> None:
        """Write the answer to the request that has just come to its end, in one piece; leave it to a task if it may take time."""
        cycle = self.cycle
        try:
            answer = self._bridge.at_once(cycle.scope, bytes(cycle.body))
        except TransportError:
            self.transport.abort()
            return
        except Exception:
            self.logger.exception("The application broke")
            answer = refusal(500, "Internal Server Error")
        if answer is None:
            self._start_asgi_task(cycle, self.app)
            return
        if cycle.scope["method"] == "HEAD":
            answer = (*answer[:2], b"")
        if cycle.keep_alive and _CLOSE not in answer[1]:
            self.transport.write(raw(answer))
        else:
            self.transport.write(raw(answer, closes=_CLOSE not in answer[1]))
            self.transport.close()
        cycle.response_started = cycle.response_complete = True
        self.on_response_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.pipeline and not self.transport.is_closing():
            self._places.waiting[self.transport] = self.transport.abort

    def pause_writing(self) -> None:
        """Wait for a client that does not read its answers, but not for ever."""
        super().pause_writing()
        self._unread = self.loop.call_later(self._limits.body, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def timeout_keep_alive_handler(self) -> None:
        """End an idle connection; what its client has not read by now it never will."""
        self.transport.abort()

    def shutdown(self) -> None:
        """Let an answer under way go out, and nothing else begin."""
        if self._receiving:
            self.transport.abort()
        else:
            super().shutdown()

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn's says nothing of the time before the first
        return bool(self.pipeline) or (
            cycle is not None and not cycle.more_body and not cycle.response_complete
        )

    def _wait(self, seconds: float) -> None:
        self._forget_deadline()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        """End a connection whose request does not come; not while an earlier request is being answered."""
        self._deadline = None
        if self._is_answering():
            self._wait(self._limits.body)
        elif self._receiving:
            self._refuse(refusal(408, "The request did not come to its end in time."))
        else:
            self.transport.close()

    def _refuse(self, answer: Answer) -> None:
        write_refusal(self.transport, answer)


def write_refusal(transport: asyncio.WriteTransport, answer: Answer) -> None:
    """Write an answer that is none of an application's, and close."""
    transport.write(raw(answer))
    transport.close()


def raw(answer: Answer, *, closes: bool = False) -> bytes:
    """Return an answer as it goes over the wire; `closes` says there that it is the last."""
    status, headers, body = answer
    lines = [b"%b: %b\r\n" % header for header in headers]
    if closes:
        lines.append(b"connection: close\r\n")
    return b"".join([STATUS_LINE[status], *lines, b"\r\n", body])
