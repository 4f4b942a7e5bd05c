"""What a balancer hears of a server that listens, and cannot serve."""

import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest

from harness.base.clock import Stopwatch
from harness.serving.options import Options, PostgresAddress
from harness.serving.served import Served
from harness.wire.message import Request
from harness.wire.sockets.network import Network
from tests.serving.test_silent_network import relay

_WITHIN = 30.0  # seconds


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def served(folder):
    served = Served(Options(data=folder))
    yield served
    with suppress(Exception):
        served.stop()


def health(served):
    network = Network()
    try:
        answer = network(Request("GET", f"{served.urls[1]}/_harness/health"))
    finally:
        network.close()
    return answer.status, answer.json().get("message", "")


def people(first, count):
    users = [{"userPrincipalName": f"p{number}@contoso.com"} for number in range(first, first + count)]
    return {"azure_ad": {"users": users}}


def test_while_the_disk_is_full_it_is_not_healthy(served):
    """SQLite's own full, by a limit on pages; nothing is written to know it, and with room again a look suffices."""
    assert health(served) == (200, "")
    connection = served._data._files[1].connection
    (limit,) = connection.execute("PRAGMA max_page_count").fetchone()
    connection.execute("PRAGMA max_page_count = 1")  # as many as there are
    with pytest.raises(sqlite3.OperationalError, match="full"):
        served.populate(people(0, 500))
    before = connection.total_changes
    status, reason = health(served)
    assert (status, "full" in reason, connection.total_changes) == (503, True, before)
    connection.execute(f"PRAGMA max_page_count = {limit}")
    served.look()
    assert health(served) == (200, "")


def test_with_its_folder_away_it_is_not_healthy(served, folder: Path):
    away = folder.rename(folder.with_name("away"))
    status, reason = health(served)
    assert (status, "was moved, removed or replaced" in reason) == (503, True)
    away.rename(folder)
    assert health(served) == (200, "")


@pytest.mark.slow
def test_with_its_database_away_it_is_not_healthy(address):
    with relay(address) as (process, through):
        served = Served(Options(data=PostgresAddress(through)))
        try:
            assert health(served) == (200, "")
            process.kill()
            watch = Stopwatch()
            while (answer := health(served))[0] == 200 and watch.seconds() < _WITHIN:
                pass
            assert answer == (503, "the database does not answer; it is asked again and again until it does")
        finally:
            with suppress(Exception):
                served.stop()
