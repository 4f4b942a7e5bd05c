"""Mistakes in a scenario file that the schema accepts: impossible moments, durations, matchers, quirks, requests.

`loader` calls this once per case, with the case's values filled in. The value of a whole `${name}` is not checked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any, TypeAlias

from harness.base.clock import from_iso, parse_duration
from harness.base.errors import HarnessError, nearest
from harness.scenario.loading.expected import ONE_LETTER, misfits, misspelt, nowhere
from harness.scenario.loading.source import Mistake
from harness.scenario.loading.violations import STEP_KEYS
from harness.scenario.loading.vocabulary import (
    SOURCE,
    innermost,
    may_be_refused,
    misspelt_expectations,
    misspelt_targets,
    own_texts,
    source_attributes,
    target_attributes,
    texts,
    unknown_arguments,
)
from harness.scenario.loading.yaml_nodes import Node
from harness.scenario.values import ABSENT, Trail, lookup
from harness.scenario.variables import REFERENCE

# SCIM's collections, by what people write for them; paths have the letter case of RFC 7644, section 3.2.
_COLLECTIONS = {"user": "Users", "users": "Users", "group": "Groups", "groups": "Groups"}
_NAMES = ("Users", "Groups", "ServiceProviderConfig", "Schemas", "ResourceTypes")
_METHODS = ("", "*", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
# What SCIM's queries are called: RFC 7644, section 3.4.2, RFC 9865, section 2 (read 2026-11-29).
_QUERIES = (
    "filter", "sortBy", "sortOrder", "startIndex", "count", "attributes", "excludedAttributes", "cursor",
)  # fmt: skip
# Those of Graph: https://learn.microsoft.com/en-us/graph/query-parameters, "OData system query options" (read 2026-11-29).
_OPTIONS = (
    "$count", "$expand", "$filter", "$format", "$orderby", "$search", "$select", "$skip", "$top", "$skiptoken", "$deltatoken",
)  # fmt: skip
_VERSIONS = ("v1.0", "beta")
_VERSION = re.compile(r"v[\d.]+", re.IGNORECASE)
# A word of a rule of Werkzeug, without the names of its variables and their converters.
_WORD = re.compile(r"(?<![<:\w])[A-Za-z]+(?![\w:]*>)")
_QUOTED = re.compile(r'"[^"]*"')
# Where a step has a duration, below the step.
_DURATIONS: tuple[Trail, ...] = (("wait",), ("fault", "delay"))


Problem: TypeAlias = str | None


def nonsense(data: dict[str, Any], root: Node) -> Iterator[Mistake]:
    """Yield the mistakes in a file that the schema accepts."""
    if problem := _moment(data.get("start")):
        yield Mistake(root.at(("start",)), problem)
    if quirks := data.get("quirks"):
        yield from _quirks(quirks, root)
    written = {*own_texts(data)}
    own = {text for step in data["steps"] for _, text in texts(step.get("edit mapping"), ())}
    added = {text for step in data["steps"] for text in _added(step)}
    for number, step in enumerate(data["steps"]):
        yield from _in_step(step, ("steps", number), root, written)
        yield from misspelt_targets(step, ("steps", number), root, own)
        yield from _misspelt_edits(step, ("steps", number), root, added)


def _added(step: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names that a step adds to the target's attribute list, or expects to be mapped: these are no mistakes."""
    yield from _keys(step.get("expect", {}).get("mapping"))
    edit = step.get("edit mapping")
    for entry in edit.get("attribute list", ()) if isinstance(edit, Mapping) else ():
        yield str(entry["name"] if isinstance(entry, Mapping) else entry)


def _keys(value: Any) -> Iterator[str]:
    for key, inner in value.items() if isinstance(value, Mapping) else ():
        yield str(key)
        yield from _keys(inner)


def _misspelt_edits(
    step: Mapping[str, Any], trail: Trail, root: Node, own: Collection[str]
) -> Iterator[Mistake]:
    """Yield each attribute of users that an edited mapping misspells, at either side; `own` are those that the file adds.

    A target that differs in what stands in quotes alone is another one: `emails[type eq "home"].value`.
    """
    edit = step.get("edit mapping")
    if not isinstance(edit, Mapping) or edit.get("of") == "groups" or may_be_refused(step):
        return
    place = (*trail, "edit mapping")
    for number, change in enumerate(edit.get("set", ())):
        if not isinstance(change, Mapping):  # an earlier step's, and of a whole list each letter
            continue
        for key in ("source", "expression"):
            text = str(change.get(key, ""))
            for name in (text,) if key == "source" else SOURCE.findall(text):
                if (
                    name not in own
                    and not REFERENCE.search(text)
                    and (meant := misspelt(name, source_attributes()))
                ):
                    where = root.at((*place, "set", number, key))
                    yield Mistake(where, f"users have no '{name}'; did you mean '{meant}'?")
        yield from _misspelt_target(str(change["target"]), (*place, "set", number, "target"), root, own)
    for key in ("delete", "match on"):
        for number, name in enumerate(edit.get(key, ())):
            yield from _misspelt_target(str(name), (*place, key, number), root, own, source_attributes())


def _misspelt_target(
    name: str, place: Trail, root: Node, own: Collection[str], also: Collection[str] = ()
) -> Iterator[Mistake]:
    quoted = _QUOTED.findall(name)
    names = {*also, *(each for each in target_attributes() if _QUOTED.findall(each) == quoted)}
    if name not in own and not REFERENCE.search(name) and (meant := misspelt(name, names)):
        yield Mistake(root.at(place), f"no attribute is called '{name}'; did you mean '{meant}'?")


def _quirks(quirks: Mapping[str, Any], root: Node) -> Iterator[Mistake]:
    # imported here, for most files set no quirks
    from harness.scenario.language import quirk_values

    for name, value in quirks.items():
        if not _later(value) and (problem := quirk_values.mistake(str(name), value)):
            yield Mistake(root.key(("quirks", name)), problem)


def unchecked(data: dict[str, Any], root: Node) -> Iterator[Mistake]:
    """Raise ScenarioError for a scenario in which nothing can fail, unless it says that this is intended."""
    checks = any(step.get("expect") or step.get("let") for step in data["steps"])
    if not checks and "expects" not in data:
        message = (
            "nothing is expected, so nothing can fail; give a step 'expect', or write 'expects: nothing'"
        )
        yield Mistake(root.key(("scenario",)), message)
    elif checks and "expects" in data:
        message = "a step expects something, so 'expects: nothing' is wrong; remove it"
        yield Mistake(root.key(("expects",)), message)


def _in_step(step: dict[str, Any], trail: Trail, root: Node, written: Collection[str]) -> Iterator[Mistake]:
    verb = next(key for key in step if key not in STEP_KEYS)
    for misfit in misfits(step.get("expect", {}), (*trail, "expect"), verb):
        yield Mistake(root.key(misfit.trail) if misfit.of_key else root.at(misfit.trail), misfit.message)
    for name, path in step.get("let", {}).items():
        if problem := nowhere(str(path), verb):
            yield Mistake(root.at((*trail, "let", name)), problem)
    yield from misspelt_expectations(step, trail, root, written)
    if not may_be_refused(step):
        yield from unknown_arguments(step, trail, root)
    yield from _paths(step, trail, root)
    for place in _DURATIONS:
        if problem := _duration(lookup(step, ".".join(map(str, place)))):
            yield Mistake(root.at((*trail, *place)), problem)


def _paths(step: dict[str, Any], trail: Trail, root: Node) -> Iterator[Mistake]:
    """Yield each method, path and query that no request can have, where one is sent, expected or given to a fault."""
    fault = lookup(step, "fault.request")
    requests: dict[Trail, Problem] = (
        {(*trail, "fault", "request"): _unmet(fault)} if fault is not ABSENT else {}
    )
    for verb, unmet in (("scim request", _unmet), ("graph request", _unmet_by_graph)):
        if isinstance(asking := step.get(verb), dict):
            # A refusal may be about a method that nobody has, and not about one that is misspelt.
            meant = not may_be_refused(step) or misspelt(asking["method"], _METHODS)
            requests[*trail, verb, "method"] = _method(asking["method"]) if meant else None
            requests[*trail, verb, "path"] = None if may_be_refused(step) else unmet(f"* {asking['path']}")
    for place, text in texts(step.get("expect", {}).get("exchanges"), (*trail, "expect", "exchanges")):
        if innermost(place) == "path":
            requests[place] = _unmet(f"* {text}")
    for place, problem in requests.items():
        if problem:
            yield Mistake(root.at(place), problem)


def _moment(value: Any) -> str | None:
    """Return why a text is no moment, None when it is one or nothing was written."""
    try:
        if value is not None:
            from_iso(value)
    except ValueError as error:
        return f"'{value}' is no moment in time: {error}"
    return None


def _duration(value: Any) -> str | None:
    """Return why a text is no duration, None when it is one or a `${name}`."""
    try:
        if isinstance(value, str) and not _later(value):
            parse_duration(value)
    except HarnessError as error:
        return str(error)
    return None


def _method(name: str) -> Problem:
    if name in _METHODS or _later(name):
        return None
    return f"no request has the method '{name}'{nearest(name, _METHODS) or '; there are: ' + ', '.join(_METHODS[2:])}"


def _unmet(request: str) -> Problem:
    """Return why a request such as `POST /Users?filter=*` never comes to a SCIM endpoint, None when it can; `*` is any method."""
    method, _, whole = request.partition(" ")
    path, _, query = whole.partition("?")
    first = path.strip("/").partition("/")[0]
    if problem := _method(method):
        return problem
    if first.casefold() not in _COLLECTIONS and (meant := misspelt(first, _NAMES, alike=ONE_LETTER)):
        return f"no request has '/{first}' in its path; did you mean '/{meant}'?"
    for name in path.split("/"):
        right = _COLLECTIONS.get(name.casefold(), name)
        if name != right:
            return f"no request has '/{name}' in its path; did you mean '/{right}'?"
    return _query(query, _QUERIES)


def _unmet_by_graph(request: str) -> Problem:
    """Return why a request never comes to Microsoft Graph: a misspelt version, segment or query option. None when it can."""
    path, _, query = request.partition(" ")[2].partition("?")
    first, *others = path.strip("/").split("/")
    if first not in _VERSIONS and (_VERSION.fullmatch(first) or misspelt(first, _VERSIONS)):
        return f"Graph has no version '{first}'; there are: {', '.join(_VERSIONS)}"
    for names, written in ((_collections(), (first,)), (_segments(), others)):
        for name in written:
            if name.isalpha() and (meant := misspelt(name.casefold(), names)):
                return f"Graph has no '/{name}'; did you mean '/{names[meant]}'?"
    return _query(query, _OPTIONS)


def _query(text: str, names: Collection[str]) -> Problem:
    for part in text.split("&"):
        name = part.partition("=")[0]
        if meant := misspelt(name, names):
            return f"no query has '{name}'; did you mean '{meant}'?"
    return None


@cache
def _segments() -> Mapping[str, str]:
    """Return the words of Graph's addresses, as they are written, by their form in lower case."""
    return {word.casefold(): word for rule in _rules() for word in _WORD.findall(rule)}


@cache
def _collections() -> Mapping[str, str]:
    """Return the words that addresses of Graph begin with, likewise."""
    return {
        word.casefold(): word
        for rule in _rules()
        for word in _WORD.findall(rule.strip("/").partition("/")[0])
    }


def _rules() -> Iterator[str]:
    # Importing them imports Graph's modules, which few scenarios need before they run.
    from harness.azure_ad.graph.routes import ROUTES

    return (rule for _, rule, _ in ROUTES)


def _later(value: Any) -> bool:
    return isinstance(value, str) and bool(REFERENCE.search(value))
