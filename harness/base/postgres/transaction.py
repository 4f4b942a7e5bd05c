"""Transactions on PostgreSQL, with a round trip for each answer that somebody waits for and for no other statement.

A transaction locks its tenant's row, so those of one tenant follow one another, as they do in SQLite. Everything that
needs no answer is sent ahead of the next question or of COMMIT (a pipeline).
https://www.postgresql.org/docs/current/libpq-pipeline-mode.html, read 2026-11.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, TypeAlias

import psycopg
from psycopg_pool import ConnectionPool

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

_LOCK = "SELECT last_line FROM tenant WHERE number = %s FOR UPDATE"


class Transaction(threading.local):
    """The transaction that this thread has open on a tenant, if any; entering it again joins."""

    def __init__(self, pool: ConnectionPool[Connection], tenant: int) -> None:
        self._pool, self._tenant = pool, tenant
        self._depth = 0
        self._place: Any = None  # the answer that brings the tenant's last line
        self._last: int | None = None
        self.connection: Connection | None = None

    def __enter__(self) -> None:
        if not self._depth:
            connection = self._pool.getconn()
            try:
                self._pipeline = connection.pipeline()
                self._pipeline.__enter__()
                connection.execute("BEGIN")
                self._place, self._last = connection.execute(_LOCK, (self._tenant,), binary=True), None
            except BaseException:
                self._pool.putconn(connection)
                raise
            self.connection = connection
        self._depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if self._depth:
            return
        connection, self.connection = self.connection, None
        assert connection is not None
        try:
            if kind is None:
                self._commit(connection)
            else:
                self._roll_back(connection)
        finally:
            if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                connection.close()  # which undoes it; the pool opens another
            self._pool.putconn(connection)

    def next_line(self) -> int:
        """Return the next number of the tenant's logs; nobody else draws one before this transaction ends."""
        if self._last is None:
            self._last = int(self._place.fetchone()[0])
        self._last += 1
        return self._last

    def _commit(self, connection: Connection) -> None:
        if self._last is not None:
            connection.execute(
                "UPDATE tenant SET last_line = %s WHERE number = %s", (self._last, self._tenant)
            )
        connection.execute("COMMIT")
        self._pipeline.__exit__(None, None, None)  # raises what any statement since the last answer came to

    def _roll_back(self, connection: Connection) -> None:
        try:
            self._pipeline.__exit__(None, None, None)
            connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()
