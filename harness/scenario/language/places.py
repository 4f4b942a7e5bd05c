"""Inner names, which have no page of their own: an argument of a step, a field of a log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from harness.scenario.language.schema import schema
from harness.scenario.language.shapes import SHAPES
from harness.scenario.language.shapes.kinds import Shape
from harness.scenario.language.shapes.results import RESULTS

# The most places listed for a name; displayName has a dozen.
_MOST = 8


def places(name: str) -> list[str]:
    """Return a line for each place of an inner name, with the path to it: `edit mapping > source object scope: …`."""
    lines = [
        f"{' > '.join((*way, name))}: {doc}".rstrip(": ")
        for way, key, doc in _all_places()
        if key.casefold() == name.casefold()
    ]
    left = len(lines) - _MOST
    return lines if left <= 0 else [*lines[:_MOST], f"and {left} more"]


def inner_names() -> set[str]:
    """Return every inner name."""
    return {key for _, key, _ in _all_places()}


def resolved(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference such as `#/$defs/azure%20ad%20user` within the schema."""
    if "$ref" not in definition:
        return definition
    part: Mapping[str, Any] = schema()
    for name in unquote(definition["$ref"]).split("/")[1:]:
        part = part[name]
    return part


def _all_places() -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield path, name and description of each inner name."""
    whole = schema()
    yield from _of_definition(("given",), whole["properties"]["given"])
    for step, definition in whole["$defs"]["steps"].items():
        yield from _of_definition((step,), definition)
    for expectation, expected in SHAPES.items():
        yield from _of_shape((expectation,), expected.shape)
    for step, shape in RESULTS.items():
        yield from _of_shape((step, "result"), shape)


def _of_definition(
    way: tuple[str, ...], definition: Mapping[str, Any]
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for key, referred in resolved(definition.get("items", definition)).get("properties", {}).items():
        value = resolved(referred)
        yield way, key, value.get("description", "")
        yield from _of_definition((*way, key), value)


def _of_shape(way: tuple[str, ...], shape: Shape) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for key, part in (shape.items or shape).keys.items():
        yield way, key, part.doc
        yield from _of_shape((*way, key), part)
