"""Requests that a service has seen: asked for, asserted on, waited for."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from harness.wire.faults import Selection
from harness.wire.recording.exchanges import Exchange

_REFUSED = 400


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """One request and how it was answered; 0 where no answer came. `path` is below the service's base, with the query."""

    method: str
    path: str
    status: int
    exchange: Exchange

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


class Seen:
    """What one service has seen since the world began or `forget` was called. Safe to ask while clients are at work."""

    def __init__(self) -> None:
        self._requests: list[SeenRequest] = []
        self._more = threading.Condition()

    def add(self, exchange: Exchange) -> None:
        parts = urlsplit(exchange.request.url)
        path = parts.path.partition("/scim/v2")[2] or parts.path
        status = exchange.response.status if exchange.response else 0
        seen = SeenRequest(
            exchange.request.method, f"{path}?{parts.query}" if parts.query else path, status, exchange
        )
        with self._more:
            self._requests.append(seen)
            self._more.notify_all()

    def forget(self) -> None:
        with self._more:
            self._requests.clear()

    def chosen(self, method: str = "*", path: str = "*", *, body_contains: str = "") -> list[SeenRequest]:
        """Return the requests of a method to a path such as `/Groups/*`, oldest first. Raises HarnessError for no path."""
        selection = Selection.of(f"{method} {path}", body_contains)
        with self._more:
            requests = list(self._requests)
        return [each for each in requests if selection.chooses(each.exchange.request)]

    def required(self, method: str, path: str, *, times: int | None, body_contains: str) -> list[SeenRequest]:
        """Return what `chosen` does. Raises AssertionError, with the nearest request, where it is not there `times` times."""
        chosen = self.chosen(method, path, body_contains=body_contains)
        enough = bool(chosen) if times is None else len(chosen) == times
        if not enough:
            raise AssertionError(self._missing(f"{method} {path}", times, chosen))
        return chosen

    def waited(self, wanted: Callable[[], list[SeenRequest]], within: timedelta) -> list[SeenRequest]:
        """Wait, in real time, until a client on a socket has sent what is wanted. Raises AssertionError after `within`."""
        with self._more:
            self._more.wait_for(lambda: bool(wanted()), within.total_seconds())
        return wanted()

    def refused(self, *but: int) -> list[SeenRequest]:
        with self._more:
            return [each for each in self._requests if each.status >= _REFUSED and each.status not in but]

    def _missing(self, wanted: str, times: int | None, chosen: Iterable[SeenRequest]) -> str:
        number = "at least one" if times is None else str(times)
        with self._more:
            lines = [f"{each.method} {each.path}" for each in self._requests]
        nearest = difflib.get_close_matches(wanted, lines, n=1, cutoff=0.0)
        words = [f"wanted {number} of {wanted}, saw {len(list(chosen))}"]
        if nearest:
            words.append(f"nearest: {nearest[0]}")
        words.append(f"all {len(lines)}: " + ("; ".join(lines) or "none"))
        return "\n".join(words)
