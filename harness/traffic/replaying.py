"""A server that replays a recording: a request gets its recorded answers, in their order.

A request that was never recorded is answered 502 with the nearest recorded one and what differs.
"""

from __future__ import annotations

import difflib
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from harness.traffic.calls import Call
from harness.wire.incoming import request_of
from harness.wire.message import Request, Response, reason_phrase

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_Key = tuple[str, str, tuple[tuple[str, str], ...], str]
_NOT_REPEATED = frozenset({"content-length", "transfer-encoding", "connection", "content-encoding", "date"})


class Replay:
    """Answers from recorded calls; `misses` are the messages about requests that match none."""

    def __init__(self, calls: Iterable[Call]) -> None:
        self._answers: dict[_Key, list[Response]] = defaultdict(list)
        self._requests: dict[_Key, Request] = {}
        self._lock = threading.Lock()
        self.misses: list[dict[str, Any]] = []
        for call in calls:
            if call.response is not None:
                key = _key(call.request)
                self._answers[key].append(call.response)
                self._requests.setdefault(key, call.request)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = self.answer(request_of(environ, "http://replay"))
        phrase = reason_phrase(response.status) or "Unknown"
        headers = [(name, value) for name, value in response.headers if name.lower() not in _NOT_REPEATED]
        start_response(f"{response.status} {phrase}", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body]

    def answer(self, request: Request) -> Response:
        """Return the next recorded answer to a request; the last one is repeated."""
        key = self._based(_key(request))
        with self._lock:
            answers = self._answers.get(key)
            if answers:
                return answers.pop(0) if len(answers) > 1 else answers[0]
            miss = self._miss(request, key)
            self.misses.append(miss)
        return Response(502, (("Content-Type", "application/json"),), orjson.dumps(miss) + b"\n")

    def _based(self, key: _Key) -> _Key:
        """Return a path with the recording's base in front, for a client that was given this server's bare address.

        A recording with several bases does not show which one is meant: then the path stays.
        """
        bases = {_base(path) for _, path, *_ in self._requests}
        if len(bases) != 1 or _base(key[1]):
            return key
        return key[0], bases.pop().rstrip("/") + key[1], *key[2:]

    def _miss(self, request: Request, key: _Key) -> dict[str, Any]:
        path = urlsplit(request.url).path
        miss: dict[str, Any] = {"error": "not recorded", "request": f"{request.method} {path}"}
        nearest = max(self._requests, key=lambda other: _likeness(key, other), default=None)
        if nearest is not None:
            miss["nearest"] = f"{nearest[0]} {nearest[1]}"
            miss["differences"] = list(_differences(key, nearest))
        return miss


def _key(request: Request) -> _Key:
    """Return the parts of a request that must agree: method, path after the base, query in any order, JSON by its values."""
    parts = urlsplit(request.url)
    base = _base(parts.path)
    path = parts.path[parts.path.index(base) :]
    query = tuple(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return request.method, path, query, _canonical(request.body)


def _base(path: str) -> str:
    """Return SCIM's or Graph's base in a path, an empty text without one."""
    return next((base for base in ("/scim/v2/", "/v1.0/", "/beta/") if base in path), "")


def _canonical(body: bytes) -> str:
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS).decode()
    except ValueError:
        return body.decode("utf-8", "replace")


def _likeness(one: _Key, other: _Key) -> float:
    return sum(
        weight * difflib.SequenceMatcher(None, str(left), str(right)).quick_ratio()
        for weight, left, right in zip((4, 3, 1, 1), one, other, strict=True)
    )


def _differences(one: _Key, other: _Key) -> Iterator[str]:
    for name, left, right in zip(("method", "path", "query"), one[:3], other[:3], strict=True):
        if left != right:
            yield f"{name}: {_shown(left)} instead of {_shown(right)}"
    if one[3] != other[3]:
        yield from _body_differences(one[3], other[3])


def _body_differences(left: str, right: str) -> Iterator[str]:
    try:
        mine, theirs = (dict(_leaves(orjson.loads(text or "null"), "")) for text in (left, right))
    except ValueError:
        yield "body: another text"
        return
    for path in dict.fromkeys([*mine, *theirs]):
        if mine.get(path) != theirs.get(path):
            yield f"body{path}: {mine.get(path, 'nothing')!r} instead of {theirs.get(path, 'nothing')!r}"


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{path}[{number}]")
    else:
        yield path, value


def _shown(value: str | Sequence[Sequence[str]]) -> str:
    return value if isinstance(value, str) else "&".join("=".join(pair) for pair in value) or "none"
