"""A network that passes nothing between one process and PostgreSQL, and tells nobody: another one goes on."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from harness.base.clock import Stopwatch
from tests.serving.test_killed import PEOPLE, directory  # noqa: F401 - a fixture
from tests.serving.test_postgres import WITHIN, assert_everybody_arrived_once, start_cycle, wait_for_arrivals

pytestmark = pytest.mark.slow

# Passes octets on between a port and PostgreSQL's socket. While it is stopped the machine still acknowledges what is sent to
# it, as a firewall's proxy does: neither end sees a broken connection.
_RELAY = """
import asyncio, sys

async def passed(reader, writer):
    try:
        while octets := await reader.read(65536):
            writer.write(octets)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()

async def connected(reader, writer):
    inner_reader, inner_writer = await asyncio.open_unix_connection(sys.argv[1])
    await asyncio.gather(passed(reader, inner_writer), passed(inner_reader, writer))

async def main():
    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


@contextmanager
def relay(address: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run one in front of a server; yield its process, and the server's address through it."""
    parts = urlsplit(address)
    folder = parse_qs(parts.query)["host"][0]
    process = subprocess.Popen(
        [sys.executable, "-c", _RELAY, f"{folder}/.s.PGSQL.5432"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline())
        yield process, f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_cycle_survives_the_network_of_the_process_that_ran_it(serve, address, directory):  # noqa: F811
    """The other goes on within ten seconds; when the network is back nobody is lost and nobody was created twice."""
    with relay(address) as (network, far_address):
        leader = serve("--data", far_address, "--populate", str(directory))
        other = serve("--data", address)
        start_cycle(leader)
        arrived = wait_for_arrivals(other, 20)
        assert len(arrived) < PEOPLE, "the cycle was over before the silence"
        network.send_signal(signal.SIGSTOP)
        try:
            watch = Stopwatch()
            wait_for_arrivals(other, min(len(arrived) + 30, PEOPLE))
            assert watch.seconds() < WITHIN
        finally:
            network.send_signal(signal.SIGCONT)
        for world in (other, leader):
            world.settle()
            assert_everybody_arrived_once(world)
        assert leader.stop() == 0


SILENT = "PostgreSQL has not answered for 5 seconds"
ANA = {"userName": "ana", "displayName": "Ana", "name": {"givenName": "Ana", "familyName": "Ruiz"}}


def test_a_process_behind_it_ends_when_it_is_told_to(serve, address, directory):  # noqa: F811
    """Amid a cycle and a request, which is told to look; a line says so, and that PostgreSQL does not answer."""
    with relay(address) as (network, far_address), ThreadPoolExecutor(1) as thread:
        world = serve("--data", far_address, "--populate", str(directory))
        start_cycle(world)
        wait_for_arrivals(world, 5)
        network.send_signal(signal.SIGSTOP)
        try:
            answer = thread.submit(world.scim, "POST", "/Users", ANA)
            wait([answer], timeout=0.5)  # it is on its way
            watch = Stopwatch()
            assert world.stop() == 0
            assert watch.seconds() < WITHIN
            assert answer.result().status == 500
        finally:
            network.send_signal(signal.SIGCONT)
    assert SILENT in world.said[-1]
    assert "Traceback" not in world.said[-1]


def test_a_request_behind_it_is_answered(serve, address):
    """Within ten seconds, and at once while the silence lasts; when the network is back all is as before."""
    with relay(address) as (network, far_address):
        world = serve("--data", far_address)
        network.send_signal(signal.SIGSTOP)
        try:
            watch = Stopwatch()
            answer = world.scim("POST", "/Users", ANA)
            assert (answer.status, watch.seconds() < WITHIN) == (500, True)
            assert "PostgreSQL" in answer.json()["detail"]
            watch = Stopwatch()
            answer = world.graph("GET", "/users")
            assert (answer.status, watch.seconds() < 2) == (500, True)
            assert "PostgreSQL is out of reach: nothing of this was written" in answer.body.decode()
        finally:
            network.send_signal(signal.SIGCONT)
        watch = Stopwatch()
        while world.graph("GET", "/users").status != 200:
            assert watch.seconds() < WITHIN
        assert world.scim("GET", '/Users?filter=userName eq "ana"').status == 200
        assert world.stop() == 0
