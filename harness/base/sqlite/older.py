"""Converts data files of older versions to today's layout, step by step in one transaction, so that a kill leaves the old file.

A copy of the old file stays beside it, with the layout in its name. A step's text is never changed again: such files exist.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness.base.errors import HarnessError
from harness.base.json_text import decode, encode_text
from harness.base.sqlite.lines import packed, unpacked
from harness.base.store import Document
from harness.base.tags import digest

Lookup = Callable[[str, str], Document | None]  # a document by its kind and key

# Layout 1 has the names of tenant and kind, space, relation or log in each row, and tags as text.
_SHELVES_FOR_NAMES = """
ALTER TABLE document RENAME TO older_document;
ALTER TABLE unique_key RENAME TO older_key;
ALTER TABLE link RENAME TO older_link;
ALTER TABLE log RENAME TO older_log;
ALTER TABLE log_tag RENAME TO older_tag;
CREATE TABLE shelf (number INTEGER PRIMARY KEY, tenant TEXT, name TEXT, UNIQUE (tenant, name));
INSERT INTO shelf (tenant, name)
  SELECT tenant, kind FROM older_document UNION SELECT tenant, space FROM older_key
  UNION SELECT tenant, relation FROM older_link UNION SELECT tenant, log FROM older_log;
CREATE TABLE document (number INTEGER PRIMARY KEY, shelf INTEGER, key TEXT, body TEXT, UNIQUE (shelf, key));
INSERT INTO document SELECT older.number, shelf.number, key, body
  FROM older_document older JOIN shelf ON shelf.tenant = older.tenant AND name = kind;
CREATE TABLE unique_key (shelf INTEGER, key TEXT, owner TEXT, PRIMARY KEY (shelf, key)) WITHOUT ROWID;
INSERT INTO unique_key SELECT number, key, owner
  FROM older_key older JOIN shelf ON shelf.tenant = older.tenant AND name = space;
CREATE TABLE link (
  number INTEGER PRIMARY KEY, shelf INTEGER, left_id TEXT, right_id TEXT, UNIQUE (shelf, left_id, right_id));
INSERT INTO link SELECT older.number, shelf.number, left_id, right_id
  FROM older_link older JOIN shelf ON shelf.tenant = older.tenant AND name = relation;
CREATE TABLE log (number INTEGER PRIMARY KEY AUTOINCREMENT, shelf INTEGER, body TEXT);
INSERT INTO log SELECT older.number, shelf.number, body
  FROM older_log older JOIN shelf ON shelf.tenant = older.tenant AND name = log;
UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'older_log') WHERE name = 'log';
CREATE TABLE log_tag (
  shelf INTEGER, tag INTEGER, number INTEGER, PRIMARY KEY (shelf, tag, number)) WITHOUT ROWID;
INSERT OR IGNORE INTO log_tag SELECT shelf.number, digest(tag), older.number
  FROM older_tag older JOIN shelf ON shelf.tenant = older.tenant AND name = log;
DROP TABLE older_document;
DROP TABLE older_key;
DROP TABLE older_link;
DROP TABLE older_log;
DROP TABLE older_tag;
CREATE INDEX document_order ON document (shelf, number);
CREATE INDEX link_right ON link (shelf, right_id);
CREATE TABLE log_block (first INTEGER PRIMARY KEY, last INTEGER, shelf INTEGER, body BLOB);
CREATE INDEX log_block_first ON log_block (shelf, first);
CREATE INDEX log_block_last ON log_block (shelf, last);
"""
# Layout 2 first used SQLite's own count of log lines, which is now kept by a line without a log (`Lines.hold_place`). Its later
# files have no such count: a temporary table creates an empty one.
_COUNT_BY_LINES = """
CREATE TABLE counted (number INTEGER PRIMARY KEY AUTOINCREMENT);
DROP TABLE counted;
ALTER TABLE log RENAME TO older_log;
CREATE TABLE log (number INTEGER PRIMARY KEY, shelf INTEGER, body TEXT);
INSERT INTO log SELECT number, shelf, body FROM older_log;
INSERT OR IGNORE INTO log (number) SELECT seq FROM sqlite_sequence WHERE name = 'older_log';
DROP TABLE older_log;
"""
_STEPS = {1: _SHELVES_FOR_NAMES, 2: _COUNT_BY_LINES}  # by the layout that each step converts


_PAGE = 1_000


def as_it_is(kind: str, key: str, body: Document) -> tuple[str, Document]:
    """Return a document unchanged, for a `Renewal` without older shapes."""
    del kind
    return key, body


def no_tags(log: str, body: Document) -> Iterable[str]:
    """Return no tags, for a `Renewal` without missing tags."""
    del log, body
    return ()


def no_document(relation: str, left: str, right: str, document: Lookup) -> None:
    """Return no document, for a `Renewal` whose links have none."""
    del relation, left, right, document


@dataclass(frozen=True, slots=True)
class Renewal:
    """Converts the content of older versions to today's shapes.

    `document` returns today's key and body of a document, or of a log line, which has no key; None removes a document. `tags`
    returns the tags of a line in today's shape, some of which may be missing. `beside` returns kind, key and body of the document
    that belongs to a link, None without one; it may look up other documents, which are converted by then.
    """

    document: Callable[[str, str, Document], tuple[str, Document] | None] = as_it_is
    tags: Callable[[str, Document], Iterable[str]] = no_tags
    beside: Callable[[str, str, str, Lookup], tuple[str, str, Document] | None] = no_document


def converts(layout: int) -> bool:
    """Return whether files of a layout can be converted."""
    return layout in _STEPS


def convert(connection: sqlite3.Connection, path: Path, layout: int, renewal: Renewal) -> Path:
    """Convert an older file to today's layout, and its content to today's shapes.

    Returns the copy of the old file. Raises HarnessError, or sqlite3.DatabaseError; then the file is unchanged.
    """
    copy = _copied(connection, path, layout)
    steps = "".join(text for number, text in sorted(_STEPS.items()) if number >= layout)
    connection.create_function("digest", 1, digest, deterministic=True)
    try:
        connection.executescript(f"BEGIN IMMEDIATE; {steps}")
        _renew_documents(connection, renewal)
        _renew_links(connection, renewal)
        _renew_lines(connection, renewal)
        connection.execute(f"PRAGMA user_version = {max(_STEPS) + 1}")
        connection.execute("COMMIT")
    except (ValueError, TypeError, LookupError, zlib.error) as error:
        connection.execute("ROLLBACK")
        raise HarnessError(
            f"{path} is damaged: it holds what no version of the harness wrote; restore it from a copy or remove it"
        ) from error
    return copy


def _renew_documents(connection: sqlite3.Connection, renewal: Renewal) -> None:
    sql = (
        "SELECT document.number, name, key, body FROM document JOIN shelf ON shelf.number = shelf"
        " WHERE document.number > ? ORDER BY document.number LIMIT ?"
    )
    place = 0
    while rows := connection.execute(sql, (place, _PAGE)).fetchall():
        for place, kind, key, body in rows:
            renewed = renewal.document(kind, key, decode(body))
            if renewed is None:
                connection.execute("DELETE FROM document WHERE number = ?", (place,))
            else:
                values = renewed[0], encode_text(renewed[1]), place
                connection.execute("UPDATE document SET key = ?, body = ? WHERE number = ?", values)


def _renew_links(connection: sqlite3.Connection, renewal: Renewal) -> None:
    sql = (
        "SELECT link.number, tenant, name, left_id, right_id FROM link JOIN shelf ON shelf.number = shelf"
        " WHERE link.number > ? ORDER BY link.number LIMIT ?"
    )
    place = 0
    while rows := connection.execute(sql, (place, _PAGE)).fetchall():
        place = rows[-1][0]
        for _, tenant, relation, left, right in rows:
            document = renewal.beside(relation, left, right, partial(_document, connection, tenant))
            if document is not None:
                _add_document(connection, tenant, *document)


def _document(connection: sqlite3.Connection, tenant: str, kind: str, key: str) -> Document | None:
    row = connection.execute(
        "SELECT body FROM document JOIN shelf ON shelf.number = shelf WHERE tenant = ? AND name = ? AND key = ?",
        (tenant, kind, key),
    ).fetchone()
    return None if row is None else decode(row[0])


def _add_document(connection: sqlite3.Connection, tenant: str, kind: str, key: str, body: Document) -> None:
    """Add a document unless its key exists."""
    connection.execute("INSERT OR IGNORE INTO shelf (tenant, name) VALUES (?, ?)", (tenant, kind))
    connection.execute(
        "INSERT OR IGNORE INTO document (shelf, key, body)"
        " SELECT number, ?, ? FROM shelf WHERE tenant = ? AND name = ?",
        (key, encode_text(body), tenant, kind),
    )


def _renew_lines(connection: sqlite3.Connection, renewal: Renewal) -> None:
    sql = (
        "SELECT log.number, shelf, name, body FROM log JOIN shelf ON shelf.number = shelf"
        " WHERE log.number > ? ORDER BY log.number LIMIT ?"
    )
    place = 0
    while rows := connection.execute(sql, (place, _PAGE)).fetchall():
        for place, shelf, log, text in rows:
            line = _renewed_line(renewal, log, decode(text))
            connection.execute("UPDATE log SET body = ? WHERE number = ?", (encode_text(line), place))
            _tag(connection, shelf, place, renewal.tags(log, line))
    for first, shelf, log in connection.execute(
        "SELECT first, shelf, name FROM log_block JOIN shelf ON shelf.number = shelf"
    ).fetchall():
        row = connection.execute("SELECT body FROM log_block WHERE first = ?", (first,)).fetchone()
        lines = [(number, _renewed_line(renewal, log, decode(text))) for number, text in unpacked(row)]
        block = packed((number, encode_text(line)) for number, line in lines)
        connection.execute("UPDATE log_block SET body = ? WHERE first = ?", (block, first))
        for number, line in lines:
            _tag(connection, shelf, number, renewal.tags(log, line))


def _renewed_line(renewal: Renewal, log: str, body: Document) -> Document:
    renewed = renewal.document(log, "", body)
    return body if renewed is None else renewed[1]


def _tag(connection: sqlite3.Connection, shelf: int, number: int, tags: Iterable[str]) -> None:
    rows = [(shelf, digest(tag), number) for tag in tags]
    connection.executemany("INSERT OR IGNORE INTO log_tag VALUES (?, ?, ?)", rows)


def _copied(connection: sqlite3.Connection, path: Path, layout: int) -> Path:
    """Copy a file; the copy gets its name once it is whole."""
    copy = path.with_name(f"{path.name}.layout-{layout}")
    part = path.with_name(f"{copy.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(part)) as target:
            connection.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
        part.replace(copy)
    except OSError as error:
        raise HarnessError(f"cannot write {error.filename}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return copy
