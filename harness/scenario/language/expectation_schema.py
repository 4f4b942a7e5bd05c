"""The table of shapes as JSON Schema, with which editors complete and check expectations, matchers included.

Every value may also be a matcher or a `${name}`, and names may have dots; each part allows that.
"""

from __future__ import annotations

from typing import Any

from harness.scenario.comparing.matching import MATCHERS
from harness.scenario.language.shapes import SHAPES, Expected
from harness.scenario.language.shapes.kinds import JSON_TYPES, Shape

_Schema = dict[str, Any]
# Names with dots, as in name.familyName, and `${name}`.
_COMPOUND = r"\.|\$\{"
_LATER = {"type": "string", "pattern": r"\$\{"}


def expectation_definitions() -> dict[str, _Schema]:
    """Return the definitions: one for each expectation, by name, and below `expected/` those that they refer to."""
    definitions = _Definitions()
    named = {name: _expectation(expected, definitions) for name, expected in SHAPES.items()}
    return {**named, **definitions.parts}


def _expectation(expected: Expected, definitions: _Definitions) -> _Schema:
    value = definitions.refer(expected.shape)
    if expected.one_of and expected.shape.items is not None:
        value = {"anyOf": [definitions.refer(expected.shape.items), value]}
    elif expected.shape.choices:
        value = {"anyOf": [value, {"type": "object"}]}
    return {"description": f"{expected.shape.doc} Example: {expected.example}", **value}


class _Definitions:
    """Writes each shape's definition once, and refers to it."""

    def __init__(self) -> None:
        self.parts: dict[str, _Schema] = {}
        self._names: dict[object, str] = {}

    def refer(self, shape: Shape) -> _Schema:
        """Return a reference to a shape's definition, which is written at the first reference."""
        # Equal texts share a definition; mappings and lists share one if their parts are equal.
        key = (
            id(shape)
            if shape.keys or shape.items or shape.others
            else (shape.kind, shape.choices, shape.between)
        )
        if key not in self._names:
            name = f"expected/{len(self._names) + 1}"
            self._names[key] = name
            self.parts[name] = {"anyOf": [self._value(shape), self._matchers(shape), _LATER]}
        # `~1` is a slash in a JSON pointer's name.
        return {"$ref": f"#/$defs/expectations/{self._names[key].replace('/', '~1')}"}

    def _value(self, shape: Shape) -> _Schema:
        if shape.kind == "anything":
            return {}
        value: _Schema = {"type": [JSON_TYPES[shape.kind], "null"]}
        if shape.items is not None:
            value["items"] = self.refer(shape.items)
        if shape.between is not None:
            value["minimum"], value["maximum"] = shape.between
        if shape.choices:
            value["enum"] = [*shape.choices, None]
        if shape.kind == "mapping":
            value["properties"] = {
                name: {"description": part.doc, **self.refer(part)} for name, part in shape.keys.items()
            }
            value["patternProperties"] = {_COMPOUND: {}}
            value["additionalProperties"] = False
            if shape.others is not None:
                value["patternProperties"][f"^{shape.prefix}"] = self.refer(shape.others)
        return value

    def _matchers(self, shape: Shape) -> _Schema:
        """Return the matchers that are possible for a shape, each with the schema of its argument."""
        same = self.refer(shape)
        item = self.refer(shape.items) if shape.items is not None else {}
        arguments: dict[str, _Schema] = {
            "$not": same,
            "$one of": {"type": "array", "items": same, "minItems": 1},
            "$unordered": {"type": "array", "items": item},
            "$contains": {"anyOf": [item, {"type": "array", "items": item}]},
            "$any": {"type": "boolean"},
            "$absent": {"type": "boolean"},
        }
        properties = {
            name: {"description": f"{matcher.doc} Takes {matcher.takes}.", **arguments.get(name, {})}
            for name, matcher in MATCHERS.items()
            if not matcher.kinds or shape.kind in (*matcher.kinds, "anything")
        }
        return {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }
