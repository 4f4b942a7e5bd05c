"""The structure of scenario files (keys, steps, arguments), from `structure.json`.

The inside of expectations is in `shapes`. Editors get both in one schema.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from harness.base.tables import read_text
from harness.scenario.language.shapes import SHAPES

# Keys in which no `${name}` is replaced: texts for people, and the table of cases.
NOT_SUBSTITUTED = ("cases", "source", "description", "include")
# The keys of a background, by those of a scenario.
_OF_A_BACKGROUND = ("description", "include", "profile", "start", "quirks", "given", "steps")


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of a file whose cases are filled in."""
    text = read_text("harness.scenario.language", "structure.json")
    data: dict[str, Any] = json.loads(text)
    data["$defs"]["expectations"] = {
        name: {"description": expected.shape.doc} for name, expected in SHAPES.items()
    }
    background = data["$defs"]["background"]
    background["properties"] |= {name: data["properties"][name] for name in _OF_A_BACKGROUND}
    return data
