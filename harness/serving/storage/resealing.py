"""Snapshots whose secrets get another key: without that no start with the new one alone could read what was restored from them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from harness.base.sealing import sealing
from harness.base.sqlite import Database
from harness.base.sqlite.copies import Copy


def reseal(snapshots: Path, kinds: frozenset[str], key: str, old_key: str) -> None:
    """Encrypt the secrets of every snapshot with `key`, where they were with `old_key`, or not at all.

    Raises HarnessError for another key, and for a snapshot that could not be restored either.
    """
    for path in sorted(snapshots.glob("*/azure_ad.sqlite")):
        with closing(Copy(path)) as copy:
            copy.check(path)
        with closing(Database(path)) as database:
            sealing(database.tenant("main"), kinds, key, old_key)
        with closing(sqlite3.connect(path)) as connection:  # in one file again, as it was taken
            connection.execute("PRAGMA journal_mode = DELETE")
