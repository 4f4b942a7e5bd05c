"""The signals that end a server: Ctrl-C, SIGTERM, and SIGHUP, with which a terminal takes leave.

Whoever starts it with `nohup` has SIGHUP ignored already, and it stays so (https://pubs.opengroup.org/onlinepubs/9799919799/,
"nohup", Description, read 2026-11-30).
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def ending() -> frozenset[signal.Signals]:
    """Return the signals that end a server which was started as this process was; Windows has no SIGHUP."""
    hang_up = getattr(signal, "SIGHUP", None)
    ends = {signal.SIGINT, signal.SIGTERM}
    if hang_up is not None and signal.getsignal(hang_up) != signal.SIG_IGN:
        ends.add(hang_up)
    return frozenset(ends)


def listen_for_end(stopped: threading.Event) -> None:
    """Have each signal that ends a server set `stopped` from now on."""
    for number in ending():
        signal.signal(number, lambda *_: stopped.set())


@contextmanager
def stop_signal() -> Iterator[threading.Event]:
    """Yield what a signal sets. Without one each does again afterwards what it did before.

    After one they are ignored: all is written, and an impatient second one must not make a failure of the end.
    """
    stopped = threading.Event()
    before = {number: signal.getsignal(number) for number in ending()}
    listen_for_end(stopped)
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_IGN if stopped.is_set() else handler)
