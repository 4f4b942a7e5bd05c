"""Transactions on PostgreSQL, with a round trip for each answer that somebody waits for and for no other statement.

A transaction locks its tenant's row, so those of one tenant follow one another, as they do in SQLite; entered for a second
tenant it covers both, and both commit together. Everything that needs no answer is sent ahead of the next question or of
COMMIT (a pipeline). https://www.postgresql.org/docs/current/libpq-pipeline-mode.html, read 2026-11.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeAlias

import psycopg
from psycopg_pool import ConnectionPool

from harness.base.store import Document, StaleError

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

_LOCK = "SELECT last_line FROM tenant WHERE number = %s FOR UPDATE"


@dataclass(slots=True)
class _Place:
    """Where a tenant's logs end: `answer` brings the number of the last line, `last` is it once it was looked at."""

    answer: Any
    last: int | None = None


@dataclass(slots=True)
class Audience:
    """Whoever hears of this process's lines of the logs `heard_of` once they are committed; None are all logs."""

    on_append: Callable[[str, Document], None] | None = None
    heard_of: frozenset[str] | None = None


class Transactions(threading.local):
    """The transaction that this thread has open on the database, if any; entering it again joins."""

    def __init__(self, pool: ConnectionPool[Connection], audience: Audience) -> None:
        self._pool, self._audience = pool, audience
        self._appended: list[tuple[str, Document]] = []
        self._depth = 0
        self._places: dict[int, _Place] = {}  # of the tenants that it covers
        self.connection: Connection | None = None

    def enter(self, tenant: int) -> None:
        if not self._depth:
            self._begin()
        assert self.connection is not None
        if tenant not in self._places:
            self._places[tenant] = _Place(self.connection.execute(_LOCK, (tenant,), binary=True))
        self._depth += 1

    def leave(self, error: BaseException | None) -> None:
        """Commit or, on an error, roll back, when the outermost is left. Raises StaleError (`Store.require`)."""
        self._depth -= 1
        if self._depth:
            return
        connection, self.connection = self.connection, None
        assert connection is not None
        try:
            if error is None:
                self._commit(connection)
            else:
                self._roll_back(connection)
        except psycopg.errors.DivisionByZero as stale:
            raise StaleError from stale
        finally:
            self._places.clear()
            appended, self._appended = self._appended, []
            if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                connection.close()  # which undoes it; the pool opens another
            self._pool.putconn(connection)
        if isinstance(error, psycopg.errors.DivisionByZero):
            raise StaleError from error
        if error is None:
            self._announce(appended)

    def note_line(self, log: str, body: Document) -> None:
        """Note a line that somebody may want to hear of."""
        logs = self._audience.heard_of
        if self._audience.on_append is not None and (logs is None or log in logs):
            self._appended.append((log, body))

    def _announce(self, lines: list[tuple[str, Document]]) -> None:
        if self._audience.on_append is not None:
            for log, body in lines:
                self._audience.on_append(log, body)

    def next_line(self, tenant: int) -> int:
        """Return the next number of a tenant's logs; nobody else draws one before this transaction ends."""
        place = self._places[tenant]
        if place.last is None:
            place.last = int(place.answer.fetchone()[0])
        place.last += 1
        return place.last

    def _begin(self) -> None:
        connection = self._pool.getconn()
        try:
            self._pipeline = connection.pipeline()
            self._pipeline.__enter__()
            connection.execute("BEGIN")
        except BaseException:
            self._pool.putconn(connection)
            raise
        self.connection = connection

    def _commit(self, connection: Connection) -> None:
        for tenant, place in self._places.items():
            if place.last is not None:
                connection.execute("UPDATE tenant SET last_line = %s WHERE number = %s", (place.last, tenant))
        connection.execute("COMMIT")
        self._pipeline.__exit__(None, None, None)  # raises what any statement since the last answer came to

    def _roll_back(self, connection: Connection) -> None:
        try:
            self._pipeline.__exit__(None, None, None)
            connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()


@dataclass(frozen=True, slots=True)
class Transaction:
    """The thread's transaction, entered for one tenant."""

    transactions: Transactions
    tenant: int

    def __enter__(self) -> None:
        self.transactions.enter(self.tenant)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.transactions.leave(error)
