"""What two processes do at one moment: each test lets another connection act between two steps of a transaction."""

from __future__ import annotations

import itertools
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.base.store import StaleError, StorageError, TakenError
from tests.base.postgres.test_postgres import run_in_another_process
from tests.base.store_contract import lines

pytestmark = pytest.mark.slow
_numbers = itertools.count()


@pytest.fixture(scope="module")
def databases(address):
    """Two of them, as two processes have; who waits for a lock for a second gives up."""
    from harness.base.postgres import PostgresDatabase

    both = PostgresDatabase(address), PostgresDatabase(address + "&options=-clock_timeout%3D1s")
    yield both
    for database in both:
        database.close()


@pytest.fixture
def stores(databases):
    name = f"{next(_numbers)}"
    return tuple(database.tenant(name) for database in databases)


def test_who_only_writes_keeps_nobody_waiting(stores):
    """The tenant is locked at the end alone; who was quicker stands in the log first, and readers skip nothing."""
    store, other = stores

    def work():
        store.claim("userName", "ana", "1")
        store.put("user", "1", {})
        store.append("trail", {"n": "ours"})
        other.append("trail", {"n": "theirs"})
        assert lines(other, "trail") == ["theirs"]
        seen.append(other.last_sequence("trail"))

    seen = []
    store.carry_out(work)
    assert lines(other, "trail") == ["theirs", "ours"]
    assert lines(other, "trail", after=seen[0]) == ["ours"]


def test_who_asks_keeps_others_waiting(stores):
    """What is written upon an answer is written while the answer is true."""
    store, other = stores
    store.put("user", "1", {"n": 1})

    def work():
        assert store.get("user", "1") == {"n": 1}
        with pytest.raises(StorageError, match="lock timeout"):
            other.put("user", "1", {"n": 7})
        store.put("user", "1", {"n": 2})

    store.carry_out(work)
    assert other.get("user", "1") == {"n": 2}


def test_who_only_reads_keeps_nobody_waiting(stores):
    """All it sees is of one moment; its line stands behind what others wrote meanwhile."""
    store, other = stores
    store.put("user", "1", {"n": 1})

    def work():
        assert store.get("user", "1") == {"n": 1}
        other.put("user", "1", {"n": 2})
        other.put("user", "2", {})
        other.append("trail", {"n": "theirs"})
        store.append("trail", {"n": "ours"})
        return store.get("user", "1"), store.count("user")

    assert store.carry_out(work, only_reads=True) == ({"n": 1}, 1)
    assert lines(store, "trail") == ["theirs", "ours"]
    assert store.get("user", "1") == {"n": 2}


def test_a_token_that_goes_before_the_line_of_a_read_gives_nothing_out(stores):
    """What is demanded is looked at last, with the line."""
    store, other = stores
    store.put("token", "t", {})

    def work():
        store.require("token", "t", {})
        store.count("user")
        other.delete("token", "t")
        store.append("trail", {"n": 1})

    with pytest.raises(StaleError):
        store.carry_out(work, only_reads=True)
    assert lines(store, "trail") == []


def test_a_key_is_its_who_was_quicker(stores):
    """The other one is told whose it is, and leaves nothing."""
    store, other = stores

    def work():
        calls.append("call")
        store.claim("userName", "ana", "ours")
        store.put("user", "ours", {})
        store.append("trail", {"n": 1})
        if len(calls) == 1:
            other.claim("userName", "ana", "theirs")

    calls = []
    with pytest.raises(TakenError) as caught:
        store.carry_out(work)
    assert (caught.value.owner, len(calls)) == ("theirs", 2)
    assert (store.count("user"), lines(store, "trail")) == (0, [])


def test_a_document_that_is_gone_meanwhile_is_no_ground_to_write(stores):
    """A token that another process deleted, say."""
    store, other = stores
    store.put("token", "t", {})

    def work():
        store.require("token", "t", {})
        store.claim("userName", "ana", "1")
        store.put("user", "1", {})
        other.delete("token", "t")

    with pytest.raises(StaleError):
        store.carry_out(work)
    assert (store.count("user"), store.owner("userName", "ana")) == (0, None)


def while_another_commits(store, other, change, work):
    """Have `work` of a store wait for the tenant, which another process gives free once `change` is made."""
    from psycopg import connect

    blocked = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with (
        ThreadPoolExecutor(1) as thread,
        connect(store._connections.pool.conninfo, autocommit=True) as onlooker,
    ):
        with other.transaction():
            change()
            other.count("user")  # which sends the change
            outcome = thread.submit(work)
            while not onlooker.execute(blocked).fetchone():
                assert not outcome.done()
        return outcome.result(timeout=60)


def test_a_document_that_goes_while_its_tenant_is_waited_for_is_no_ground_to_write(stores):
    """What one statement demands is as it is once the tenant is held, though the statement began before."""
    store, other = stores
    store.put("token", "t", {})

    def work():
        store.require("token", "t", {})
        store.put("user", "1", {})

    with pytest.raises(StaleError):
        while_another_commits(store, other, lambda: other.delete("token", "t"), lambda: store.carry_out(work))
    assert store.count("user") == 0


def test_a_document_that_is_put_again_meanwhile_is_ground_to_write(stores):
    """It is as it was demanded to be."""
    store, other = stores
    store.put("token", "t", {})

    def work():
        store.require("token", "t", {})
        store.put("user", "1", {})

    while_another_commits(store, other, lambda: other.put("token", "t", {}), lambda: store.carry_out(work))
    assert store.count("user") == 1


def test_a_key_that_is_claimed_while_its_tenant_is_waited_for_is_released(stores):
    """Who deletes without a question deletes what is there by then."""
    store, other = stores
    store.count("user")

    def work():
        with store.transaction():
            store.put("user", "1", {})
            store.release("userName", "ana")

    while_another_commits(store, other, lambda: other.claim("userName", "ana", "2"), work)
    assert (store.owner("userName", "ana"), store.count("user")) == (None, 1)


_CREATES = """
    import sys
    from harness.base.postgres import PostgresDatabase
    from harness.base.store import TakenError

    database = PostgresDatabase(sys.argv[1])
    store, name, won = database.tenant("raced"), sys.argv[2], 0
    for number in range(150):
        def create():
            names = [("userName", str(number)), ("email", str(149 - number))]
            store.claim_all(names if name == "0" else names[::-1], f"{name} {number}")
            store.put("user", f"{name} {number}", {"n": number})
            store.append("trail", {"n": number}, ["create"])

        try:
            store.carry_out(create)
            won += 1
        except TakenError:
            with store.transaction():
                refused = store.get("counter", "refused") or {"n": 0}
                store.put("counter", "refused", {"n": refused["n"] + 1})
                store.append("trail", {"n": number}, ["refused"])
    database.close()
    print(won)
"""


def test_creates_race_without_loss(address, databases):
    """Keys in opposite orders and transactions of both kinds: nobody waits for ever, every line is read, once and in order."""
    store = databases[0].tenant("raced")
    racing = [run_in_another_process(_CREATES, address, str(number)) for number in range(3)]
    read = []
    while not all(has_ended(process) for process in racing):
        read += store.read("trail", after=read[-1].sequence if read else 0)
    won = [int(process.communicate(timeout=60)[0]) for process in racing]
    read += store.read("trail", after=read[-1].sequence)
    assert [entry.sequence for entry in read] == list(range(1, 451))
    assert len(lines(store, "trail", tag="create")) == sum(won) == store.count("user")
    assert store.get("counter", "refused") == {"n": 450 - sum(won)}
    for _, document in store.scan("user"):
        owners = store.owner("userName", str(document["n"])), store.owner("email", str(149 - document["n"]))
        assert owners[0] == owners[1]


def has_ended(process: subprocess.Popen[str]) -> bool:
    return process.poll() is not None
