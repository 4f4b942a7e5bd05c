"""The connections of one process: whenever it is free, the same one goes out.

psycopg's pool lets its connections take turns. Each is a process of PostgreSQL with caches of its own and holds what was
prepared on it, so that requests which follow one another would find most of that cold.
https://www.psycopg.org/psycopg3/docs/api/pool.html, "ConnectionPool.getconn" and "putconn", read 2026-11-30.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg.pq import PipelineStatus, TransactionStatus
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from harness.base.postgres import failures
from harness.base.postgres.silence import Silence
from harness.base.postgres.turn import Turn

ATTEMPTS = 5  # at what may be done again where a connection is lost
_T = TypeVar("_T")
Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]


class Connections:
    """A pool with one of its connections in front of it, unless somebody waits for one."""

    def __init__(self, pool: ConnectionPool[Connection], silence: Silence) -> None:
        self.pool, self._silence = pool, silence
        self._lock = threading.Lock()
        self._usual: Connection | None = None
        self._takers = 0  # threads that the pool has to serve
        # Of this thread, or of the one whose context it works in.
        self._turn: ContextVar[Turn | None] = ContextVar("turn", default=None)

    def take(self) -> Connection:
        """Return a connection that was not cut off while it was idle. Raises StorageError where none is to be had."""
        turn = self._turn.get()
        if turn is not None and turn.take():
            return turn.connection
        return self._take_any()

    def _take_any(self) -> Connection:
        while _is_cut_off(connection := self._next()):
            self.give_back(connection)
        return connection

    def repeat(self, work: Callable[[Connection], _T]) -> _T:
        """Return what comes of work that does no harm twice: once more for each connection that is lost amid it.

        Raises StorageError.
        """
        for _ in range(ATTEMPTS):
            with self.one() as connection:
                try:
                    return work(connection)
                except psycopg.Error as error:
                    if not failures.is_lost(connection, error):
                        if (refusal := failures.refusal(error)) is None:
                            raise
                        raise refusal from error
        raise failures.cut_off(is_undone=True)

    def _next(self) -> Connection:
        if self._silence.is_on:
            raise failures.out_of_reach()
        with self._lock:
            connection, self._usual = self._usual, None
            self._takers += connection is None
        if connection is not None:
            return connection
        try:
            return self.pool.getconn()
        except (PoolTimeout, PoolClosed) as error:
            raise failures.out_of_reach() from error
        finally:
            with self._lock:
                self._takers -= 1

    def give_back(self, connection: Connection) -> None:
        """Let others have a connection; one with anything left on it is closed, which undoes that."""
        pgconn = connection.pgconn
        is_idle = pgconn.transaction_status == TransactionStatus.IDLE
        if not is_idle or pgconn.pipeline_status != PipelineStatus.OFF:
            connection.close()
            is_idle = False
        turn = self._turn.get()
        if turn is not None and connection is turn.connection:
            turn.give_back()
            return
        with self._lock:
            is_usual = is_idle and self._usual is None and not self._takers
            if is_usual:
                self._usual = connection
        if not is_usual:
            self.pool.putconn(connection)  # which opens another for one that is closed

    def begin_turn(self, connection: Connection) -> None:
        """Let all transactions of this context go over one connection: where that is ended from outside, they end."""
        self._turn.set(Turn(connection))

    def end_turn(self) -> None:
        turn = self._turn.get()
        assert turn is not None
        turn.is_over = True
        self._turn.set(None)

    @contextmanager
    def one(self) -> Iterator[Connection]:
        """Yield a connection for what needs no transaction: threads that work for a turn do not wait for each other."""
        turn = self._turn.get()
        connection = self.take() if turn is None or turn.is_of_this_thread else self._take_any()
        try:
            yield connection
        finally:
            self.give_back(connection)

    def close(self) -> None:
        if self._usual is not None:
            self.pool.putconn(self._usual)
        self.pool.close()


def _is_cut_off(connection: Connection) -> bool:
    """Tell whether the server closed a connection while nobody used it, and close our end.

    To a connection at rest it says nothing but that, as a rule; for a changed setting, too, another one will do.
    https://www.postgresql.org/docs/current/protocol-flow.html, "Asynchronous Operations", read 2026-11-30.
    """
    if not connection.closed:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        if not poll.poll(0):
            return False
    connection.close()
    return True
