"""The schema for editors: `harness schema`.

`structure.json` describes a file after its cases are filled in; an editor sees `${column}` in those places, and completes names
inside expectations. `schema.json`, which scenario files refer to, is a copy that `make schema` writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from harness.scenario.language.expectation_schema import expectation_definitions
from harness.scenario.language.schema import NOT_SUBSTITUTED, schema

_Schema = dict[str, Any]
_COMMENT = "Written by 'make schema' from language/structure.json and the table of shapes; edit those."
_NAME = r"^\$\{[^{}]+\}$"


def schema_for_editors() -> _Schema:
    """Return the schema of scenario files, with `${name}` allowed wherever a value can come from a case or a step."""
    whole = {"$comment": _COMMENT, **deepcopy(schema())}
    definitions = whole["$defs"]
    definitions["expectations"] = expectation_definitions()
    parts = [part for key, part in whole["properties"].items() if key not in NOT_SUBSTITUTED]
    parts += [part for name in ("steps",) for part in definitions[name].values()]
    parts += _within(definitions["step"])
    parts += [part for name in ("azure ad user", "azure ad group") for part in _within(definitions[name])]
    for part in parts:
        _widen(part)
    # A background has the same schema: one of two keys tells it from a scenario.
    whole["properties"]["background"] = definitions["background"]["properties"]["background"]
    whole["anyOf"] = [
        {"required": whole.pop("required")},
        {"required": definitions["background"]["required"]},
    ]
    return whole


def _widen(part: _Schema) -> None:
    """Allow a whole `${name}` for a value and for all values within it."""
    for inner in _within(part):
        _widen(inner)
    if "pattern" in part:
        part["pattern"] = f"{part['pattern']}|{_NAME}"
    if "enum" in part:
        part["anyOf"] = [{"enum": part.pop("enum")}, {"pattern": _NAME}]
    kinds = part.get("type", "string")
    if "string" not in kinds:
        part["type"] = [*([kinds] if isinstance(kinds, str) else kinds), "string"]
        part["pattern"] = _NAME
    # A schema that requires keys allows any text, and so would match it.
    for branch in part.get("oneOf", ()):
        branch["type"] = "object"
    if "oneOf" in part:
        part["oneOf"].append({"type": "string"})
    if "not" in part:
        part["not"]["type"] = "object"


def _within(part: _Schema) -> Iterator[_Schema]:
    """Yield the schemas of a mapping's values and of a list's items."""
    yield from part.get("properties", {}).values()
    for key in ("items", "additionalProperties"):
        if isinstance(part.get(key), dict):
            yield part[key]
