"""What has the right shape in a scenario file and makes no sense: moments, durations, matchers, quirks.

`loading` asks once the schema is content, and once per case, with the case's values in place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from harness.base.clock import from_iso, parse_duration
from harness.base.errors import HarnessError
from harness.scenario import flips, matching
from harness.scenario.yaml_nodes import REFERENCE, Trail

# SCIM's collections, by what people write for them; paths have the letter case of RFC 7644, section 3.2.
_COLLECTIONS = {"user": "Users", "users": "Users", "group": "Groups", "groups": "Groups"}
# Where a step has a duration, below the step.
_DURATIONS: tuple[Trail, ...] = (("wait",), ("fault", "delay"))


class Nonsense(NamedTuple):
    """`trail` is the place in the file; `of_key` says that the key there is meant, not its value."""

    trail: Trail
    of_key: bool
    message: str


def nonsense(data: dict[str, Any]) -> Iterator[Nonsense]:
    """Yield what is wrong with a file that the schema accepts; a whole `${name}` is taken on trust."""
    if "start" in data:
        try:
            from_iso(data["start"])
        except ValueError as error:
            yield Nonsense(("start",), False, f"'{data['start']}' is no moment in time: {error}")
    for name, value in data.get("quirks", {}).items():
        problem = None if _later(value) else flips.mistake(str(name), value)
        if problem:
            yield Nonsense(("quirks", name), True, problem)
    for number, step in enumerate(data["steps"]):
        trail: Trail = ("steps", number)
        for path, message in matching.mistakes(step.get("expect"), (*trail, "expect")):
            yield Nonsense(path, True, message)
        request = matching.lookup(step, "fault.request")
        if isinstance(request, str) and (problem := _unmet(request)):
            yield Nonsense((*trail, "fault", "request"), False, problem)
        for place in _DURATIONS:
            value = matching.lookup(step, ".".join(map(str, place)))
            if isinstance(value, str) and not _later(value):
                try:
                    parse_duration(value)
                except HarnessError as error:
                    yield Nonsense((*trail, *place), False, str(error))


def _unmet(request: str) -> str | None:
    """Say why a fault's request can never come, None when it can."""
    path = request.partition(" ")[2]
    for name in path.partition("?")[0].split("/"):
        meant = _COLLECTIONS.get(name.casefold(), name)
        if name != meant:
            return f"no request has '/{name}' in its path; did you mean '/{meant}'?"
    return None


def _later(value: Any) -> bool:
    return isinstance(value, str) and bool(REFERENCE.search(value))
