"""What ends when PostgreSQL says nothing any more: libpq waits for an answer without end, and no setting of it bounds that.

`connect_timeout` is over once a connection stands; keep-alives and `tcp_user_timeout` see a machine that acknowledges nothing
any more, and neither a proxy that still does nor a server that stands still
(https://www.postgresql.org/docs/current/libpq-connect.html, "Parameter Key Words", read 2026-11-30).
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakSet

import psycopg

_TICK = 0.5  # seconds
SILENCE = 5  # seconds, after which whoever says nothing is taken for gone


class Silence:
    """Watches over every connection of this process, and cuts all of them where one question is not answered in time.

    `is_on` from then until a question is answered again. A process that itself stood still does not count that time.
    """

    def __init__(self) -> None:
        self._all: WeakSet[psycopg.Connection[Any]] = WeakSet()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._asker: int | None = None  # the thread whose question is not answered yet
        self._asking: psycopg.Connection[Any] | None = None  # that this thread made since
        self._ticks = 0
        self.is_on = False

    def watch_over(self, connection: psycopg.Connection[Any]) -> None:
        with self._lock:
            self._all.add(connection)
            if self._asker == threading.get_ident():
                self._asking = connection

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Count from here how long PostgreSQL takes to answer."""
        self._ticks, self._asker = 0, threading.get_ident()
        try:
            yield
            self.is_on = False
        finally:
            self._asker = self._asking = None

    def start(self, on_silence: Callable[[], None]) -> None:
        """Watch until `end`; `on_silence` is called when all was cut."""
        self._on_silence = on_silence
        threading.Thread(target=self._tick, name="harness-silence", daemon=True).start()

    def end(self) -> None:
        self._ended.set()

    def _tick(self) -> None:
        while not self._ended.wait(_TICK):
            if self._asker is None:
                continue
            self._ticks += 1
            if self._ticks * _TICK >= SILENCE:
                self._ticks = 0
                self._cut(spared=None)
            elif self.is_on:
                # Somebody may just have been given a connection when all were cut. Over a slow network, asking takes ticks.
                self._cut(spared=self._asking)

    def _cut(self, spared: psycopg.Connection[Any] | None) -> None:
        is_news, self.is_on = not self.is_on, True
        with self._lock:
            connections = [each for each in self._all if each is not spared]
        for connection in connections:
            _shut(connection)
        if is_news:
            self._on_silence()


def _shut(connection: psycopg.Connection[Any]) -> None:
    """Let whoever waits for a connection learn that nothing comes; only they may close it."""
    with suppress(psycopg.Error, OSError):
        descriptor = os.dup(connection.pgconn.socket)
        with socket.socket(fileno=descriptor) as ours:
            ours.shutdown(socket.SHUT_RDWR)
