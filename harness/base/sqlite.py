"""`Store` on SQLite: in memory for a scenario, in a file for `harness serve`.

One connection behind one lock. A file is opened in WAL mode, so a killed process loses nothing that was committed.
Names that repeat in every row (a tenant's kinds, spaces, relations and logs) stand there as the number of their shelf.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any

from harness.base.errors import HarnessError
from harness.base.json_text import decode, encode_text
from harness.base.lines import SCHEMA as LINES_SCHEMA
from harness.base.lines import TABLES as LINES_TABLES
from harness.base.lines import Lines
from harness.base.store import Document, Entry, TakenError

_LAYOUT = 3
_APPLICATION = 0x5C1A57DB  # marks a file as ours: https://sqlite.org/pragma.html#pragma_application_id
_SCHEMA = """
CREATE TABLE shelf (number INTEGER PRIMARY KEY, tenant TEXT, name TEXT, UNIQUE (tenant, name));
CREATE TABLE document (number INTEGER PRIMARY KEY, shelf INTEGER, key TEXT, body TEXT, UNIQUE (shelf, key));
CREATE INDEX document_order ON document (shelf, number);
CREATE TABLE unique_key (
  shelf INTEGER, key TEXT, owner TEXT, PRIMARY KEY (shelf, key)) WITHOUT ROWID;
CREATE TABLE link (
  number INTEGER PRIMARY KEY, shelf INTEGER, left_id TEXT, right_id TEXT, UNIQUE (shelf, left_id, right_id));
CREATE INDEX link_right ON link (shelf, right_id);
"""
_GET = "SELECT body FROM document WHERE shelf = ? AND key = ?"
_TABLES = ("document", "unique_key", "link", *LINES_TABLES)
_PAGE = 500
_PAGE_SIZE = 8192  # bytes; each page costs room of its own beside it, so fewer take less
_NOWHERE = 0  # no shelf has this number
_END = 2**62


class Database:
    """One SQLite database, shared by the stores of its tenants.

    `path` None keeps it in memory; `exclusive` keeps other processes out of the file. Raises HarnessError when the file
    is not one of ours or in use. `on_append`, when set, is told of every log line once it is committed.
    """

    def __init__(self, path: Path | None = None, *, exclusive: bool = False) -> None:
        self.lock = threading.RLock()
        self.on_append: Callable[[str, Document], None] | None = None
        self.appended: list[tuple[str, Document]] = []
        self.shelves: dict[str, dict[str, int]] = defaultdict(dict)  # tenant, name, number
        self.lasting = path is not None
        self.alone = path is None or exclusive  # nobody else makes shelves here
        self._exclusive = exclusive
        try:
            self.connection = sqlite3.connect(
                ":memory:" if path is None else path,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
            )
        except sqlite3.DatabaseError as error:
            raise _unusable(path, error) from error
        try:
            self._prepare(path)
        except sqlite3.DatabaseError as error:
            self.connection.close()
            raise _unusable(path, error) from error
        except HarnessError:
            self.connection.close()
            raise
        self.lines = Lines(self.connection)
        self.transaction = _Transaction(self)

    def _prepare(self, path: Path | None) -> None:
        """Lay the tables out in an empty database; look before touching, for the file may be anybody's."""
        empty = self._number("SELECT count(*) FROM sqlite_schema") == 0
        layout = self._number("PRAGMA user_version")
        if not empty and self._number("PRAGMA application_id") != _APPLICATION:
            raise HarnessError(f"{path} holds another program's data; name another file")
        if not empty and layout != _LAYOUT:
            raise HarnessError(
                f"{path} was written by another version of the harness (layout {layout}); remove it"
            )
        if empty:
            self.connection.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
        if self._exclusive:
            self.connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        if path is not None:
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = NORMAL")
        if empty:
            marks = f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {_LAYOUT};"
            self.connection.executescript(f"BEGIN; {_SCHEMA} {LINES_SCHEMA} {marks} COMMIT;")

    def _number(self, sql: str) -> int:
        return int(self.connection.execute(sql).fetchone()[0])

    def tenant(self, name: str) -> SqliteStore:
        return SqliteStore(self, name)

    def tell(self) -> None:
        """Hand over the log lines of the transaction that was just committed."""
        if self.appended and self.on_append is not None:
            told, self.appended = self.appended, []
            for log, body in told:
                self.on_append(log, body)

    def forget(self) -> None:
        """Drop what is known by heart: a transaction that was rolled back may have made it untrue."""
        self.appended.clear()
        self.lines.forget()
        for shelves in self.shelves.values():
            shelves.clear()

    def close(self) -> None:
        with self.lock:
            self.connection.close()


class _Transaction:
    """The one transaction that can be open, for it holds the lock; entering it again joins."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._depth = 0

    def __enter__(self) -> None:
        self._database.lock.acquire()
        try:
            if not self._depth:
                self._database.connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._database.lock.release()
            raise
        self._depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._depth -= 1
            if not self._depth:
                self._finish(good=kind is None)
        finally:
            self._database.lock.release()

    def _finish(self, *, good: bool) -> None:
        connection = self._database.connection
        try:
            if good:
                connection.execute("COMMIT")
                self._database.tell()
        finally:
            if connection.in_transaction:  # a full disk has rolled back already
                connection.execute("ROLLBACK")
                good = False
            if not good:
                self._database.forget()


def check(path: Path) -> None:
    """Read a data file from end to end, writing nothing. Raises HarnessError for damage, or another program's file.

    What is missing or empty is no damage. https://sqlite.org/pragma.html#pragma_quick_check, read 2026-11.
    """
    if not path.exists() or not path.stat().st_size:
        return
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            if connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
                raise HarnessError(f"{path} holds another program's data; name another file")
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise _unusable(path, error) from error
    if verdict != "ok":
        raise HarnessError(f"{path} is damaged; restore it from a copy or remove it")


def _unusable(path: Path | None, error: sqlite3.DatabaseError) -> HarnessError:
    return HarnessError(f"{path} cannot be used as a data file: {error}; remove it or name another")


class SqliteStore:
    """The `Store` of one tenant; see the protocol for what each method promises."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant
        self._execute = database.connection.execute
        self._lock = database.lock
        self._shelves = database.shelves[tenant]
        self.lasting = database.lasting

    def transaction(self) -> _Transaction:
        return self._database.transaction

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
        number = self._shelf(name)
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
            return self._execute(sql, (self._made_shelf(shelf), *values)).rowcount > 0

    def _remove(self, sql: str, shelf: str, *values: Any) -> bool:
        with self._lock:
            number = self._shelf(shelf)
            return number != _NOWHERE and self._execute(sql, (number, *values)).rowcount > 0

    def put(self, kind: str, key: str, body: Document) -> None:
        self._add(
            "INSERT INTO document (shelf, key, body) VALUES (?, ?, ?)"
            " ON CONFLICT (shelf, key) DO UPDATE SET body = excluded.body",
            kind, key, encode_text(body),
        )  # fmt: skip

    def get(self, kind: str, key: str) -> Document | None:
        with self._lock:
            number = self._shelves.get(kind) or self._shelf(kind)
            row = self._execute(_GET, (number, key)).fetchone()
        return None if row is None else decode(row[0])

    def delete(self, kind: str, key: str) -> bool:
        return self._remove("DELETE FROM document WHERE shelf = ? AND key = ?", kind, key)

    def scan(
        self, kind: str, *, after: str | None = None, limit: int | None = None
    ) -> Iterator[tuple[str, Document]]:
        number = 0
        if after is not None:
            found = self._one("SELECT number FROM document WHERE shelf = ? AND key = ?", kind, after)
            number = 0 if found is None else found
        remaining = limit
        while remaining is None or remaining > 0:
            page = _PAGE if remaining is None else min(_PAGE, remaining)
            rows = self._all(
                "SELECT number, key, body FROM document WHERE shelf = ? AND number > ? ORDER BY number LIMIT ?",
                kind, number, page,
            )  # fmt: skip
            for number, key, body in rows:  # noqa: B007 - the last number is where the next page starts
                yield key, decode(body)
            if len(rows) < page:
                return
            if remaining is not None:
                remaining -= len(rows)

    def count(self, kind: str) -> int:
        return int(self._one("SELECT count(*) FROM document WHERE shelf = ?", kind) or 0)

    def claim(self, space: str, key: str, owner: str) -> None:
        with self._lock:
            added = self._add("INSERT OR IGNORE INTO unique_key VALUES (?, ?, ?)", space, key, owner)
            if not added and (present := self.owner(space, key)) != owner:
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

    def lefts(self, relation: str, right: str) -> list[str]:
        sql = "SELECT left_id FROM link WHERE shelf = ? AND right_id = ? ORDER BY number"
        return [row[0] for row in self._all(sql, relation, right)]

    def append(self, log: str, body: Document, tags: Iterable[str] = ()) -> int:
        database = self._database
        with database.transaction:
            number = database.lines.add(self._made_shelf(log), encode_text(body), tags)
            if database.on_append is not None:
                database.appended.append((log, body))
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
        lines = self._database.lines
        place = _END if newest_first and not after else after
        remaining = limit
        while remaining is None or remaining > 0:
            size = _PAGE if remaining is None else min(_PAGE, remaining)
            with self._lock:
                shelf = self._shelf(log)
                if tag is not None:
                    page = lines.tagged(shelf, tag, place, size, newest_first=newest_first)
                else:
                    page = (lines.before if newest_first else lines.behind)(shelf, place, size)
            for place, text in page:
                yield Entry(place, decode(text))
            if not page:
                return
            if remaining is not None:
                remaining -= len(page)

    def last_sequence(self, log: str) -> int:
        with self._lock:
            return self._database.lines.last(self._shelf(log))

    def clear(self) -> None:
        with self._database.transaction:
            self._database.lines.hold_place()
            for table in _TABLES:
                self._execute(
                    f"DELETE FROM {table} WHERE shelf IN (SELECT number FROM shelf WHERE tenant = ?)",  # noqa: S608
                    (self._tenant,),
                )
            self._database.lines.forget()
