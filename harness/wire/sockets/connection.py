"""One client's connection: reads requests, writes their answers in the same order, within deadlines.

A connection waits for a whole request, and for the next once that is answered. When all places are taken, the connection
that has waited longest is closed for a new one, so a silent, slow or idle client keeps nobody out. The event loop itself
answers what the application is quick about; everything else goes to a few threads, so that a wait for another server holds
up only those.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.wire.sockets.answers import Answer, refusal
from harness.wire.sockets.bridge import Bridge, Quick
from harness.wire.sockets.limits import Limits
from harness.wire.sockets.parsing import Parser, Stage
from harness.wire.sockets.workers import Workers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_LATE = refusal(408, "The request did not come to its end in time.")
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
_NEVER = math.inf
_MOST_DROPPED = 64 * 1024 * 1024  # bytes of a client that goes on sending after its last answer
_A_MOMENT = 0.001  # seconds; so exactly loops go by their time


@dataclass(slots=True)
class Places:
    """The places for connections: those that wait, the longest first, and how many are taken in all."""

    limits: Limits
    waiting: dict[object, Callable[[], object]] = field(default_factory=dict)  # and how each is ended
    connections: set[Connection] = field(default_factory=set)
    taken: int = 0
    emptied: asyncio.Event = field(default_factory=asyncio.Event)
    queue: deque[Callable[[], object]] = field(default_factory=deque)  # of requests that came with others

    def take(self) -> bool:
        """Take a place; without a free one, that of the connection that waits longest. False when all are at work."""
        if self.taken >= self.limits.connections:
            if not self.waiting:
                return False
            self.waiting.pop(next(iter(self.waiting)))()
        self.taken += 1
        self.emptied.clear()
        return True

    def line_up(self, go_on: Callable[[], object]) -> None:
        """Let one connection at a time go on with requests sent in advance, so that new ones do not wait for them."""
        if not self.queue:
            asyncio.get_running_loop().call_soon(self._next)
        self.queue.append(go_on)

    def _next(self) -> None:
        go_on = self.queue.popleft()
        if self.queue:
            asyncio.get_running_loop().call_soon(self._next)
        go_on()

    def free(self) -> None:
        self.taken -= 1
        if not self.taken:
            self.emptied.set()


@dataclass(frozen=True, slots=True)
class Served:
    """What all connections of a server have in common."""

    bridge: Bridge
    workers: Workers
    quick: Quick
    places: Places


class Connection(asyncio.Protocol):
    """It has a place among `Places`, and gives it back when it ends."""

    transport: asyncio.Transport

    def __init__(self, served: Served) -> None:
        self._served, self._places, self._limits = served, served.places, served.places.limits
        self._parser = Parser()
        self._loop = asyncio.get_running_loop()
        self._client, self._scheme = "", "http"
        self._awaited = Stage.NOTHING  # what the deadline is for
        self._deadline = _NEVER  # by the loop's time
        self._looks_at = (
            _NEVER  # the one timer, which outlives many a deadline, for each costs more than a look
        )
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None  # runs while the client does not read its answers
        self._task: asyncio.Task[None] | None = None
        self._is_busy = False  # with an answer, or about to begin with the next
        self._is_last = False  # what has arrived by now
        self._lingers = False  # with its last answer written, until the client has read it
        self._dropped = 0  # bytes meanwhile
        self._lingers_until = _NEVER  # by the loop's time
        self._is_paused = False
        self.is_made = False

    def connection_made(self, transport: Any) -> None:
        self.transport, self.is_made = transport, True
        peer = transport.get_extra_info("peername")
        self._client = peer[0] if peer else ""
        self._scheme = "http" if transport.get_extra_info("sslcontext") is None else "https"
        self._places.connections.add(self)
        self._places.waiting[self] = transport.abort
        self._wait(self._limits.first)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc  # whoever is gone is not talked about
        if self._timer is not None:
            self._timer.cancel()
        if self._unread is not None:
            self._unread.cancel()
        self._places.connections.discard(self)
        self._places.waiting.pop(self, None)
        self._places.free()

    def data_received(self, data: bytes) -> None:
        if self._lingers:
            self._drop(data)
            return
        self._parser.feed(data)
        if self._is_busy or self._unread is not None:
            self.transport.pause_reading()  # one piece is enough to keep meanwhile
            self._is_paused = True
        else:
            self._go_on()

    def eof_received(self) -> bool:
        """Answer a client that has said all it will say; over TLS the transport ends by itself."""
        self._is_last = True
        return self._scheme == "http" and (self._is_busy or bool(self._parser.arrived))

    def pause_writing(self) -> None:
        """Wait, up to a deadline, for a client that does not read its answers."""
        self._unread = self._loop.call_later(self._limits.body, self.transport.abort)

    def resume_writing(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
        if not self._is_busy:
            self._go_on()

    def shutdown(self) -> None:
        """Finish the answer under way, and begin with no further request."""
        if self._lingers:
            self.transport.abort()
        elif self._is_busy or self._parser.arrived:
            self._is_last = True
        elif self._parser.stage is Stage.NOTHING:
            self.transport.close()
        else:
            self.transport.abort()

    def _go_on(self) -> None:
        """Begin with the first request that has arrived, or wait for one."""
        self._is_busy = False
        if self.transport.is_closing() or self._unread is not None:
            return
        if not self._parser.arrived:
            self._await_more()
            return
        self._is_busy = True
        self._deadline = _NEVER
        self._places.waiting.pop(self, None)
        request = self._parser.arrived.popleft()
        if isinstance(request, Answer):
            self._finish(request, stays=False)
            return
        environ = self._served.bridge.environ(request, self._client, self._scheme)
        if self._served.quick(environ):
            self._finish(self._served.bridge.answer(environ), stays=request.stays)
        else:
            self._task = self._loop.create_task(self._answer_later(environ, stays=request.stays))

    async def _answer_later(self, environ: WSGIEnvironment, *, stays: bool) -> None:
        answer = await self._served.workers.do(lambda: self._served.bridge.answer(environ))
        self._finish(answer, stays=stays)

    def _finish(self, answer: Answer | None, *, stays: bool) -> None:
        """Write an answer, in one piece; with none the connection ends."""
        if self.transport.is_closing():
            return
        if answer is None:
            self.transport.abort()
            return
        arrived = self._parser.arrived
        is_last = not stays or answer.closes or (self._is_last and not arrived)
        self.transport.write(answer.octets(is_last=is_last))
        if is_last:
            self._end()
        elif arrived:
            self._places.line_up(self._go_on)
        else:
            self._go_on()

    def _end(self) -> None:
        """Close the connection, once a client that is still sending can have read what it was answered.

        To close at once would have the system reset the connection, and the client's system drop an answer that it has not
        read by then (RFC 9112 section 9.6). What comes is dropped, for as long as a body may take and up to a measure. TLS
        cannot say here that nothing follows while it reads on, so there the end is told once the client has been quiet.
        """
        says_more = self._parser.is_over or self._parser.stage is not Stage.NOTHING
        if self._is_last or not says_more:
            self.transport.close()
            return
        self._lingers, self._lingers_until = True, self._loop.time() + self._limits.body
        self._read_on()
        self._places.waiting[self] = self.transport.abort
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self._wait(self._limits.body)
        else:
            self._wait(self._limits.quiet)

    def _drop(self, data: bytes) -> None:
        self._dropped += len(data)
        if self._dropped > _MOST_DROPPED:
            self.transport.abort()
        elif self._scheme == "https":
            self._wait(min(self._limits.quiet, self._lingers_until - self._loop.time()))

    def _read_on(self) -> None:
        if self._is_paused:
            self.transport.resume_reading()
            self._is_paused = False

    def _await_more(self) -> None:
        """Wait for the rest of a request, or for the next."""
        self._read_on()
        self._places.waiting.setdefault(self, self.transport.abort)
        stage = self._parser.stage
        if stage is Stage.BODY and self._parser.expects_word:
            self._parser.expects_word = False
            self.transport.write(_GO_ON)
        if self._deadline == _NEVER or stage is not self._awaited:
            self._awaited = stage
            self._wait(self._limits.of(stage))

    def _wait(self, seconds: float) -> None:
        self._deadline = self._loop.time() + seconds
        if self._deadline < self._looks_at:
            self._look_in(seconds)

    def _look_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._looks_at = self._loop.time() + seconds
        self._timer = self._loop.call_later(seconds, self._look)

    def _look(self) -> None:
        """End the connection if its deadline has come; the timer may be of an earlier one."""
        self._timer, self._looks_at = None, _NEVER
        if self._deadline == _NEVER:
            return
        left = self._deadline - self._loop.time()
        if left > _A_MOMENT:
            self._look_in(left)
        else:
            self._give_up()

    def _give_up(self) -> None:
        """End a connection whose request does not come; what its client has not read by now it never will."""
        self._deadline = _NEVER
        if self._lingers and self._scheme == "https":
            self.transport.close()
        elif self._lingers or self._parser.stage is Stage.NOTHING:
            self.transport.abort()
        else:
            self._finish(_LATE, stays=False)
