"""The calls of a client, run by run, and what it left in the directory: all that the rules have to go by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from harness.aws_sso.scim.operations import OPERATIONS
from harness.base import json_text
from harness.base.quirks import Quirks
from harness.certification.client.sources.people import Source
from harness.scim.path import get
from harness.wire.message import Request
from harness.wire.recording.exchanges import Exchange

WRITES = frozenset(each.name for each in OPERATIONS.values() if not each.read_only)
CREATES = frozenset({"CreateUser", "CreateGroup"})
DISCOVERY = frozenset({"ServiceProviderConfig", "ListSchemas", "GetSchema", "ListResourceTypes"})
FIRST, SECOND, THROTTLED, ROTATED = "first", "second", "throttled", "rotated"
CUT, RECOVERED = "cut", "recovered"  # into a third directory
HINDERED = "hindered"  # into that of the throttled run, where everybody is there
# With a source of the harness's.
CHANGED, BROKEN, UNAVAILABLE, EMPTIED = "changed", "broken", "unavailable", "emptied"
_ROOT = "/scim/v2"
_MOST_TOLD = 160  # characters of a path, or of an error's detail, that a reason repeats


@dataclass(frozen=True)
class Call:
    """A request and its answer. `operation` is AWS's name for it, empty for what AWS SSO does not have; `key` the id."""

    run: str
    exchange: Exchange
    operation: str
    key: str

    @property
    def status(self) -> int:
        return self.exchange.response.status if self.exchange.response else 0

    @cached_property
    def query(self) -> Mapping[str, str]:
        return dict(parse_qsl(urlsplit(self.exchange.request.url).query, keep_blank_values=True))

    @cached_property
    def body(self) -> Any:
        """Return the request's JSON; None when it has none."""
        return _json(self.exchange.request.body)

    @cached_property
    def answer(self) -> Mapping[str, Any]:
        """Return the answer's JSON object; empty when it is none."""
        document = _json(self.exchange.response.body) if self.exchange.response else None
        return document if isinstance(document, dict) else {}

    def __str__(self) -> str:
        request = self.exchange.request
        path = request.url.partition(_ROOT)[2] or request.url
        return f"{self.run} run: {request.method} {_short(path)}"

    def refusal(self) -> str:
        """Return how the request was refused, as in `answered 400: Invalid Filter format`."""
        return f"answered {self.status}: {_short(str(self.answer.get('detail', '')))}"

    def disables(self) -> bool:
        """Tell whether the request sets a user's `active` to false."""
        if not isinstance(self.body, dict) or self.operation not in ("PutUser", "PatchUser"):
            return False
        bodies = [self.body]
        operations = get(self.body, "Operations")
        for operation in operations if isinstance(operations, list) else ():
            if isinstance(operation, dict):
                path, value = get(operation, "path"), get(operation, "value")
                bodies.append(value if isinstance(value, dict) else {str(path): value})
        return any(str(get(body, "active")).lower() == "false" for body in bodies)

    def memberships(self) -> list[tuple[str, str]]:
        """Return the membership changes that a request asks for: op (`add`) and user id."""
        if not isinstance(self.body, dict):
            return []
        if self.operation == "CreateGroup":
            return [("add", each) for each in _ids(get(self.body, "members"))]
        operations = get(self.body, "Operations") if self.operation == "PatchGroup" else None
        changes: list[tuple[str, str]] = []
        for operation in operations if isinstance(operations, list) else ():
            if isinstance(operation, dict):
                op = str(get(operation, "op")).lower()
                changes += [(op, each) for each in _members(get(operation, "path"), get(operation, "value"))]
        return changes


@dataclass(frozen=True, slots=True)
class Details:
    """What AWS SSO has of a person; the texts are empty where it has none."""

    display_name: str
    given_name: str
    family_name: str
    email: str


@dataclass(frozen=True, slots=True)
class Directory:
    """What is in AWS SSO: user names by id; groups by id, with name and members' user names; details by user name."""

    users: Mapping[str, str]
    groups: Mapping[str, tuple[str, frozenset[str]]]
    disabled: frozenset[str] = frozenset()  # user names
    details: Mapping[str, Details] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.users) + len(self.groups)

    def facts(self) -> frozenset[str]:
        """Return the directory without ids, as a set of facts: who is there, and who is in which group."""
        groups = self.groups.values()
        return frozenset(
            [f"user {name}" for name in self.users.values()]
            + [f"group {name}" for name, _ in groups]
            + [f"member {member} of {name}" for name, members in groups for member in members]
        )


@dataclass(frozen=True, slots=True)
class Run:
    """`trouble` says how the command failed, empty when it ended with 0; `after` is the directory at its end.

    `exposed` tells that the command printed its token.
    """

    calls: tuple[Call, ...]
    trouble: str
    after: Directory
    exposed: bool = False


@dataclass(frozen=True, slots=True)
class Traffic:
    """All runs; only `first` when that one failed, and those that change the `source` where there is one.

    `calls_per_object` is the budget, `quirks` are the account's, and `throttled_for` is how long each operation was refused
    in the throttled run.
    """

    runs: Mapping[str, Run]
    quirks: Quirks
    calls_per_object: float
    throttled_for: timedelta
    source: Source | None = None

    def run(self, name: str) -> Run:
        """Return a run, one without calls if it did not take place."""
        return self.runs.get(name) or Run((), "", Directory({}, {}))

    @property
    def calls(self) -> list[Call]:
        return [call for run in self.runs.values() for call in run.calls]


def call_of(run: str, exchange: Exchange) -> Call:
    return Call(run, exchange, *operation_of(exchange.request))


def operation_of(request: Request) -> tuple[str, str]:
    """Return AWS's name of an operation and the id in its path; an empty name for what AWS SSO does not have."""
    _, root, rest = urlsplit(request.url).path.partition(_ROOT)
    collection, slash, key = rest.strip("/").partition("/")
    operation = OPERATIONS.get((request.method, collection, bool(slash)))
    return (operation.name, key) if root and operation and "/" not in key else ("", "")


def _members(path: Any, value: Any) -> list[str]:
    """Return the user ids that an operation of a PATCH adds or removes; one that a filter picks counts as one."""
    if isinstance(path, str):
        name, bracket, _ = path.partition("[")
        if name.lower() != "members":
            return []
        return [path] if bracket else _ids(value)
    return _ids(get(value, "members")) if isinstance(value, dict) else []


def _ids(members: Any) -> list[str]:
    items = members if isinstance(members, list) else [] if members is None else [members]
    return [str(get(item, "value") if isinstance(item, dict) else item) for item in items]


def _json(body: bytes) -> Any:
    try:
        return json_text.decode(body) if body else None
    except ValueError:
        return None


def _short(text: str) -> str:
    return text if len(text) <= _MOST_TOLD else f"{text[:_MOST_TOLD]}…"
