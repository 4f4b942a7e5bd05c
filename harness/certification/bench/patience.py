"""Patience with a server that is busy, is cut off for a moment, or shows what was written only some time later.

429, and 503 with `Retry-After` (RFC 9110, 10.2.3: seconds or a date), are waited for; any other 500, 502, 503 or 504 and a
cut connection are tried once more, except a POST that was cut off, for it may have been carried out. Once a read was seen to
lag behind a write, further reads of its kind wait for as long; `rereading.py` sees it.

Source: https://developer.mozilla.org/en-US/docs/Web/HTTP/Headers/Retry-After, "Syntax" and "Directives" (read 2026-11-30).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from statistics import median
from typing import TypeAlias
from urllib.parse import urlsplit

from harness.base.clock import Clock, Stopwatch, iso
from harness.base.ids import Ids
from harness.certification.answers import no_answer
from harness.wire.message import Request, Response, Send, TransportError

Pause: TypeAlias = Callable[[timedelta], None]
_BUSY, _UNAVAILABLE = 429, 503
_TRIED_AGAIN = (500, 502, _UNAVAILABLE, 504)
_NOT_JUDGED = (_BUSY, 502, _UNAVAILABLE, 504)
_SLOW = 0.5  # seconds that an answer takes, from which on requests are sent several at a time
_AT_A_TIME, _REMEMBERED = 4, 20
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 20.0  # seconds, doubled each time and moved by up to a half


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a server.

    `rate` is in requests a second, 0 for as fast as it goes; `settle` how long what was written may take to be read
    (inferred: Microsoft reads a whole cycle later, and says nothing of how long a server may take); `budget` how long one
    request is waited for in all.
    """

    rate: float = 0.0
    settle: timedelta = timedelta(seconds=3)
    budget: timedelta = timedelta(seconds=60)


DEFAULT = Patience()


@dataclass(frozen=True, slots=True)
class Timing:
    """A request in real time: when it was sent, in ISO 8601, and how many seconds its answer took."""

    method: str
    url: str
    began: str
    seconds: float


class PatientSend:
    """A transport that waits. `notes` says what was tried again; `unjudged` is the last request without a real answer.

    `timings` are when each request was sent, and how long it took.
    """

    def __init__(self, send: Send, clock: Clock, pause: Pause, patience: Patience) -> None:
        self._send, self._clock, self._pause, self._patience = send, clock, pause, patience
        self._ids = Ids("")
        self._last: datetime | None = None
        self._seconds: deque[float] = deque(maxlen=_REMEMBERED)  # that the newest answers took
        self._written: datetime | None = None
        self._lags: dict[bool, timedelta] = {}  # of queries, and of single resources
        self.begin("")

    def begin(self, seed: str) -> None:
        """Begin another check; the waits' jitter follows from the seed."""
        self._ids = Ids(f"{seed}/patience")
        self.notes: list[str] = []
        self.unjudged = ""
        self.timings: list[Timing] = []

    def learn_lag(self, reads: Iterable[Request]) -> None:
        """Note how long after the last write reads like these became right: later reads of their kind wait for as long."""
        if self._written is None:
            return
        lag = self._clock.now() - self._written
        for kind in {is_query(each) for each in reads}:
            self._lags[kind] = max(lag, self._lags.get(kind, timedelta()))

    def __call__(self, request: Request) -> Response:
        self._wait_for_lag(request)
        waited, attempt, mishaps = timedelta(), 0, 0
        while True:
            self._keep_rate()
            outcome = self._attempt(request)
            wait = self._wait(request, outcome, attempt, mishap=mishaps > 0)
            if wait is None or waited + wait > self._patience.budget:
                break
            self.notes.append(f"{_label(request, outcome)}; sent again after {wait.total_seconds():.2f} s")
            self._pause(wait)
            waited, attempt = waited + wait, attempt + 1
            mishaps += isinstance(outcome, TransportError) or outcome.status != _BUSY
        if isinstance(outcome, TransportError) or outcome.status in _NOT_JUDGED:
            self.unjudged = _label(request, outcome)
        if isinstance(outcome, TransportError):
            raise outcome
        if not is_read(request):
            self._written = self._clock.now()
        return outcome

    def several(self, requests: Sequence[Request]) -> list[Response | TransportError]:
        """Send requests that do not depend on each other, four at a time to a slow server; return the outcomes in order."""
        step = _AT_A_TIME if self._is_slow() else 1
        outcomes: list[Response | TransportError] = []
        for start in range(0, len(requests), step):
            part = requests[start : start + step]
            outcomes += self._at_once(part) if len(part) > 1 else map(self._outcome, part)
        return outcomes

    def _is_slow(self) -> bool:
        return not self._patience.rate and bool(self._seconds) and median(self._seconds) >= _SLOW

    def _at_once(self, requests: Sequence[Request]) -> Iterator[Response | TransportError]:
        """Send requests at one moment and yield the outcomes; a request that failed for a moment is sent again, alone."""
        for request, outcome in zip(requests, self.together(requests), strict=True):
            if _may_be_repeated(request, outcome):
                self.notes.append(f"{_label(request, outcome)}; sent again, alone")
                yield self._outcome(request)
            else:
                if isinstance(outcome, TransportError):
                    self.unjudged = _label(request, outcome)
                yield outcome

    def together(self, requests: Sequence[Request]) -> list[Response | TransportError]:
        """Send requests at one moment; return the outcomes in their order. Whoever is too busy for one is asked again, alone."""
        with ThreadPoolExecutor(max_workers=len(requests)) as pool:
            outcomes = list(pool.map(self._attempt, requests))
        self._written = self._clock.now()
        return [
            self._again(request, outcome) if self._is_busy(outcome) else outcome
            for request, outcome in zip(requests, outcomes, strict=True)
        ]

    def _is_busy(self, outcome: Response | TransportError) -> bool:
        return not isinstance(outcome, TransportError) and outcome.status in (_BUSY, _UNAVAILABLE)

    def _again(self, request: Request, outcome: Response | TransportError) -> Response | TransportError:
        wait = self._wait(request, outcome, 0, mishap=False)
        if wait is not None:
            self.notes.append(f"{_label(request, outcome)}; sent again after {wait.total_seconds():.2f} s")
            self._pause(wait)
        return self._outcome(request)

    def _outcome(self, request: Request) -> Response | TransportError:
        try:
            return self(request)
        except TransportError as error:
            return error

    def _attempt(self, request: Request) -> Response | TransportError:
        began, watch = iso(self._clock.now(), 3), Stopwatch()
        try:
            return self._send(request)
        except TransportError as error:
            return error
        finally:
            seconds = watch.seconds()
            self._seconds.append(seconds)
            self.timings.append(Timing(request.method, request.url, began, seconds))

    def _wait(
        self, request: Request, outcome: Response | TransportError, attempt: int, *, mishap: bool
    ) -> timedelta | None:
        """Return how long to wait before sending again; None to take the outcome as it is, as after one `mishap`."""
        if isinstance(outcome, TransportError):
            return self._back_off(attempt) if _may_be_repeated(request, outcome) and not mishap else None
        after = self._retry_after(outcome)
        if outcome.status == _BUSY or (outcome.status == _UNAVAILABLE and after is not None):
            return self._back_off(attempt) if after is None else after
        return self._back_off(attempt) if _may_be_repeated(request, outcome) and not mishap else None

    def _retry_after(self, response: Response) -> timedelta | None:
        """Return the wait that `Retry-After` asks for; None if it is missing or cannot be read."""
        text = (response.header("Retry-After") or "").strip()
        if text.isascii() and text.isdigit() and len(text) < 7:
            return timedelta(seconds=int(text))
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(moment - self._clock.now(), timedelta())

    def _back_off(self, attempt: int) -> timedelta:
        usual = min(_FIRST_WAIT * 2**attempt, _LONGEST_WAIT)
        return timedelta(seconds=usual * (0.5 + self._ids.number(1001) / 1000))

    def _keep_rate(self) -> None:
        if not self._patience.rate:
            return
        if self._last is not None:
            early = self._last + timedelta(seconds=1 / self._patience.rate) - self._clock.now()
            if early > timedelta():
                self._pause(early)
        self._last = self._clock.now()

    def _wait_for_lag(self, request: Request) -> None:
        if self._written is None or not is_read(request):
            return
        due = self._written + self._lags.get(is_query(request), timedelta())
        if due > self._clock.now():
            self._pause(due - self._clock.now())


def is_read(request: Request) -> bool:
    """Tell whether a request changes nothing (RFC 7644, 3.4.3: a search may be a POST)."""
    return request.method in ("GET", "HEAD") or urlsplit(request.url).path.endswith("/.search")


def is_query(request: Request) -> bool:
    """Tell whether a request searches (and may be answered from an index) instead of reading one resource by its id."""
    parts = urlsplit(request.url)
    return bool(parts.query) or parts.path.endswith(("/Users", "/Groups", "/.search"))


def _may_be_repeated(request: Request, outcome: Response | TransportError) -> bool:
    """Tell whether a request may be sent again: it failed for a moment, and was not carried out as far as can be known."""
    if isinstance(outcome, TransportError):
        return outcome.kind == "reset" and request.method != "POST"
    return outcome.status in _TRIED_AGAIN


def _label(request: Request, outcome: Response | TransportError) -> str:
    came = (
        f"got {no_answer(outcome.kind)}"
        if isinstance(outcome, TransportError)
        else f"answered {outcome.status}"
    )
    return f"{request.method} {request.url} {came}"
