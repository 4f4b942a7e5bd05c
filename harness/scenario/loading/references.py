"""Checks that each `${name}` of a file will have a value when its step runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from harness.base.errors import HarnessError, nearest
from harness.scenario.language.schema import NOT_SUBSTITUTED
from harness.scenario.loading.expected import ONE_LETTER, misspelt
from harness.scenario.loading.source import Mistake
from harness.scenario.loading.yaml_nodes import Node
from harness.scenario.values import Trail
from harness.scenario.variables import AWS_SOURCES, ENVIRONMENT, REFERENCE


def unknown_names(data: dict[str, Any], root: Node, row: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield each `${name}` that will have no value when its step runs."""
    for key, value in data.items():
        if key not in (*NOT_SUBSTITUTED, "steps"):
            yield from _unknown(value, (key,), root, set(row))
    captured: set[str] = set()
    for number, step in enumerate(data["steps"]):
        yield from _unknown(step, ("steps", number), root, captured, set(row))
        for name in step.get("let", {}):
            if name in row:
                place = root.key(("steps", number, "let", name))
                yield Mistake(place, f"'{name}' is a column of the cases already; capture under another name")
        captured |= set(step.get("let", {}))


def check_typed(typed: AbstractSet[str], references: AbstractSet[str], option: str) -> None:
    """Raise HarnessError for a variable of the command line's `option` that misspells what files mention in `${…}`."""
    for name in sorted(typed - references):
        if meant := misspelt(name, references - typed, alike=ONE_LETTER):
            raise HarnessError(
                f"nothing mentions '${{{name}}}', which {option} gives; did you mean '{meant}'?"
            )


def misspelt_columns(
    rows: Sequence[Mapping[str, Any]], root: Node, references: Iterable[str]
) -> Iterator[Mistake]:
    """Yield each key that only one row has, where it is nearly the name of a column which that row lacks."""
    used = {name for name in references if any(name in row for row in rows)}
    for number, row in enumerate(rows):
        for missing in sorted(used - set(row)):
            for name in row:
                if name not in used and nearest(name, [missing]):
                    message = f"no other case has '{name}'{nearest(name, [missing])}"
                    yield Mistake(root.key(("cases", number, name)), message)


def _missing(name: str, hint: str) -> str:
    if name.startswith(ENVIRONMENT):
        return f"the environment has no variable '{name.removeprefix(ENVIRONMENT)}'; set it before the run"
    hint = hint or "; an earlier step's 'let', a case column or --var must name it"
    return f"nothing has captured '${{{name}}}' here{hint}"


def _unknown(
    value: Any, trail: Trail, root: Node, names: set[str], also: Iterable[str] = ()
) -> Iterator[Mistake]:
    if isinstance(value, str) and "${" in value:
        for name in REFERENCE.findall(value):
            if name not in names and not name.startswith(AWS_SOURCES):
                hint = nearest(name, {*names, *also})
                yield Mistake(root.at(trail), _missing(name, hint))
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in parts:
        yield from _unknown(key, (*trail, key), root, names, also)
        yield from _unknown(item, (*trail, key), root, names, also)


def captured_whole(data: dict[str, Any], root: Node) -> Iterator[Mistake]:
    """Yield each 'expect' and 'let' that is a whole `${name}` still: both are read before any step captures a value."""
    for number, step in enumerate(data["steps"]):
        for key in ("expect", "let"):
            if isinstance(step.get(key), str):
                message = (
                    f"'{key}' takes a mapping (key: value), not what a step captures; write its keys out"
                )
                yield Mistake(root.at(("steps", number, key)), message)
