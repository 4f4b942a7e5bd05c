"""`Store` on SQLite: in memory for a scenario, in a file for `harness serve`.

A file is opened in WAL mode, so a killed process loses nothing that was committed.
"""

from __future__ import annotations

from harness.base.sqlite.connection import Connection, is_full, is_unreadable
from harness.base.sqlite.layout import check
from harness.base.sqlite.store import SqliteStore

__all__ = ["Database", "SqliteStore", "check", "is_full", "is_unreadable"]


class Database(Connection):
    """One SQLite database.

    `path` None keeps it in memory; `exclusive` keeps other processes out of the file. Raises HarnessError when the file
    is another program's or in use.
    """

    def tenant(self, name: str) -> SqliteStore:
        return SqliteStore(self, name)
