"""The schema as editors need it: `harness schema`.

`structure.json` says what stands in a file once its cases are filled in; who edits one has `${column}` in those places,
and completes names inside expectations. `schema.json`, which scenario files name, is a copy: `make schema` writes it.
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
    """Return the schema of scenario files, with `${name}` accepted wherever a value may come from a case or a step."""
    whole = {"$comment": _COMMENT, **deepcopy(schema())}
    definitions = whole["$defs"]
    definitions["expectations"] = expectation_definitions()
    parts = [part for key, part in whole["properties"].items() if key not in NOT_SUBSTITUTED]
    parts += [part for name in ("steps",) for part in definitions[name].values()]
    parts += _within(definitions["step"])
    parts += [part for name in ("azure ad user", "azure ad group") for part in _within(definitions[name])]
    for part in parts:
        _widen(part)
    # A background is edited with the same schema: one of the two keys says which of them a file is.
    whole["properties"]["background"] = definitions["background"]["properties"]["background"]
    whole["anyOf"] = [
        {"required": whole.pop("required")},
        {"required": definitions["background"]["required"]},
    ]
    return whole


def _widen(part: _Schema) -> None:
    """Let a value, and whatever is within it, be a whole `${name}` too."""
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
    # What asks for keys says nothing of a text, and so would count it in.
    for branch in part.get("oneOf", ()):
        branch["type"] = "object"
    if "oneOf" in part:
        part["oneOf"].append({"type": "string"})
    if "not" in part:
        part["not"]["type"] = "object"


def _within(part: _Schema) -> Iterator[_Schema]:
    """Yield the schemas of a mapping's keys and of a list's items."""
    yield from part.get("properties", {}).values()
    for key in ("items", "additionalProperties"):
        if isinstance(part.get(key), dict):
            yield part[key]
