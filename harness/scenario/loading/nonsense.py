"""What has the right shape in a scenario file and makes no sense: moments, durations, matchers, quirks.

`loader` asks once per case, with the case's values in place. A whole `${name}` is taken on trust.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from harness.base.clock import from_iso, parse_duration
from harness.base.errors import HarnessError, nearest
from harness.scenario.language import quirk_values
from harness.scenario.language.shapes import SHAPES
from harness.scenario.loading.expected import misfits
from harness.scenario.loading.source import Mistake
from harness.scenario.loading.vocabulary import (
    innermost,
    misspelt_expectations,
    misspelt_targets,
    texts,
    unknown_arguments,
)
from harness.scenario.loading.yaml_nodes import Node
from harness.scenario.values import Trail, lookup
from harness.scenario.variables import REFERENCE

# SCIM's collections, by what people write for them; paths have the letter case of RFC 7644, section 3.2.
_COLLECTIONS = {"user": "Users", "users": "Users", "group": "Groups", "groups": "Groups"}
_NAMES = ("Users", "Groups", "ServiceProviderConfig", "Schemas", "ResourceTypes")
_METHODS = ("", "*", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
# With one of these expected, what a service lacks may be what a step is about.
_REFUSALS = {"result", "error", "status"}
# Where a step has a duration, below the step.
_DURATIONS: tuple[Trail, ...] = (("wait",), ("fault", "delay"))


def nonsense(data: dict[str, Any], root: Node) -> Iterator[Mistake]:
    """Yield what is wrong with a file that the schema accepts."""
    if problem := _moment(data.get("start")):
        yield Mistake(root.at(("start",)), problem)
    for name, value in data.get("quirks", {}).items():
        if not _later(value) and (problem := quirk_values.mistake(str(name), value)):
            yield Mistake(root.key(("quirks", name)), problem)
    own = {text for step in data["steps"] for _, text in texts(step.get("edit mapping"), ())}
    for number, step in enumerate(data["steps"]):
        yield from _in_step(step, ("steps", number), root)
        yield from misspelt_targets(step, ("steps", number), root, own)


def unchecked(data: dict[str, Any], root: Node) -> Iterator[Mistake]:
    """Refuse a scenario in which nothing can fail, unless it says that this is meant."""
    checks = any(step.get("expect") or step.get("let") for step in data["steps"])
    if not checks and "expects" not in data:
        message = (
            "nothing is expected, so nothing can fail; give a step 'expect', or write 'expects: nothing'"
        )
        yield Mistake(root.key(("scenario",)), message)
    elif checks and "expects" in data:
        message = "a step expects something, so 'expects: nothing' is wrong; remove it"
        yield Mistake(root.key(("expects",)), message)


def _in_step(step: dict[str, Any], trail: Trail, root: Node) -> Iterator[Mistake]:
    for misfit in misfits(step.get("expect", {}), (*trail, "expect")):
        yield Mistake(root.key(misfit.trail) if misfit.of_key else root.at(misfit.trail), misfit.message)
    for name, path in step.get("let", {}).items():
        if problem := _nowhere(str(path)):
            yield Mistake(root.at((*trail, "let", name)), problem)
    yield from misspelt_expectations(step, trail, root)
    if not _REFUSALS & set(step.get("expect", {})):
        yield from unknown_arguments(step, trail, root)
    yield from _paths(step, trail, root)
    for place in _DURATIONS:
        if problem := _duration(lookup(step, ".".join(map(str, place)))):
            yield Mistake(root.at((*trail, *place)), problem)


def _paths(step: dict[str, Any], trail: Trail, root: Node) -> Iterator[Mistake]:
    """Yield each path of SCIM that no request can have: sent, expected among the exchanges, or waited for by a fault."""
    places = {(*trail, "fault", "request"): lookup(step, "fault.request")}
    if not _REFUSALS & set(step.get("expect", {})):
        places[*trail, "scim request", "path"] = f"GET {lookup(step, 'scim request.path')}"
    for place, text in texts(step.get("expect", {}).get("exchanges"), (*trail, "expect", "exchanges")):
        if innermost(place) == "path":
            places[place] = f"GET {text}"
    for place, request in places.items():
        if problem := _unmet(request):
            yield Mistake(root.at(place), problem)


def _moment(value: Any) -> str | None:
    """Say why this is no moment in time, None when it is one or nothing was written."""
    try:
        if value is not None:
            from_iso(value)
    except ValueError as error:
        return f"'{value}' is no moment in time: {error}"
    return None


def _duration(value: Any) -> str | None:
    """Say why this is no duration, None when it is one or will be."""
    try:
        if isinstance(value, str) and not _later(value):
            parse_duration(value)
    except HarnessError as error:
        return str(error)
    return None


def _nowhere(path: str) -> str | None:
    """Say why nothing can stand at a path of `let`, None when something can."""
    first = path.partition(".")[0]
    if first in SHAPES or REFERENCE.search(first):
        return None
    return (
        f"there is no '{first}' to note down{nearest(first, SHAPES) or '; there are: ' + ', '.join(SHAPES)}"
    )


def _unmet(request: Any) -> str | None:
    """Say why a fault's request can never come, None when it can."""
    method, _, path = request.partition(" ") if isinstance(request, str) else ("", "", "")
    if method not in _METHODS:
        return f"no request has the method '{method}'{nearest(method, _METHODS)}"
    first = path.partition("?")[0].strip("/").partition("/")[0]
    if first not in _NAMES and first.casefold() not in _COLLECTIONS:
        for meant in get_close_matches(first, _NAMES, n=1, cutoff=0.8):
            return f"no request has '/{first}' in its path; did you mean '/{meant}'?"
    for name in path.partition("?")[0].split("/"):
        meant = _COLLECTIONS.get(name.casefold(), name)
        if name != meant:
            return f"no request has '/{name}' in its path; did you mean '/{meant}'?"
    return None


def _later(value: Any) -> bool:
    return isinstance(value, str) and bool(REFERENCE.search(value))
