"""The kinds of happenings in a served world.

Each is stored raw, which takes microseconds; it is worded and redacted only when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote_plus, urlsplit

from harness.azure_ad.sign_in.access_tokens import person_claimed
from harness.base import json_text
from harness.base.clock import iso
from harness.base.store import Document
from harness.log_lines import log_line, shown_line
from harness.serving.own_agent import OWN_AGENT
from harness.wire.message import Headers, Request, Response
from harness.wire.recording.exchanges import Exchange, hidden, hidden_url, moment
from harness.wire.recording.secrets import beginning
from harness.world import ADMINISTRATOR

CLIENT = "Client"
# The most octets of a body that are stored; longer ones are lists of everybody, or pages.
MOST_OCTETS = 64 * 1024
_REFUSED = 400
# Paths that programs call: SCIM and Graph.
_PROGRAMS = re.compile(r"^/(?:v1\.0|beta)/|/scim/v2")
_ID = re.compile(rb'"id"\s*:\s*"([^"]{8,64})"')


class Event(NamedTuple):
    """A happening in words. `kind` is `exchange`, one of `Turned`'s, `mail` or a log's name; the lanes are its source and target.

    `exchange` is redacted; `body` is a log line in the form of its API. Both are None in lists, where they are not read.
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
    """The base of all happenings."""

    def event(self, number: int, *, whole: bool) -> Event: ...

    def raw(self) -> bytes:
        """Return the text for searches, in lower case."""
        ...

    def ids(self) -> list[bytes]:
        """Return the ids of the object that it is about, if it is about one."""
        ...


class Call(NamedTuple):
    """A request of the engine and its outcome, an answer or a transport error's text, with source and target."""

    at: datetime
    source: str
    target: str
    request: Request
    outcome: Response | str

    def event(self, number: int, *, whole: bool) -> Event:
        at, request, status = moment(self.at), self.request, None
        if isinstance(self.outcome, Response):
            status = self.outcome.status
        authorization = request.header("authorization") or ""
        summary = _summary(request.method, request.url, authorization, status)
        good = status is not None and status < _REFUSED
        exchange = self._exchange(at, number) if whole else None
        return Event(number, at, "exchange", self.source, self.target, summary, good, exchange)

    def _exchange(self, at: str, number: int) -> Exchange:
        request, outcome = replace(self.request, body=beginning(self.request.body, MOST_OCTETS)), self.outcome
        if isinstance(outcome, Response):
            outcome = replace(outcome, body=plain(outcome.headers, outcome.body))
        return hidden(at, self.source, lambda _: self.target, request, outcome, number)

    def raw(self) -> bytes:
        answer = self.outcome.body if isinstance(self.outcome, Response) else self.outcome.encode()
        return unquote_plus(self.request.url).encode().lower() + self.request.body.lower() + answer.lower()

    def ids(self) -> list[bytes]:
        answer = self.outcome.body if isinstance(self.outcome, Response) else b""
        ids = _ID.findall(answer.lower())
        return ids if len(ids) == 1 else []


class Incoming(NamedTuple):
    """A request to an application, and its answer, raw: made in a microsecond, parsed when read.

    `fields` are its headers in octets, with lower-case names. `status` is the answer's, or a transport error's text.
    """

    at: datetime
    target: str
    method: str
    scheme: str
    uri: str
    fields: Sequence[tuple[bytes, bytes]]
    body: bytes
    status: int | str
    headers: list[tuple[str, str]]
    answer: bytes

    def call(self) -> Call:
        named = [(key.decode("latin-1").title(), value.decode("latin-1")) for key, value in self.fields]
        host = next((value for name, value in named if name == "Host"), "")
        headers = tuple(field for field in named if field[0] != "Host")
        request = Request(self.method, f"{self.scheme}://{host}{self.uri}", headers, self.body)
        outcome = (
            self.status
            if isinstance(self.status, str)
            else Response(self.status, tuple(self.headers), self.answer)
        )
        return Call(self.at, self._caller(), self.target, request, outcome)

    def event(self, number: int, *, whole: bool) -> Event:
        if whole:
            return self.call().event(number, whole=True)
        fields = dict(self.fields)
        status = None if isinstance(self.status, str) else self.status
        authorization = fields.get(b"authorization", b"").decode("latin-1")
        summary = _summary(self.method, self.uri, authorization, status)
        good = status is not None and status < _REFUSED
        source = self._caller()
        return Event(number, moment(self.at), "exchange", source, self.target, summary, good)

    def raw(self) -> bytes:
        return self.call().raw()

    def ids(self) -> list[bytes]:
        return self.call().ids()

    def _caller(self) -> str:
        """Return the caller: a browser, an AWS SDK, the harness's commands, a holder of an own token, or another program."""
        fields = dict(self.fields)
        if b"x-amz-target" in fields or not _PROGRAMS.search(self.uri):
            return ADMINISTRATOR
        if fields.get(b"user-agent") == OWN_AGENT.encode():
            return ADMINISTRATOR
        token = fields.get(b"authorization", b"").decode("latin-1").partition(" ")[2]
        return CLIENT if person_claimed(token) is None else ADMINISTRATOR


class Logged(NamedTuple):
    """A line of a log, in the store's form."""

    log: str
    line: Document

    def event(self, number: int, *, whole: bool) -> Event:
        line = log_line(self.log, self.line)
        assert line is not None
        body = shown_line(self.log, self.line) if whole else None
        return Event(number, line.at, line.kind, line.lane, line.lane, line.summary, line.good, body=body)

    def raw(self) -> bytes:
        return json_text.encode(self.line).lower()

    def ids(self) -> list[bytes]:
        return []


class Turned(NamedTuple):
    """The clock was moved, the world reset, or a snapshot restored: `kind` is `clock`, `reset` or `restore`."""

    at: datetime
    kind: str
    summary: str

    def event(self, number: int, *, whole: bool) -> Event:
        del whole
        return Event(number, iso(self.at, 3), self.kind, "", "", self.summary, good=True)

    def raw(self) -> bytes:
        return b""

    def ids(self) -> list[bytes]:
        return []


def jumped(to: datetime) -> Turned:
    return Turned(to, "clock", f"the clock is moved to {iso(to, 3)}")


def emptied(at: datetime) -> Turned:
    return Turned(at, "reset", "nobody is left on either side; what was set up and snapshots stay")


def rewound(at: datetime) -> Turned:
    return Turned(at, "restore", "the world is as it was at a snapshot")


def _summary(method: str, url: str, authorization: str, status: int | None) -> str:
    return f"{method} {_path(url, authorization)} → {status or 'no answer'}"


@lru_cache(maxsize=1024)
def _path(url: str, authorization: str) -> str:
    """Return the path below SCIM's base, with a decoded query, without secrets."""
    parts = urlsplit(hidden_url(url, authorization))
    path = parts.path.partition("/scim/v2")[2] or parts.path
    return f"{path}?{unquote_plus(parts.query)}" if parts.query else path


def plain(headers: Headers, body: bytes) -> bytes:
    """Return the body of an answer, but not of a page, which may show a token."""
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    return b"" if kind.startswith("text/html") else beginning(body, MOST_OCTETS)
