"""The processes that share a database: which one of them leads, and how they hear of each other's changes.

Leading is an advisory lock of a connection of its own: PostgreSQL gives it back when the process dies, and where it says
nothing for a while: stopped, or behind a network that passes nothing on (`idle_session_timeout`, of PostgreSQL 14 and
later). Changes are told with NOTIFY; who misses one looks again within half a second all the same.
https://www.postgresql.org/docs/18/explicit-locking.html, 13.3.5 "Advisory Locks", …/docs/current/sql-listen.html,
"Description", and …/runtime-config-client.html#GUC-IDLE-SESSION-TIMEOUT, all read 2026-11-30.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import psycopg

from harness.base.ids import Ids
from harness.base.postgres import failures
from harness.base.postgres.connections import ATTEMPTS, Connection, Connections
from harness.base.postgres.silence import SILENCE, Silence

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
# Older servers have no such setting, and no row for it.
_END_SILENT = "SELECT set_config(name, %s, false) FROM pg_settings WHERE name = 'idle_session_timeout'"
# What those need to notice that the leader's machine is gone; nothing on a socket of the same machine.
_SERVER_NOTICES = (
    "SET tcp_keepalives_idle = 2",
    "SET tcp_keepalives_interval = 1",
    "SET tcp_keepalives_count = 3",
)
_NAME = "harness "  # all connections of a process have the same name, which begins so
# The connections of processes that take no part any more end where others wait for them: amid a transaction (in a pipeline the
# server calls that active), or with an object at work. The one that asks says with it that it is there.
_END_ABANDONED = b"""
WITH held AS (
  SELECT pid, classid::bigint AS class, objid::bigint AS object, objsubid FROM pg_locks JOIN pg_database ON oid = database
  WHERE locktype = 'advisory' AND granted AND datname = current_database()),
present AS (
  SELECT application_name FROM pg_stat_activity JOIN held USING (pid) WHERE objsubid = 2 AND class = %(versions)s)
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND starts_with(application_name, %(name)s)
  AND application_name NOT IN (SELECT application_name FROM present)
  AND state_change < clock_timestamp() - make_interval(secs => %(silence)s)
  AND (state LIKE 'idle in transaction%%' OR state = 'active' AND wait_event = 'ClientRead'
    OR pid IN (SELECT pid FROM held WHERE objsubid = 1 AND class = 0 AND object = %(work)s))
"""


def name_of_process() -> str:
    """Return what the server knows this process's connections by, another at each call."""
    return f"{_NAME}{Ids(None).hex(16)}"


def take_part(connection: Connection) -> None:
    """Let other versions see, for as long as a connection is open, that this one is here."""
    connection.execute(_TAKE_PART)


def has_other_versions(connection: Connection, key: int) -> bool:
    """Tell whether processes of another version share the database of a connection; `key` is that of who leads.

    Whoever takes part before it looks, and looks before another may, is seen by that other one.
    """
    values = {"versions": _VERSIONS, "sharing": _SHARING, "leader": key}
    return connection.execute(_OTHERS, values).fetchone() is not None


class Turns:
    """A lock over threads and processes; who has it may enter again, and a process that dies gives it back.

    What its thread writes meanwhile, or another in a copy of its context, goes over the connection that has the lock.
    So a process that stood still and lost it writes nothing more of that turn when it wakes up.
    """

    def __init__(self, connections: Connections, key: int) -> None:
        self._connections, self._key = connections, key
        self._lock = threading.RLock()
        self._depth = 0

    def __enter__(self) -> None:
        self._lock.acquire()
        try:
            if not self._depth:
                self._connection = self._locking()
                self._connections.begin_turn(self._connection)
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

    def _locking(self) -> Connection:
        for _ in range(ATTEMPTS):
            connection = self._connections.take()
            try:
                connection.execute("SELECT pg_advisory_lock(%s)", (self._key,))
            except BaseException as error:
                self._connections.give_back(connection)
                if not isinstance(error, psycopg.Error):
                    raise
                if not failures.is_lost(connection, error):
                    raise failures.refusal(error) or error from error
            else:
                return connection
        raise failures.cut_off(is_undone=True)

    def _give_back(self) -> None:
        self._connections.end_turn()
        try:
            self._connection.execute("SELECT pg_advisory_unlock(%s)", (self._key,))
        except psycopg.Error:
            self._connection.close()  # which gives it back, too
        finally:
            self._connections.give_back(self._connection)


class Peers:
    """This process among its peers. `leads` tells whether it is the one that runs what must run once.

    `is_cut_off` tells whether it has lost the database, and has not yet got it back.
    `key` is the lock of who leads, `work` that of who has an object at work; `taking_part` is a connection that does already.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        key: int,
        work: int,
        taking_part: Connection,
        silence: Silence,
    ) -> None:
        self._connect, self._key, self._silence = connect, key, silence
        self._abandoned = {"versions": _VERSIONS, "name": _NAME, "silence": _LOOKS_EVERY, "work": work}
        self._taking_part: Connection | None = taking_part
        self._connection: Connection | None = None
        self._telling = threading.Lock()
        self._teller: Connection | None = None
        self._stopped = threading.Event()
        self._due = threading.Event()  # a look
        self._loss = threading.Event()  # of the lead, until a look has seen it
        self._threads: tuple[threading.Thread, ...] = ()
        self.leads = self.is_cut_off = False

    def start(self, look: Callable[[], None], on_error: Callable[[BaseException], None]) -> None:
        """Call `look` after every change that somebody told of, when `leads` changes, and now and then, until `stop`."""
        self._look, self._on_error = look, on_error
        self._silence.start(lambda: on_error(failures.silence(SILENCE)))
        self._threads = tuple(
            threading.Thread(target=target, name="harness-peers", daemon=True)
            for target in (self._run, self._look_when_due)
        )
        for thread in self._threads:
            thread.start()

    def tell(self) -> None:
        """Let every process look, this one included."""
        if self._silence.is_on:
            return
        with self._telling:
            try:
                if self._teller is None or self._teller.closed:
                    self._teller = self._connect()
                self._teller.execute(f"NOTIFY {_CHANNEL}")
            except psycopg.Error:
                self._teller = None  # they look before long, told or not

    def stop(self) -> None:
        """Look no more, and let another process lead."""
        self._stopped.set()
        self.tell()
        self._due.set()
        for thread in self._threads:
            thread.join()
        for connection in (self._connection, self._teller, self._taking_part):
            if connection is not None:
                connection.close()
        self.leads = False

    def _run(self) -> None:
        """Take part; what a look waits for is not waited for here, for it may be a process that says nothing any more."""
        while not self._stopped.is_set():
            try:
                with self._silence.bounded():
                    self._connection = self._connection or self._listening()
                    self._take_part(self._connection)
                self.is_cut_off = False
                self._due.set()
                for _ in self._connection.notifies(timeout=_LOOKS_EVERY, stop_after=1):
                    pass
            except psycopg.Error as error:
                self._lost(error)

    def _take_part(self, connection: Connection) -> None:
        if not self.leads and not self._loss.is_set():
            self.leads = self._try_to_lead(connection)
        if self.leads:
            connection.execute(_END_ABANDONED, self._abandoned)
        else:
            connection.execute("SELECT")  # which says that this process is there

    def _look_when_due(self) -> None:
        while True:
            self._due.wait()
            self._due.clear()
            if self._stopped.is_set():
                return
            is_loss = self._loss.is_set()
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - one failed look must not be the last one
                self._on_error(error)
            if is_loss:
                self._loss.clear()

    def _listening(self) -> Connection:
        connection, self._taking_part = self._taking_part or self._connect(), None
        connection.execute(_END_SILENT, (f"{SILENCE}s",))
        for statement in _SERVER_NOTICES:
            connection.execute(statement)
        take_part(connection)
        connection.execute(f"LISTEN {_CHANNEL}")
        return connection

    def _try_to_lead(self, connection: Connection) -> bool:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (self._key,)).fetchone()
        return row is not None and bool(row[0])

    def _lost(self, error: BaseException) -> None:
        """Lead no more: the lock went with the connection, and somebody else has it by now."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
        self._connection = None
        self.is_cut_off = True
        if self.leads:
            self.leads = False
            self._loss.set()
            self._due.set()
            if not self._silence.is_on:
                self._on_error(error)
        self._stopped.wait(_LOOKS_EVERY)
