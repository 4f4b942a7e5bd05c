"""`Store` on PostgreSQL, one tenant's.

Names, keys and bodies are bytes: text in PostgreSQL holds no NUL, and JSONB would change
numbers and the order of members.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, cast

from psycopg import errors, sql

from harness.base.json_text import decode, encode
from harness.base.paging import END, PAGE, walk
from harness.base.postgres import queries
from harness.base.postgres.connections import ATTEMPTS, Connection, Connections
from harness.base.postgres.failures import CutOffError
from harness.base.postgres.foreseen import Question, Rows, foreseen_reads
from harness.base.postgres.statement import Kind, Part
from harness.base.postgres.tables import TABLES
from harness.base.postgres.transaction import Manner, Transaction, Transactions
from harness.base.store import BEHIND, Document, Entry, Reads, T, TakenError
from harness.base.tags import digest


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

    def look_ahead(self, reads: Reads) -> None:
        transactions = self._transactions
        if not transactions.covers(self._tenant):
            return
        keys = [(query, self._shelf(name), key.encode()) for query, name, key in foreseen_reads(reads)]
        pages = [(queries.PAGE, self._shelf(kind), 0, PAGE) for kind in reads.scans]
        questions: list[Question] = [
            each for each in (*keys, *pages) if transactions.foreseen.rows(each) is None
        ]

        def answers(connection: Connection) -> list[Rows]:
            cursors = [
                connection.execute(cast("Any", query), values, binary=True) for query, *values in questions
            ]
            return [cursor.fetchall() for cursor in cursors]

        if questions:
            for question, rows in zip(questions, transactions.ask(answers, only_reads=True), strict=True):
                transactions.foreseen.add(question, rows)

    def _ask(self, query: str, *values: Any) -> Rows:
        """Put a question: within this thread's transaction, unless it was put in advance there, or on its own."""
        foreseen = self._transactions.foreseen.rows((query, *values))
        if foreseen is not None:
            return foreseen

        def rows(connection: Connection) -> Rows:
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
            place, text = (self._shelf(kind), key.encode()), encode(body)
            self._later(Kind.INSERT, "document", queries.PUT, *place, text)
            self._transactions.foreseen.write(queries.DOCUMENT, *place, text)

    def get(self, kind: str, key: str) -> Document | None:
        body = self._one(queries.DOCUMENT, self._shelf(kind), key.encode())
        return None if body is None else decode(body)

    def recall(self, kind: str, key: str) -> Document | None:
        return self.get(kind, key)

    def require(self, kind: str, key: str, body: Document) -> None:
        self._later(Kind.DEMAND, "document", queries.REQUIRE, self._shelf(kind), key.encode(), encode(body))

    def delete(self, kind: str, key: str) -> bool:
        with self._transaction:
            place, foreseen = (self._shelf(kind), key.encode()), self._transactions.foreseen
            is_there = foreseen.has(queries.DOCUMENT, *place)
            if is_there is None:
                query = "DELETE FROM document WHERE shelf = %s AND key = %s RETURNING 1"
                is_there = bool(self._ask(query, *place))
            elif is_there:
                self._later(Kind.DELETE, "document", queries.DELETE, *place)
            foreseen.write(queries.DOCUMENT, *place, None)
            return is_there

    def scan(
        self, kind: str, *, after: str | None = None, limit: int | None = None
    ) -> Iterator[tuple[str, Document]]:
        shelf, number = self._shelf(kind), 0
        if after is not None:
            query = "SELECT number FROM document WHERE shelf = %s AND key = %s"
            number = self._one(query, shelf, after.encode()) or 0
        for _, key, body in walk(partial(self._ask, queries.PAGE, shelf), number, limit):
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
            foreseen = self._transactions.foreseen
            are_free = all(foreseen.has(queries.OWNER, *name) is False for name in names)
            if self._transactions.manner is Manner.PRESUMES or are_free:
                self._later(Kind.INSERT, "unique_key", queries.for_keys(queries.CLAIM, len(names)), *values)
                for name in names:
                    foreseen.write(queries.OWNER, *name, owner.encode())
                return
            for name in names:
                foreseen.discard((queries.OWNER, *name))
            if len(self._ask(queries.for_keys(queries.CLAIM_FREE, len(names)), *values)) == len(names):
                return
            holders = [bytes(self._one(queries.OWNER, *name)).decode() for name in names]
        for (space, key), holder in zip(keys, holders, strict=True):
            if holder != owner:
                raise TakenError(space, key, holder)

    def release(self, space: str, key: str) -> None:
        with self._transaction:
            place = self._shelf(space), key.encode()
            self._later(Kind.DELETE, "unique_key", queries.RELEASE, *place)
            self._transactions.foreseen.write(queries.OWNER, *place, None)

    def owner(self, space: str, key: str) -> str | None:
        owner = self._one(queries.OWNER, self._shelf(space), key.encode())
        return None if owner is None else owner.decode()

    def link(self, relation: str, left: str, right: str) -> bool:
        with self._transaction:
            link, foreseen = self._link(relation, left, right), self._transactions.foreseen
            is_there = foreseen.are_linked(*link)
            if is_there is None:
                query = "INSERT INTO link (shelf, left_id, right_id) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING RETURNING 1"
                is_there = not self._ask(query, *link)
            elif not is_there:
                self._later(Kind.INSERT, "link", queries.LINK, *link)
            foreseen.write_link(*link, is_there=True)
            return not is_there

    def unlink(self, relation: str, left: str, right: str) -> bool:
        with self._transaction:
            link, foreseen = self._link(relation, left, right), self._transactions.foreseen
            is_there = foreseen.are_linked(*link)
            if is_there is None:
                query = "DELETE FROM link WHERE shelf = %s AND left_id = %s AND right_id = %s RETURNING 1"
                is_there = bool(self._ask(query, *link))
            elif is_there:
                self._later(Kind.DELETE, "link", queries.UNLINK, *link)
            foreseen.write_link(*link, is_there=False)
            return is_there

    def _link(self, relation: str, left: str, right: str) -> tuple[int, bytes, bytes]:
        return self._shelf(relation), left.encode(), right.encode()

    def linked(self, relation: str, left: str, right: str) -> bool:
        link = self._link(relation, left, right)
        if (is_there := self._transactions.foreseen.are_linked(*link)) is not None:
            return is_there
        return bool(
            self._ask("SELECT 1 FROM link WHERE shelf = %s AND left_id = %s AND right_id = %s", *link)
        )

    def rights(self, relation: str, left: str) -> list[str]:
        return [row[0].decode() for row in self._ask(queries.RIGHTS, self._shelf(relation), left.encode())]

    def rights_beginning(self, relation: str, beginning: str) -> list[str]:
        query = (
            "SELECT right_id FROM link WHERE shelf = %s AND left_id >= %s AND left_id < %s ORDER BY number"
        )
        ends = (beginning.encode(), (beginning + BEHIND).encode())
        return list(dict.fromkeys(row[0].decode() for row in self._ask(query, self._shelf(relation), *ends)))

    def lefts(self, relation: str, right: str) -> list[str]:
        return [row[0].decode() for row in self._ask(queries.LEFTS, self._shelf(relation), right.encode())]

    def append(self, log: str, body: Document, tags: Iterable[str] = ()) -> None:
        shelf, text, digests = self._shelf(log), encode(body), queries.array_of_digests(tags)
        with self._transaction:
            self._later(Kind.LINE, "log", queries.APPEND, shelf, text)
            if digests:
                self._later(Kind.INSERT, "log_tag", queries.TAG_LINE, shelf, digests)
            self._transactions.note_line(log, body)

    def tag(self, log: str, sequence: int, tags: Iterable[str]) -> None:
        with self._transaction:
            if digests := queries.array_of_digests(tags):
                self._later(Kind.INSERT, "log_tag", queries.TAG, self._shelf(log), digests, sequence)

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
            self._transactions.foreseen.forget()
            for table in TABLES:
                query = f"DELETE FROM {table} USING line WHERE shelf IN (SELECT number FROM shelf WHERE tenant = %s)"  # noqa: S608
                self._later(Kind.DELETE, table, query, self._tenant)
