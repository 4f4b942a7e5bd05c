"""What ends a server, and that its end is whole: a signal, a second one in a hurry, a terminal that is closed."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from harness.serving import session
from harness.serving.options import Options, PostgresAddress
from harness.serving.stopping import Stop, ending

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def heeding_signals(in_a_terminal):
    """Each test here sends some."""


ENDS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


@pytest.mark.parametrize("number", ENDS, ids=[number.name for number in ENDS])
def test_a_signal_ends_it_whole_and_the_next_ones_change_nothing(serve, tmp_path, number):
    """The ready file goes, both sides' checksums are there, and the exit code says success."""
    world = serve("--data", str(tmp_path / "data"))
    while world.process.poll() is None:
        world.process.send_signal(number)
    assert world.stop(number) == 0
    assert "".join(world.said).endswith("stopped\n")
    assert not world.ready_file.exists()
    assert (tmp_path / "data" / "checksums").exists()


def test_the_next_ones_change_nothing_for_several_processes_either(serve, address):
    world = serve("--processes", "2", "--data", address)
    while world.process.poll() is None:
        world.process.send_signal(signal.SIGTERM)
    assert world.stop() == 0
    assert "".join(world.said).endswith("stopped\n")
    assert not world.ready_file.exists()


def test_a_signal_before_the_first_of_several_processes_ends_them_too(monkeypatch):
    """Once they are started the signals wait for whoever waits for them; an earlier one has been and gone."""
    steps = []

    class Processes:
        def __init__(self, listening, *_):
            self.listening = listening
            self.ready = {"aws_sso": {"url": "http://127.0.0.1:1"}, "azure_ad": {"url": "http://127.0.0.1:2"}}
            signal.raise_signal(signal.SIGTERM)

        def start(self):
            steps.append("start")

        def wait(self):
            steps.append("wait")

        def stop(self):
            for each in self.listening:
                each.close()
            steps.append("stop")

    monkeypatch.setattr(session, "Processes", Processes)
    handlers = {number: signal.getsignal(number) for number in ENDS}
    try:
        options = Options(
            data=PostgresAddress("postgresql:///nowhere"), processes=2, aws_port=0, azure_port=0
        )
        session.serve(options, populate=None, ready_file=None, allow_remote=False, say=steps.append)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert steps[0] == "start"
    assert steps[-2:] == ["stop", "stopped"]
    assert "wait" not in steps


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


def test_a_signal_in_the_midst_of_the_wait_ends_it():
    """At whichever line of Python it comes, the handler runs there and then."""
    ended = subprocess.run(
        [sys.executable, "-c", _SIGNALS_AT_EACH_LINE], timeout=60, check=True, capture_output=True
    )
    assert ended.stdout == b"True\n"


def test_a_wait_of_some_seconds_ends_without_a_signal_too():
    """So that somebody who waits may look after something now and then."""
    stopped = Stop()
    assert not stopped.wait(0.001)
    stopped.set()
    assert [stopped.wait(60), stopped.wait(), stopped.is_set] == [True, True, True]


_SIGNALS_AT_EACH_LINE = """
import signal, sys
from harness.serving.stopping import stop_signal

lines = []

def at_each_line(frame, event, _):
    if event == "line" and len(lines) < 20:
        lines.append(frame.f_lineno)
        signal.raise_signal(signal.SIGTERM)
    return at_each_line

with stop_signal() as stopped:
    sys.settrace(at_each_line)
    stopped.wait()
    sys.settrace(None)
print(stopped.is_set and len(lines) > 0)
"""
