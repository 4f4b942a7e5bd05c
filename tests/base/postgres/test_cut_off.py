"""Connections that the server ends: what harms nobody is done again over another one, and the rest is told as it is."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.base.store import StorageError
from tests.base.postgres.postgres_server import Administrator
from tests.base.store_contract import lines

pytestmark = pytest.mark.slow
_numbers = itertools.count()


@pytest.fixture(scope="module")
def databases(address):
    """Ours, and that of another process, which is left in peace."""
    from harness.base.postgres import PostgresDatabase

    both = PostgresDatabase(address), PostgresDatabase(address)
    yield both
    for database in both:
        database.close()


@pytest.fixture
def stores(databases):
    name = f"{next(_numbers)}"
    stores = tuple(database.tenant(name) for database in databases)
    stores[0].put("user", "1", {"n": 1})
    stores[0].append("trail", {"n": 1})
    return stores


@pytest.fixture
def server(address, databases):
    from psycopg import connect

    with connect(address, autocommit=True) as connection:
        name = databases[0].tenant("x")._connections.pool.kwargs["application_name"]
        yield Administrator(connection, name)


def _create(store, number):
    store.claim_all([("userName", f"{number}")], f"{number}")
    store.put("user", f"{number}", {"n": number})
    store.append("trail", {"n": number})


def _change(store):
    with store.transaction():
        assert store.get("user", "1") is not None
        store.put("user", "1", {"n": 2})


def _read(store):
    def work():
        document = store.get("user", "1")
        store.append("trail", {"n": "read"})
        return document, store.count("user")

    return store.carry_out(work, only_reads=True)


@pytest.mark.parametrize(
    ("work", "outcome"),
    [
        pytest.param(lambda store: store.get("user", "1"), {"n": 1}, id="a question"),
        pytest.param(_read, ({"n": 1}, 1), id="a read"),
        pytest.param(_change, None, id="a change"),
        pytest.param(lambda store: store.carry_out(lambda: _create(store, 2)), None, id="a create"),
        pytest.param(lambda store: store.put("later", "1", {}), None, id="a write to a new shelf"),
    ],
)
def test_what_is_cut_off_while_nobody_uses_it_is_not_used(stores, server, work, outcome):
    """After a restart of the server, say; every idle connection may be of that kind."""
    server.cut_off()
    assert work(stores[0]) == outcome


def while_another_has_the_tenant(stores, server, work):
    """Have `work` wait for the tenant, and its connection ended while it does."""
    other = stores[1]
    with ThreadPoolExecutor(1) as thread:
        with other.transaction():
            other.get("user", "1")
            outcome = thread.submit(work)
            server.wait_until_one_waits(outcome)
            server.cut_off()
        return outcome.result(timeout=60)


def test_a_first_question_is_put_again(stores, server):
    """Nobody has seen an answer, and nothing is kept."""
    store, _ = stores
    while_another_has_the_tenant(stores, server, lambda: _change(store))
    assert store.get("user", "1") == {"n": 2}


def test_a_read_that_is_cut_off_at_its_line_is_carried_out_again(stores, server):
    """It gives nothing out before the line is there."""
    store, _ = stores
    answer = while_another_has_the_tenant(stores, server, lambda: _read(store))
    assert answer == ({"n": 1}, 1)
    assert lines(store, "trail") == [1, "read"]


def test_what_is_cut_off_amid_its_one_statement_may_be_written(stores, server):
    """The server may have kept it before it ended: nobody who asks here can know."""
    store, _ = stores
    with pytest.raises(StorageError, match="look before you try again") as caught:
        while_another_has_the_tenant(stores, server, lambda: store.carry_out(lambda: _create(store, 2)))
    assert not caught.value.is_undone


def test_who_saw_an_answer_is_told_that_nothing_was_written(stores, server):
    """What came of the answer is not done upon another one, unless all is done again."""
    store, _ = stores

    def work():
        assert store.get("user", "1") == {"n": 1}
        store.put("user", "1", {"n": 2})
        calls.append("call")
        if len(calls) < 3:
            server.cut_off()
        assert store.count("user") == 1

    calls = []
    with pytest.raises(StorageError, match="nothing of this was written") as caught, store.transaction():
        work()
    assert caught.value.is_undone
    assert store.get("user", "1") == {"n": 1}
    store.carry_out(work)
    assert len(calls) == 3
    assert store.get("user", "1") == {"n": 2}


def test_a_piece_of_a_transaction_is_not_done_again_alone(stores, server):
    """What stood before it is lost with the connection."""
    store, _ = stores

    def work():
        calls.append("call")
        server.cut_off()
        store.count("user")

    def around():
        with store.transaction():
            store.put("user", "1", {"n": 2})
            store.count("user")
            store.carry_out(work)

    calls = []
    with pytest.raises(StorageError):
        around()
    assert calls == ["call"]
    assert store.get("user", "1") == {"n": 1}


def test_a_snapshot_is_taken_over_a_new_connection(databases, server):
    store = databases[0].tenant(name := f"{next(_numbers)} copied")
    store.put("user", "1", {"n": 1})
    copies = databases[0].copies([name])
    server.cut_off()
    copies.take("before", {"name": name})
    store.put("user", "1", {"n": 2})
    server.cut_off()
    copies.put_back("before", lambda: None)
    assert store.get("user", "1") == {"n": 1}
    assert copies.notes()[name] == {"name": name}


def test_a_turn_begins_over_a_new_connection(databases, server):
    turn = databases[0].turns(9)
    with turn:
        pass
    server.cut_off()
    with turn:
        assert databases[0].tenant("x").count("user") == 0


def test_connections_that_are_cut_off_all_the_time_lose_nobody(stores, server):
    """Four threads create and read; who is told that nothing was written, or that nobody knows, looks and tries again."""
    store, _ = stores
    failures, ended = Counter(), threading.Event()

    def create(number):
        while store.get("user", f"{number}") is None:
            try:
                store.carry_out(lambda: _create(store, number))
            except StorageError as error:
                failures[error.is_undone] += 1
            assert _read(store)[0] == {"n": 1}

    def cut_off():
        while not ended.is_set():
            server.cut_one_off()
            ended.wait(0.05)

    with ThreadPoolExecutor(5) as threads:
        cutting = threads.submit(cut_off)
        try:
            list(threads.map(create, range(2, 152)))
        finally:
            ended.set()
        cutting.result()
    assert store.count("user") == 151
    creates = [n for n in lines(store, "trail") if n != "read"]
    assert sorted(creates) == list(range(1, 152))
