"""Transports that misbehave on purpose: each takes a `Send` and returns one, so they compose.

`Faults` is such a transport whose misbehaviour can be changed while it is in use; scenarios put faults on it step by
step.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias
from urllib.parse import unquote_plus, urlsplit

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

Wrap: TypeAlias = Callable[[Send], Send]
Wait: TypeAlias = Callable[[timedelta], None]  # lets virtual time pass


@dataclass(frozen=True, slots=True)
class Selection:
    """Which requests a fault is for: the method, the end of the decoded path, and what the body says.

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
        """Read a pattern. Raises HarnessError for what is none."""
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


@dataclass(slots=True)
class Meetings:
    """How many requests a fault has met, of at least how many it is meant for."""

    pattern: str
    wanted: int
    met: int = 0


@dataclass(slots=True)
class _Fault:
    """Sends what is chosen by way of `faulty`, `left` times more (None: always), and everything else as before.

    `tell` gets a sentence each time.
    """

    selection: Selection
    sound: Send
    faulty: Send
    meetings: Meetings
    left: int | None
    tell: Callable[[str], None]

    def __call__(self, request: Request) -> Response:
        if self.left == 0 or not self.selection.chooses(request):
            return self.sound(request)
        self.left = None if self.left is None else self.left - 1
        self.meetings.met += 1
        self.tell(
            f"{request.method} {urlsplit(request.url).path} meets the fault on '{self.selection.pattern}'"
        )
        return self.faulty(request)


Standing: TypeAlias = tuple[tuple[_Fault, int | None, int], ...]


class Faults:
    """A transport that does what it is told to, and otherwise passes everything on.

    The fault put on last comes first; what it is not for, or no longer, goes to the one before it. `tell` may be set to what hears
    of each fault: put on, met, ended.
    """

    def __init__(self, send: Send) -> None:
        self._sound = send
        self.tell: Callable[[str], None] = _keep_to_oneself
        self._faults: tuple[_Fault, ...] = ()

    def __call__(self, request: Request) -> Response:
        return self._send(request)

    def put(self, selection: Selection, wrap: Wrap, times: int | None = None) -> Meetings:
        """Misbehave for what `selection` chooses: from now on, or so many times.

        Returns a count that goes on while requests come.
        """
        meetings = Meetings(selection.pattern, times or 1)
        fault = _Fault(selection, self._send, wrap(self._send), meetings, times, self._tell)
        self._faults = (*self._faults, fault)
        often = "" if times is None else f", {times} time{'' if times == 1 else 's'}"
        self.tell(f"from now on '{selection.pattern}' misbehaves{often}")
        return meetings

    def end(self) -> None:
        """Behave."""
        for fault in self._faults:
            met = fault.meetings.met
            self.tell(f"the fault on '{fault.selection.pattern}' ends; it met {met or 'nothing'}")
        self._faults = ()

    def standing(self) -> Standing:
        """Return which faults are on, with how often each will still misbehave and has done so."""
        return tuple((fault, fault.left, fault.meetings.met) for fault in self._faults)

    def put_back(self, standing: Standing) -> None:
        """Misbehave as it was when `standing` was noted."""
        for fault, left, met in standing:
            fault.left, fault.meetings.met = left, met
        self._faults = tuple(fault for fault, _, _ in standing)

    def _tell(self, sentence: str) -> None:
        self.tell(sentence)

    @property
    def _send(self) -> Send:
        return self._faults[-1] if self._faults else self._sound


def _keep_to_oneself(sentence: str) -> None:
    """Hear of a fault where nobody keeps a record."""


def answering(response: Response) -> Wrap:
    """Answer like that; the request goes nowhere."""
    return lambda _: lambda _: response


def failing(kind: str, wait: Wait, after: timedelta = timedelta()) -> Wrap:
    """Give no answer, after that long; `kind` is one of FAILURES. The request goes nowhere."""

    def fail(_: Request) -> Response:
        wait(after)
        raise TransportError(kind, FAILURES[kind])

    return lambda _: fail


def carrying_out(wrap: Wrap) -> Wrap:
    """Let the request arrive and do its work; only what comes back is the fault's."""

    def wrapped(send: Send) -> Send:
        faulty = wrap(send)

        def carried_out(request: Request) -> Response:
            send(request)
            return faulty(request)

        return carried_out

    return wrapped


def cutting(length: int) -> Wrap:
    """Let so many bytes of the answer's body through."""

    def wrapped(send: Send) -> Send:
        def cut(request: Request) -> Response:
            answer = send(request)
            return Response(answer.status, answer.headers, answer.body[:length])

        return cut

    return wrapped


def delaying(wait: Wait, by: timedelta) -> Wrap:
    """Answer that much later."""

    def wrapped(send: Send) -> Send:
        def delayed(request: Request) -> Response:
            answer = send(request)
            wait(by)
            return answer

        return delayed

    return wrapped


def html_page(request: Request) -> Response:
    """Answer everything with a web page and 200, as a proxy's or portal's sign-in page does."""
    del request
    page = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>"
    return Response(200, (("Content-Type", "text/html; charset=utf-8"),), page)
