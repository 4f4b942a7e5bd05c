"""What ends a server, and that its end is whole: a signal, a second one in a hurry, a terminal that is closed."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from harness.serving.stopping import ending

pytestmark = pytest.mark.slow


def send_until_the_end(process, number):
    """Send a signal again and again, with time between them for the process to do anything at all."""
    while process.poll() is None:
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)


ENDS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


@pytest.mark.parametrize("number", ENDS, ids=[number.name for number in ENDS])
def test_a_signal_ends_it_whole_and_the_next_ones_change_nothing(serve, tmp_path, number):
    """The ready file goes, both sides' checksums are there, and the exit code says success."""
    world = serve("--data", str(tmp_path / "data"))
    send_until_the_end(world.process, number)
    assert world.stop(number) == 0
    assert "".join(world.said).endswith("stopped\n")
    assert not world.ready_file.exists()
    assert (tmp_path / "data" / "checksums").exists()


def test_the_next_ones_change_nothing_for_several_processes_either(serve, address):
    world = serve("--processes", "2", "--data", address)
    send_until_the_end(world.process, signal.SIGTERM)
    assert world.stop() == 0
    assert "".join(world.said).endswith("stopped\n")
    assert not world.ready_file.exists()


def test_a_terminal_that_is_closed_ends_what_runs_in_it(tmp_path):
    """The last word has nobody to read it, and is no failure."""
    ours, theirs = os.openpty()
    ready_file = tmp_path / "ready.json"
    command = ["serve", "--aws-port", "0", "--azure-port", "0", "--ready-file", str(ready_file)]
    process = subprocess.Popen(
        [sys.executable, "-c", _IN_A_TERMINAL, *command],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    text = b""
    with suppress(OSError):
        while b"Ctrl-C stops" not in text:
            text += os.read(ours, 4096)
    assert ready_file.exists(), text
    os.close(ours)
    assert process.wait(60) == 0
    assert not ready_file.exists()


# The new session's first terminal becomes its own, whose end is told to it.
_IN_A_TERMINAL = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from harness.__main__ import main
main()
"""


def test_nohup_holds():
    """Whoever starts a server so that it stays when the terminal goes has SIGHUP ignored already."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert ending() == {signal.SIGINT, signal.SIGTERM}
    finally:
        signal.signal(signal.SIGHUP, before)
    assert ending() == set(ENDS)
