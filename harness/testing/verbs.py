"""The verbs of scenarios in Python: the same names and arguments, checked by the same schema, carried out by the same code."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from harness.base.errors import HarnessError
from harness.scenario.events import Location
from harness.scenario.loading.violations import violations
from harness.scenario.loading.yaml_nodes import Node
from harness.scenario.play import Play, Result
from harness.scenario.steps import STEPS
from harness.testing.answers import Refused

_NOWHERE = Location("", 0, 0)  # arguments stand in no file


class Omitted(Enum):
    """The default of an argument for which None has a meaning."""

    ARGUMENT = "not given"


def carry_out(play: Play, verb: str, arguments: Any) -> Result:
    """Carry out a verb with its arguments by their names in scenarios.

    Raises Refused where the service says no, HarnessError for arguments that a scenario could not have either.
    """
    plain = _plain(arguments)
    step = {verb: plain}
    for mistake in violations(step, Node(step, _NOWHERE), "step"):
        raise HarnessError(mistake.message)
    result = STEPS[verb](play, plain)
    if result.error is not None:
        raise Refused(verb, result)
    return result


def given(**arguments: Any) -> dict[str, Any]:
    """Return the arguments that are not None, by their names in scenarios: with blanks in place of underscores."""
    return {name.replace("_", " "): value for name, value in arguments.items() if value is not None}


def _plain(value: Any) -> Any:
    """Return mappings and sequences of any kind as YAML has them."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value
