"""`Store` on PostgreSQL, one tenant's.

Names, keys and bodies are bytes: text in PostgreSQL holds no NUL, and JSONB would change
numbers and the order of members.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any, cast

from psycopg import errors, sql

from harness.base.json_text import decode, encode
from harness.base.paging import END, walk
from harness.base.postgres.connections import ATTEMPTS, Connection, Connections
from harness.base.postgres.failures import CutOffError
from harness.base.postgres.statement import Kind, Part
from harness.base.postgres.tables import TABLES
from harness.base.postgres.transaction import Manner, Transaction, Transactions
from harness.base.store import BEHIND, Document, Entry, T, TakenError
from harness.base.tags import digest

# FROM `line` and, for a demand, `place`: see `statement.py`.
_PUT = (
    "INSERT INTO document (shelf, key, body) SELECT %s, %s, %s FROM line"
    " ON CONFLICT (shelf, key) DO UPDATE SET body = excluded.body"
)
_RELEASE = "DELETE FROM unique_key USING line WHERE shelf = %s AND key = %s"
_REQUIRE = (
    "SELECT 1 FROM place, document WHERE shelf = %s AND key = %s AND body = %s FOR KEY SHARE OF document"
)
_TAG = "INSERT INTO log_tag SELECT %s, unnest(%s::bigint[]), %s FROM line ON CONFLICT DO NOTHING"
_APPEND = "INSERT INTO log SELECT %s, last_line, %s FROM line"
_TAG_LINE = "INSERT INTO log_tag SELECT %s, unnest(%s::bigint[]), last_line FROM line"
_CLAIM = "INSERT INTO unique_key SELECT keys.* FROM line, (VALUES {rows}) AS keys"  # fails where one is taken
_CLAIM_FREE = (
    "INSERT INTO unique_key VALUES {rows} ON CONFLICT DO NOTHING RETURNING 1"  # a row for each that was
)
_OWNER = "SELECT owner FROM unique_key WHERE shelf = %s AND key = %s"


class PostgresStore:
    """The `Store` of one tenant; see the protocol for what each method promises."""

    lasting = shared = True

    def __init__(self, connections: Connections, transactions: Transactions, name: str) -> None:
        self._connections, self._transactions = connections, transactions
        self._tenant = self._number_of("tenant", {"name": name.encode()})
        self._shelves: dict[str, int] = {}
        self._transaction = Transaction(transactions, self._tenant)
        self._hopeful = Transaction(transactions, self._tenant, Manner.PRESUMES)
        self._reading = Transaction(transactions, self._tenant, Manner.READS)

    def transaction(self) -> Transaction:
        return self._transaction

    def carry_out(self, work: Callable[[], T], *, only_reads: bool = False) -> T:
        manner = self._reading if only_reads else self._hopeful
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with manner:
                    return work()
            except errors.UniqueViolation:  # now ask which key is whose
                if manner is not self._hopeful:
                    raise
                manner = self._transaction
            except CutOffError as error:
                is_harmless = error.is_undone or only_reads
                if not is_harmless or self._transactions.is_open or attempt == ATTEMPTS:
                    raise
        raise AssertionError

    def _number_of(self, table: str, columns: dict[str, Any]) -> int:
        """Return the number of a row that is made once and never goes, outside of any transaction."""
        names = [sql.Identifier(name) for name in columns]
        tests = sql.SQL(" AND ").join(sql.SQL("{} = %s").format(name) for name in names)
        select = sql.SQL("SELECT number FROM {} WHERE {}").format(sql.Identifier(table), tests)
        insert = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
            sql.Identifier(table), sql.SQL(", ").join(names), sql.SQL(", ").join([sql.SQL("%s")] * len(names))
        )
        values = tuple(columns.values())

        def number(connection: Connection) -> int:
            row = connection.execute(select, values).fetchone()
            if row is None:
                connection.execute(insert, values)
                row = connection.execute(select, values).fetchone()
            assert row is not None
            return int(row[0])

        return self._connections.repeat(number)

    def _shelf(self, name: str) -> int:
        number = self._shelves.get(name)
        if number is None:
            number = self._number_of("shelf", {"tenant": self._tenant, "name": name.encode()})
            self._shelves[name] = number
        return number

    def _ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Put a question: within this thread's transaction, or on its own."""

        def rows(connection: Connection) -> list[tuple[Any, ...]]:
            return connection.execute(cast("Any", query), values, binary=True).fetchall()

        if self._transactions.is_open:
            return self._transactions.ask(rows, only_reads=query.startswith("SELECT"))
        return self._connections.repeat(rows)

    def _later(self, kind: Kind, table: str, query: str, *values: Any) -> None:
        self._transactions.later(Part(kind, self._tenant, table, query, values))

    def _one(self, query: str, *values: Any) -> Any:
        rows = self._ask(query, *values)
        return rows[0][0] if rows else None

    def put(self, kind: str, key: str, body: Document) -> None:
        with self._transaction:
            values = (self._shelf(kind), key.encode(), encode(body))
            self._later(Kind.INSERT, "document", _PUT, *values)

    def get(self, kind: str, key: str) -> Document | None:
        query = "SELECT body FROM document WHERE shelf = %s AND key = %s"
        body = self._one(query, self._shelf(kind), key.encode())
        return None if body is None else decode(body)

    def recall(self, kind: str, key: str) -> Document | None:
        return self.get(kind, key)

    def require(self, kind: str, key: str, body: Document) -> None:
        self._later(Kind.DEMAND, "document", _REQUIRE, self._shelf(kind), key.encode(), encode(body))

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
        query = (
            "SELECT number, key, body FROM document WHERE shelf = %s AND number > %s ORDER BY number LIMIT %s"
        )
        for _, key, body in walk(partial(self._ask, query, shelf), number, limit):
            yield key.decode(), decode(body)

    def count(self, kind: str) -> int:
        return int(self._one("SELECT count(*) FROM document WHERE shelf = %s", self._shelf(kind)))

    def claim(self, space: str, key: str, owner: str) -> None:
        self.claim_all([(space, key)], owner)

    def claim_all(self, keys: Sequence[tuple[str, str]], owner: str) -> None:
        if not keys:
            return
        names = [(self._shelf(space), key.encode()) for space, key in keys]
        with self._transaction:
            values = [value for name in names for value in (*name, owner.encode())]
            if self._transactions.manner is Manner.PRESUMES:
                self._later(Kind.INSERT, "unique_key", _for_keys(_CLAIM, len(names)), *values)
                return
            if len(self._ask(_for_keys(_CLAIM_FREE, len(names)), *values)) == len(names):
                return
            holders = [bytes(self._one(_OWNER, *name)).decode() for name in names]
        for (space, key), holder in zip(keys, holders, strict=True):
            if holder != owner:
                raise TakenError(space, key, holder)

    def release(self, space: str, key: str) -> None:
        with self._transaction:
            self._later(Kind.DELETE, "unique_key", _RELEASE, self._shelf(space), key.encode())

    def owner(self, space: str, key: str) -> str | None:
        owner = self._one(_OWNER, self._shelf(space), key.encode())
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

    def rights_beginning(self, relation: str, beginning: str) -> list[str]:
        query = (
            "SELECT right_id FROM link WHERE shelf = %s AND left_id >= %s AND left_id < %s ORDER BY number"
        )
        ends = (beginning.encode(), (beginning + BEHIND).encode())
        return list(dict.fromkeys(row[0].decode() for row in self._ask(query, self._shelf(relation), *ends)))

    def lefts(self, relation: str, right: str) -> list[str]:
        query = "SELECT left_id FROM link WHERE shelf = %s AND right_id = %s ORDER BY number"
        return [row[0].decode() for row in self._ask(query, self._shelf(relation), right.encode())]

    def append(self, log: str, body: Document, tags: Iterable[str] = ()) -> None:
        shelf, text, digests = self._shelf(log), encode(body), _digests(tags)
        with self._transaction:
            self._later(Kind.LINE, "log", _APPEND, shelf, text)
            if digests:
                self._later(Kind.INSERT, "log_tag", _TAG_LINE, shelf, digests)
            self._transactions.note_line(log, body)

    def tag(self, log: str, sequence: int, tags: Iterable[str]) -> None:
        with self._transaction:
            if digests := _digests(tags):
                self._later(Kind.INSERT, "log_tag", _TAG, self._shelf(log), digests, sequence)

    def read(
        self,
        log: str,
        *,
        after: int = 0,
        tag: str | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> Iterator[Entry]:
        start = END if newest_first and not after else after
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
            first = (shelf, digest(tag))
        for place, text in walk(partial(self._ask, query, *first), start, limit):
            yield Entry(place, decode(text))

    def last_sequence(self, log: str) -> int:
        query = "SELECT number FROM log WHERE shelf = %s ORDER BY number DESC LIMIT 1"
        return self._one(query, self._shelf(log)) or 0

    def clear(self) -> None:
        with self._transaction:
            for table in TABLES:
                query = f"DELETE FROM {table} USING line WHERE shelf IN (SELECT number FROM shelf WHERE tenant = %s)"  # noqa: S608
                self._later(Kind.DELETE, table, query, self._tenant)


@lru_cache(maxsize=64)
def _for_keys(query: str, keys: int) -> str:
    """Return a query with rows for so many keys."""
    return query.format(rows=", ".join(["(%s, %s, %s)"] * keys))


def _digests(tags: Iterable[str]) -> str:
    """Return the digests of tags, each once, as PostgreSQL writes an array: a list costs more to adapt than all the rest."""
    digests = sorted({digest(tag) for tag in tags})
    return f"{{{','.join(map(str, digests))}}}" if digests else ""
