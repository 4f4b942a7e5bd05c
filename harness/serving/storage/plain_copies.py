"""Copies beside the data that were made before there was a key: snapshots, and files of older versions. They are not encrypted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_COPIES = ("azure_ad.sqlite.layout-*[0-9]", "snapshots/*/azure_ad.sqlite")
_SEALED = "SELECT count(*) FROM shelf WHERE name = 'sealing'"


def plain_copies(folder: Path) -> list[Path]:
    """Return the copies in a data folder whose secrets anybody can read who reads the file."""
    return [path for pattern in _COPIES for path in sorted(folder.glob(pattern)) if not _is_sealed(path)]


def _is_sealed(path: Path) -> bool:
    """Tell whether a copy has the salt that is kept with what is encrypted; the first layout had no shelves, and no keys."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as connection:
            return bool(connection.execute(_SEALED).fetchone()[0])
    except sqlite3.DatabaseError:
        return False
