"""The log lines of one SQLite database: the newest of each log as rows, older ones in compressed blocks. Used by `store.py`.

Lines of a log are similar, so a block takes a tenth of their size. The caller holds the database's lock.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from harness.base.tags import digest

SCHEMA = """
CREATE TABLE log (number INTEGER PRIMARY KEY, shelf INTEGER, body TEXT);
CREATE TABLE log_block (first INTEGER PRIMARY KEY, last INTEGER, shelf INTEGER, body BLOB);
CREATE INDEX log_block_first ON log_block (shelf, first);
CREATE INDEX log_block_last ON log_block (shelf, last);
CREATE TABLE log_tag (
  shelf INTEGER, tag INTEGER, number INTEGER, PRIMARY KEY (shelf, tag, number)) WITHOUT ROWID;
"""
TABLES = ("log", "log_block", "log_tag")
Line = tuple[int, str]  # its number, which grows through all logs, and its text

_BLOCK = 128  # lines; to read one, its block is unpacked, in about a millisecond
_TAIL = 2 * _BLOCK  # the most lines of a log as rows; then the older half becomes a block
# The tag's rows come first, so that a rare tag in a long log reads only its own lines.
_TAGGED = (
    "SELECT log_tag.number, body FROM log_tag LEFT JOIN log ON log.number = log_tag.number"
    " WHERE log_tag.shelf = ? AND tag = ? AND log_tag.number"
)


class Lines:
    """All logs of a database; each is known by the number of its shelf. No text may hold a line break.

    `alone`: no other process writes, so the end of a log is cached.
    """

    def __init__(self, connection: sqlite3.Connection, *, alone: bool) -> None:
        self._execute = connection.execute
        self._alone = alone
        self._tails: dict[int, int] = {}  # the number of lines of each log as rows
        self._ends: dict[int, int] = {}  # the number of each log's newest line

    def add(self, shelf: int, text: str, tags: Iterable[str]) -> None:
        """Add a line, under the next number."""
        number = self._execute("INSERT INTO log (shelf, body) VALUES (?, ?)", (shelf, text)).lastrowid
        assert number is not None
        self._ends[shelf] = number
        if tags:
            self.tag(shelf, number, tags)
        rows = self._tails.get(shelf)
        self._tails[shelf] = self._number_of_rows(shelf) if rows is None else rows + 1
        if self._tails[shelf] > _TAIL:
            self._pack(shelf)

    def tag(self, shelf: int, number: int, tags: Iterable[str]) -> None:
        """Add tags to a line."""
        rows = [value for tag in tags for value in (shelf, digest(tag), number)]
        if rows:
            self._execute(insertion("log_tag", len(rows) // 3), rows)

    def last(self, shelf: int) -> int:
        """Return the number of the newest line, 0 when there is none."""
        if not self._alone or shelf not in self._ends:
            sql = "SELECT number FROM log WHERE shelf = ? ORDER BY number DESC LIMIT 1"
            row = self._execute(sql, (shelf,)).fetchone()
            self._ends[shelf] = 0 if row is None else int(row[0])
        return self._ends[shelf]

    def behind(self, shelf: int, place: int, size: int) -> list[Line]:
        """Return up to `size` lines after a number, oldest first; an empty list only if there are none."""
        block = self._block_with(shelf, place + 1)
        if block:
            return [line for line in block if line[0] > place][:size]
        sql = "SELECT number, body FROM log WHERE shelf = ? AND number > ? ORDER BY number LIMIT ?"
        return self._execute(sql, (shelf, place, size)).fetchall()

    def before(self, shelf: int, place: int, size: int) -> list[Line]:
        """Return up to `size` lines before a number, newest first; an empty list only if there are none."""
        sql = "SELECT number, body FROM log WHERE shelf = ? AND number < ? ORDER BY number DESC LIMIT ?"
        lines = self._execute(sql, (shelf, place, size)).fetchall()
        if lines:
            return lines
        sql = "SELECT body FROM log_block WHERE shelf = ? AND first < ? ORDER BY first DESC LIMIT 1"
        block = unpacked(self._execute(sql, (shelf, place)).fetchone())
        return [line for line in reversed(block) if line[0] < place][:size]

    def tagged(self, shelf: int, tag: str, place: int, size: int, *, newest_first: bool) -> list[Line]:
        """Return up to `size` lines with a tag, after a number or, newest first, before it."""
        order = "< ? ORDER BY log_tag.number DESC" if newest_first else "> ? ORDER BY log_tag.number"
        rows = self._execute(f"{_TAGGED} {order} LIMIT ?", (shelf, digest(tag), place, size)).fetchall()
        lines, block = [], dict[int, str]()
        for number, text in rows:
            if text is None and number not in block:
                block = dict(self._block_with(shelf, number))
            lines.append((number, block[number] if text is None else text))
        return lines

    def hold_place(self) -> None:
        """Keep numbers growing before lines are deleted: SQLite gives a new row the greatest number plus one."""
        place = self._execute("INSERT INTO log DEFAULT VALUES").lastrowid
        self._execute("DELETE FROM log WHERE shelf IS NULL AND number < ?", (place,))

    def forget(self) -> None:
        """Empty the caches, for rows were deleted elsewhere."""
        self._tails.clear()
        self._ends.clear()

    def _number_of_rows(self, shelf: int) -> int:
        return int(self._execute("SELECT count(*) FROM log WHERE shelf = ?", (shelf,)).fetchone()[0])

    def _pack(self, shelf: int) -> None:
        sql = "SELECT number, body FROM log WHERE shelf = ? ORDER BY number LIMIT ?"
        lines = self._execute(sql, (shelf, _BLOCK)).fetchall()
        first, last = lines[0][0], lines[-1][0]
        self._execute("INSERT INTO log_block VALUES (?, ?, ?, ?)", (first, last, shelf, packed(lines)))
        self._execute("DELETE FROM log WHERE shelf = ? AND number <= ?", (shelf, last))
        self._tails[shelf] -= len(lines)

    def _block_with(self, shelf: int, number: int) -> list[Line]:
        """Return the lines of the block with a line or, without that line, the next; an empty list if that is a row."""
        sql = "SELECT body FROM log_block WHERE shelf = ? AND last >= ? ORDER BY last LIMIT 1"
        return unpacked(self._execute(sql, (shelf, number)).fetchone())


@lru_cache(maxsize=64)
def insertion(table: str, rows: int) -> str:
    """Return the statement that inserts so many rows into a table of three columns, except existing ones."""
    return f"INSERT OR IGNORE INTO {table} VALUES {', '.join(['(?, ?, ?)'] * rows)}"  # noqa: S608


def packed(lines: Iterable[Line]) -> bytes:
    """Return lines as a block."""
    return zlib.compress("\n".join(f"{number} {text}" for number, text in lines).encode(), 1)


def unpacked(row: Any) -> list[Line]:
    """Return the lines of a block, which is a row's only field; an empty list without a row."""
    if row is None:
        return []
    lines = (line.partition(" ") for line in zlib.decompress(row[0]).decode().split("\n"))
    return [(int(number), text) for number, _, text in lines]
