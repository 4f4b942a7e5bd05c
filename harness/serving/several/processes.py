"""Several processes behind the same two ports of one machine: the parent listens, its children answer.

A child that dies is followed by another one. All end when the parent does, however that ends: each child waits for the end
of a pipe that the parent alone holds open. The parent has no threads, so that it may fork.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from harness.base.errors import HarnessError
from harness.serving.stopping import Stop, ending, listen_for_end

Listening = tuple[socket.socket, socket.socket]
# What a child does: it is given the sockets, whether it is the first, whom to tell what scripts need, and what ends it.
Child = Callable[[Listening, bool, Callable[[dict[str, Any]], None], Stop], None]


@dataclass(slots=True)
class Processes:
    """`count` children on the sockets. Raises HarnessError with what the first of them could not start for."""

    listening: Listening
    child: Child
    count: int
    ready: dict[str, Any] = field(init=False)
    _numbers: dict[int, int] = field(default_factory=dict)  # of the children, by pid
    _life: tuple[int, int] = field(init=False)
    _signals: frozenset[signal.Signals] = field(init=False)

    def start(self) -> None:
        """Start one after another, for the first one fills the database."""
        self._signals = _signals()
        signal.pthread_sigmask(signal.SIG_BLOCK, self._signals)
        self._life = os.pipe()
        try:
            for number in range(self.count):
                self.ready = self._fork(number, is_first=number == 0)
        except BaseException:
            self.stop()
            raise

    def wait(self) -> None:
        """Come back when a signal arrives that ends all; put another child in the place of one that died."""
        while signal.sigwait(self._signals) == signal.SIGCHLD:
            for number in self._reap():
                self._fork(number, is_first=False)

    def stop(self) -> None:
        for pid in self._numbers:
            os.kill(pid, signal.SIGTERM)
        for pid in self._numbers:
            os.waitpid(pid, 0)
        for end in self._life:
            os.close(end)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self._signals)

    def _reap(self) -> list[int]:
        """Return the numbers of the children that have died."""
        dead = [pid for pid in self._numbers if os.waitpid(pid, os.WNOHANG)[0]]
        return [self._numbers.pop(pid) for pid in dead]

    def _fork(self, number: int, *, is_first: bool) -> dict[str, Any]:
        """Return what the new child tells once it serves. Raises HarnessError when it cannot."""
        read, write = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(read)
            os.close(self._life[1])
            _keep_to_one_core(number, self.count)
            _be_child(self.child, self.listening, self._life[0], write, is_first=is_first)
        os.close(write)
        self._numbers[pid] = number
        with os.fdopen(read, encoding="utf-8") as pipe:
            message = pipe.read()
        document: dict[str, Any] = (
            json.loads(message) if message else {"error": "a process died as it started"}
        )
        if "error" in document:
            os.waitpid(pid, 0)
            del self._numbers[pid]
            raise HarnessError(document["error"])
        return document


def _keep_to_one_core(number: int, count: int) -> None:
    """Let a process stay on one core where there is a process for each: what it has in that core's caches stays there.

    With fewer processes the system chooses among all cores, which others use, too.
    """
    if hasattr(os, "sched_setaffinity"):  # Linux
        cores = sorted(os.sched_getaffinity(0))
        if count >= len(cores):
            os.sched_setaffinity(0, {cores[number % len(cores)]})


def _signals() -> frozenset[signal.Signals]:
    return ending() | {signal.SIGCHLD}


def _be_child(child: Child, listening: Listening, life: int, write: int, *, is_first: bool) -> None:
    """Serve until pipe to stop, and never come back."""
    stopped = Stop()
    listen_for_end(stopped)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _signals())
    threading.Thread(target=_outlived, args=(life, stopped), daemon=True).start()
    pipe = os.fdopen(write, "w", encoding="utf-8")

    def tell(document: dict[str, Any]) -> None:
        pipe.write(json.dumps(document))
        pipe.close()

    code = 1
    try:
        child(listening, is_first, tell, stopped)
        code = 0
    except HarnessError as error:
        if not pipe.closed:
            tell({"error": str(error)})
    finally:
        os._exit(code)


def _outlived(life: int, stopped: Stop) -> None:
    os.read(life, 1)
    stopped.set()
