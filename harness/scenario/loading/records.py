"""A scenario as it is played: frozen records with every value's place in its file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from harness.scenario.events import Location
from harness.scenario.loading.yaml_nodes import Node
from harness.scenario.values import Trail

_QUOTED = re.compile(r"'([^']+)'")


class Step(Struct, frozen=True):
    """One verb with its data. `places` is the step's node in the file, read only for an error."""

    verb: str
    arguments: Any
    expect: Mapping[str, Any]
    let: Mapping[str, str]
    name: str
    location: Location
    places: Node

    def at(self, *path: str | int) -> Location:
        """Return the place of `path` in the file, or the nearest one around it that is written."""
        node, place = self.places, self.location
        for name in path:
            key = self.verb if name == "arguments" and node is self.places else name
            if key not in node.parts:
                return place
            place = node.keys[key]
            node = node.parts[key]
            place = place if isinstance(node.value, (dict, list)) else node.location
        return place

    def quoted(self, refusal: str) -> Location:
        """Return the place of the argument that a refusal quotes, wholly or in part; the step's if none or several match."""
        texts = dict(_texts(self.arguments, ("arguments",)))
        for word in _QUOTED.findall(refusal):
            for alike in (str.__eq__, str.__contains__):
                places = [trail for trail, text in texts.items() if alike(text, word)]
                if len(places) == 1:
                    return self.at(*places[0])
        return self.location


def _texts(value: Any, trail: Trail) -> Iterator[tuple[Trail, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, (*trail, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, (*trail, number))
    elif isinstance(value, str):
        yield trail, value


class Scenario(Struct, frozen=True):
    """What to run. `given` always has `azure_ad` and `aws_sso`, each with its `users` and `groups`.

    `schema` is the exported one that the job is to have, if there is one.
    """

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
    schema: Mapping[str, Any] | None
    case: str | None
    steps: tuple[Step, ...]
    path: Path
    places: Node

    def entry(self, side: str, kind: str, number: int) -> Location:
        """Return the place of the `given` entry with a number, from 0; the entries of `from`'s files come first."""
        node: Node | None = self.places
        for name in ("given", side, kind):
            node = node.parts.get(name) if node is not None else None
        written = len(node.parts) if node is not None and isinstance(node.value, list) else 0
        inherited = len(self.given[side][kind]) - written
        way = (kind, number - inherited) if number >= inherited else ("from",)
        return self.places.at(("given", side, *way))


class ScenarioFile(Struct, frozen=True):
    """A file without mistakes; `cases` are its scenarios in the order of the table, or the only one.

    `references` are the names in `${…}` of the file and of those it includes.
    """

    path: Path
    cases: tuple[Scenario, ...]
    references: frozenset[str] = frozenset()

    def scenarios(self) -> tuple[Scenario, ...]:
        return self.cases
