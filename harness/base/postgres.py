"""`Store` on PostgreSQL, so that several processes share a tenant (`--data postgresql://…`; extra `postgres`).

A transaction locks its tenant's row, so those of one tenant follow one another, as they do in SQLite. Everything that
needs no answer is sent ahead of the next question or of COMMIT (a pipeline), so that a transaction costs a round trip
for each answer it waits for. Names, keys and bodies are bytes: text in PostgreSQL holds no NUL, and JSONB would
change numbers and the order of members. https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import TracebackType
from typing import Any, TypeAlias, cast

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool

from harness.base.errors import HarnessError
from harness.base.json_text import decode, encode
from harness.base.postgres_tables import SCHEMA, TABLES
from harness.base.store import Document, Entry, TakenError

_LAYOUT = 1
_LAYING_OUT = 0x5C1A57DB  # the advisory lock of whoever looks at the layout or makes it
_HELD = _LAYING_OUT + 1  # the advisory lock of the process that serves the data
_WAITS = "3s"  # for a process that was killed to let go
_LOCK = "SELECT last_line FROM tenant WHERE number = %s FOR UPDATE"
_CLAIM = (
    "WITH added AS (INSERT INTO unique_key VALUES (%s, %s, %s) ON CONFLICT DO NOTHING RETURNING owner)"
    " SELECT owner FROM added UNION ALL SELECT owner FROM unique_key WHERE shelf = %s AND key = %s"
)
_APPEND = (
    "WITH line AS (INSERT INTO log VALUES (%s, %s, %s))"
    " INSERT INTO log_tag SELECT %s, unnest(%s::bigint[]), %s ON CONFLICT DO NOTHING"
)
_PAGE = 500
_CONNECTIONS = 24  # of one process; PostgreSQL admits 100 unless told otherwise
_CONNECTS_WITHIN = 5  # seconds
_END = 2**62
_Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]


class PostgresDatabase:
    """One PostgreSQL database, in its schema `harness`, shared by the stores of its tenants and by other processes.

    Raises HarnessError, without the password, when the address is none, nobody answers there, the role may not make
    tables, or another version of the harness laid it out.
    """

    def __init__(self, url: str) -> None:
        place = _place(url)
        options: dict[str, Any] = {
            "autocommit": True,
            "prepare_threshold": 1,
            "connect_timeout": _CONNECTS_WITHIN,
        }
        try:
            with psycopg.connect(url, **options) as connection:
                _prepare(connection, place)
        except psycopg.Error as error:
            reason = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
            raise HarnessError(
                f"{place} cannot be used: {reason}; see that the server runs and that the address, role and password are right"
            ) from error
        self._pool: ConnectionPool[_Connection] = ConnectionPool(
            url, kwargs=options, min_size=1, max_size=_CONNECTIONS, configure=_enter_schema, open=True
        )
        self._stores: dict[str, PostgresStore] = {}
        self._place, self._held = place, psycopg.connect(url, **options)

    def tenant(self, name: str) -> PostgresStore:
        """Return the tenant's store: one object, so that transactions of one thread on it join."""
        return self._stores.setdefault(name, PostgresStore(self._pool, name))

    def hold(self) -> None:
        """Keep other processes that hold it out, until this one closes it or dies. Raises HarnessError when one does."""
        self._held.execute(cast("Any", f"SET lock_timeout = '{_WAITS}'"))
        try:
            self._held.execute("SELECT pg_advisory_lock(%s)", (_HELD,))
        except psycopg.errors.LockNotAvailable as error:
            raise HarnessError(
                f"the {self._place} is in use by another harness serve; end that one or name another database"
            ) from error

    def close(self) -> None:
        self._held.close()
        self._pool.close()


def _place(url: str) -> str:
    """Return what may be shown of an address. Raises HarnessError for one that libpq cannot read."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # libpq would repeat the address, password and all.
        raise HarnessError(
            "--data is no PostgreSQL address; write it as postgresql://ROLE:PASSWORD@HOST:5432/DATABASE"
        ) from None
    host, port = parts.get("host", "localhost"), parts.get("port", "5432")
    return f"PostgreSQL database '{parts.get('dbname', '')}' at {host}:{port}"


def _enter_schema(connection: _Connection) -> None:
    connection.execute("SET search_path TO harness")


def _prepare(connection: _Connection, place: str) -> None:
    """Lay the tables out where there are none; one process at a time looks and makes."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LAYING_OUT,))
        row = connection.execute("SELECT to_regclass('harness.layout')").fetchone()
        assert row is not None
        if row[0] is None:
            connection.execute("CREATE SCHEMA IF NOT EXISTS harness")
            connection.execute("SET LOCAL search_path TO harness")
            connection.execute(SCHEMA)
            connection.execute("INSERT INTO layout VALUES (%s)", (_LAYOUT,))
        row = connection.execute("SELECT number FROM harness.layout").fetchone()
        if row is None or row[0] != _LAYOUT:
            raise HarnessError(
                f"the schema 'harness' in {place} was laid out by another version of the harness;"
                " name another database, or drop that schema"
            )


class _Transaction(threading.local):
    """The transaction that this thread has open on a tenant, if any; entering it again joins."""

    def __init__(self, pool: ConnectionPool[_Connection], tenant: int) -> None:
        self._pool, self._tenant = pool, tenant
        self._depth = 0
        self._place: Any = None  # the answer that brings the tenant's last line
        self._last: int | None = None
        self.connection: _Connection | None = None

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

    def _commit(self, connection: _Connection) -> None:
        if self._last is not None:
            connection.execute(
                "UPDATE tenant SET last_line = %s WHERE number = %s", (self._last, self._tenant)
            )
        connection.execute("COMMIT")
        self._pipeline.__exit__(None, None, None)  # raises what any statement since the last answer came to

    def _roll_back(self, connection: _Connection) -> None:
        try:
            self._pipeline.__exit__(None, None, None)
            connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()


class PostgresStore:
    """The `Store` of one tenant; see the protocol for what each method promises."""

    lasting = True

    def __init__(self, pool: ConnectionPool[_Connection], name: str) -> None:
        self._pool = pool
        self._tenant = self._number_of("tenant", {"name": name.encode()})
        self._shelves: dict[str, int] = {}
        self._transaction = _Transaction(pool, self._tenant)

    def transaction(self) -> _Transaction:
        return self._transaction

    def _number_of(self, table: str, columns: dict[str, Any]) -> int:
        """Return the number of a row that is made once and never goes, outside of any transaction."""
        names = [sql.Identifier(name) for name in columns]
        tests = sql.SQL(" AND ").join(sql.SQL("{} = %s").format(name) for name in names)
        select = sql.SQL("SELECT number FROM {} WHERE {}").format(sql.Identifier(table), tests)
        insert = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
            sql.Identifier(table), sql.SQL(", ").join(names), sql.SQL(", ").join([sql.SQL("%s")] * len(names))
        )
        values = tuple(columns.values())
        with self._pool.connection() as connection:
            row = connection.execute(select, values).fetchone()
            if row is None:
                connection.execute(insert, values)
                row = connection.execute(select, values).fetchone()
        assert row is not None
        return int(row[0])

    def _shelf(self, name: str) -> int:
        number = self._shelves.get(name)
        if number is None:
            number = self._number_of("shelf", {"tenant": self._tenant, "name": name.encode()})
            self._shelves[name] = number
        return number

    def _ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Put a question: within this thread's transaction, or on its own."""
        connection = self._transaction.connection
        rows: list[tuple[Any, ...]]
        if connection is not None:
            rows = connection.execute(cast("Any", query), values, binary=True).fetchall()
        else:
            with self._pool.connection() as connection:
                rows = connection.execute(cast("Any", query), values, binary=True).fetchall()
        return rows

    def _one(self, query: str, *values: Any) -> Any:
        rows = self._ask(query, *values)
        return rows[0][0] if rows else None

    def _send(self, query: str, *values: Any) -> None:
        """Send what needs no answer; the caller holds the transaction."""
        connection = self._transaction.connection
        assert connection is not None
        connection.execute(cast("Any", query), values)

    def put(self, kind: str, key: str, body: Document) -> None:
        with self._transaction:
            self._send(
                "INSERT INTO document (shelf, key, body) VALUES (%s, %s, %s)"
                " ON CONFLICT (shelf, key) DO UPDATE SET body = excluded.body",
                self._shelf(kind), key.encode(), encode(body),
            )  # fmt: skip

    def get(self, kind: str, key: str) -> Document | None:
        query = "SELECT body FROM document WHERE shelf = %s AND key = %s"
        body = self._one(query, self._shelf(kind), key.encode())
        return None if body is None else decode(body)

    def delete(self, kind: str, key: str) -> bool:
        return self._changes("DELETE FROM document WHERE shelf = %s AND key = %s RETURNING 1", kind, key)

    def _changes(self, query: str, shelf: str, *keys: str) -> bool:
        with self._transaction:
            return bool(self._ask(query, self._shelf(shelf), *(key.encode() for key in keys)))

    def scan(
        self, kind: str, *, after: str | None = None, limit: int | None = None
    ) -> Iterator[tuple[str, Document]]:
        shelf, number = self._shelf(kind), 0
        if after is not None:
            query = "SELECT number FROM document WHERE shelf = %s AND key = %s"
            number = self._one(query, shelf, after.encode()) or 0
        for size in _pages(limit):
            rows = self._ask(
                "SELECT number, key, body FROM document WHERE shelf = %s AND number > %s"
                " ORDER BY number LIMIT %s",
                shelf, number, size,
            )  # fmt: skip
            for number, key, body in rows:  # noqa: B007 - the last number is where the next page starts
                yield key.decode(), decode(body)
            if len(rows) < size:
                return

    def count(self, kind: str) -> int:
        return int(self._one("SELECT count(*) FROM document WHERE shelf = %s", self._shelf(kind)))

    def claim(self, space: str, key: str, owner: str) -> None:
        shelf, name = self._shelf(space), key.encode()
        with self._transaction:
            holder: str = self._one(_CLAIM, shelf, name, owner.encode(), shelf, name).decode()
        if holder != owner:
            raise TakenError(space, key, holder)

    def release(self, space: str, key: str) -> None:
        with self._transaction:
            query = "DELETE FROM unique_key WHERE shelf = %s AND key = %s"
            self._send(query, self._shelf(space), key.encode())

    def owner(self, space: str, key: str) -> str | None:
        query = "SELECT owner FROM unique_key WHERE shelf = %s AND key = %s"
        owner = self._one(query, self._shelf(space), key.encode())
        return None if owner is None else owner.decode()

    def link(self, relation: str, left: str, right: str) -> bool:
        query = "INSERT INTO link (shelf, left_id, right_id) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING RETURNING 1"
        return self._changes(query, relation, left, right)

    def unlink(self, relation: str, left: str, right: str) -> bool:
        query = "DELETE FROM link WHERE shelf = %s AND left_id = %s AND right_id = %s RETURNING 1"
        return self._changes(query, relation, left, right)

    def linked(self, relation: str, left: str, right: str) -> bool:
        query = "SELECT 1 FROM link WHERE shelf = %s AND left_id = %s AND right_id = %s"
        return bool(self._ask(query, self._shelf(relation), left.encode(), right.encode()))

    def rights(self, relation: str, left: str) -> list[str]:
        query = "SELECT right_id FROM link WHERE shelf = %s AND left_id = %s ORDER BY number"
        return [row[0].decode() for row in self._ask(query, self._shelf(relation), left.encode())]

    def lefts(self, relation: str, right: str) -> list[str]:
        query = "SELECT left_id FROM link WHERE shelf = %s AND right_id = %s ORDER BY number"
        return [row[0].decode() for row in self._ask(query, self._shelf(relation), right.encode())]

    def append(self, log: str, body: Document, tags: Iterable[str] = ()) -> int:
        shelf, text, digests = self._shelf(log), encode(body), sorted({_digest(tag) for tag in tags})
        with self._transaction:
            number = self._transaction.next_line()
            self._send(_APPEND, shelf, number, text, shelf, digests, number)
        return number

    def read(
        self,
        log: str,
        *,
        after: int = 0,
        tag: str | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> Iterator[Entry]:
        place = _END if newest_first and not after else after
        order = "number < %s ORDER BY number DESC" if newest_first else "number > %s ORDER BY number"
        shelf = self._shelf(log)
        if tag is None:
            query = f"SELECT number, body FROM log WHERE shelf = %s AND {order} LIMIT %s"  # noqa: S608
            first: tuple[int, ...] = (shelf,)
        else:
            # The tag's rows lead, so that a rare tag in a long log costs only its own lines.
            query = (
                "SELECT number, body FROM (SELECT shelf, number FROM log_tag WHERE shelf = %s AND tag = %s"  # noqa: S608
                f" AND {order} LIMIT %s) tagged JOIN log USING (shelf, number)"
                f" ORDER BY number {'DESC' if newest_first else 'ASC'}"
            )
            first = (shelf, _digest(tag))
        for size in _pages(limit):
            rows = self._ask(query, *first, place, size)
            for place, text in rows:
                yield Entry(place, decode(text))
            if len(rows) < size:
                return

    def last_sequence(self, log: str) -> int:
        query = "SELECT number FROM log WHERE shelf = %s ORDER BY number DESC LIMIT 1"
        return self._one(query, self._shelf(log)) or 0

    def clear(self) -> None:
        with self._transaction:
            for table in TABLES:
                query = f"DELETE FROM {table} WHERE shelf IN (SELECT number FROM shelf WHERE tenant = %s)"  # noqa: S608
                self._send(query, self._tenant)


def _pages(limit: int | None) -> Iterator[int]:
    """Yield how many rows to ask for next, until the limit is used up; the reader stops when there are fewer."""
    remaining = _END if limit is None else limit
    while remaining > 0:
        yield min(_PAGE, remaining)
        remaining -= _PAGE


@lru_cache(maxsize=256)
def _digest(tag: str) -> int:
    """Return what stands for a tag in its rows: eight bytes, for tags are long and there are many."""
    return int.from_bytes(hashlib.blake2b(tag.encode(), digest_size=8).digest(), "big", signed=True)
