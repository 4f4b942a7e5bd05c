"""The JSON Schema of scenario files, as it lies beside this package."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

# Keys whose values are texts for people, and the table of cases itself: no `${name}` in them is replaced.
NOT_SUBSTITUTED = ("cases", "source", "description")


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of scenario files."""
    text = files("harness.scenario").joinpath("schema.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data
