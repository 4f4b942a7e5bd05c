"""What can happen: kept as it came, which costs microseconds, and put into words and stripped of secrets only for who looks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote_plus, urlsplit

from harness.base import json_text
from harness.base.clock import iso
from harness.base.store import Document
from harness.log_lines import log_line
from harness.wire.message import Headers, Request, Response
from harness.wire.recording.exchanges import Exchange, hidden, hidden_url, moment
from harness.world import ADMINISTRATOR

CLIENT = "Client"
# So much of a body is kept; what is longer is a list of everybody, or a page.
MOST_OCTETS = 64 * 1024
_REFUSED = 400
_ID = re.compile(rb'"id"\s*:\s*"([^"]{8,64})"')


@dataclass(frozen=True, slots=True)
class Event:
    """A happening for people. `kind` is `exchange`, `clock`, `mail` or a log's name; the lanes are from where to where.

    `exchange` has no secrets; `body` is a log line as surfaces show it. Both are None in lists, where nobody reads them.
    """

    number: int
    at: str
    kind: str
    source: str
    target: str
    summary: str
    good: bool
    exchange: Exchange | None = None
    body: Any = None

    def document(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "at": self.at,
            "kind": self.kind,
            "source": self.source,
            "target": self.target,
            "summary": self.summary,
            "good": self.good,
        }


class Happening(Protocol):
    """Something that happened."""

    def event(self, number: int, *, whole: bool) -> Event: ...

    def raw(self) -> bytes:
        """Return what a search looks through, in lower case."""
        ...

    def ids(self) -> list[bytes]:
        """Return the ids of the one thing that this is about, if it is about one."""
        ...


class Call(NamedTuple):
    """One request and its outcome, an answer or the words for there being none, from whom to whom."""

    at: datetime
    source: str
    target: str
    request: Request
    outcome: Response | str

    def event(self, number: int, *, whole: bool) -> Event:
        request, outcome = replace(self.request, body=kept(self.request.body)), self.outcome
        status, good = "no answer", False
        if isinstance(outcome, Response):
            status, good = str(outcome.status), outcome.status < _REFUSED
            outcome = replace(outcome, body=plain(outcome.headers, outcome.body))
        parts = urlsplit(hidden_url(request))
        path = parts.path.partition("/scim/v2")[2] or parts.path
        query = f"?{unquote_plus(parts.query)}" if parts.query else ""
        exchange = None
        if whole:
            exchange = hidden(moment(self.at), self.source, lambda _: self.target, request, outcome, number)
        summary = f"{request.method} {path}{query} → {status}"
        return Event(number, moment(self.at), "exchange", self.source, self.target, summary, good, exchange)

    def raw(self) -> bytes:
        answer = self.outcome.body if isinstance(self.outcome, Response) else self.outcome.encode()
        return unquote_plus(self.request.url).encode().lower() + self.request.body.lower() + answer.lower()

    def ids(self) -> list[bytes]:
        answer = self.outcome.body if isinstance(self.outcome, Response) else b""
        ids = _ID.findall(answer.lower())
        return ids if len(ids) == 1 else []


class Incoming(NamedTuple):
    """A request at a door, and its answer, as they came: made in a microsecond, read only for who looks.

    `fields` are its headers in octets, with lower-case names. `status` begins with a number, or says why no answer came.
    """

    at: datetime
    target: str
    method: str
    scheme: str
    uri: str
    fields: Sequence[tuple[bytes, bytes]]
    body: bytes
    status: str
    headers: list[tuple[str, str]]
    chunks: list[bytes]

    def call(self) -> Call:
        named = [(key.decode("latin-1").title(), value.decode("latin-1")) for key, value in self.fields]
        host = next((value for name, value in named if name == "Host"), "")
        headers = tuple(field for field in named if field[0] != "Host")
        request = Request(self.method, f"{self.scheme}://{host}{self.uri}", headers, self.body)
        outcome: Response | str = self.status
        if self.status[:3].isdecimal():
            outcome = Response(int(self.status[:3]), tuple(self.headers), b"".join(self.chunks))
        return Call(self.at, self._caller(named), self.target, request, outcome)

    def event(self, number: int, *, whole: bool) -> Event:
        return self.call().event(number, whole=whole)

    def raw(self) -> bytes:
        return self.call().raw()

    def ids(self) -> list[bytes]:
        return self.call().ids()

    def _caller(self, fields: list[tuple[str, str]]) -> str:
        """Tell a person with a browser or an SDK from a client of SCIM."""
        by_sdk = any(name == "X-Amz-Target" for name, _ in fields)
        return ADMINISTRATOR if by_sdk or "/scim/v2" not in self.uri else CLIENT


class Logged(NamedTuple):
    """A line of a log, as the store has it."""

    log: str
    line: Document

    def event(self, number: int, *, whole: bool) -> Event:
        line = log_line(self.log, self.line)
        assert line is not None
        body = line.body if whole else None
        return Event(number, line.at, line.kind, line.lane, line.lane, line.summary, line.good, body=body)

    def raw(self) -> bytes:
        return json_text.encode(self.line).lower()

    def ids(self) -> list[bytes]:
        return []


class Jumped(NamedTuple):
    """The clock was moved."""

    to: datetime

    def event(self, number: int, *, whole: bool) -> Event:
        del whole
        at = iso(self.to, 3)
        return Event(number, at, "clock", "", "", f"the clock is moved to {at}", good=True)

    def raw(self) -> bytes:
        return b""

    def ids(self) -> list[bytes]:
        return []


def kept(body: bytes) -> bytes:
    """Return as much of a body as is kept."""
    return body if len(body) <= MOST_OCTETS else body[:MOST_OCTETS]


def plain(headers: Headers, body: bytes) -> bytes:
    """Return the body of an answer but for a page, which is shown elsewhere and may hold a token once."""
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    return b"" if kind.startswith("text/html") else kept(body)
