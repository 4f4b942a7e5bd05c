"""From a scenario file to `Scenario` records, one a case, or to one refusal that says where, what and how to mend it.

The shape comes from `schema.json`, which editors read too; its violations are put in plain words here. What a
schema cannot say (`${names}`, users given twice, and `meaning`'s moments and values) is checked behind it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from jsonschema import Draft202012Validator

from harness.base.errors import nearest
from harness.scenario.events import Location
from harness.scenario.meaning import nonsense
from harness.scenario.selecting import shipped
from harness.scenario.variables import NONE, Variables
from harness.scenario.yaml_nodes import REFERENCE, Node, ScenarioError, Source, Trail, parse, read, substitute

__all__ = ["Scenario", "ScenarioError", "ScenarioFile", "Step", "load", "schema", "substitute"]

_Words: TypeAlias = Iterator[tuple[str | None, str]]

DEFAULT_PROFILE = "identity-center"
_STEP_KEYS = ("expect", "let", "name")
NOT_SUBSTITUTED = ("cases", "source", "description")
_TYPES = {
    "object": "a mapping (key: value)", "array": "a list", "string": "text", "boolean": "true or false",
    "integer": "a whole number", "number": "a number", "null": "nothing",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One verb with its data. `locations` has every path below `arguments`, `expect` and `let`."""

    verb: str
    arguments: Any
    expect: Mapping[str, Any]
    let: Mapping[str, str]
    name: str
    location: Location
    locations: Mapping[Trail, Location]

    def at(self, *path: str | int) -> Location:
        """Return where `path` stands, or the closest place around it that is written down."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.locations:
                return self.locations[path[:length]]
        return self.location


@dataclass(frozen=True, slots=True)
class Scenario:
    """What to run. `given` always has `azure_ad` and `aws_sso`, each with its `users` and `groups`."""

    id: str
    title: str
    location: Location
    source: Mapping[str, str]
    tags: tuple[str, ...]
    profile: str
    seed: str | None
    start: str | None
    description: str
    quirks: Mapping[str, Any]
    given: Mapping[str, Mapping[str, list[dict[str, Any]]]]
    case: str | None
    steps: tuple[Step, ...]
    path: Path


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A file that holds up; `cases` are its scenarios in the order of the table, or the only one."""

    path: Path
    cases: tuple[Scenario, ...]

    def scenarios(self) -> tuple[Scenario, ...]:
        return self.cases


class _Mistake(NamedTuple):
    location: Location
    message: str


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of scenario files."""
    text = files("harness.scenario").joinpath("schema.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


@cache
def _validator(definition: str = "") -> Draft202012Validator:
    whole = schema()
    part = {**whole["$defs"][definition], "$defs": whole["$defs"]} if definition else whole
    return Draft202012Validator(part)


def load(path: Path, name: str = "", variables: Variables = NONE) -> ScenarioFile:
    """Read, check and expand a scenario file; messages and ids call it `name`. Raises ScenarioError."""
    source = read(path, name)
    root = parse(source)
    _refuse(source, _shape(root.value, root, _validator()))
    rows: list[dict[str, Any]] = root.value.get("cases", [])
    _refuse(source, _twice(((row["case"], ("cases", n, "case")) for n, row in enumerate(rows)), root, "case"))
    fixtures: dict[str, dict[str, Any]] = {}
    outer = _outer(source, root.value, variables)
    every: list[dict[str, Any] | None] = [{**outer, **substitute(row, outer)} for row in rows] or [
        outer or None
    ]
    return ScenarioFile(path, tuple(_expand(source, path, root, row, fixtures) for row in every))


def _outer(source: Source, data: dict[str, Any], variables: Variables) -> dict[str, str]:
    """Return the variables that a file mentions; what a step of it captures is its own."""
    own = {"case", *(name for step in data["steps"] for name in step.get("let", {}))}
    given = variables.names()
    return {name: given[name] for name in REFERENCE.findall(source.text) if name in given and name not in own}


def _refuse(source: Source, mistakes: Iterable[_Mistake], case: str | None = None) -> None:
    """Raise the first mistake by its place in the file, and count the others."""
    ordered = sorted(
        dict.fromkeys(mistakes), key=lambda mistake: (mistake.location.line, mistake.location.column)
    )
    if not ordered:
        return
    message = ordered[0].message + ("" if case is None else f" (in case '{case}')")
    others = len({mistake.location for mistake in ordered}) - 1
    if others:
        message += f" ({others} more mistake{'s' if others > 1 else ''} in this file)"
    raise source.refusal(ordered[0].location, message)


def _expand(
    source: Source, path: Path, root: Node, row: dict[str, Any] | None, fixtures: dict[str, dict[str, Any]]
) -> Scenario:
    case = None if row is None or "case" not in row else str(row["case"])
    data = dict(root.value)
    names: dict[str, Any] = {} if row is None else {**row, "case": case} if case is not None else row
    if names:
        data |= substitute({key: value for key, value in data.items() if key not in NOT_SUBSTITUTED}, names)
        _refuse(source, _shape(data, root, _validator()), case)
    _refuse(source, [*_names(data, root, names), *_meaning(data, root)], case)
    given = _given(source, path, root, data, fixtures)
    return Scenario(
        id=source.name if case is None else f"{source.name}[{case}]",
        title=data["scenario"],
        location=root.key(("scenario",)),
        source=data.get("source", {}),
        tags=tuple(data.get("tags", [])),
        profile=data.get("profile", DEFAULT_PROFILE),
        seed=data.get("seed"),
        start=data.get("start"),
        description=data.get("description", ""),
        quirks=data.get("quirks", {}),
        given=given,
        case=case,
        steps=tuple(_step(step, root.parts["steps"].parts[n]) for n, step in enumerate(data["steps"])),
        path=path,
    )


def _step(step: dict[str, Any], node: Node) -> Step:
    verb = next(key for key in step if key not in _STEP_KEYS)
    arguments = {} if step[verb] is None else step[verb]
    locations = {
        ("arguments" if trail[0] == verb else trail[0], *trail[1:]): location
        for trail, location in node.walk()
    }
    return Step(
        verb=verb,
        arguments=arguments,
        expect=step.get("expect", {}),
        let=step.get("let", {}),
        name=step.get("name", ""),
        location=node.key((verb,)),
        locations=locations,
    )


def _given(
    source: Source, path: Path, root: Node, data: dict[str, Any], fixtures: dict[str, dict[str, Any]]
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Complete `given` and add what its fixture file has; a user or group given twice is refused."""
    given = data.get("given", {})
    whole: dict[str, dict[str, list[dict[str, Any]]]] = {
        side: {kind: list(given.get(side, {}).get(kind, [])) for kind in kinds}
        for side, kinds in (("azure_ad", ("users", "groups")), ("aws_sso", ("users", "groups", "accounts")))
    }
    name = given.get("azure_ad", {}).get("from")
    if name is not None and name not in fixtures:
        place = shipped.fixture(name) if shipped.is_named(name) else path.parent / name
        fixtures[name] = _fixture(place, root.at(("given", "azure_ad", "from")), source)
    shared = fixtures.get(name, {})
    for side, kind, key in (
        ("azure_ad", "users", "userPrincipalName"),
        ("azure_ad", "groups", "displayName"),
        ("aws_sso", "users", "userName"),
        ("aws_sso", "groups", "displayName"),
        ("aws_sso", "accounts", "id"),
    ):
        inherited = shared.get(kind, []) if side == "azure_ad" else []
        entries: list[tuple[str, Trail]] = [(item[key], ("given", side, "from")) for item in inherited]
        entries += [(item[key], ("given", side, kind, n, key)) for n, item in enumerate(whole[side][kind])]
        _refuse(source, _twice(entries, root, kind.removesuffix("s")))
        whole[side][kind][:0] = inherited
    return whole


def _fixture(path: Path, mention: Location, source: Source) -> dict[str, Any]:
    if not path.is_file():
        siblings = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
        hint = nearest(path.name, siblings)
        raise source.refusal(mention, f"there is no file '{path.as_posix()}'{hint}")
    shared = read(path)
    node = parse(shared)
    _refuse(shared, _shape(node.value, node, _validator("fixture")))
    data: dict[str, Any] = node.value
    return data


def _twice(entries: Iterable[tuple[str, Trail]], root: Node, what: str) -> Iterator[_Mistake]:
    seen: set[str] = set()
    for name, trail in entries:
        if str(name).casefold() in seen:
            yield _Mistake(root.at(trail), f"the {what} '{name}' is given twice; rename or remove one")
        seen.add(str(name).casefold())


def _names(data: dict[str, Any], root: Node, row: Mapping[str, Any]) -> Iterator[_Mistake]:
    """Find each `${name}` that will have no value when its step runs."""
    for key, value in data.items():
        if key not in (*NOT_SUBSTITUTED, "steps"):
            yield from _unknown(value, (key,), root, set(row))
    captured: set[str] = set()
    for number, step in enumerate(data["steps"]):
        yield from _unknown(step, ("steps", number), root, captured, set(row))
        for name in step.get("let", {}):
            if name in row:
                place = root.key(("steps", number, "let", name))
                yield _Mistake(
                    place, f"'{name}' is a column of the cases already; capture under another name"
                )
        captured |= set(step.get("let", {}))


def _unknown(
    value: Any, trail: Trail, root: Node, known: set[str], also: Iterable[str] = ()
) -> Iterator[_Mistake]:
    if isinstance(value, str):
        for name in REFERENCE.findall(value):
            if name not in known:
                hint = (
                    nearest(name, {*known, *also})
                    or "; an earlier step's 'let', a case column or --var must name it"
                )
                yield _Mistake(root.at(trail), f"nothing has captured '${{{name}}}' here{hint}")
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in parts:
        yield from _unknown(key, (*trail, key), root, known, also)
        yield from _unknown(item, (*trail, key), root, known, also)


def _meaning(data: dict[str, Any], root: Node) -> Iterator[_Mistake]:
    for trail, of_key, message in nonsense(data):
        yield _Mistake(root.key(trail) if of_key else root.at(trail), message)


def _shape(value: Any, root: Node, validator: Draft202012Validator) -> Iterator[_Mistake]:
    """Put what the schema objects to in plain words, each at its place."""
    for error in validator.iter_errors(value):
        trail: Trail = tuple(error.absolute_path)
        # `oneOf` and `not` also object to what is no mapping, which the type already says.
        vacuous = error.validator in ("oneOf", "not") and not isinstance(error.instance, dict)
        if vacuous or _stands_for_a_value(error.instance, trail):
            continue
        words = _WORDS.get(str(error.validator))
        if words is not None:
            for key, message in words(error, trail):
                yield _Mistake(root.at(trail) if key is None else root.key((*trail, key)), message)
        else:
            wanted, given = error.validator_value, _describe(error.instance)
            sentence = _SENTENCES[str(error.validator)]
            yield _Mistake(
                root.at(trail),
                sentence.format(_subject(trail), wanted=wanted, given=given, schema=error.schema),
            )


def _stands_for_a_value(instance: Any, trail: Trail) -> bool:
    """Tell whether this is a whole `${name}` in a place where its value, known later, may be right."""
    if not (isinstance(instance, str) and REFERENCE.fullmatch(instance)):
        return False
    return len(trail) > 2 if trail[:1] == ("steps",) else bool(trail) and trail[0] not in NOT_SUBSTITUTED


def _unknown_keys(error: Any, trail: Trail) -> _Words:
    known = list(error.schema["properties"])
    what = "step" if trail[:1] == ("steps",) and len(trail) == 2 else "key"
    what = "expectation" if trail[:1] == ("steps",) and trail[2:] == ("expect",) else what
    others = f"; there are: {', '.join(known) or 'none'}" if len(known) <= 20 else "; see 'harness schema'"
    for key in error.instance:
        if key not in known:
            yield key, f"unknown {what} '{key}'{nearest(key, known) or others}"


def _missing(error: Any, trail: Trail) -> _Words:
    closed = error.schema.get("additionalProperties") is False
    strays = [key for key in error.instance if closed and key not in error.schema["properties"]]
    for key in error.validator_value:
        # A misspelt key is reported where it stands; that the right one is missing adds nothing.
        if key not in error.instance and not nearest(key, strays):
            yield None, f"{_subject(trail)} needs '{key}'"


def _wrong_type(error: Any, trail: Trail) -> _Words:
    kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
    wanted = " or ".join(_TYPES[kind] for kind in kinds)
    quote = isinstance(error.instance, (int, float)) and "string" in kinds
    hint = "; put it in quotes" if quote else ""
    yield None, f"{_subject(trail)} takes {wanted}, not {_describe(error.instance)}{hint}"


def _wrong_choice(error: Any, trail: Trail) -> _Words:
    choices = [str(choice) for choice in error.validator_value]
    hint = nearest(str(error.instance), choices) or f"; there are: {', '.join(choices)}"
    yield None, f"{_subject(trail)} does not know {_describe(error.instance)}{hint}"


def _not_one(error: Any, trail: Trail) -> _Words:
    names = [branch["required"][0] for branch in error.validator_value]
    if len(trail) != 2:
        yield None, f"{_subject(trail)} needs exactly one of: {', '.join(names)}"
    elif present := [f"'{name}'" for name in error.instance if name in names]:
        yield None, f"one step, one verb: {' and '.join(present)} are steps of their own"
    elif set(error.instance) <= set(_STEP_KEYS):
        yield None, "a step needs a verb, such as 'assign' or 'wait'"


_WORDS: dict[str, Callable[[Any, Trail], _Words]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing,
    "type": _wrong_type,
    "enum": _wrong_choice,
    "oneOf": _not_one,
}
_SENTENCES = {
    "minItems": "{0} must not be empty",
    "minProperties": "{0} must not be empty",
    "minLength": "{0} must not be empty",
    "pattern": "{0} takes {schema[patternErrorMessage]}, not {given}",
    "minimum": "{0} is {wanted} or more, not {given}",
    "maximum": "{0} is {wanted} or less, not {given}",
    "not": "{0} takes only one of these: {wanted[required]}",
}


def _subject(trail: Trail) -> str:
    key = next((step for step in reversed(trail) if isinstance(step, str)), None)
    if key is None:
        return "the file"
    return f"each of '{key}'" if isinstance(trail[-1], int) else f"'{key}'"


def _describe(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, str):
        line = " ".join(value.split())
        return f"'{line[:60]}{'…' * (len(line) > 60)}'"
    return "nothing" if value is None else json.dumps(value)
