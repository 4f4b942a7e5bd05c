"""`Store` on SQLite: in memory for a scenario, in a file for `harness serve`.

One connection behind one lock. A file is opened in WAL mode, so a killed process loses nothing that was committed.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.base.errors import HarnessError
from harness.base.store import Document, Entry, TakenError

_LAYOUT = 1
_APPLICATION = 0x5C1A57DB  # marks a file as ours: https://sqlite.org/pragma.html#pragma_application_id
_SCHEMA = """
CREATE TABLE document (
  number INTEGER PRIMARY KEY, tenant TEXT, kind TEXT, key TEXT, body TEXT, UNIQUE (tenant, kind, key));
CREATE INDEX document_order ON document (tenant, kind, number);
CREATE TABLE unique_key (
  tenant TEXT, space TEXT, key TEXT, owner TEXT, PRIMARY KEY (tenant, space, key)) WITHOUT ROWID;
CREATE TABLE link (
  number INTEGER PRIMARY KEY, tenant TEXT, relation TEXT, left_id TEXT, right_id TEXT,
  UNIQUE (tenant, relation, left_id, right_id));
CREATE INDEX link_right ON link (tenant, relation, right_id);
CREATE TABLE log (number INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT, log TEXT, body TEXT);
CREATE INDEX log_order ON log (tenant, log, number);
CREATE TABLE log_tag (
  tenant TEXT, log TEXT, tag TEXT, number INTEGER, PRIMARY KEY (tenant, log, tag, number)) WITHOUT ROWID;
"""
_TABLES = ("document", "unique_key", "link", "log", "log_tag")
_LOG = "SELECT number, body FROM log WHERE tenant = ? AND log = ?"
# The tag's rows lead, so that a rare tag in a long log costs only its own lines.
_TAGGED = (
    "SELECT number, (SELECT body FROM log WHERE log.number = log_tag.number) FROM log_tag"
    " WHERE tenant = ? AND log = ? AND tag = ?"
)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Database:
    """One SQLite database, shared by the stores of its tenants.

    `path` None keeps it in memory; `exclusive` keeps other processes out of the file. Raises HarnessError when the file
    is not one of ours or in use. `on_append`, when set, is told of every log line once it is committed.
    """

    def __init__(self, path: Path | None = None, *, exclusive: bool = False) -> None:
        self.lock = threading.RLock()
        self.depth = 0
        self.on_append: Callable[[str, Document], None] | None = None
        self.appended: list[tuple[str, Document]] = []
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
        if self._exclusive:
            self.connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        if path is not None:
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = NORMAL")
        if empty:
            marks = f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {_LAYOUT};"
            self.connection.executescript(f"BEGIN; {_SCHEMA} {marks} COMMIT;")

    def _number(self, sql: str) -> int:
        return int(self.connection.execute(sql).fetchone()[0])

    def tenant(self, name: str) -> SqliteStore:
        return SqliteStore(self, name)

    def tell(self) -> None:
        """Hand over the log lines of the transaction that was just committed."""
        if self.on_append is not None:
            for log, body in self.appended:
                self.on_append(log, body)
        self.appended.clear()

    def close(self) -> None:
        with self.lock:
            self.connection.close()


def _unusable(path: Path | None, error: sqlite3.DatabaseError) -> HarnessError:
    return HarnessError(f"{path} cannot be used as a data file: {error}; remove it or name another")


class SqliteStore:
    """The `Store` of one tenant; see the protocol for what each method promises."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant
        self._connection = database.connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        database = self._database
        with database.lock:
            if database.depth:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            database.depth = 1
            try:
                yield
                self._connection.execute("COMMIT")
                database.tell()
            except BaseException:
                database.appended.clear()
                if self._connection.in_transaction:  # a full disk has rolled back already
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                database.depth = 0

    def _all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._database.lock:
            return self._connection.execute(sql, (self._tenant, *values)).fetchall()

    def _one(self, sql: str, *values: Any) -> Any:
        with self._database.lock:
            row = self._connection.execute(sql, (self._tenant, *values)).fetchone()
        return None if row is None else row[0]

    def _change(self, sql: str, *values: Any) -> int:
        with self._database.lock:
            return self._connection.execute(sql, (self._tenant, *values)).rowcount

    def put(self, kind: str, key: str, body: Document) -> None:
        self._change(
            "INSERT INTO document (tenant, kind, key, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (tenant, kind, key) DO UPDATE SET body = excluded.body",
            kind, key, _encode(body),
        )  # fmt: skip

    def get(self, kind: str, key: str) -> Document | None:
        body = self._one("SELECT body FROM document WHERE tenant = ? AND kind = ? AND key = ?", kind, key)
        return None if body is None else json.loads(body)

    def delete(self, kind: str, key: str) -> bool:
        return self._change("DELETE FROM document WHERE tenant = ? AND kind = ? AND key = ?", kind, key) > 0

    def scan(
        self, kind: str, *, after: str | None = None, limit: int | None = None
    ) -> Iterator[tuple[str, Document]]:
        number = 0
        if after is not None:
            found = self._one(
                "SELECT number FROM document WHERE tenant = ? AND kind = ? AND key = ?", kind, after
            )
            number = 0 if found is None else found
        remaining = limit
        while remaining is None or remaining > 0:
            page = 500 if remaining is None else min(500, remaining)
            rows = self._all(
                "SELECT number, key, body FROM document WHERE tenant = ? AND kind = ? AND number > ?"
                " ORDER BY number LIMIT ?",
                kind, number, page,
            )  # fmt: skip
            for number, key, body in rows:  # noqa: B007 - the last number is where the next page starts
                yield key, json.loads(body)
            if len(rows) < page:
                return
            if remaining is not None:
                remaining -= len(rows)

    def count(self, kind: str) -> int:
        return int(self._one("SELECT count(*) FROM document WHERE tenant = ? AND kind = ?", kind))

    def claim(self, space: str, key: str, owner: str) -> None:
        with self._database.lock:
            added = self._change("INSERT OR IGNORE INTO unique_key VALUES (?, ?, ?, ?)", space, key, owner)
            if not added and (present := self.owner(space, key)) != owner:
                raise TakenError(space, key, str(present))

    def release(self, space: str, key: str) -> None:
        self._change("DELETE FROM unique_key WHERE tenant = ? AND space = ? AND key = ?", space, key)

    def owner(self, space: str, key: str) -> str | None:
        owner: str | None = self._one(
            "SELECT owner FROM unique_key WHERE tenant = ? AND space = ? AND key = ?", space, key
        )
        return owner

    def link(self, relation: str, left: str, right: str) -> bool:
        sql = "INSERT OR IGNORE INTO link (tenant, relation, left_id, right_id) VALUES (?, ?, ?, ?)"
        return self._change(sql, relation, left, right) > 0

    def unlink(self, relation: str, left: str, right: str) -> bool:
        sql = "DELETE FROM link WHERE tenant = ? AND relation = ? AND left_id = ? AND right_id = ?"
        return self._change(sql, relation, left, right) > 0

    def linked(self, relation: str, left: str, right: str) -> bool:
        sql = "SELECT 1 FROM link WHERE tenant = ? AND relation = ? AND left_id = ? AND right_id = ?"
        return self._one(sql, relation, left, right) is not None

    def rights(self, relation: str, left: str) -> list[str]:
        sql = "SELECT right_id FROM link WHERE tenant = ? AND relation = ? AND left_id = ? ORDER BY number"
        return [row[0] for row in self._all(sql, relation, left)]

    def lefts(self, relation: str, right: str) -> list[str]:
        sql = "SELECT left_id FROM link WHERE tenant = ? AND relation = ? AND right_id = ? ORDER BY number"
        return [row[0] for row in self._all(sql, relation, right)]

    def append(self, log: str, body: Document, tags: Iterable[str] = ()) -> int:
        with self.transaction():
            insert = "INSERT INTO log (tenant, log, body) VALUES (?, ?, ?)"
            number = self._connection.execute(insert, (self._tenant, log, _encode(body))).lastrowid
            assert number is not None
            self._connection.executemany(
                "INSERT OR IGNORE INTO log_tag VALUES (?, ?, ?, ?)",
                [(self._tenant, log, tag, number) for tag in tags],
            )
            if self._database.on_append is not None:
                self._database.appended.append((log, body))
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
        compare, order = ("<", "DESC") if newest_first else (">", "ASC")
        number = 2**62 if newest_first and not after else after
        rows_of = _LOG if tag is None else _TAGGED
        given = (log,) if tag is None else (log, tag)
        remaining = limit
        while remaining is None or remaining > 0:
            page = 500 if remaining is None else min(500, remaining)
            rows = self._all(
                f"{rows_of} AND number {compare} ? ORDER BY number {order} LIMIT ?", *given, number, page
            )
            for number, body in rows:
                yield Entry(number, json.loads(body))
            if len(rows) < page:
                return
            if remaining is not None:
                remaining -= len(rows)

    def last_sequence(self, log: str) -> int:
        return int(self._one("SELECT max(number) FROM log WHERE tenant = ? AND log = ?", log) or 0)

    def clear(self) -> None:
        with self.transaction():
            for table in _TABLES:
                self._change(f"DELETE FROM {table} WHERE tenant = ?")  # noqa: S608
