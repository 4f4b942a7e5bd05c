"""How often a transaction is waited for, and how many statements it is: what a request on PostgreSQL costs is mostly that."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from harness.base.store import Store
from tests.base.store_contract import failing

pytestmark = pytest.mark.slow
_numbers = itertools.count()


@pytest.fixture(scope="module")
def database(address):
    from harness.base.postgres import PostgresDatabase

    database = PostgresDatabase(address)
    yield database
    database.close()


@pytest.fixture
def store(database):
    store = database.tenant(f"{next(_numbers)}")
    store.put("token", "t", {})
    store.put("user", "1", {"n": 1})
    store.claim("userName", "ana", "1")
    return store


@contextmanager
def _traced(store) -> Iterator[list[str]]:
    """Give a list that holds, when it is left, the messages that libpq sent on whatever connection there is.

    https://www.postgresql.org/docs/current/libpq-control.html, "PQtrace", read 2026-11-30.
    """
    messages, size = [], store._connections.pool.get_stats()["pool_size"]
    connections = [store._connections.take() for _ in range(size)]
    with ExitStack() as files:
        traces = [files.enter_context(tempfile.TemporaryFile("w+")) for _ in connections]
        for connection, trace in zip(connections, traces, strict=True):
            connection.pgconn.trace(trace.fileno())
            store._connections.give_back(connection)
        yield messages
        for connection, trace in zip(connections, traces, strict=True):
            connection.pgconn.untrace()
            trace.seek(0)
            lines = [line.split("\t") for line in trace]
            messages += (message.strip() for _, sender, _, message, *_ in lines if sender == "F")


def _said(store, work: Callable[[Store, int], None]) -> tuple[int, int]:
    """Return how many statements libpq sends for a piece of work, and how often it is waited for what they came to."""
    for number in range(5):
        work(store, number)  # shelves have numbers by then, and each connection its statements prepared
    with _traced(store) as messages:
        work(store, 5)
    assert "Parse" not in messages
    waits = [
        message
        for message, before in zip(messages, ["", *messages], strict=False)
        if message in {"Sync", "Flush"} and before != "Sync"  # a Flush behind a Sync asks for nothing more
    ]
    return messages.count("Execute"), len(waits)


def _create(store: Store, number: int) -> None:
    """What a SCIM endpoint does to create somebody."""

    def work() -> None:
        store.require("token", "t", {})
        store.claim_all([("userName", f"new {number}"), ("externalId", f"{number}")], f"new {number}")
        store.put("user", f"new {number}", {"n": number})
        store.append("trail", {"n": number}, ["create", f"id={number}"])

    store.carry_out(work)


def _change(store: Store, number: int) -> None:
    with store.transaction():
        store.require("token", "t", {})
        assert store.get("user", "1") is not None
        store.put("user", "1", {"n": number})
        store.append("trail", {"n": number}, ["change"])


def _rename(store: Store, number: int) -> None:
    with store.transaction():
        assert store.get("user", "1") is not None
        store.release("userName", f"{number - 1}")
        store.claim("userName", f"{number}", "1")
        store.put("user", "1", {"n": number})
        store.append("trail", {"n": number})


def _refuse(store: Store, number: int) -> None:
    with failing(store):
        assert store.get("user", "1") is not None
        store.put("user", "1", {"n": number})


def _read(store: Store, number: int) -> None:
    def work() -> None:
        store.require("token", "t", {})
        assert store.get("user", "1") is not None
        store.append("trail", {"n": number}, ["read"])

    store.carry_out(work, only_reads=True)


def _read_in_vain(store: Store, _: int) -> None:
    def work() -> None:
        assert store.get("user", "nobody") is None
        raise KeyError

    with suppress(KeyError):
        store.carry_out(work, only_reads=True)


def _nothing(store: Store, number: int) -> None:
    with store.transaction():
        pass


@pytest.mark.parametrize(
    ("work", "statements", "waits"),
    [
        pytest.param(_create, 1, 1, id="a create"),
        pytest.param(lambda store, number: store.put("user", "1", {"n": number}), 1, 1, id="a single write"),
        pytest.param(lambda store, _: store.get("user", "1"), 1, 1, id="a single question"),
        pytest.param(_change, 3, 2, id="a change of what was read"),
        pytest.param(_rename, 5, 3, id="a change of name"),
        pytest.param(_refuse, 2, 2, id="a refusal"),
        pytest.param(_read, 4, 2, id="a read"),
        pytest.param(_read_in_vain, 3, 2, id="a read in vain"),
        pytest.param(_nothing, 0, 0, id="nothing"),
    ],
)
def test_what_is_said(store, work, statements, waits):
    """Everything that needs no answer goes in as few statements as it can, none of which is waited for but the last."""
    assert _said(store, work) == (statements, waits)
