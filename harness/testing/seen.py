"""Requests that a service has received: searched, asserted on, waited for."""

from __future__ import annotations

import difflib
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from harness.wire.faults import Selection
from harness.wire.recording.exchanges import Exchange

_REFUSED = 400
_BASE = re.compile(r".*?/(?:scim/v2|v1\.0|beta)(?=/)")
_SHOWN, _LONGEST_BODY = 20, 300  # requests, and characters of a body, that a failure shows


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """One request and how it was answered; 0 where no answer came. `path` is below the service's base, with the query."""

    method: str
    path: str
    status: int
    exchange: Exchange

    @classmethod
    def of(cls, exchange: Exchange) -> SeenRequest:
        parts = urlsplit(exchange.request.url)
        path = _BASE.sub("", parts.path, count=1)
        status = exchange.response.status if exchange.response else 0
        return cls(
            exchange.request.method, f"{path}?{parts.query}" if parts.query else path, status, exchange
        )

    @property
    def body(self) -> Any:
        """The JSON that was sent, None for none. Raises ValueError for another text."""
        from harness.base import json_text

        sent = self.exchange.request.body
        return json_text.decode(sent) if sent else None

    @property
    def curl(self) -> str:
        return self.exchange.curl()

    def __str__(self) -> str:
        return f"{self.method} {self.path} → {self.status or self.exchange.error}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A pattern of requests: method, path such as `/Groups/*`, text in the body, status of the answer (0 for none)."""

    method: str
    path: str
    body_contains: str = ""
    status: int | None = None

    def of(self, requests: Sequence[SeenRequest]) -> list[SeenRequest]:
        """Return the requests that match. Raises HarnessError for a pattern without a path."""
        selection = Selection.of(f"{self.method} {self.path}", self.body_contains)
        return [
            each
            for each in requests
            if self.status in (None, each.status) and selection.chooses(each.exchange.request)
        ]

    def nearest(self, requests: Sequence[SeenRequest]) -> str:
        """Return the most similar request in a few words, with its body if only body or answer differ."""
        if alike := Wanted(self.method, self.path).of(requests):
            sent = alike[-1].exchange.request.body.decode("utf-8", "replace")
            body = sent if len(sent) <= _LONGEST_BODY else f"{sent[:_LONGEST_BODY]}…"
            return f"{alike[-1]}{f', with the body {body}' if self.body_contains and body else ''}"
        lines = {f"{each.method} {each.path}": str(each) for each in requests}
        likest = difflib.get_close_matches(f"{self.method} {self.path}", lines, n=1, cutoff=0.0)
        return lines[likest[0]] if likest else ""

    def __str__(self) -> str:
        body = f" with '{self.body_contains}' in its body" if self.body_contains else ""
        answer = "" if self.status is None else f" answered {self.status or 'not at all'}"
        return f"{self.method} {self.path}{body}{answer}"


class Seen:
    """The requests to one service since the world began or `forget` was called. Safe to use while clients send."""

    def __init__(self) -> None:
        self._requests: list[SeenRequest] = []
        self._more = threading.Condition()

    def add(self, exchange: Exchange) -> None:
        with self._more:
            self._requests.append(SeenRequest.of(exchange))
            self._more.notify_all()

    def forget(self) -> None:
        with self._more:
            self._requests.clear()

    def all(self) -> list[SeenRequest]:
        with self._more:
            return list(self._requests)

    def required(self, which: Wanted, times: int | None) -> list[SeenRequest]:
        """Return the matching requests. Raises AssertionError, with the nearest one, unless there are `times` of them."""
        __tracebackhide__ = True  # pytest shows the test's line
        requests = self.all()
        chosen = which.of(requests)
        enough = bool(chosen) if times is None else len(chosen) == times
        if not enough:
            number = "at least one" if times is None else str(times)
            words = [f"wanted {number} of {which}, saw {len(chosen)}"]
            if nearest := which.nearest(requests):
                words.append(f"nearest: {nearest}")
            raise AssertionError("\n".join([*words, _listed(requests)]))
        return chosen

    def in_order(self, patterns: Sequence[str]) -> list[SeenRequest]:
        """Return one request for each pattern, each after the one before. Raises AssertionError for an early or missing one."""
        __tracebackhide__ = True
        requests = self.all()
        rest, chosen = iter(requests), list[SeenRequest]()
        for pattern in patterns:
            selection = Selection.of(pattern)
            following = next((each for each in rest if selection.chooses(each.exchange.request)), None)
            if following is None:
                before = f" behind {chosen[-1]}" if chosen else ""
                raise AssertionError(f"no {pattern} came{before}\n{_listed(requests)}")
            chosen.append(following)
        return chosen

    def wait(self, which: Wanted, times: int, within: timedelta) -> None:
        """Wait, in real time, until clients on sockets have sent `times` matching requests, or until `within` is over."""
        with self._more:
            self._more.wait_for(lambda: len(which.of(self._requests)) >= times, within.total_seconds())

    def refused(self, *but: int) -> list[SeenRequest]:
        return [each for each in self.all() if each.status >= _REFUSED and each.status not in but]


def _listed(requests: Sequence[SeenRequest]) -> str:
    lines = "; ".join(map(str, requests[-_SHOWN:])) or "none"
    return f"all {len(requests)}: {'…; ' if len(requests) > _SHOWN else ''}{lines}"
