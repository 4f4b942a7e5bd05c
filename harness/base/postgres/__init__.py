"""`Store` on PostgreSQL, so that several processes share a tenant (`--data postgresql://…`; extra `postgres`)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolTimeout

from harness.base.errors import HarnessError
from harness.base.postgres import failures
from harness.base.postgres.connections import Connection, Connections
from harness.base.postgres.copies import Copies
from harness.base.postgres.peers import Peers, Turns, has_other_versions, name_of_process, take_part
from harness.base.postgres.session import is_passed_around, settle
from harness.base.postgres.silence import Silence
from harness.base.postgres.store import PostgresStore
from harness.base.postgres.tables import SCHEMA
from harness.base.postgres.transaction import Audience, Transactions

# Whoever asks for a connection is told what became of it.
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
_POOLED = (
    "is behind a pooler that gives each transaction another session, as pgbouncer does with pool_mode=transaction; the processes' "
    "locks need one that lasts: name the server itself, or a pool with pool_mode=session"
)
_LAYOUT = 1
_LAYING_OUT = 0x5C1A57DB  # the advisory lock of whoever looks at the layout or makes it
_KEYS = 0x5C1A57DC  # the first of the advisory locks that serving processes have
_TURNS = 1  # from which on they are those of `turns`
STARTING, AT_WORK = 0, 1  # the tasks that one process does at a time
_CONNECTIONS = 24  # of one process; PostgreSQL admits 100 unless told otherwise
_CONNECTIONS_AT_LEAST = 2  # for a turn, and for whoever asks meanwhile
_CONNECTS_WITHIN = 5  # seconds
_CONNECTION_WITHIN = 8  # seconds, in which one is given back or made for whoever asks for one
# In seconds. https://aiven.io/docs/products/postgresql/reference/idle-connections, "Keep-alive client side parameters", read
# 2026-11-30.
_NOTICES_A_DEAD_HOST: dict[str, Any] = {
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,  # milliseconds
}


class PostgresDatabase:
    """One PostgreSQL database, in its schema `harness`, shared by the stores of its tenants and by other processes.

    `audience` hears of the log lines that this process commits.

    Raises HarnessError, without the password, when the address is none, nobody answers there, the role may not make
    tables, or another version of the harness laid it out.
    """

    def __init__(self, url: str) -> None:
        place = _place(url)
        options: dict[str, Any] = {
            "autocommit": True,
            "prepare_threshold": 1,
            "connect_timeout": _CONNECTS_WITHIN,
            "application_name": name_of_process(),
            **_NOTICES_A_DEAD_HOST,
        }
        self._silence = Silence()
        self._connect = partial(_connect, url, self._silence, options)
        try:
            self._taking_part = self._connect()
            try:
                self._refuse_a_pooler(place)
                _prepare(self._taking_part, place)
            except BaseException:
                self._taking_part.close()
                raise
        except psycopg.Error as error:
            raise failures.unusable(place, error) from error
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            kwargs=options,
            min_size=_CONNECTIONS_AT_LEAST,
            max_size=_CONNECTIONS,
            timeout=_CONNECTION_WITHIN,
            configure=partial(_set_up, silence=self._silence),
            open=True,
        )
        self._fill(place)
        self.audience = Audience()
        self._connections = Connections(self._pool, self._silence)
        self._transactions = Transactions(self._connections, self.audience)
        self._stores: dict[str, PostgresStore] = {}

    def _refuse_a_pooler(self, place: str) -> None:
        with self._connect() as another:
            if is_passed_around(self._taking_part, another):
                raise HarnessError(f"{place} {_POOLED}")

    def _fill(self, place: str) -> None:
        """Have the connections that are needed at least. Raises HarnessError with what one more is refused for."""
        try:
            self._pool.wait(_CONNECTS_WITHIN)
        except PoolTimeout as late:  # which closes them
            try:
                with ExitStack() as opened:
                    for _ in range(_CONNECTIONS_AT_LEAST):
                        opened.enter_context(self._connect())
                raise HarnessError(
                    f"{place} is too slow: it needs {_CONNECTS_WITHIN} s for a connection"
                ) from late
            except psycopg.Error as error:
                raise failures.unusable(place, error) from error
            finally:
                self._taking_part.close()

    def tenant(self, name: str) -> PostgresStore:
        """Return the tenant's store: one object, so that transactions of one thread on it join."""
        return self._stores.setdefault(name, PostgresStore(self._connections, self._transactions, name))

    def copies(self, names: Sequence[str]) -> Copies:
        """Return what keeps copies of some tenants, together."""
        return Copies(self._connections, self._transactions, names)

    def turns(self, task: int) -> Turns:
        """Return a lock over threads and processes for one of several tasks, numbered from 0."""
        return Turns(self._connections, _KEYS + _TURNS + task)

    def peers(self) -> Peers:
        """Return this process's place among those that share the database."""
        return Peers(self._connect, _KEYS, _KEYS + _TURNS + AT_WORK, self._taking_part, self._silence)

    def close(self) -> None:
        self._connections.close()
        self._taking_part.close()
        self._silence.end()


def _place(url: str) -> str:
    """Return what may be shown of an address. Raises HarnessError for one that libpq cannot read."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # libpq would repeat the address, password and all.
        raise HarnessError(
            "--data is no PostgreSQL address; write it as postgresql://ROLE:PASSWORD@HOST:5432/DATABASE"
        ) from None
    host, port = parts.get("host", "localhost"), parts.get("port", "5432")
    return f"PostgreSQL database '{parts.get('dbname', '')}' at {host}:{port}"


def _connect(url: str, silence: Silence, options: dict[str, Any]) -> Connection:
    connection = psycopg.connect(url, **options)
    silence.watch_over(connection)
    settle(connection)
    return connection


def _set_up(connection: Connection, silence: Silence) -> None:
    """Set a connection of the pool up; a commit lasts as in SQLite: our death loses nothing of it, that of the database's machine may.

    https://www.postgresql.org/docs/current/wal-async-commit.html, 28.4, read 2026-11-30.
    """
    silence.watch_over(connection)
    settle(connection)
    connection.execute("SET search_path TO harness")
    connection.execute("SET synchronous_commit TO off")


def _prepare(connection: Connection, place: str) -> None:
    """Lay the tables out where there are none; one process at a time looks and makes."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LAYING_OUT,))
        row = connection.execute("SELECT to_regclass('harness.layout')").fetchone()
        assert row is not None
        if row[0] is None:
            connection.execute("CREATE SCHEMA IF NOT EXISTS harness")
            connection.execute("SET LOCAL search_path TO harness")
            connection.execute(SCHEMA)
            connection.execute("INSERT INTO layout VALUES (%s)", (_LAYOUT,))
        row = connection.execute("SELECT number FROM harness.layout").fetchone()
        if row is None or row[0] != _LAYOUT:
            raise HarnessError(
                f"the schema 'harness' in {place} was laid out by another version of the harness "
                f"(layout {row and row[0]}, this one has {_LAYOUT}); update the harness, or name another database"
            )
        take_part(connection)
        if has_other_versions(connection, _KEYS):
            raise HarnessError(
                f"processes of another version of the harness serve {place}; end them first, or name another database"
            )
