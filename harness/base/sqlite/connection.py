"""One SQLite database behind one lock: its connection, its transactions, and what is remembered of it in between."""

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
# What is not there any more, or not what it was: https://sqlite.org/rescode.html#primary_result_codes_versus_extended_result_codes,
# read 2026-11-29.
_UNREADABLE = frozenset(
    {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
)
_PRIMARY = 0xFF

_NOTHING_OLDER = Renewal()


class Connection:
    """Shared by the stores of the database's tenants; `Database` has the options.

    `on_append`, when set, hears of every line of the logs `heard_of` once it is committed; None are all logs.
    `older_copy` is what is kept of a file that was of an older layout until it was opened here; `renewal` gave what it holds
    the shapes of today.
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
        self.alone = path is None or exclusive  # nobody else makes shelves here
        self.connection, self.older_copy = _opened(path, renewal, exclusive=exclusive)
        if (
            path is None
        ):  # nobody has to close what is in memory; Python 3.13 warns of what is still open when it is forgotten
            weakref.finalize(self, self.connection.close)
        self.on_full: Callable[[str], None] | None = None  # hears why nothing is written any more
        self._changes_when_full: int | None = None
        self.lines = Lines(self.connection, alone=self.alone)
        self.transaction = Transaction(self)

    def note_line(self, log: str, body: Document) -> None:
        """Note a line that somebody may want to hear of."""
        if self.on_append is not None and (self.heard_of is None or log in self.heard_of):
            self.appended.append((log, body))

    def announce(self) -> None:
        """Hand over the log lines of the transaction that was just committed."""
        if self.appended and self.on_append is not None:
            lines, self.appended = self.appended, []
            for log, body in lines:
                self.on_append(log, body)

    def forget(self) -> None:
        """Drop what is known by heart: a transaction that was rolled back may have made it untrue."""
        self.appended.clear()
        self.lines.forget()
        for shelves in self.shelves.values():
            shelves.clear()
        for documents in self.recalled.values():
            documents.clear()

    def note_room(self, error: BaseException | None) -> None:
        """Note whether what was just written found room; say so when it did not, and not again before there is some."""
        if error is None and self._changes_when_full is None:
            return
        if is_full(error):
            if self._changes_when_full is None and self.on_full is not None:
                self.on_full(_full_reason(error))
            self._changes_when_full = self.connection.total_changes
        elif error is None and self.connection.total_changes != self._changes_when_full:
            self._changes_when_full = None

    def size(self) -> int:
        """Return how many octets the data take."""
        with self.lock:
            (pages,) = self.connection.execute("PRAGMA page_count").fetchone()
            (octets,) = self.connection.execute("PRAGMA page_size").fetchone()
        return int(pages) * int(octets)

    def close(self) -> None:
        with self.lock:
            self.connection.close()


class Transaction:
    """The one transaction that can be open, for it holds the lock; entering it again joins."""

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
    """Tell whether the disk took nothing more; `Connection.on_full` has heard of it then."""
    return getattr(error, "sqlite_errorcode", None) in _FULL


def is_unreadable(error: BaseException | None) -> bool:
    """Tell whether a file in use cannot be read any more, as in a network folder that is gone; it may be no full disk."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & _PRIMARY in _UNREADABLE and not is_full(error)


def _full_reason(error: BaseException | None) -> str:
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return "the disk is full"
    return "the disk takes no more (a quota, a limit on file sizes such as `ulimit -f`, or a defect)"


def _opened(
    path: Path | None, renewal: Renewal, *, exclusive: bool
) -> tuple[sqlite3.Connection, Path | None]:
    """Return a connection, and the copy of what the file was if it had to be converted (`older.py`). Raises HarnessError."""
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
