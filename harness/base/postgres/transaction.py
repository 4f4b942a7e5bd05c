"""Transactions on PostgreSQL, with a round trip for each answer that somebody waits for and for no other statement.

A transaction locks its tenant's row, so those of one tenant follow one another, as they do in SQLite; entered for a second
tenant it covers both, and both commit together. Everything that needs no answer waits for the next question or for
COMMIT and goes ahead of it (a pipeline), the lock too; what writes to different tables goes as one statement, for each costs both
sides time while others wait for the lock. https://www.postgresql.org/docs/current/libpq-pipeline-mode.html and
https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING, read 2026-11.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, TypeAlias, cast

import psycopg
from psycopg_pool import ConnectionPool

from harness.base.store import Document, StaleError

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

_LOCK = "SELECT last_line FROM tenant WHERE number = %s FOR UPDATE"
_KEEP_PLACE = "UPDATE tenant SET last_line = %s WHERE number = %s"


@dataclass(slots=True)
class _Place:
    """Where a tenant's logs end: `answer`, once it is locked, brings the number of the last line, `last` is it once looked at."""

    answer: Any = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """What needs no answer, and the one table that it writes to; one without a table goes alone."""

    query: str
    values: tuple[Any, ...]
    table: str = ""


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
        self._waiting: list[Statement] = []
        self._has_begun = False
        self._connection: Connection | None = None

    def enter(self, tenant: int) -> None:
        if not self._depth:
            self._begin()
        self._places.setdefault(tenant, _Place())
        self._depth += 1

    def connection(self) -> Connection | None:
        """Return the connection for a question, everything before it sent; None where no transaction is open."""
        if self._connection is not None:
            self._send(self._connection)
        return self._connection

    def later(self, *statements: Statement) -> None:
        """Have what needs no answer carried out before the next question; inside a transaction only."""
        self._waiting.extend(statements)

    def leave(self, error: BaseException | None) -> None:
        """Commit or, on an error, roll back, when the outermost is left. Raises StaleError (`Store.require`)."""
        self._depth -= 1
        if self._depth:
            return
        connection, self._connection = self._connection, None
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
            self._waiting.clear()
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
            self.connection()
            place.last = int(place.answer.fetchone()[0])
        place.last += 1
        return place.last

    def _begin(self) -> None:
        connection = self._pool.getconn()
        try:
            self._pipeline = connection.pipeline()
            self._pipeline.__enter__()
        except BaseException:
            self._pool.putconn(connection)
            raise
        self._connection, self._has_begun = connection, False

    def _send(self, connection: Connection) -> None:
        """Send BEGIN and the locks that are still due, then what waits."""
        if not self._has_begun:
            connection.execute("BEGIN")
            self._has_begun = True
        for tenant, place in self._places.items():
            if place.answer is None:
                place.answer = connection.execute(_LOCK, (tenant,), binary=True)
        waiting, self._waiting = self._waiting, []
        for group in _groups(waiting):
            query = _joined(tuple(each.query for each in group))
            connection.execute(cast("Any", query), [value for each in group for value in each.values])

    def _commit(self, connection: Connection) -> None:
        for tenant, place in self._places.items():
            if place.last is not None:
                self.later(Statement(_KEEP_PLACE, (place.last, tenant), "tenant"))
        if self._waiting or self._has_begun:
            self._send(connection)
            connection.execute("COMMIT")
        self._pipeline.__exit__(None, None, None)  # raises what any statement since the last answer came to

    def _roll_back(self, connection: Connection) -> None:
        try:
            self._pipeline.__exit__(None, None, None)
            if self._has_begun:
                connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()


def _groups(statements: Iterable[Statement]) -> Iterator[list[Statement]]:
    """Yield what may go together: no statement sees what another of its group writes, and a table is written to once."""
    group: list[Statement] = []
    for statement in statements:
        if group and (not statement.table or statement.table in {each.table for each in group} | {""}):
            yield group
            group = []
        group.append(statement)
    if group:
        yield group


@lru_cache(maxsize=256)
def _joined(queries: tuple[str, ...]) -> str:
    before = ", ".join(f"part{number} AS ({query})" for number, query in enumerate(queries[:-1]))
    return f"WITH {before} {queries[-1]}" if before else queries[-1]


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
