"""PostgreSQL keeps the store's law, for one process and for several at once."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path

import pytest
from hypothesis import given, settings

from harness.base.errors import HarnessError
from harness.base.store import StorageError
from tests.base.store_contract import StoreContract, failing, lines
from tests.base.store_model import TRANSACTIONS, assert_store_does_what_dictionaries_would

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
_numbers = itertools.count()


@pytest.fixture(scope="module")
def database(address):
    from harness.base.postgres import PostgresDatabase

    database = PostgresDatabase(address)
    yield database
    database.close()


class TestPostgres(StoreContract):
    @pytest.fixture
    def stores(self, database):
        """Every test has tenants of its own, for making a database takes longer than the test."""
        number = next(_numbers)
        return lambda name: database.tenant(f"{number} {name}")


@given(transactions=TRANSACTIONS)
@settings(max_examples=30, deadline=None)
def test_a_store_does_what_dictionaries_would(database, transactions):
    """Any sequence of transactions, some of them failing at the end, leaves what plain dictionaries would hold."""
    number = next(_numbers)
    store, bystander = database.tenant(f"{number}"), database.tenant(f"{number} bystander")
    assert_store_does_what_dictionaries_would(store, bystander, transactions)


def test_lines_are_told_once_they_are_committed(database):
    """Those of one's own transactions, in their order, of the logs that somebody listens to; a failed one tells nothing."""
    store, heard = database.tenant(f"{next(_numbers)}"), []
    database.audience.on_append = lambda log, body: heard.append((log, body["n"]))
    database.audience.heard_of = frozenset({"audit"})
    with store.transaction():
        store.append("audit", {"n": 1})
        store.append("other", {"n": 2})
        assert heard == []
    with suppress(KeyError), store.transaction():
        store.append("audit", {"n": 3})
        raise KeyError
    store.append("audit", {"n": 4})
    database.audience.on_append = None
    assert heard == [("audit", 1), ("audit", 4)]


def test_a_copy_that_is_put_back_brings_what_was_there_in_its_order(database):
    """What was changed, removed or added since is as it was, and what nobody touched is not written again."""
    number = next(_numbers)
    store = database.tenant(f"{number} copied")
    copies = database.copies([f"{number} copied"])

    def state():
        shelves = ("user", "group", "later")
        return (
            [list(store.scan(shelf)) for shelf in shelves],
            store.rights("member", "office"),
            list(store.read("log")),
        )

    with store.transaction():
        for name in ("ana", "ben", "cara"):
            store.put("user", name, {"name": name})
            store.claim("userName", name, name)
            store.link("member", "office", name)
        store.append("log", {"line": 1})
    copies.take("before", {"name": "before"})
    before = state()
    with store.transaction():
        store.delete("user", "ana")
        store.put("user", "ben", {"name": "changed"})
        store.put("user", "dora", {"name": "dora"})
        store.put("later", "x", {})
        store.release("userName", "ana")
        store.claim("userName", "ana", "dora")
        store.unlink("member", "office", "ana")
        store.append("log", {"line": 2})
    assert state() != before
    copies.put_back("before", lambda: None)
    assert state() == before
    assert store.owner("userName", "ana") == "ana"
    with store.transaction():
        store.put("user", "eve", {"name": "eve"})
    assert [key for key, _ in store.scan("user")] == ["ana", "ben", "cara", "eve"]


def test_nul_may_stand_in_a_key(database):
    """What SQLite takes PostgreSQL takes, though its own text ends at NUL."""
    store = database.tenant("nul")
    store.put("user", "a\0b", {"name": "\0"})
    assert list(store.scan("user")) == [("a\0b", {"name": "\0"})]


def run_in_another_process(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_follow_one_another(address, database):
    """Read, add one, write, log: four processes at once lose no addition, and one of them gets each unique key."""
    program = """
        import sys
        from harness.base.postgres import PostgresDatabase
        from harness.base.store import TakenError

        database = PostgresDatabase(sys.argv[1])
        store, won = database.tenant("shared"), 0
        for number in range(25):
            with store.transaction():
                counter = store.get("counter", "c") or {"n": 0}
                store.put("counter", "c", {"n": counter["n"] + 1})
                store.append("trail", {"n": counter["n"]})
            try:
                store.claim("userName", str(number), sys.argv[2])
                won += 1
            except TakenError:
                pass
        database.close()
        print(won)
    """
    processes = [run_in_another_process(program, address, str(number)) for number in range(4)]
    won = [int(process.communicate(timeout=60)[0]) for process in processes]
    store = database.tenant("shared")
    assert store.get("counter", "c") == {"n": 100}
    assert lines(store, "trail") == list(range(100))
    assert sum(won) == 25


def test_a_killed_process_leaves_what_it_committed(address, database):
    """Death in mid transaction: the finished transaction is there whole, the other not at all and in nobody's way."""
    program = """
        import os, sys
        from harness.base.postgres import PostgresDatabase

        store = PostgresDatabase(sys.argv[1]).tenant("killed")
        with store.transaction():
            store.put("user", "first", {})
            store.append("trail", {"n": 1})
        with store.transaction():
            store.put("user", "second", {})
            store.get("user", "second")
            store.append("trail", {"n": 2})
            os._exit(9)
    """
    process = run_in_another_process(program, address)
    process.communicate(timeout=60)
    assert process.returncode == 9
    store = database.tenant("killed")
    store.put("user", "third", {})
    assert [key for key, _ in store.scan("user")] == ["first", "third"]
    assert lines(store, "trail") == [1]


class TestADatabaseThatCannotBeUsed:
    def refuse(self, url: str) -> str:
        from harness.base.postgres import PostgresDatabase

        with pytest.raises(HarnessError) as caught:
            PostgresDatabase(url)
        message = str(caught.value)
        assert "\n" not in message
        assert "hush" not in message
        return message

    @pytest.mark.usefixtures("database")
    @pytest.mark.parametrize(
        "url",
        ["postgresql://ana:hush@[::1/x", "postgresql://ana:hush@h:port/x", "postgresql://ana:hush@h/x?no=1"],
    )
    def test_what_is_no_address(self, url):
        """The address is not repeated, for a password stands in it."""
        self.refuse(url)

    @pytest.mark.usefixtures("database")
    def test_nobody_answers(self):
        """A server that is down is named by host and port."""
        assert "127.0.0.1:1" in self.refuse("postgresql://ana:hush@127.0.0.1:1/people")

    def test_another_version_of_ours(self, address, database):
        """Two versions do not write into one database."""
        with database.tenant("x")._connections.one() as connection:
            connection.execute("UPDATE layout SET number = 99")
        try:
            assert "another version" in self.refuse(address)
        finally:
            with database.tenant("x")._connections.one() as connection:
                connection.execute("UPDATE layout SET number = 1")

    @pytest.mark.parametrize(
        "lock",
        ["pg_advisory_lock(1545230300)", "pg_advisory_lock_shared(1545230299, 99)"],
        ids=["first", "later"],
    )
    @pytest.mark.usefixtures("database")
    def test_a_process_of_another_version(self, address, lock):
        """The first versions held the lock of who leads and no other; later ones say how they share."""
        import psycopg

        from harness.base.postgres import PostgresDatabase

        with psycopg.connect(address, autocommit=True) as other:
            other.execute(f"SELECT {lock}")
            assert "another version of the harness serve" in self.refuse(address)
        PostgresDatabase(address).close()  # with that one ended it opens

    @pytest.mark.usefixtures("database")
    def test_a_process_that_is_about_to_start(self, address):
        """It takes part before it looks for others, so that of two that start together the later one sees the first."""
        import psycopg

        from harness.base.postgres import PostgresDatabase, peers

        later = {"versions": peers._VERSIONS, "sharing": peers._SHARING + 1, "leader": 0}
        with psycopg.connect(address, autocommit=True) as other:
            while len(other.execute(peers._OTHERS, later).fetchall()) > 1:
                pass  # those of earlier tests have closed, which the server notices a moment later
            database = PostgresDatabase(address)
            assert len(other.execute(peers._OTHERS, later).fetchall()) == 2
            database.close()


def test_a_broken_statement_undoes_the_transaction(database):
    """What PostgreSQL refuses is an error on leaving, not silence, and nothing of the transaction stays."""
    import psycopg

    from harness.base.postgres.statement import Kind, Part

    store = database.tenant("broken")

    def write() -> None:
        with store.transaction():
            store.put("user", "1", {})
            store._transactions.later(
                Part(Kind.INSERT, store._tenant, "none", "SELECT sqrt(-1) FROM line", ())
            )

    with pytest.raises(psycopg.errors.InvalidArgumentForPowerFunction):
        write()
    assert store.count("user") == 0
    with failing(store):
        store.put("user", "2", {})
    store.put("user", "3", {})
    assert [key for key, _ in store.scan("user")] == ["3"]


def test_one_transaction_covers_two_tenants(database):
    """Both keep what was written, or neither does."""
    one, other = database.tenant("one side"), database.tenant("other side")
    with one.transaction(), other.transaction():
        one.append("trail", {"n": 1})
        other.append("trail", {"n": 2})
    with failing(one), other.transaction():
        one.put("user", "1", {})
        other.put("user", "1", {})
    assert (one.count("user"), other.count("user")) == (0, 0)
    assert (lines(one, "trail"), lines(other, "trail")) == ([1], [2])


def test_what_waits_is_written_in_its_order(database):
    """Several writes to one table in one transaction come one after another, and a question sees all before it."""
    store = database.tenant("order")
    with store.transaction():
        store.put("user", "1", {"n": 1})
        store.append("trail", {"n": 1}, ["t"])
        store.put("user", "1", {"n": 2})
        store.put("user", "2", {"n": 3})
        assert store.get("user", "1") == {"n": 2}
        store.claim("userName", "ana", "1")
        store.release("userName", "ana")
        store.claim_all([("userName", "ana"), ("email", "a@b"), ("email", "a@b")], "2")
        store.append("trail", {"n": 2})
        store.put("user", "1", {"n": 4})
    assert [body["n"] for _, body in store.scan("user")] == [4, 3]
    assert lines(store, "trail") == [1, 2]
    assert lines(store, "trail", tag="t") == [1]
    assert (store.owner("userName", "ana"), store.owner("email", "a@b")) == ("2", "2")


def test_an_empty_transaction_says_nothing(database):
    """Who neither asks nor writes leaves the database alone, undone or not."""
    store = database.tenant("silent")
    with store.transaction():
        pass
    with failing(store):
        pass
    store.put("user", "1", {})
    assert store.count("user") == 1


def test_what_cannot_even_be_sent_undoes_the_transaction(database):
    """Nobody waits for its lock, and nothing of it comes to light with the next transaction."""
    from psycopg import ProgrammingError

    from harness.base.postgres.statement import Kind, Part

    store = database.tenant("unsent")
    unsent = Part(Kind.INSERT, store._tenant, "document", "SELECT %s FROM line", (object(),))

    def write() -> None:
        with store.transaction():
            store.link("member", "office", "1")
            store._transactions.later(unsent)

    with pytest.raises(ProgrammingError):
        write()
    store.put("user", "2", {})
    assert ([key for key, _ in store.scan("user")], store.rights("member", "office")) == (["2"], [])


def test_who_has_lost_its_turn_writes_nothing_more_of_it(database, address):
    """A process that stood still too long is cut off from its lock; what it had at work is another's by then."""
    import psycopg

    store, turn = database.tenant(f"{next(_numbers)}"), database.turns(7)
    held = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s::bigint"
    with psycopg.connect(address, autocommit=True) as server, turn:
        store.put("user", "before", {})
        assert server.execute(held, (turn._key,)).fetchall() == [(True,)]
        with pytest.raises(StorageError):
            store.put("user", "after", {})
    assert [key for key, _ in store.scan("user")] == ["before"]
    with turn:
        store.put("user", "in the next turn", {})
    assert store.count("user") == 2


def test_threads_that_work_for_a_turn_are_cut_off_with_it(database, address):
    """They ask at the same time and write one after another; without the lock none of them writes."""
    import psycopg

    from harness.base.postgres.failures import CutOffError

    store, turn = database.tenant(f"{next(_numbers)}"), database.turns(7)
    held = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s::bigint"

    def write(number: int) -> None:
        with store.transaction():
            count = store.count("user")
            assert store.get("user", f"{number}") is None
            store.put("user", f"{number}", {"n": count})

    def all_write(numbers: Iterable[int]) -> list[Future[None]]:
        runs = [threads.submit(copy_context().run, write, number) for number in numbers]
        wait(runs)
        return runs

    with ThreadPoolExecutor(8) as threads, psycopg.connect(address, autocommit=True) as server:
        with turn:
            assert [run.exception() for run in all_write(range(8))] == [None] * 8
            assert sorted(body["n"] for _, body in store.scan("user")) == list(range(8))
            assert server.execute(held, (turn._key,)).fetchall() == [(True,)]
            assert {type(run.exception()) for run in all_write(range(8, 16))} == {CutOffError}
            late = copy_context()
        with pytest.raises(CutOffError):
            threads.submit(late.run, write, 16).result()
        assert store.count("user") == 8
