"""One process among those that share a world: who runs the cycles, and how all of them have the same time.

The process that leads has the jobs' timers; when it dies another one leads within seconds, resumes the jobs from the store
and goes on with a clock that was being moved. The others only answer requests, and tell it when they changed something.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from harness.azure_ad.provisioning.engine import Engine
from harness.base.clock import OffsetClock, from_iso, iso, later
from harness.base.errors import HarnessError
from harness.base.store import Store
from harness.serving.storage.data import Data, Peers

_PATIENCE = 0.5  # seconds between two looks whether the clock is there


class _Wish:
    """How far the clock is to be moved, in the store, so that whoever leads next goes on with it."""

    _PLACE = "clock", "wish"

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, now: datetime, by: timedelta) -> None:
        """Wish for more time, beyond what others wish for. Raises HarnessError for more than there is."""
        with self._store.transaction():
            until = self.until()
            start = now if until is None else max(now, from_iso(until))
            self._store.put(*self._PLACE, {"until": iso(later(start, by), 6), "failure": None})

    def until(self) -> str | None:
        wish = self._store.get(*self._PLACE)
        return None if wish is None or wish["failure"] else str(wish["until"])

    def is_over(self) -> bool:
        """Tell whether nothing is wished for any more. Raises HarnessError when moving the clock failed."""
        wish = self._store.get(*self._PLACE)
        if wish is not None and wish["failure"]:
            raise HarnessError(wish["failure"])
        return wish is None

    def fulfil(self, until: str) -> None:
        with self._store.transaction():
            if self.until() == until:
                self._store.delete(*self._PLACE)

    def fail(self, until: str, reason: str) -> None:
        self._store.put(*self._PLACE, {"until": until, "failure": reason})


class Shared:
    """`take_over` is called when this process begins to lead."""

    def __init__(self, data: Data, peers: Peers, clock: OffsetClock) -> None:
        self._data, self._peers, self._clock = data, peers, clock
        self._wish = _Wish(data.stores["azure_ad"])
        self._leading = self._stopped = False
        self._moving: str | None = None  # until when the clock is being moved by this process
        self._looked = threading.Condition()
        self._rewinds = data.rewinds()

    def start(self, engine: Engine, take_over: Callable[[], None]) -> None:
        self._engine, self._take_over = engine, take_over
        self._peers.start(self._look, self._clock.on_error)

    def stop(self) -> None:
        self._stopped = True
        self._peers.stop()

    def moved(self, offset: timedelta) -> None:
        """Keep a step that the clock took, and let the others take it, too."""
        self._data.save_offset(offset, self._clock.now())
        self._peers.tell()

    def rewound(self) -> None:
        """Let the others, too, take the time and the jobs from data that are again what they were."""
        # This process counts it at its next look, too: one that was under way may have read what was there before.
        self._data.count_rewind(self._rewinds)
        self._peers.tell()

    def advance(self, by: timedelta) -> None:
        """Have the leader move the clock, and come back when all that fell due is done. Raises HarnessError."""
        self._wish.add(self._clock.now(), by)
        self._peers.tell()
        while not self._stopped:
            if self._wish.is_over():
                return
            with self._looked:
                self._looked.wait(_PATIENCE)
        raise HarnessError("this process ends; ask another one whether the clock is there")

    def _look(self) -> None:
        rewinds, offset = self._data.rewinds(), self._data.offset()
        if rewinds != self._rewinds:
            self._rewinds, self._clock.offset = rewinds, offset
            self._engine.begin_anew()
        else:
            self._clock.offset = max(self._clock.offset, offset)
        if self._peers.leads and not self._leading:
            self._take_over()
            self._leading = True
        elif self._leading and not self._peers.leads:
            self._leading, self._moving = False, None
            self._engine.rest()
        elif self._leading:
            self._engine.look_again()
        if self._leading:
            self._move()
        with self._looked:
            self._looked.notify_all()

    def _move(self) -> None:
        """Let the clock's thread go where somebody wants it, unless it is on its way."""
        until = self._wish.until()
        if until is not None and until != self._moving:
            self._moving = until
            self._clock.call_at(self._clock.now(), lambda: self._move_to(until))

    def _move_to(self, until: str) -> None:
        try:
            self._clock.advance(max(from_iso(until) - self._clock.now(), timedelta()))
        except Exception as error:
            self._wish.fail(until, f"moving the clock failed with {type(error).__name__}")
            raise
        finally:
            self._moving = None
        if iso(self._clock.now(), 6) >= until:
            self._wish.fulfil(until)
        self._peers.tell()
