"""The signals that end a server: Ctrl-C, SIGTERM, and SIGHUP, with which a terminal takes leave.

Whoever starts it with `nohup` has SIGHUP ignored already, and it stays so (https://pubs.opengroup.org/onlinepubs/9799919799/,
"nohup", Description, read 2026-11-30).
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue


class Stop:
    """What a server waits for. A signal handler may set it at any moment, in the midst of `wait` too.

    `threading.Event` will not do: its lock is held for a moment of its `wait`, and a handler that runs just then waits
    for that lock forever. The put of a SimpleQueue is made to be called in the midst of its get
    (https://www.python.org/pipermail/python-checkins/2018-January/153463.html, bpo-14976, read 2026-11-30).
    """

    def __init__(self) -> None:
        self._reasons: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        """Have `wait` return, now and from then on."""
        self._reasons.put(None)

    @property
    def is_set(self) -> bool:
        """Say whether `set` was called."""
        return not self._reasons.empty()

    def wait(self, seconds: float | None = None) -> bool:
        """Block until `set` is called, or for so long; say whether it was."""
        with suppress(Empty):
            self._reasons.put(self._reasons.get(timeout=seconds))
        return self.is_set


def ending() -> frozenset[signal.Signals]:
    """Return the signals that end a server which was started as this process was; Windows has no SIGHUP."""
    hang_up = getattr(signal, "SIGHUP", None)
    ends = {signal.SIGINT, signal.SIGTERM}
    if hang_up is not None and signal.getsignal(hang_up) != signal.SIG_IGN:
        ends.add(hang_up)
    return frozenset(ends)


def listen_for_end(stopped: Stop) -> None:
    """Have each signal that ends a server set `stopped` from now on."""
    for number in ending():
        signal.signal(number, lambda *_: stopped.set())


@contextmanager
def stop_signal() -> Iterator[Stop]:
    """Yield what a signal sets. Without one each does again afterwards what it did before.

    After one they are ignored: all is written, and an impatient second one must not make a failure of the end.
    """
    stopped = Stop()
    before = {number: signal.getsignal(number) for number in ending()}
    listen_for_end(stopped)
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if stopped.is_set else handler)
