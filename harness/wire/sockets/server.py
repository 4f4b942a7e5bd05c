"""Real HTTP, plain or over TLS: a WSGI application on a socket, behind an event loop in a thread of this process.

accept ──► greeting (TLS alone) ──► connection.py, by parsing.py ──┬────────────────────────────► bridge.py ──► the application
           at most `limits.headers`  deadlines, places              └──► workers.py, if it may ──►
                                                                         take its time
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from harness.wire.sockets.answers import refusal
from harness.wire.sockets.bridge import Bridge, Quick
from harness.wire.sockets.connection import Connection, Places, Served
from harness.wire.sockets.limits import Limits
from harness.wire.sockets.listening import listen
from harness.wire.sockets.parsing import MAX_HEADERS
from harness.wire.sockets.tls import Identity
from harness.wire.sockets.workers import Workers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_TLS_HANDSHAKE = b"\x16"  # https://www.rfc-editor.org/rfc/rfc8446#section-5.1
_ONLY_TLS = refusal(400, "This port speaks https only.").octets()
_PAUSE = 0.05  # seconds before the next try to accept, where the system has nothing left to do it with
_AT_ONCE = 64  # connections accepted before anybody is answered again


def _never(_: object) -> bool:
    return False


class Server:
    """A listening server. `port` 0 lets the system choose; `url` says what it chose.

    `threads` requests are at work together, beside those that the application is `quick` about: they are answered at once, by
    the loop itself. With an `identity` it speaks https and nothing else. Raises HarnessError for a port or host that cannot
    be had; a socket that is `listening` already may be several processes' and is not opened here.
    """

    def __init__(
        self,
        app: WSGIApplication,
        host: str,
        port: int,
        threads: int = 8,
        identity: Identity | None = None,
        *,
        quick: Quick = _never,
        limits: Limits | None = None,
        listening: socket.socket | None = None,
    ) -> None:
        self._listening = listening or listen(host, port)
        # Where others listen, too, those that wait are left to whoever has nothing else to do.
        self._at_once = 1 if listening else _AT_ONCE
        self._greeted = set[asyncio.Task[None]]()
        bound = self._listening.getsockname()[1]
        # The host as it was asked for: a certificate may be for that name alone.
        name = f"[{host}]" if ":" in host else host
        self.url = f"{'https' if identity else 'http'}://{name}:{bound}"
        self._limits = limits or Limits()
        self._shown = identity.shown if identity else None
        self._workers = Workers(threads, f"http-{bound}")
        self._places = Places(self._limits)
        self._served = Served(Bridge(app, (host, bound)), self._workers, quick, self._places)
        self._stopping = asyncio.Event()
        self._loop = _event_loop()
        self._thread = threading.Thread(target=self._run, name=f"http-{bound}", daemon=True)

    def start(self) -> None:
        self._workers.start()
        self._thread.start()

    def stop(self) -> None:
        """Finish the requests under way, then close the socket."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
        elif not self._loop.is_closed():
            self._listening.close()
            self._loop.close()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._workers.stop()
            self._loop.close()

    async def _serve(self) -> None:
        self._loop.add_reader(self._listening, self._accept)
        await self._stopping.wait()
        self._loop.remove_reader(self._listening)
        self._listening.close()
        for end in tuple(self._places.waiting.values()):
            end()
        for connection in tuple(self._places.connections):
            connection.shutdown()
        if self._places.taken:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._places.emptied.wait(), self._limits.stop)
        for connection in tuple(self._places.connections):
            connection.transport.abort()

    def _accept(self) -> None:
        """Accept who waits: one by one, the last of hundreds would wait while all before are answered again and again."""
        for _ in range(self._at_once):
            try:
                connected, _ = self._listening.accept()
            except BlockingIOError:
                return
            except OSError:  # too many open files, or the client is gone already
                self._loop.remove_reader(self._listening)
                self._loop.call_later(_PAUSE, self._accept_again)
                return
            connected.setblocking(False)
            if not self._places.take():
                connected.close()
                continue
            task = self._loop.create_task(self._greet(connected))
            self._greeted.add(task)
            task.add_done_callback(self._greeted.discard)

    def _accept_again(self) -> None:
        if not self._stopping.is_set():
            self._loop.add_reader(self._listening, self._accept)

    async def _greet(self, connected: socket.socket) -> None:
        """Hand an accepted connection over to its protocol, after the TLS handshake where there is one."""
        connection = Connection(self._served)
        task = asyncio.current_task()
        assert task is not None
        try:
            if self._shown is None:
                await self._loop.connect_accepted_socket(lambda: connection, connected)
                return
            self._places.waiting[task] = task.cancel
            async with asyncio.timeout(self._limits.first):
                first = await _first_byte(self._loop, connected)
            if first == _TLS_HANDSHAKE:
                await self._loop.connect_accepted_socket(
                    lambda: connection, connected,
                    ssl=self._shown, ssl_handshake_timeout=self._limits.headers, ssl_shutdown_timeout=1.0,
                )  # fmt: skip
            elif first:
                connected.recv(MAX_HEADERS)  # what is left unread would take the answer with it
                connected.send(_ONLY_TLS)
        except (OSError, ssl.SSLError, TimeoutError):
            pass  # whoever cannot greet is not talked about
        finally:
            self._places.waiting.pop(task, None)
            if not connection.is_made:
                connected.close()
                self._places.free()


async def _first_byte(loop: asyncio.AbstractEventLoop, connected: socket.socket) -> bytes:
    """Return what a connection begins with, and leave it there; nothing when it has ended."""
    readable = loop.create_future()
    loop.add_reader(connected, lambda: None if readable.done() else readable.set_result(None))
    try:
        await readable
    finally:
        loop.remove_reader(connected)
    return connected.recv(1, socket.MSG_PEEK)


def _event_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return asyncio.SelectorEventLoop()
    return uvloop.new_event_loop()
