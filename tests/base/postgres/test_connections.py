"""Which connection of a process somebody gets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def connections(address):
    """Two of them at most."""
    from psycopg import Connection
    from psycopg_pool import ConnectionPool

    from harness.base.postgres.connections import Connections
    from harness.base.postgres.silence import Silence

    pool: ConnectionPool[Connection] = ConnectionPool(
        address, kwargs={"autocommit": True}, min_size=2, max_size=2, open=True
    )
    connections = Connections(pool, Silence())
    yield connections
    connections.close()


def test_the_same_one_goes_out(connections):
    """Its process of PostgreSQL has everything at hand."""
    one, other = connections.take(), connections.take()
    connections.give_back(other)
    connections.give_back(one)
    for _ in range(3):
        with connections.one() as again:
            assert again is other


def test_who_waits_is_served(connections):
    """A connection that comes back while somebody waits for one goes to them."""
    held = [connections.take(), connections.take()]
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(connections.take)
        while not connections.pool.get_stats().get("requests_waiting"):
            assert not waiting.done()
        connections.give_back(held[0])
        assert waiting.result(timeout=10) is held[0]


@pytest.mark.parametrize("end", ["SELECT pg_terminate_backend(pg_backend_pid())", "BEGIN"])
def test_one_with_anything_left_on_it_goes_out_no_more(connections, end):
    """It may be dead, or amid a transaction that failed."""
    from psycopg.errors import AdminShutdown

    with connections.one() as first, suppress(AdminShutdown):
        first.execute(end)
    with connections.one() as second:
        assert second is not first
        assert second.execute("SELECT 1").fetchone() == (1,)
