"""The tables of a SQLite data file, the numbers of its program and its layout, and the check before the first write."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from harness.base import json_text
from harness.base.errors import HarnessError
from harness.base.sqlite.lines import SCHEMA as LINES_SCHEMA
from harness.base.sqlite.lines import TABLES as LINES_TABLES
from harness.base.sqlite.lines import unpacked
from harness.base.sqlite.older import Renewal, convert, converts

_LAYOUT = 3
_APPLICATION = 0x5C1A57DB  # the mark of our files: https://sqlite.org/pragma.html#pragma_application_id
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
TABLES = ("document", "unique_key", "link", *LINES_TABLES)
# Bytes. In memory each page has its own overhead, so fewer need less; in a file each commit writes changed pages whole, so smaller
# ones write a third less.
_PAGE_IN_MEMORY, _PAGE_IN_FILE = 8192, 4096

# https://sqlite.org/rescode.html#primary_result_codes_versus_extended_result_codes, read 2026-11-29.
_PRIMARY = 0xFF
_LOCKED = (
    "another program has it open, or its file system cannot lock files, as some network folders cannot; "
    "end that program, or name a folder on a local disk"
)
_UNREACHED = (
    "its file system, or this account's rights to it and its folder, let nobody read or write it; "
    "name a folder of your own on a local disk"
)
_REASONS = {
    sqlite3.SQLITE_IOERR_WRITE: "its disk takes no more (a quota, or a limit on file sizes); make room, or name another folder",
    sqlite3.SQLITE_FULL: "its disk is full; make room, or name another folder",
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_IOERR: _UNREACHED,
    sqlite3.SQLITE_CANTOPEN: _UNREACHED,
    sqlite3.SQLITE_READONLY: _UNREACHED,
}


def prepare(
    connection: sqlite3.Connection, path: Path | None, renewal: Renewal, *, exclusive: bool
) -> Path | None:
    """Create the tables in an empty database, after a check that the file is not another program's. Raises HarnessError.

    Returns the copy of a file of an older layout, which was converted.
    """
    if path is None:
        _empty_in_memory().backup(connection)
        return None
    empty = _number(connection, "SELECT count(*) FROM sqlite_schema") == 0
    layout = _number(connection, "PRAGMA user_version")
    if not empty and _number(connection, "PRAGMA application_id") != _APPLICATION:
        raise HarnessError(f"{path} holds another program's data; name another file")
    if not empty and layout > _LAYOUT:
        raise HarnessError(f"{path} {_other_layout(layout)}; update the harness, or name another folder")
    if not empty and layout != _LAYOUT and not converts(layout):
        raise _damaged(path)
    if empty:
        connection.execute(f"PRAGMA page_size = {_PAGE_IN_FILE}")
    if exclusive:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    # A token that is deleted, or replaced by an encrypted one, must not stay in the file; builds differ in what they do unasked
    # (https://antonz.org/sqlite-secure-delete/, first section, read 2026-11-30).
    connection.execute("PRAGMA secure_delete = ON")
    if empty:
        _lay_out(connection)
    return None if empty or layout == _LAYOUT else convert(connection, path, layout, renewal)


def _lay_out(connection: sqlite3.Connection) -> None:
    marks = f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {_LAYOUT};"
    connection.executescript(f"BEGIN; {_SCHEMA} {LINES_SCHEMA} {marks} COMMIT;")


@lru_cache(maxsize=1)
def _empty_in_memory() -> sqlite3.Connection:
    """Return an empty database to copy, which takes each world a tenth of the time of creating one."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA page_size = {_PAGE_IN_MEMORY}")
    _lay_out(connection)
    return connection


def check(path: Path) -> None:
    """Read a whole data file without a write. Raises HarnessError for damage, or another program's file.

    A missing or empty file is not damaged. https://sqlite.org/pragma.html#pragma_quick_check, read 2026-11.
    """
    if not path.exists() or not path.stat().st_size:
        return
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            if connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
                raise HarnessError(f"{path} holds another program's data; name another file")
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            whole = verdict == "ok" and _is_readable(connection)
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from error
    if not whole:
        raise _damaged(path)


def check_copy(connection: sqlite3.Connection, path: Path) -> None:
    """Read a whole copy of a data file. Raises HarnessError for damage, and for another version's or program's."""
    try:
        application = _number(connection, "PRAGMA application_id")
        layout = _number(connection, "PRAGMA user_version")
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from error
    if application != _APPLICATION or verdict != "ok":
        raise HarnessError(f"{path} is damaged; delete the snapshot and take it anew")
    if layout != _LAYOUT:
        raise HarnessError(f"{path} {_other_layout(layout)}; delete the snapshot and take it anew")


def _is_readable(connection: sqlite3.Connection) -> bool:
    """Return whether every document and log line is JSON; another version's tables are not read."""
    if _number(connection, "PRAGMA user_version") != _LAYOUT:
        return True
    try:
        for (body,) in connection.execute("SELECT body FROM document"):
            json_text.decode(body)
        for (body,) in connection.execute("SELECT body FROM log WHERE body IS NOT NULL"):
            json_text.decode(body)
        for row in connection.execute("SELECT body FROM log_block"):
            for _, text in unpacked(row):
                json_text.decode(text)
    except (ValueError, TypeError, zlib.error):
        return False
    return True


def unusable(path: Path | None, error: sqlite3.DatabaseError) -> HarnessError:
    """Return the error for a file that SQLite cannot use: the cause is the file, its disk, or another process."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # the module's own message, which quotes the row that is no UTF-8
        return _damaged(path)
    return HarnessError(
        f"{path} cannot be used as a data file: "
        f"{_REASONS.get(code) or _REASONS.get(code & _PRIMARY) or f'{error}; remove it or name another'}"
    )


def _damaged(path: Path | None) -> HarnessError:
    return HarnessError(f"{path} is damaged; restore it from a copy or remove it")


def _other_layout(layout: int) -> str:
    age = "a newer" if layout > _LAYOUT else "an older"
    return f"was written by {age} version of the harness (layout {layout}, this one has {_LAYOUT})"


def _number(connection: sqlite3.Connection, sql: str) -> int:
    return int(connection.execute(sql).fetchone()[0])
