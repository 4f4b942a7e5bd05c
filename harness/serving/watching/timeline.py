"""The last ten thousand happenings of a served world, numbered in their order, and waits for the next."""

from __future__ import annotations

import threading
from collections import deque
from itertools import islice

from harness.base.ids import Ids
from harness.serving.watching.happenings import Event, Happening

MOST = 10_000


class Timeline:
    """The timeline of this process; `origin` tells it from other processes'.

    `forgotten` is the number up to which requests are not counted (`seen.py`), though shown.
    """

    def __init__(self, most: int = MOST) -> None:
        self.origin = Ids(None).hex(8)
        # New happenings since the last read: to add one needs no lock, for it is one step of the interpreter.
        self._new: deque[Happening] = deque(maxlen=most)
        self._happenings: deque[Happening] = deque(maxlen=most)
        self._last = 0
        self.forgotten = 0
        self._more = threading.Condition()
        self._waiting = 0
        self._words: dict[str, tuple[int, frozenset[bytes]]] = {}

    def add(self, happening: Happening) -> None:
        self._new.append(happening)
        if self._waiting:
            with self._more:
                self._more.notify_all()

    @property
    def last(self) -> int:
        """Return the number of the newest happening; the first is 1."""
        with self._more:
            arrived = [self._new.popleft() for _ in range(len(self._new))]
            self._happenings.extend(arrived)
            self._last += len(arrived)
            return self._last

    def forget_requests(self) -> int:
        """Count only later requests; return the number of the last happening so far."""
        self.forgotten = self.last
        return self.forgotten

    def events(
        self, after: int = 0, *, before: int | None = None, about: str = "", most: int = MOST
    ) -> list[Event]:
        """Return the happenings after a number and before another, the newest `most` of them, oldest first.

        With `about`, only those that mention it: the text itself, or the id of an object that was shown with it.
        """
        happenings = self._behind(after)
        if before is not None:
            happenings = [each for each in happenings if each[0] < before]
        if about:
            words = self._words_of(about)
            happenings = [each for each in happenings if _mentions(each[1], words)]
        return [each.event(number, whole=False) for number, each in happenings[-most:]]

    def event(self, number: int) -> Event | None:
        """Return one with all details; None for one that is not kept any more."""
        place, happening = next(iter(self._behind(number - 1)), (0, None))
        return happening.event(number, whole=True) if happening is not None and place == number else None

    def whole(self, about: str = "", after: int = 0) -> list[Event]:
        """Return all after a number, each with all details."""
        words = self._words_of(about) if about else None
        return [
            each.event(number, whole=True)
            for number, each in self._behind(after)
            if words is None or _mentions(each, words)
        ]

    def wait(self, after: int, seconds: float) -> None:
        """Return when there is one after a number, or after so many seconds."""
        with self._more:
            self._waiting += 1
            try:
                self._more.wait_for(lambda: self.last > after, seconds)
            finally:
                self._waiting -= 1

    def _behind(self, after: int) -> list[tuple[int, Happening]]:
        with self._more:
            first = self.last - len(self._happenings)  # the number before the oldest
            skipped = max(after - first, 0)
            happenings = list(islice(self._happenings, skipped, None))
        return list(enumerate(happenings, first + skipped + 1))

    def _words_of(self, about: str) -> frozenset[bytes]:
        """Return the text and the ids of objects shown with it; only new happenings are searched."""
        text = about.encode().lower()
        after, words = self._words.get(about, (0, frozenset({text})))
        for number, each in self._behind(after):
            after = number
            if text in each.raw():
                words |= frozenset(each.ids())
        self._words = (
            {about: (after, words)} if about not in self._words else {**self._words, about: (after, words)}
        )
        return words


def _mentions(happening: Happening, words: frozenset[bytes]) -> bool:
    raw = happening.raw()
    return any(word in raw for word in words)
