"""A network that passes nothing between one process and PostgreSQL, and tells nobody: another one goes on."""

import signal
import subprocess
import sys
from collections.abc import Iterator
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
