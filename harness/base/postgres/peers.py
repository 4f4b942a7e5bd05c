"""The processes that share a database: which one of them leads, and how they hear of each other's changes.

Leading is an advisory lock of a connection of its own: PostgreSQL gives it back when the process dies or, by keep-alives,
when its machine does. Changes are told with NOTIFY; who misses one looks again within half a second all the same.
https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS and …/sql-notify.html, read 2026-11.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import psycopg
from psycopg_pool import ConnectionPool

from harness.base.postgres.connections import Connection

_CHANNEL = "harness"
_LOOKS_EVERY = 0.5  # seconds
# How the processes lead, tell each other and move the clock. Those of another number are not served beside: a leader of a version
# that knew of no others let them wait for the clock for ever. Each holds a lock of two numbers for as long as it takes part.
_SHARING = 2
_VERSIONS = 0x5C1A57DB
_TAKE_PART = f"SELECT pg_advisory_lock_shared({_VERSIONS}, {_SHARING})"
# Whoever takes part in another way, and whoever leads and holds no such lock, as the first versions do.
# https://postgresql.org/docs/13/view-pg-locks.html, section 51.73, read 2026-11-29: a key of one number has objsubid 1, of two 2.
_OTHERS = b"""
WITH held AS (
  SELECT pid, classid::bigint AS class, objid::bigint AS object, objsubid FROM pg_locks JOIN pg_database ON oid = database
  WHERE locktype = 'advisory' AND granted AND datname = current_database()),
parts AS (SELECT pid, object FROM held WHERE objsubid = 2 AND class = %(versions)s)
SELECT 1 FROM parts WHERE object <> %(sharing)s
UNION ALL
SELECT 1 FROM held WHERE objsubid = 1 AND class = 0 AND object = %(leader)s AND pid NOT IN (SELECT pid FROM parts)
"""
# What the server needs to notice that the leader's machine is gone; nothing on a socket of the same machine.
_SERVER_NOTICES = (
    "SET tcp_keepalives_idle = 2",
    "SET tcp_keepalives_interval = 1",
    "SET tcp_keepalives_count = 3",
)


def has_other_versions(connection: Connection, key: int) -> bool:
    """Tell whether processes of another version share the database of a connection; `key` is that of who leads."""
    values = {"versions": _VERSIONS, "sharing": _SHARING, "leader": key}
    return connection.execute(_OTHERS, values).fetchone() is not None


class Turns:
    """A lock over threads and processes; who has it may enter again, and a process that dies gives it back."""

    def __init__(self, pool: ConnectionPool[Connection], key: int) -> None:
        self._pool, self._key = pool, key
        self._lock = threading.RLock()
        self._depth = 0

    def __enter__(self) -> None:
        self._lock.acquire()
        try:
            if not self._depth:
                self._connection = self._pool.getconn()
                self._connection.execute("SELECT pg_advisory_lock(%s)", (self._key,))
        except BaseException:
            self._lock.release()
            raise
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        try:
            if not self._depth:
                self._give_back()
        finally:
            self._lock.release()

    def _give_back(self) -> None:
        try:
            self._connection.execute("SELECT pg_advisory_unlock(%s)", (self._key,))
        except psycopg.Error:
            self._connection.close()  # which gives it back, too
        finally:
            self._pool.putconn(self._connection)


class Peers:
    """This process among its peers. `leads` tells whether it is the one that runs what must run once."""

    def __init__(self, connect: Callable[[], Connection], key: int) -> None:
        self._connect, self._key = connect, key
        self._connection: Connection | None = None
        self._telling = threading.Lock()
        self._teller: Connection | None = None
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self.leads = False

    def start(self, look: Callable[[], None], on_error: Callable[[BaseException], None]) -> None:
        """Call `look` after every change that somebody told of, when `leads` changes, and now and then, until `stop`."""
        self._look, self._on_error = look, on_error
        self._thread = threading.Thread(target=self._run, name="harness-peers", daemon=True)
        self._thread.start()

    def tell(self) -> None:
        """Let every process look, this one included."""
        with self._telling:
            try:
                if self._teller is None or self._teller.closed:
                    self._teller = self._connect()
                self._teller.execute(f"NOTIFY {_CHANNEL}")
            except psycopg.OperationalError:
                self._teller = None  # they look before long, told or not

    def stop(self) -> None:
        """Look no more, and let another process lead."""
        self._stopped.set()
        self.tell()
        if self._thread is not None:
            self._thread.join()
        for connection in (self._connection, self._teller):
            if connection is not None:
                connection.close()
        self.leads = False

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._connection = self._connection or self._listening()
                if not self.leads:
                    self.leads = self._try_to_lead(self._connection)
                self._look_safely()
                for _ in self._connection.notifies(timeout=_LOOKS_EVERY, stop_after=1):
                    pass
            except psycopg.OperationalError as error:
                self._lost(error)

    def _listening(self) -> Connection:
        connection = self._connect()
        for statement in _SERVER_NOTICES:
            connection.execute(statement)
        connection.execute(_TAKE_PART)
        connection.execute(f"LISTEN {_CHANNEL}")
        return connection

    def _try_to_lead(self, connection: Connection) -> bool:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (self._key,)).fetchone()
        return row is not None and bool(row[0])

    def _look_safely(self) -> None:
        try:
            self._look()
        except Exception as error:  # noqa: BLE001 - one failed look must not be the last one
            self._on_error(error)

    def _lost(self, error: BaseException) -> None:
        """Lead no more: the lock went with the connection, and somebody else has it by now."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
        self._connection = None
        if self.leads:
            self.leads = False
            self._look_safely()
            self._on_error(error)
        self._stopped.wait(_LOOKS_EVERY)
