"""Time, as an argument: the only module that may read the machine's clock.

Scenarios run on `VirtualClock`: to wait 28 days is to call what is due, in order, and takes microseconds.
`harness serve` runs on `OffsetClock`: wall time plus an offset that the control API may move forward.
"""

from __future__ import annotations

import heapq
import itertools
import re
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from harness.base.errors import HarnessError

_TWO = [f"{number:02}" for number in range(60)]  # a lookup takes a third of isoformat's time
_SET_BACK = timedelta(seconds=1)  # less is what keeps a clock right
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)")


@dataclass(order=True, slots=True)
class Timer:
    """A callback that is due at a moment; after `cancel` it is never called."""

    due: datetime
    order: int
    callback: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        ...

    def call_at(self, due: datetime, callback: Callable[[], None]) -> Timer:
        """Call `callback` when the clock reaches `due`; a past moment is due at the next advance."""
        ...

    def advance(self, by: timedelta) -> None:
        """Move forward and call what is due, in order, each at its own moment."""
        ...

    def rewind(self, to: datetime) -> None:
        """Set another moment without calling anything; timers stay as they are."""
        ...

    @property
    def turn(self) -> AbstractContextManager[object]:
        """The lock that is held while a callback runs and while the clock is moved."""
        ...


class _Timers:
    """Due callbacks in order of time, then of registration."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._orders = itertools.count()
        self._lock = threading.Lock()

    def add(self, due: datetime, callback: Callable[[], None]) -> Timer:
        with self._lock:
            timer = Timer(due, next(self._orders), callback)
            heapq.heappush(self._heap, timer)
        return timer

    def pop_due(self, until: datetime) -> Timer | None:
        with self._lock:
            while self._heap and self._heap[0].due <= until:
                timer = heapq.heappop(self._heap)
                if not timer.cancelled:
                    return timer
        return None


class VirtualClock:
    """Time that moves only by `advance` and `rewind`. For one thread."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self.turn: AbstractContextManager[object] = nullcontext()
        self._timers = _Timers()

    def now(self) -> datetime:
        return self._now

    def call_at(self, due: datetime, callback: Callable[[], None]) -> Timer:
        return self._timers.add(due, callback)

    def advance(self, by: timedelta) -> None:
        until = later(self._now, by)
        while timer := self._timers.pop_due(until):
            self._now = max(self._now, timer.due)
            timer.callback()
        self._now = max(self._now, until)

    def rewind(self, to: datetime) -> None:
        self._now = to


class OffsetClock:
    """Wall time plus an offset; a background thread calls what is due.

    Callbacks run one at a time in any thread, so cycles never overlap. With `holds`, a machine's clock that is set back does not set
    this one back.
    """

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset
        self.holds = True
        self._timers = _Timers()
        self.turn = threading.RLock()
        self._looked = datetime.now(UTC), time.monotonic()
        self._wake = threading.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None
        self.on_error: Callable[[BaseException], None] = lambda _: None
        self.on_step: Callable[[timedelta], None] = lambda _: None  # called with each new offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def call_at(self, due: datetime, callback: Callable[[], None]) -> Timer:
        timer = self._timers.add(due, callback)
        self._wake.set()
        return timer

    def advance(self, by: timedelta) -> None:
        with self.turn:
            until = later(self.now(), by)
            while timer := self._timers.pop_due(until):
                self._move_to(timer.due)
                timer.callback()
                if self._stopped:  # later timers are for the next process
                    return
            self._move_to(until)

    def skip(self, by: timedelta) -> None:
        """Move forward from within a callback: what becomes due is called after it."""
        self._move_to(later(self.now(), by))

    def _move_to(self, moment: datetime) -> None:
        step = moment - self.now()
        if step > timedelta():
            self.offset += step
            self.on_step(self.offset)

    def go_on_from(self, moment: datetime) -> None:
        """Move forward to a saved moment, unless it is past."""
        with self.turn:
            self._move_to(moment)

    def hold(self) -> None:
        """Move forward by the time that the machine's clock was set back since the last call."""
        with self.turn:
            (wall, steady), self._looked = self._looked, (datetime.now(UTC), time.monotonic())
            lost = timedelta(seconds=self._looked[1] - steady) - (self._looked[0] - wall)
            if self.holds and lost > _SET_BACK:
                self.offset += lost
                self.on_step(self.offset)

    def rewind(self, to: datetime) -> None:
        with self.turn:
            self.offset += to - self.now()
            self.on_step(self.offset)

    def run_due(self) -> None:
        """Call, in the caller's thread, what is due by now."""
        with self.turn:
            while timer := self._timers.pop_due(self.now()):
                timer.callback()

    def start(self) -> None:
        """Call what is due from a daemon thread until `stop`."""
        self._thread = threading.Thread(target=self._tick, name="harness-clock", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the running callback finish, then end the thread."""
        self._stopped = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _tick(self) -> None:
        while not self._stopped:
            try:
                self.hold()
                self.run_due()
            except Exception as error:  # noqa: BLE001 - one failed callback must not stop time
                self.on_error(error)
            self._wake.wait(timeout=0.2)
            self._wake.clear()


def pause(span: timedelta) -> None:
    """Wait in wall time, for a foreign server, never in a scenario."""
    time.sleep(span.total_seconds())


class Waits:
    """Waits in wall time before late answers on a socket; `end` ends all of them."""

    def __init__(self) -> None:
        self._ended = threading.Event()

    def wait(self, span: timedelta) -> None:
        self._ended.wait(span.total_seconds())

    def end(self) -> None:
        self._ended.set()


class Stopwatch:
    """Elapsed wall seconds, to show to people; never part of a run's result."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def seconds(self) -> float:
        return time.perf_counter() - self._began


def later(moment: datetime, by: timedelta) -> datetime:
    """Return a moment plus a span. Raises HarnessError for one so late that no timer fits after it."""
    if by > _LATEST - moment:
        raise HarnessError(f"the clock goes no further than {iso(_LATEST)}")
    return moment + by


def parse_duration(text: str) -> timedelta:
    """Read `40m`, `28d`, `1h30m`, `250ms`.

    Raises HarnessError with the accepted form when the text is anything else.
    """
    compact = text.strip()
    parts = _PART.findall(compact)
    if not parts or _PART.sub("", compact).strip():
        raise HarnessError(
            f"'{text}' is not a duration; write it as 40m, 6h, 28d or 1h30m (units: ms s m h d w)"
        )
    try:
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))
    except OverflowError as error:
        raise HarnessError(f"'{text}' is longer than time itself allows") from error


def iso(moment: datetime, digits: int = 0) -> str:
    """Return a moment in the form `2020-03-31T02:36:15Z`, with `digits` decimals of the second."""
    day = f"{moment.year:04}-{_TWO[moment.month]}-{_TWO[moment.day]}"
    text = f"{day}T{_TWO[moment.hour]}:{_TWO[moment.minute]}:{_TWO[moment.second]}"
    if digits:
        text += "." + f"{moment.microsecond:06d}".ljust(digits, "0")[:digits]
    return text + "Z"


def from_iso(text: str) -> datetime:
    """Return the moment of a text in `iso`'s form."""
    return datetime.fromisoformat(text)
