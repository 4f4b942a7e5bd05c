"""The signals that end a server: SIGINT (Ctrl-C), SIGTERM, and SIGHUP, which a closed terminal sends.

`nohup` starts it with SIGHUP ignored, and it stays ignored (https://pubs.opengroup.org/onlinepubs/9799919799/,
"nohup", Description, read 2026-11-30).
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue


class Stop:
    """The event that a server waits for. A signal handler may set it at any moment, also during `wait`.

    `threading.Event` holds its lock for a moment of its `wait`, and a handler that runs just then waits for that lock forever.
    SimpleQueue's put may be called during its get
    (https://www.python.org/pipermail/python-checkins/2018-January/153463.html, bpo-14976, read 2026-11-30).
    """

    def __init__(self) -> None:
        self._reasons: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        """Let `wait` return, now and from then on."""
        self._reasons.put(None)

    @property
    def is_set(self) -> bool:
        """Return whether `set` was called."""
        return not self._reasons.empty()

    def wait(self, seconds: float | None = None) -> bool:
        """Block until `set` is called, or for so long; say whether it was."""
        with suppress(Empty):
            self._reasons.put(self._reasons.get(timeout=seconds))
        return self.is_set


def ending() -> frozenset[signal.Signals]:
    """Return the signals that end this process: without SIGHUP if it is ignored, or on Windows."""
    hang_up = getattr(signal, "SIGHUP", None)
    ends = {signal.SIGINT, signal.SIGTERM}
    if hang_up is not None and signal.getsignal(hang_up) != signal.SIG_IGN:
        ends.add(hang_up)
    return frozenset(ends)


def listen_for_end(stopped: Stop) -> None:
    """Install handlers that set `stopped` for each signal that ends a server."""
    for number in ending():
        signal.signal(number, lambda *_: stopped.set())


@contextmanager
def stop_signal() -> Iterator[Stop]:
    """Yield a `Stop` that a signal sets. Afterwards the former handlers are installed again.

    After a signal they are ignored instead: everything is written, and an impatient second signal must not fail the end.
    """
    stopped = Stop()
    before = {number: signal.getsignal(number) for number in ending()}
    listen_for_end(stopped)
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if stopped.is_set else handler)
