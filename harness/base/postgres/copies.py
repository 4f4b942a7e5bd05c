"""Copies of tenants in the same PostgreSQL database: rows under other tenants' names, each made or put back in one transaction.

Rows are copied by the server, `INSERT … SELECT`, and never travel:
https://github.com/postgres/postgres, doc/src/sgml/ref/insert.sgml, "Usage" (edition of January 2001), read 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from harness.base.json_text import decode, encode
from harness.base.postgres.connections import Connection, Connections
from harness.base.postgres.tables import TABLES
from harness.base.postgres.transaction import Transaction, Transactions
from harness.base.store import Document

# The shelves of a tenant and those of the same names of the other one.
_SHELVES_OF_BOTH = "shelf AS old JOIN shelf AS new ON old.name = new.name AND old.tenant = %(source)s AND new.tenant = %(target)s"
# Columns by table, those first that tell two rows of a shelf apart; rows keep their numbers, which are their order.
_COLUMNS = {
    "document": ("key", "number", "body"),
    "unique_key": ("key", "owner"),
    "link": ("left_id", "right_id", "number"),
    "log": ("number", "body"),
    "log_tag": ("tag", "number"),
}
_KEYS = {"document": 1, "unique_key": 1, "link": 2, "log": 1, "log_tag": 2}
_TENANT = "INSERT INTO tenant (name) VALUES (%s) ON CONFLICT DO NOTHING"
_SHELVES = "INSERT INTO shelf (tenant, name) SELECT %(target)s, name FROM shelf WHERE tenant = %(source)s ON CONFLICT DO NOTHING"
_PLACE = "UPDATE tenant SET last_line = (SELECT last_line FROM tenant WHERE number = %(source)s) WHERE number = %(target)s"
_DOCUMENTS = (
    "SELECT shelf.name, key, body FROM document JOIN shelf ON shelf.number = document.shelf"
    " WHERE tenant = %s ORDER BY shelf.name, document.number"
)
_LINKS = (
    "SELECT shelf.name, left_id, right_id FROM link JOIN shelf ON shelf.number = link.shelf WHERE tenant = %s"
)


@dataclass(frozen=True, slots=True)
class Copied:
    """What one tenant holds, as its name here says whose it is."""

    connection: Connection
    tenant: int
    name: str

    def documents(self) -> Iterator[tuple[str, str, str, Document]]:
        for kind, key, body in self.connection.execute(_DOCUMENTS, (self.tenant,), binary=True):
            yield self.name, kind.decode(), key.decode(), decode(body)

    def links(self) -> Iterator[tuple[str, str, str, str]]:
        for relation, left, right in self.connection.execute(_LINKS, (self.tenant,), binary=True):
            yield self.name, relation.decode(), left.decode(), right.decode()


@dataclass(frozen=True, slots=True)
class Copies:
    """Copies of the tenants `names`, together, by a name; a note goes with each."""

    connections: Connections
    transactions: Transactions
    names: Sequence[str]

    def take(self, name: str, note: Document) -> None:
        with self._transaction() as connection:
            for tenant in self.names:
                copy = _tenant(connection, _copy_of(name, tenant))
                _replace(connection, _tenant(connection, tenant), copy)
            place = _tenant(connection, _note_of(name))
            _put_note(connection, place, note)

    def notes(self) -> dict[str, Document]:
        query = (
            "SELECT document.body FROM document JOIN shelf ON shelf.number = document.shelf"
            " JOIN tenant ON tenant.number = shelf.tenant WHERE tenant.name LIKE %s"
        )
        with self.connections.one() as connection:
            rows = connection.execute(query, (_note_of("%").encode(),), binary=True).fetchall()
        documents = [decode(row[0]) for row in rows]
        return {document["name"]: document for document in documents}

    def size(self) -> None:
        """The rows of a copy are inserted one by one, which costs more than their octets say."""

    def put_back(self, name: str, then: Callable[[], None]) -> None:
        """Make the tenants what they were; what `then` writes belongs to it."""
        with self._transaction() as connection:
            for tenant in self.names:
                copy = _tenant(connection, _copy_of(name, tenant))
                _replace(connection, copy, _tenant(connection, tenant))
            then()

    def delete(self, name: str) -> None:
        with self._transaction() as connection:
            for tenant in (*(_copy_of(name, each) for each in self.names), _note_of(name)):
                number = _tenant(connection, tenant)
                _empty(connection, number)
                connection.execute("DELETE FROM shelf WHERE tenant = %s", (number,))
                connection.execute("DELETE FROM tenant WHERE number = %s", (number,))

    @contextmanager
    def contents(self, name: str | None) -> Iterator[dict[str, Copied]]:
        with self.connections.one() as connection:
            yield {
                tenant: Copied(
                    connection,
                    _tenant(connection, tenant if name is None else _copy_of(name, tenant)),
                    tenant,
                )
                for tenant in self.names
            }

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Hold the tenants in this thread's transaction, so that what stores do meanwhile joins it."""
        with self.connections.one() as connection:
            numbers = [_tenant(connection, name) for name in self.names]
        with ExitStack() as held:
            for number in numbers:
                held.enter_context(Transaction(self.transactions, number))
            yield self.transactions.connection()


def _tenant(connection: Connection, name: str) -> int:
    connection.execute(_TENANT, (name.encode(),))
    row = connection.execute("SELECT number FROM tenant WHERE name = %s", (name.encode(),)).fetchone()
    assert row is not None
    return int(row[0])


def _replace(connection: Connection, source: int, target: int) -> None:
    """Make one tenant hold what another one does; its shelves keep their numbers, which other processes know.

    Rows that both have alike stay as they are: most do, and each that is written costs.
    """
    places = {"source": source, "target": target}
    connection.execute(_SHELVES, places)
    for table in TABLES:
        connection.execute(_without_others(table), places)
        connection.execute(_with_missing(table), places)
    connection.execute(_PLACE, places)


def _without_others(table: str) -> str:
    """Return the statement that deletes of the target what the source has not, or has otherwise."""
    alike = " AND ".join(f"theirs.{column} = mine.{column}" for column in _COLUMNS[table])
    # Shelves that the source does not have are emptied: no row there has one like it.
    return f"""
        DELETE FROM {table} AS mine USING shelf AS new
        WHERE mine.shelf = new.number AND new.tenant = %(target)s AND NOT EXISTS (
          SELECT FROM {table} AS theirs JOIN shelf AS old ON old.number = theirs.shelf
          WHERE old.tenant = %(source)s AND old.name = new.name AND {alike})"""  # noqa: S608


def _with_missing(table: str) -> str:
    """Return the statement that adds to the target what it lacks of the source."""
    columns = _COLUMNS[table]
    key = " AND ".join(f"mine.{column} = theirs.{column}" for column in columns[: _KEYS[table]])
    return f"""
        INSERT INTO {table} (shelf, {", ".join(columns)}) OVERRIDING SYSTEM VALUE
        SELECT new.number, {", ".join(f"theirs.{column}" for column in columns)}
        FROM {_SHELVES_OF_BOTH} JOIN {table} AS theirs ON theirs.shelf = old.number
        LEFT JOIN {table} AS mine ON mine.shelf = new.number AND {key} WHERE mine.shelf IS NULL"""  # noqa: S608


def _empty(connection: Connection, tenant: int) -> None:
    for table in TABLES:
        connection.execute(
            f"DELETE FROM {table} WHERE shelf IN (SELECT number FROM shelf WHERE tenant = %s)",  # noqa: S608
            (tenant,),
        )


def _put_note(connection: Connection, tenant: int, note: Document) -> None:
    row = connection.execute(
        "INSERT INTO shelf (tenant, name) VALUES (%s, %s) RETURNING number", (tenant, b"note")
    ).fetchone()
    assert row is not None
    connection.execute(
        "INSERT INTO document (shelf, key, body) VALUES (%s, %s, %s)", (row[0], b"note", encode(note))
    )


def _copy_of(name: str, tenant: str) -> str:
    return f"snapshot/{name}/{tenant}"


def _note_of(name: str) -> str:
    return f"snapshot-note/{name}"
