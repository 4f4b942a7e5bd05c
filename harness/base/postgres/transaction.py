"""Transactions on PostgreSQL, with a round trip for each answer that somebody waits for and for no other statement.

The first thing that a transaction says locks its tenant's row, so those of one tenant follow one another, as they do in
SQLite, and nobody waits for a key while somebody else waits for its row; entered for a second tenant it covers both, and both
commit together. Everything that needs no answer waits for the next question or for the end and goes ahead of it. Who asks
nothing says all in one statement, mostly, which is a transaction by itself, and so has the lock for no round trip at all.
Several go in a pipeline, which is one by itself, too, until it is told to end. Who only reads locks the row for the line that
says so, and for no question.
https://www.postgresql.org/docs/current/libpq-pipeline-mode.html and …/protocol-flow.html#PROTOCOL-FLOW-PIPELINING, read
2026-11-30.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Any, cast

import psycopg

from harness.base.postgres import failures
from harness.base.postgres.connections import ATTEMPTS, Connection, Connections
from harness.base.postgres.failures import CutOffError
from harness.base.postgres.statement import Kind, Part, Statement, statements
from harness.base.store import Document, StaleError, StorageError, T

# All that is asked is as it was at one moment.
# https://www.postgresql.org/docs/current/transaction-iso.html, "13.2.2. Repeatable Read Isolation Level", read 2026-11-30.
_LOOK = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@dataclass(slots=True)
class Audience:
    """Whoever hears of this process's lines of the logs `heard_of` once they are committed; None are all logs."""

    on_append: Callable[[str, Document], None] | None = None
    heard_of: frozenset[str] | None = None


class Manner(Enum):
    """What a transaction takes for granted before it is done."""

    ASKS = "asks"  # nothing: its tenant is locked before its first question
    PRESUMES = "presumes"  # that keys which it claims are free
    READS = "reads"  # that its questions are for what it gives out alone, and keep nobody from writing


class Transactions(threading.local):
    """The transaction that this thread has open on the database, if any; entering it again joins."""

    def __init__(self, connections: Connections, audience: Audience) -> None:
        self._connections, self._audience = connections, audience
        self._appended: list[tuple[str, Document]] = []
        self._depth = 0
        self._tenants: dict[int, None] = {}  # that it covers, in the order in which they were entered
        self._locked: set[int] = set()
        self._waiting: list[Part] = []
        self._connection: Connection | None = None  # in a pipeline, from the first question on
        self._pipeline: AbstractContextManager[object] | None = None
        self._has_written = False  # anything in it, yet
        self._may_be_kept = False  # for it was told to end
        self.manner = Manner.ASKS

    def enter(self, tenant: int, manner: Manner) -> None:
        if not self._depth:
            self.manner = manner
        self._tenants.setdefault(tenant)
        self._depth += 1

    @property
    def is_open(self) -> bool:
        return self._depth > 0

    def ask(self, question: Callable[[Connection], T], *, only_reads: bool) -> T:
        """Put a question inside a transaction. Raises StorageError.

        Nothing of a pipeline is kept before it is told to end. So where its connection is lost before anybody saw an answer
        of it, all that was said goes over another one.
        """
        waiting, locked = list(self._waiting), set(self._locked)
        for attempt in range(1, ATTEMPTS + 1):
            is_first = self._connection is None
            try:
                return question(self.connection(only_reads=only_reads))
            except psycopg.Error as error:
                failure = self._failure(error)
                if failure is None:
                    raise
                if not isinstance(failure, CutOffError) or not is_first or attempt == ATTEMPTS:
                    raise failure from error
                self._give_back()
                self._waiting, self._locked = list(waiting), set(locked)
        raise AssertionError

    def connection(self, *, only_reads: bool = True) -> Connection:
        """Return the connection for a question inside a transaction, everything before it sent."""
        connection = self._connection or self._begin()
        if self.manner is not Manner.READS:
            self._has_written |= not only_reads or any(part.kind is not Kind.DEMAND for part in self._waiting)
            _send(connection, self._due())
        return connection

    def later(self, *parts: Part) -> None:
        """Have what needs no answer carried out before the next question; inside a transaction only."""
        self._waiting.extend(parts)

    def leave(self, error: BaseException | None) -> None:
        """Commit or, on an error, roll back, when the outermost is left. Raises StaleError (`Store.require`), StorageError."""
        self._depth -= 1
        if self._depth:
            return
        appended, self._appended = self._appended, []
        try:
            if error is None:
                self._commit()
            elif self._connection is not None:
                self._roll_back(self._connection)
        except psycopg.errors.DivisionByZero as stale:
            raise StaleError from stale
        except psycopg.Error as broken:
            failure = self._failure(broken)
            if failure is None:
                raise
            raise failure from broken
        finally:
            self._tenants.clear()
            self._locked.clear()
            self._waiting.clear()
            self._give_back()
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

    def _due(self) -> Iterator[Statement]:
        """Yield what there is to say before anything else is said: the locks that are due, and what waits."""
        due = [tenant for tenant in self._tenants if tenant not in self._locked]
        waiting, self._waiting = self._waiting, []
        self._locked.update(due)
        return statements(waiting, due)

    def _begin(self) -> Connection:
        self._connection = connection = self._connections.take()
        self._has_written = self._may_be_kept = False
        self._pipeline = pipeline = connection.pipeline()
        pipeline.__enter__()
        if self.manner is Manner.READS:
            connection.execute(_LOOK)
        return connection

    def _commit(self) -> None:
        if self._connection is None and not self._waiting:
            return
        last = list(self._due()) if self._waiting else []
        if self._connection is None and len(last) == 1:
            self._say_all(last)
            return
        connection = self._connection or self._begin()
        if self.manner is Manner.READS:
            connection.execute("COMMIT")
        _send(connection, last)
        self._end_pipeline()

    def _say_all(self, one: list[Statement]) -> None:
        """Carry a transaction of one statement out."""
        self._connection, self._may_be_kept = self._connections.take(), True
        _send(self._connection, one)

    def _end_pipeline(self) -> None:
        """Let what a pipeline holds be kept. Raises what any statement since the last answer came to."""
        pipeline, self._pipeline, self._may_be_kept = self._pipeline, None, True
        if pipeline is not None:
            pipeline.__exit__(None, None, None)

    def _give_back(self) -> None:
        """Have no connection any more; a pipeline that was not told to end loses what it holds."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._pipeline is not None:
            connection.close()
            with suppress(psycopg.Error):
                self._end_pipeline()
        self._connections.give_back(connection)

    def _failure(self, error: psycopg.Error) -> StorageError | None:
        """Return what an error is to whoever asked for the transaction; None where it is our own mistake."""
        if self._connection is not None and failures.is_lost(self._connection, error):
            return failures.cut_off(is_undone=not self._may_be_kept)
        return failures.refusal(error)

    def _roll_back(self, connection: Connection) -> None:
        """Undo what a pipeline holds: BEGIN makes it a transaction that does not end with it.

        Who wrote nothing says neither, for ROLLBACK makes psycopg forget what it has prepared.
        """
        is_undone = connection.pgconn.pipeline_status == psycopg.pq.PipelineStatus.ABORTED
        try:
            if self.manner is Manner.READS and not is_undone:
                connection.execute("COMMIT")
            elif self._has_written and not is_undone:
                connection.execute("BEGIN")
            self._end_pipeline()
            if connection.pgconn.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()


def _send(connection: Connection, some: Iterable[Statement]) -> None:
    for statement in some:
        connection.execute(cast("Any", statement.text()), statement.values())


@dataclass(frozen=True, slots=True)
class Transaction:
    """The thread's transaction, entered for one tenant."""

    transactions: Transactions
    tenant: int
    manner: Manner = Manner.ASKS

    def __enter__(self) -> None:
        self.transactions.enter(self.tenant, self.manner)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.transactions.leave(error)
