"""A forecast of how long the checks will take, printed once they run: they make some two thousand requests, and a server may be slow.

The number of requests to come is that of a right server (`Suite.requests`), less those already sent; each is expected to take the
median time of the first answers. Waits, as after a 429, come on top.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median

from harness.base.clock import Stopwatch
from harness.wire.message import Request, Response, Send

_ANSWERS = 5  # after which the time is reckoned
_LONG = 120.0  # seconds to come, below which nothing is said


class Forecast:
    """A transport that calls `announce` once, after the first answers, if the rest is going to take minutes.

    `requests` are how many each suite makes, by its name; `rate` is in requests a second, 0 for as fast as it goes.
    """

    def __init__(
        self, send: Send, requests: Mapping[str, int], rate: float, announce: Callable[[str], None]
    ) -> None:
        self._send, self._requests, self._announce = send, requests, announce
        self._least = 1 / rate if rate else 0.0
        self._seconds: list[float] = []

    def __call__(self, request: Request) -> Response:
        if len(self._seconds) == _ANSWERS:
            return self._send(request)
        watch = Stopwatch()
        try:
            return self._send(request)
        finally:
            self._seconds.append(watch.seconds())
            if len(self._seconds) == _ANSWERS:
                self._say()

    def _say(self) -> None:
        answer = median(self._seconds)
        pace = max(answer, self._least)
        to_come = sum(self._requests.values()) - _ANSWERS
        if to_come * pace < _LONG:
            return
        cause = (
            f"the server takes {answer:.1f} s an answer"
            if pace == answer
            else "--rate makes the requests wait"
        )
        self._announce(
            f"note: {cause}, and about {to_come} requests are to come: {_time(to_come * pace)}, or less where users can be made "
            f"and deleted several at a time. {self._shorter(pace)}"
        )

    def _shorter(self, pace: float) -> str:
        """Return what would take less time: one suite, or a few checks."""
        some = "Some checks alone, with --check NAME for each ('harness certify list' names them)"
        if len(self._requests) < 2:
            return f"{some}."
        each = ", ".join(f"{name} {_time(count * pace)}" for name, count in self._requests.items())
        return f"One suite alone, with --suite NAME: {each}. {some}."


def _time(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"about {minutes} minutes" if minutes > 1 else "about a minute"
