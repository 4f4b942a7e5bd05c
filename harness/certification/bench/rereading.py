"""Repeating the reads of a check that failed, without repeating its writes: a server may show what was written only later.

A check asks in an order that follows from its seed and from the answers. So it can be run again with the old answers up to
its last write, and the reads behind it are asked anew: a server whose index is behind has its time, one that wrote wrong
does not get a second try.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from harness.certification.bench.patience import PatientSend, is_read
from harness.wire.message import Request, Response, TransportError

Together: TypeAlias = Callable[[Sequence[Request]], list[Response | TransportError]]


class ForkedError(Exception):
    """Run again with the old answers, the check made other requests, so its reads cannot be repeated."""


@dataclass(frozen=True, slots=True)
class _Turn:
    request: Request
    answer: Response | TransportError


class Rereading:
    """A transport that remembers every answer, and gives the remembered ones again after `rewind`."""

    def __init__(self, send: PatientSend) -> None:
        self._send = send
        self._turns: list[_Turn] = []
        self._next = 0

    def __call__(self, request: Request) -> Response:
        if self._next == len(self._turns):
            self._turns.append(_Turn(request, self._attempt(request)))
        turn = self._turns[self._next]
        if _key(turn.request) != _key(request):
            del self._turns[self._next :]
            raise ForkedError(
                f"{request.method} {request.url} instead of {turn.request.method} {turn.request.url}"
            )
        self._next += 1
        if isinstance(turn.answer, TransportError):
            raise turn.answer
        return turn.answer

    def together(self, requests: Sequence[Request]) -> list[Response | TransportError]:
        """Send requests at one moment, or give the remembered answers to them; in their order."""
        return self._answers(requests, self._send.together)

    def several(self, requests: Sequence[Request]) -> list[Response | TransportError]:
        """Send requests that do not depend on each other, or give the remembered answers to them; in order."""
        return self._answers(requests, self._send.several)

    def _answers(self, requests: Sequence[Request], send: Together) -> list[Response | TransportError]:
        if self._next == len(self._turns):
            outcomes = send(requests)
            self._turns += map(_Turn, requests, outcomes)
        turns = self._turns[self._next : self._next + len(requests)]
        if [_key(turn.request) for turn in turns] != [_key(each) for each in requests]:
            del self._turns[self._next :]
            raise ForkedError(f"other requests at one moment than {len(turns)} before")
        self._next += len(requests)
        return [turn.answer for turn in turns]

    def rewind(self) -> tuple[Request, ...]:
        """Go back to the beginning, and forget the answers behind the last write; return the reads that gave them.

        Without any such read everything stays as it is.
        """
        reads = tuple(turn.request for turn in self._turns[self.written :])
        if reads:
            del self._turns[self.written :]
            self._next = 0
        return reads

    @property
    def written(self) -> int:
        """Return how many answers are remembered up to the last write."""
        return max(
            (place + 1 for place, turn in enumerate(self._turns) if not is_read(turn.request)), default=0
        )

    def _attempt(self, request: Request) -> Response | TransportError:
        try:
            return self._send(request)
        except TransportError as error:
            return error


def _key(request: Request) -> tuple[str, str, bytes]:
    return request.method, request.url, request.body
