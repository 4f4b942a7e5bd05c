"""One SQLite database behind one lock: its connection, its transactions, its caches."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from harness.base.errors import HarnessError
from harness.base.sqlite.layout import prepare, unusable
from harness.base.sqlite.lines import Lines
from harness.base.sqlite.older import Renewal
from harness.base.store import Document

# SQLite has "full" for ENOSPC alone; a quota, a limit on file sizes and a defective disk are errors of input and output
# (https://sqlite.org/rescode.html#ioerr_write, read 2026-11-29).
_FULL = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR_WRITE,
        sqlite3.SQLITE_IOERR_FSYNC,
        sqlite3.SQLITE_IOERR_TRUNCATE,
    }
)
# A file that is gone or changed: https://sqlite.org/rescode.html#primary_result_codes_versus_extended_result_codes,
# read 2026-11-29.
_UNREADABLE = frozenset(
    {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
)
_PRIMARY = 0xFF

_NOTHING_OLDER = Renewal()


class Connection:
    """The connection that the stores of all tenants share; `Database` has the options.

    `on_append`, if set, gets every committed line of the logs `heard_of` (None: of all logs). `older_copy` is the copy of a file
    that had an older layout before it was opened here; `renewal` converted its content.
    """

    def __init__(
        self, path: Path | None = None, *, exclusive: bool = False, renewal: Renewal = _NOTHING_OLDER
    ) -> None:
        self.lock = threading.RLock()
        self.on_append: Callable[[str, Document], None] | None = None
        self.heard_of: frozenset[str] | None = None
        self.appended: list[tuple[str, Document]] = []
        self.shelves: dict[str, dict[str, int]] = defaultdict(dict)  # tenant, name, number
        self.lasting = path is not None
        self.recalled: dict[str, dict[tuple[str, str], Document]] = defaultdict(dict)  # tenant, kind and key
        self.alone = path is None or exclusive  # no other process adds shelves
        self.connection, self.older_copy = _opened(path, renewal, exclusive=exclusive)
        if (
            path is None
        ):  # a database in memory is not closed by its user; Python 3.13 warns of an open one that is collected
            weakref.finalize(self, self.connection.close)
        self.on_full: Callable[[str], None] | None = None  # gets the reason why writes fail
        self._changes_when_full: int | None = None
        self.lines = Lines(self.connection, alone=self.alone)
        self.transaction = Transaction(self)

    def note_line(self, log: str, body: Document) -> None:
        """Note a line for `on_append`."""
        if self.on_append is not None and (self.heard_of is None or log in self.heard_of):
            self.appended.append((log, body))

    def announce(self) -> None:
        """Give `on_append` the log lines of the transaction that was just committed."""
        if self.appended and self.on_append is not None:
            lines, self.appended = self.appended, []
            for log, body in lines:
                self.on_append(log, body)

    def forget(self) -> None:
        """Empty the caches, which a rolled-back transaction may have filled."""
        self.appended.clear()
        self.lines.forget()
        for shelves in self.shelves.values():
            shelves.clear()
        for documents in self.recalled.values():
            documents.clear()

    def note_room(self, error: BaseException | None) -> None:
        """Note whether a write found room; report once when it did not, and again only after one that did."""
        if error is None and self._changes_when_full is None:
            return
        if is_full(error):
            if self._changes_when_full is None and self.on_full is not None:
                self.on_full(_full_reason(error))
            self._changes_when_full = self.connection.total_changes
        elif error is None and self.connection.total_changes != self._changes_when_full:
            self._changes_when_full = None

    @property
    def is_full(self) -> bool:
        """Whether the last change found no room."""
        return self._changes_when_full is not None

    def size(self) -> int:
        """Return the size of the data in octets."""
        with self.lock:
            (pages,) = self.connection.execute("PRAGMA page_count").fetchone()
            (octets,) = self.connection.execute("PRAGMA page_size").fetchone()
        return int(pages) * int(octets)

    def close(self) -> None:
        with self.lock:
            self.connection.close()


class Transaction:
    """The transaction, of which one can be open, for it holds the lock; an inner one joins the outer one."""

    def __init__(self, database: Connection) -> None:
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
                self._database.note_room(error)
        except sqlite3.OperationalError as failure:
            self._database.note_room(failure)
            raise
        finally:
            self._database.lock.release()

    def _finish(self, *, good: bool) -> None:
        connection = self._database.connection
        try:
            if good:
                connection.execute("COMMIT")
                self._database.announce()
        finally:
            if connection.in_transaction:  # a full disk has rolled back already
                connection.execute("ROLLBACK")
                good = False
            if not good:
                self._database.forget()


def is_full(error: BaseException | None) -> bool:
    """Return whether an error is that of a full disk, of which `Connection.on_full` has been called."""
    return getattr(error, "sqlite_errorcode", None) in _FULL


def is_unreadable(error: BaseException | None) -> bool:
    """Return whether an error is that of a file that cannot be read any more (a lost network folder), not of a full disk."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & _PRIMARY in _UNREADABLE and not is_full(error)


def _full_reason(error: BaseException | None) -> str:
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return "the disk is full"
    return "the disk takes no more (a quota, a limit on file sizes such as `ulimit -f`, or a defect)"


def _opened(
    path: Path | None, renewal: Renewal, *, exclusive: bool
) -> tuple[sqlite3.Connection, Path | None]:
    """Return a connection, and the copy of the former file if it was converted (`older.py`). Raises HarnessError."""
    connection = None
    try:
        connection = sqlite3.connect(
            ":memory:" if path is None else path,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        copy = prepare(connection, path, renewal, exclusive=exclusive)
    except (sqlite3.DatabaseError, HarnessError) as error:
        if connection is not None:
            connection.close()
        if isinstance(error, HarnessError):
            raise
        raise unusable(path, error) from error
    return connection, copy
