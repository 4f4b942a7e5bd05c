"""`Store` on SQLite, one tenant's.

Names that would repeat in every row (kinds, spaces, relations and logs) are numbers of shelves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from harness.base.json_text import decode, encode_text
from harness.base.paging import END, walk
from harness.base.sqlite.connection import Connection, Transaction
from harness.base.sqlite.layout import TABLES
from harness.base.sqlite.lines import Line, insertion
from harness.base.store import BEHIND, Document, Entry, StaleError, T, TakenError

_GET = "SELECT body FROM document WHERE shelf = ? AND key = ?"
_NOWHERE = 0  # no shelf has this number


class SqliteStore:
    """The `Store` of one tenant; the protocol describes the methods."""

    def __init__(self, database: Connection, tenant: str) -> None:
        self._database = database
        self._tenant = tenant
        self._execute = database.connection.execute
        self._lock = database.lock
        self._shelves = database.shelves[tenant]
        self._recalled = database.recalled[tenant]
        self.lasting = database.lasting
        self.shared = False

    def transaction(self) -> Transaction:
        return self._database.transaction

    def carry_out(self, work: Callable[[], T], *, only_reads: bool = False) -> T:  # noqa: ARG002 - all wait here
        with self._database.transaction:
            return work()

    def _shelf(self, name: str) -> int:
        """Return the number of a shelf; the caller holds the lock."""
        number = self._shelves.get(name)
        if number is None:
            row = self._execute(
                "SELECT number FROM shelf WHERE tenant = ? AND name = ?", (self._tenant, name)
            ).fetchone()
            number = _NOWHERE if row is None else int(row[0])
            if number or self._database.alone:
                self._shelves[name] = number
        return number

    def _made_shelf(self, name: str) -> int:
        number = self._shelves.get(name) or self._shelf(name)
        if number == _NOWHERE:
            self._shelves.pop(name, None)
            self._execute("INSERT INTO shelf (tenant, name) VALUES (?, ?)", (self._tenant, name))
            number = self._shelf(name)
        return number

    def _all(self, sql: str, shelf: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            number = self._shelf(shelf)
            return self._execute(sql, (number, *values)).fetchall() if number else []

    def _one(self, sql: str, shelf: str, *values: Any) -> Any:
        with self._lock:
            number = self._shelf(shelf)
            row = self._execute(sql, (number, *values)).fetchone() if number else None
        return None if row is None else row[0]

    def _add(self, sql: str, shelf: str, *values: Any) -> bool:
        with self._lock:
            try:
                return self._execute(sql, (self._made_shelf(shelf), *values)).rowcount > 0
            except sqlite3.OperationalError as error:  # outside of a transaction it is noted nowhere else
                self._database.note_room(error)
                raise

    def _remove(self, sql: str, shelf: str, *values: Any) -> bool:
        with self._lock:
            number = self._shelf(shelf)
            return number != _NOWHERE and self._execute(sql, (number, *values)).rowcount > 0

    def put(self, kind: str, key: str, body: Document) -> None:
        with self._lock:  # else another thread could put the old document into the cache
            self._add(
                "INSERT INTO document (shelf, key, body) VALUES (?, ?, ?)"
                " ON CONFLICT (shelf, key) DO UPDATE SET body = excluded.body",
                kind, key, encode_text(body),
            )  # fmt: skip
            self._recalled.pop((kind, key), None)

    def get(self, kind: str, key: str) -> Document | None:
        with self._lock:
            number = self._shelves.get(kind)
            if number is None:
                number = self._shelf(kind)
            row = self._execute(_GET, (number, key)).fetchone() if number else None
        return None if row is None else decode(row[0])

    def recall(self, kind: str, key: str) -> Document | None:
        document = self._recalled.get((kind, key))
        if document is None:
            with self._lock:
                document = self.get(kind, key)
                if document is not None and self._database.alone:
                    self._recalled[kind, key] = document
        return document

    def require(self, kind: str, key: str, body: Document) -> None:
        if self._one(_GET, kind, key) != encode_text(body):
            raise StaleError

    def delete(self, kind: str, key: str) -> bool:
        with self._lock:
            removed = self._remove("DELETE FROM document WHERE shelf = ? AND key = ?", kind, key)
            self._recalled.pop((kind, key), None)
            return removed

    def scan(
        self, kind: str, *, after: str | None = None, limit: int | None = None
    ) -> Iterator[tuple[str, Document]]:
        number = 0
        if after is not None:
            row = self._one("SELECT number FROM document WHERE shelf = ? AND key = ?", kind, after)
            number = 0 if row is None else row
        sql = "SELECT number, key, body FROM document WHERE shelf = ? AND number > ? ORDER BY number LIMIT ?"
        for _, key, body in walk(partial(self._all, sql, kind), number, limit):
            yield key, decode(body)

    def count(self, kind: str) -> int:
        return int(self._one("SELECT count(*) FROM document WHERE shelf = ?", kind) or 0)

    def claim(self, space: str, key: str, owner: str) -> None:
        self.claim_all([(space, key)], owner)

    def claim_all(self, keys: Sequence[tuple[str, str]], owner: str) -> None:
        if not keys:
            return
        with self._lock:
            rows = [value for space, key in keys for value in (self._made_shelf(space), key, owner)]
            if self._execute(insertion("unique_key", len(keys)), rows).rowcount == len(keys):
                return
            for space, key in keys:
                if (present := self.owner(space, key)) != owner:
                    raise TakenError(space, key, str(present))

    def release(self, space: str, key: str) -> None:
        self._remove("DELETE FROM unique_key WHERE shelf = ? AND key = ?", space, key)

    def owner(self, space: str, key: str) -> str | None:
        owner: str | None = self._one("SELECT owner FROM unique_key WHERE shelf = ? AND key = ?", space, key)
        return owner

    def link(self, relation: str, left: str, right: str) -> bool:
        sql = "INSERT OR IGNORE INTO link (shelf, left_id, right_id) VALUES (?, ?, ?)"
        return self._add(sql, relation, left, right)

    def unlink(self, relation: str, left: str, right: str) -> bool:
        sql = "DELETE FROM link WHERE shelf = ? AND left_id = ? AND right_id = ?"
        return self._remove(sql, relation, left, right)

    def linked(self, relation: str, left: str, right: str) -> bool:
        sql = "SELECT 1 FROM link WHERE shelf = ? AND left_id = ? AND right_id = ?"
        return self._one(sql, relation, left, right) is not None

    def rights(self, relation: str, left: str) -> list[str]:
        sql = "SELECT right_id FROM link WHERE shelf = ? AND left_id = ? ORDER BY number"
        return [row[0] for row in self._all(sql, relation, left)]

    def rights_beginning(self, relation: str, beginning: str) -> list[str]:
        sql = "SELECT right_id FROM link WHERE shelf = ? AND left_id >= ? AND left_id < ? ORDER BY number"
        rows = self._all(sql, relation, beginning, beginning + BEHIND)
        return list(dict.fromkeys(row[0] for row in rows))

    def lefts(self, relation: str, right: str) -> list[str]:
        sql = "SELECT left_id FROM link WHERE shelf = ? AND right_id = ? ORDER BY number"
        return [row[0] for row in self._all(sql, relation, right)]

    def append(self, log: str, body: Document, tags: Iterable[str] = ()) -> None:
        database = self._database
        with database.transaction:
            database.lines.add(self._made_shelf(log), encode_text(body), tags)
            database.note_line(log, body)

    def tag(self, log: str, sequence: int, tags: Iterable[str]) -> None:
        with self._database.transaction:
            self._database.lines.tag(self._made_shelf(log), sequence, tags)

    def read(
        self,
        log: str,
        *,
        after: int = 0,
        tag: str | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> Iterator[Entry]:
        lines = self._database.lines

        def page(place: int, size: int) -> list[Line]:
            with self._lock:
                shelf = self._shelf(log)
                if tag is not None:
                    return lines.tagged(shelf, tag, place, size, newest_first=newest_first)
                return (lines.before if newest_first else lines.behind)(shelf, place, size)

        # Packed lines are read a block at a time.
        start = END if newest_first and not after else after
        for place, text in walk(page, start, limit, short_pages=True):
            yield Entry(place, decode(text))

    def last_sequence(self, log: str) -> int:
        with self._lock:
            return self._database.lines.last(self._shelf(log))

    def clear(self) -> None:
        with self._database.transaction:
            self._database.lines.hold_place()
            for table in TABLES:
                self._execute(
                    f"DELETE FROM {table} WHERE shelf IN (SELECT number FROM shelf WHERE tenant = ?)",  # noqa: S608
                    (self._tenant,),
                )
            self._database.lines.forget()
            self._recalled.clear()
