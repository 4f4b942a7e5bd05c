"""Transactions on PostgreSQL, with a round trip for each answer that somebody waits for and for no other statement.

The first thing that a transaction says locks its tenant's row, so those of one tenant follow one another, as they do in
SQLite, and nobody waits for a key while somebody else waits for its row; entered for a second tenant it covers both, and both
commit together. Everything that needs no answer waits for the next question or for the end and goes ahead of it (a pipeline);
what writes to different tables goes as one statement, for each costs both sides time while others wait for the lock. Who
asks nothing has the lock for no round trip at all: a pipeline is one transaction by itself, and the row counts the logs' lines.
https://www.postgresql.org/docs/current/libpq-pipeline-mode.html, …/protocol-flow.html#PROTOCOL-FLOW-PIPELINING and
…/queries-with.html#QUERIES-WITH-MODIFYING, read 2026-11.
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

_LOCK = "SELECT FROM tenant WHERE number = %s FOR UPDATE"
_DRAW_LINE = "UPDATE tenant SET last_line = last_line + 1 WHERE number = %s"  # locks, too


@dataclass(slots=True)
class _Row:
    """What is done with a tenant's row: whether it is locked, and whether a line is to be drawn before what waits is sent."""

    is_locked: bool = False
    draws: bool = False


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
        self._rows: dict[int, _Row] = {}  # of the tenants that it covers
        self._waiting: list[Statement] = []
        self._has_begun = False
        self._connection: Connection | None = None
        self.presumes_free = False  # whether keys that are claimed are

    def enter(self, tenant: int, *, presumes_free: bool) -> None:
        if not self._depth:
            self._begin()
            self.presumes_free = presumes_free
        self._rows.setdefault(tenant, _Row())
        self._depth += 1

    def connection(self) -> Connection | None:
        """Return the connection for a question, everything before it sent; None where no transaction is open."""
        if self._connection is not None:
            if not self._has_begun:
                self._connection.execute("BEGIN")  # what is said later belongs to it, and may be taken back
                self._has_begun = True
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
            self._rows.clear()
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

    def draw_line(self, tenant: int) -> None:
        """Draw the next number of a tenant's logs: until the next one it is the row's `last_line` to what is said `later`."""
        row = self._rows[tenant]
        if row.draws:
            self.connection()
        row.draws = True

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
        """Send the locks that are still due, then what waits."""
        for tenant, row in self._rows.items():
            if row.draws or not row.is_locked:
                connection.execute(_DRAW_LINE if row.draws else _LOCK, (tenant,))
                row.is_locked, row.draws = True, False
        waiting, self._waiting = self._waiting, []
        for group in _groups(waiting):
            query = _joined(tuple(each.query for each in group))
            connection.execute(cast("Any", query), [value for each in group for value in each.values])

    def _commit(self, connection: Connection) -> None:
        if self._waiting:
            self._send(connection)
        if self._has_begun:
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
        tables = {each.table for each in group}
        if group and (not statement.table or statement.table in tables or "" in tables):
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
    presumes_free: bool = False

    def __enter__(self) -> None:
        self.transactions.enter(self.tenant, presumes_free=self.presumes_free)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.transactions.leave(error)
