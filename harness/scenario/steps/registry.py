"""The verbs by name. A module of this folder adds its own with `@step("verb")`; `steps/__init__` imports them all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from harness.scenario.play import Play, Result

Step: TypeAlias = Callable[[Play, Any], Result]
STEPS: dict[str, Step] = {}


def step(verb: str) -> Callable[[Step], Step]:
    """Register the function that carries out a verb."""

    def register(function: Step) -> Step:
        STEPS[verb] = function
        return function

    return register
