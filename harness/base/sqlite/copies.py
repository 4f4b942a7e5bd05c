"""Copies of a whole SQLite database, by SQLite's backup: takes, restores and reads them.

Pages are copied unchanged, which takes milliseconds: https://sqlite.org/backup.html (read 2026-11), and the documentation of APSW
3.50, "Backup", "Important details" (read 2026-11-30).
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterator
from pathlib import Path

from harness.base.json_text import decode
from harness.base.sqlite.connection import Connection
from harness.base.sqlite.layout import check_copy
from harness.base.store import Document

_DOCUMENTS = (
    "SELECT tenant, name, key, body FROM document JOIN shelf ON shelf.number = shelf"
    " ORDER BY tenant, name, document.number"
)
_LINKS = (
    "SELECT tenant, name, left_id, right_id FROM link JOIN shelf ON shelf.number = shelf"
    " ORDER BY tenant, name, link.number"
)


class Copy:
    """A database at a moment: in memory, or in the file at `path`, which is created or opened."""

    def __init__(self, path: Path | None = None) -> None:
        self._connection = sqlite3.connect(
            ":memory:" if path is None else path, isolation_level=None, check_same_thread=False
        )
        if path is None:  # as in `Connection`: closed when it is collected
            weakref.finalize(self, self._connection.close)

    @classmethod
    def of(cls, database: Connection, path: Path | None = None) -> Copy:
        """Copy a database that has no transaction open. Raises sqlite3.OperationalError when the disk is full."""
        copy = cls(path)
        try:
            with database.lock:
                database.connection.backup(copy._connection)
            if path is not None:
                copy._connection.execute("PRAGMA journal_mode = DELETE")
        except BaseException:
            copy.close()
            raise
        return copy

    def check(self, path: Path) -> None:
        """Raise HarnessError for a damaged file, and for another version's."""
        check_copy(self._connection, path)

    def put_back(self, database: Connection) -> None:
        """Replace a database's content by this one's: all of it, or nothing after an error."""
        with database.lock:
            try:
                self._connection.backup(database.connection)
            finally:
                database.forget()

    def documents(self) -> Iterator[tuple[str, str, str, Document]]:
        """Yield tenant, kind, key and body of every document, in the order of their first put."""
        for tenant, kind, key, body in self._connection.execute(_DOCUMENTS):
            yield tenant, kind, key, decode(body)

    def links(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield tenant, relation, left and right of every link."""
        yield from self._connection.execute(_LINKS)

    def close(self) -> None:
        self._connection.close()
