"""The explanation of each name of the scenario language: `harness explain NAME`.

Quirks are explained from the services' tables, expectations and matchers from theirs, the rest from `structure.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from harness.base.errors import HarnessError, nearest
from harness.base.quirks import Quirk
from harness.scenario.comparing.matching import MATCHERS
from harness.scenario.language.places import inner_names, places, resolved
from harness.scenario.language.quirk_values import quirk_tables
from harness.scenario.language.schema import schema
from harness.scenario.language.shapes import SHAPES
from harness.scenario.language.shapes.results import RESULTS
from harness.scenario.language.step_examples import step_example
from harness.scenario.language.topics import TOPICS, expectation_lines, matcher_lines, shape_lines

_STEP = "step"


def explain(name: str) -> str:
    """Return the lines that explain a name, or the places where it occurs; without a name, the table of contents.

    Raises HarnessError for an unknown name, with the nearest known one.
    """
    name = name or "contents"
    writers = dict(_words())
    if name in writers:
        return "\n".join(writers[name]())
    if lines := places(name):
        return "\n".join((f"{name} stands in", *(f"  {line}" for line in lines)))
    hint = (
        nearest(name, {**writers, **dict.fromkeys(inner_names())})
        or "; 'harness explain' lists what there is"
    )
    raise HarnessError(f"nothing here is called '{name}'{hint}")


def _words() -> Iterator[tuple[str, Callable[[], Iterator[str]]]]:
    """Yield every name with the function that returns its lines."""
    whole = schema()
    step = whole["$defs"]["step"]["properties"]
    kinds = {
        "key of a scenario file": whole["properties"],
        "key of a file that scenarios include": {
            "background": whole["$defs"]["background"]["properties"]["background"]
        },
        "key of a step": {key: step[key] for key in ("expect", "let", "name")},
        _STEP: whole["$defs"]["steps"],
    }
    for kind, definitions in kinds.items():
        for name, definition in definitions.items():
            yield name, partial(_definition, name, kind, definition)
    for name, expected in SHAPES.items():
        yield name, partial(expectation_lines, name, expected)
    for name, matcher in MATCHERS.items():
        yield name, partial(matcher_lines, name, matcher)
    for service, table in quirk_tables():
        for name, row in table.rows.items():
            yield name, partial(_quirk, service, row)
    yield from TOPICS.items()


def _quirk(service: str, row: Quirk) -> Iterator[str]:
    yield f"{row.id} (quirk of {service})"
    yield f"  {row.sentence}"
    yield ""
    yield f"  source: {row.source}" + (" (inferred: the sources are silent)" if row.inferred else "")
    yield f"          {row.url}"
    yield f"          {row.section}; read {row.read}"
    for profile, value in row.values.items():
        yield f"  {profile}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
    yield f"  proof: {row.proof}"


def _definition(name: str, kind: str, definition: Mapping[str, Any]) -> Iterator[str]:
    yield f"{name} ({kind})"
    yield f"  {definition['description']}{_choices(definition)}"
    if kind == _STEP:
        yield f"  example: {step_example(name)}"
    yield from _keys(definition, "    ")
    if name in RESULTS:
        yield f"  result: {RESULTS[name].doc}"
        yield from shape_lines(RESULTS[name], "    ")


def _keys(definition: Mapping[str, Any], indent: str) -> Iterator[str]:
    """Yield a line for each key of a mapping, or of a list's mappings, followed by its own keys."""
    shape = resolved(definition.get("items", definition))
    required = shape.get("required", [])
    for key, referred in shape.get("properties", {}).items():
        value = resolved(referred)
        need = " (required)" if key in required else ""
        yield f"{indent}{key}{need}: {value.get('description', '')}{_choices(value)}"
        yield from _keys(value, f"{indent}  ")
    if "oneOf" in shape:
        yield f"{indent}exactly one of: {', '.join(branch['required'][0] for branch in shape['oneOf'])}"


def _choices(definition: Mapping[str, Any]) -> str:
    return f" One of: {', '.join(definition['enum'])}." if "enum" in definition else ""
