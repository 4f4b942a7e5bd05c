"""`--processes N`: one address, several processes behind it, and all of them end together."""

import os
import signal
from pathlib import Path

import pytest

from harness.base.clock import Stopwatch
from harness.wire.message import TransportError, json_request
from harness.wire.sockets.network import Network
from tests.serving.test_killed import PEOPLE, directory  # noqa: F401 - a fixture
from tests.serving.test_postgres import assert_everybody_arrived_once, start_cycle, wait_for_arrivals
from tests.serving.test_serve import harness

pytestmark = pytest.mark.slow
WITHIN = 60  # seconds, on a busy machine


def children(world):
    """Return the pids of the processes that answer."""
    task = Path(f"/proc/{world.process.pid}/task/{world.process.pid}/children")
    return [int(pid) for pid in task.read_text().split()]


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(condition):
    watch = Stopwatch()
    while not condition():
        assert watch.seconds() < WITHIN


def test_files_are_for_one_process(tmp_path):
    """Two on a folder would be two worlds; said before anything is opened."""
    refused = harness(
        "serve", "--processes", "2", "--data", str(tmp_path), "--aws-port", "0", "--azure-port", "0"
    )
    assert (refused.returncode, "postgresql://" in refused.stderr, len(refused.stderr.splitlines())) == (
        2,
        True,
        1,
    )


def test_what_keeps_a_process_from_starting_is_said_once():
    """The children's one line is the parent's."""
    address = "postgresql://ana:hush@127.0.0.1:1/people"
    refused = harness("serve", "--processes", "2", "--data", address, "--aws-port", "0", "--azure-port", "0")
    (line,) = refused.stderr.splitlines()
    assert refused.returncode == 2
    assert line.startswith(
        "error: PostgreSQL database 'people' at 127.0.0.1:1 cannot be used: connection failed: "
    )
    assert "Connection refused; see that the server runs" in line
    assert "hush" not in line


def test_a_cycle_survives_each_process_in_turn(serve, address, directory):  # noqa: F811
    """Whoever is killed is followed by another; the address stays, everybody arrives once."""
    world = serve("--processes", "2", "--data", address, "--populate", str(directory))
    first = children(world)
    assert len(first) == 2
    start_cycle(world)
    arrived = wait_for_arrivals(world, 20)
    assert len(arrived) < PEOPLE
    for pid in first:
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: len(children(world)) == 2 and pid not in children(world))  # noqa: B023 - asked at once
        world.network.close()
        world.network = Network(timeout=WITHIN)
        wait_for(lambda: answers(world))
    world.settle()
    assert_everybody_arrived_once(world)
    assert not set(first) & set(children(world))


def answers(world):
    try:
        return (
            world.network(json_request("GET", f"{world.ready['aws_sso']['url']}/console/api/users")).status
            == 200
        )
    except TransportError:  # the connection was the dead process's
        return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_all_end_with_the_one_that_was_started(serve, address, how):
    """However it ends; a parent that was told to leaves nothing behind."""
    world = serve("--processes", "2", "--data", address)
    pids = children(world)
    assert world.ready["server"]["pid"] == world.process.pid
    world.process.send_signal(how)
    world.process.wait(WITHIN)
    wait_for(lambda: not any(map(is_running, pids)))
    assert world.ready_file.exists() == (how == signal.SIGKILL)


@pytest.fixture
def cores():
    """Return the one or two cores that this process, and what it starts, may use."""
    every = os.sched_getaffinity(0)
    few = set(sorted(every)[:2])
    os.sched_setaffinity(0, few)
    yield few
    os.sched_setaffinity(0, every)


def test_as_many_processes_as_cores_have_one_each(serve, address, cores):
    """Also the one that follows another; fewer processes go where there is room."""
    world = serve("--processes", "2", "--data", address)

    def in_use():
        return [os.sched_getaffinity(pid) for pid in children(world)]

    assert set.union(*in_use()) == cores
    assert all(len(each) == 1 for each in in_use())
    victim = children(world)[0]
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: len(children(world)) == 2 and victim not in children(world))
    wait_for(lambda: answers(world))
    assert set.union(*in_use()) == cores
    assert os.sched_getaffinity(world.process.pid) == cores
