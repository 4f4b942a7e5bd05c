"""A transport that misbehaves on purpose, and the ways in which it can.

Scenarios put faults on `Faults` step by step, while it is in use. Other transports can share them: those of clients that are
not the provisioning service. A misbehaviour is a function that answers a request in the place of the transport behind it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import TypeAlias
from urllib.parse import unquote_plus, urlsplit

from msgspec import Struct

from harness.base.errors import HarnessError
from harness.wire.message import Request, Response, Send, TransportError

_PATTERN = re.compile(r"(?P<method>[A-Z]+|\*) (?P<path>[/*].*)", re.DOTALL)
# How a transport fails, and what the client is told; .NET's words where they are known.
FAILURES = {
    "timeout": "The operation has timed out.",
    "reset": "The underlying connection was closed: The connection was closed unexpectedly.",
    "refused": "Unable to connect to the remote server.",
    "dns": "The remote name could not be resolved.",
    "tls": "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel.",
}

Wait: TypeAlias = Callable[[timedelta], None]  # lets time pass, virtual or not
Misbehaviour: TypeAlias = Callable[[Request, Send, Wait], Response]  # answers; may ask what it stands in for


class Selection(Struct, frozen=True):
    """The requests that a fault is for: by method, end of the decoded path, and a text in the body.

    `pattern` is `PATCH /Groups/*`: a star stands for anything, as method too; the query counts only where the pattern
    has a question mark.
    """

    pattern: str
    method: str
    path: re.Pattern[str]
    with_query: bool
    text: str

    @classmethod
    def of(cls, pattern: str, text: str = "") -> Selection:
        """Read a pattern. Raises HarnessError for a bad one."""
        match = _PATTERN.fullmatch(pattern)
        if match is None:
            raise HarnessError(
                f"'{pattern}' names no requests; write a method and a path, such as 'POST /Users'"
            )
        path = ".*".join(map(re.escape, match["path"].split("*")))
        expression = re.compile(rf".*{path}", re.DOTALL)
        return cls(pattern, match["method"], expression, "?" in match["path"], text)

    def chooses(self, request: Request) -> bool:
        if self.method not in ("*", request.method):
            return False
        parts = urlsplit(request.url)
        query = f"?{parts.query}" if self.with_query and parts.query else ""
        if self.path.fullmatch(unquote_plus(parts.path + query)) is None:
            return False
        return self.text in request.body.decode("utf-8", "replace")


class Meetings(Struct):
    """A fault's count: requests met, and the least number it is meant for; `number` identifies the fault."""

    number: int
    pattern: str
    wanted: int
    met: int = 0


class _Fault(Struct):
    """Is met by what is chosen, `left` times more (None: always)."""

    selection: Selection
    misbehave: Misbehaviour
    meetings: Meetings
    left: int | None

    def meets(self, request: Request) -> bool:
        """Tell whether a request meets it, and count that it did."""
        if self.left == 0 or not self.selection.chooses(request):
            return False
        self.left = None if self.left is None else self.left - 1
        self.meetings.met += 1
        return True


Standing: TypeAlias = tuple[tuple[_Fault, int | None, int], ...]


class Faults:
    """A transport with faults; requests that meet none are passed on.

    The newest fault comes first; a request that it is not for, or no longer, goes to the one before it. `wait` lets time
    pass for a late answer; `tell`, if set, gets a sentence when a fault is put on, met or ended. Safe to use from several
    threads.
    """

    def __init__(self, send: Send, wait: Wait) -> None:
        self._sound = send
        self.wait = wait
        self.tell: Callable[[str], None] = _keep_to_oneself
        self._faults: tuple[_Fault, ...] = ()
        self._numbers = count(1)
        self._turn = threading.Lock()

    def __call__(self, request: Request) -> Response:
        return self._pass(request, self._faults, self._sound, self.wait)

    def around(self, send: Send, wait: Wait) -> Send:
        """Return another transport that meets the same faults; a late answer lets time pass by `wait`."""

        def sent(request: Request) -> Response:
            return self._pass(request, self._faults, send, wait)

        return sent

    @property
    def are_on(self) -> bool:
        return bool(self._faults)

    def put(self, selection: Selection, misbehave: Misbehaviour, times: int | None = None) -> Meetings:
        """Put on a fault for the requests of `selection`, from now on or so many times.

        Returns its count, which grows with the requests.
        """
        meetings = Meetings(next(self._numbers), selection.pattern, times or 1)
        with self._turn:
            self._faults = (*self._faults, _Fault(selection, misbehave, meetings, times))
        often = "" if times is None else f", {times} time{'' if times == 1 else 's'}"
        self.tell(f"from now on '{selection.pattern}' misbehaves{often}")
        return meetings

    def end(self, number: int | None = None) -> list[Meetings]:
        """End all faults, or the one of a number; return the counts of the ended. Raises HarnessError for one that is not on."""
        with self._turn:
            ended = [each for each in self._faults if number in (None, each.meetings.number)]
            if number is not None and not ended:
                numbers = [f"{each.meetings.number} on '{each.selection.pattern}'" for each in self._faults]
                raise HarnessError(f"no fault {number} is on; there are: {', '.join(numbers) or 'none'}")
            self._faults = tuple(each for each in self._faults if each not in ended)
        for fault in ended:
            met = fault.meetings.met
            self.tell(f"the fault on '{fault.selection.pattern}' ends; it met {met or 'nothing'}")
        return [fault.meetings for fault in ended]

    def standing(self) -> Standing:
        """Return the faults that are on, each with how often it will act and has acted."""
        return tuple((fault, fault.left, fault.meetings.met) for fault in self._faults)

    def put_back(self, standing: Standing) -> None:
        """Restore the faults that `standing` returned."""
        for fault, left, met in standing:
            fault.left, fault.meetings.met = left, met
        self._faults = tuple(fault for fault, _, _ in standing)

    def _pass(self, request: Request, faults: tuple[_Fault, ...], send: Send, wait: Wait) -> Response:
        """Send a request by way of the newest of `faults` that it meets, around the older ones."""
        for place in reversed(range(len(faults))):
            with self._turn:
                is_met = faults[place].meets(request)
            if is_met:
                pattern = faults[place].selection.pattern
                self.tell(f"{request.method} {urlsplit(request.url).path} meets the fault on '{pattern}'")
                return faults[place].misbehave(request, self._behind(faults[:place], send, wait), wait)
        return send(request)

    def _behind(self, faults: tuple[_Fault, ...], send: Send, wait: Wait) -> Send:
        def passed(request: Request) -> Response:
            return self._pass(request, faults, send, wait)

        return passed


def _keep_to_oneself(sentence: str) -> None:
    """Hear of a fault where nobody keeps a record."""


def answering(response: Response) -> Misbehaviour:
    """Return the fault that answers with a response; the request is not passed on."""
    return lambda _request, _send, _wait: response


def failing(kind: str, after: timedelta = timedelta()) -> Misbehaviour:
    """Return the fault without an answer, after a delay; `kind` is one of FAILURES. The request is not passed on."""

    def fail(_request: Request, _send: Send, wait: Wait) -> Response:
        wait(after)
        raise TransportError(kind, FAILURES[kind])

    return fail


def carrying_out(misbehave: Misbehaviour) -> Misbehaviour:
    """Return the fault that lets the request be carried out, and replaces only its answer."""

    def carry_out(request: Request, send: Send, wait: Wait) -> Response:
        send(request)
        return misbehave(request, send, wait)

    return carry_out


def cutting(length: int) -> Misbehaviour:
    """Return the fault that cuts the answer's body after so many bytes."""

    def cut(request: Request, send: Send, _wait: Wait) -> Response:
        answer = send(request)
        others = tuple(field for field in answer.headers if field[0].lower() != "content-length")
        whole = ("Content-Length", str(len(answer.body)))
        return Response(answer.status, (*others, whole), answer.body[:length])

    return cut


def delaying(by: timedelta) -> Misbehaviour:
    """Return the fault that delays the answer."""

    def delay(request: Request, send: Send, wait: Wait) -> Response:
        answer = send(request)
        wait(by)
        return answer

    return delay


def html_page(request: Request) -> Response:
    """Answer every request with 200 and a web page, like a proxy's sign-in page."""
    del request
    page = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>"
    return Response(200, (("Content-Type", "text/html; charset=utf-8"),), page)
