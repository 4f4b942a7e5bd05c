"""What both sides of a world share: the verbs of scenarios, carried out by the same code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.scenario.expectations import EXPECTATIONS
from harness.scenario.observing import Since
from harness.scenario.play import Play, Result
from harness.scenario.steps import STEPS
from harness.testing.answers import Refused

_NOTHING = Result("")
# Logs are asked for whole.
_ALL = Since(provisioning=2**31, audit=2**31, cloudtrail=2**31, mails=2**31)


class Side:
    """One side of a world. Verbs raise Refused where the service says no, HarnessError for what cannot be tried.

    `demand_open` raises HarnessError once the world is closed.
    """

    def __init__(self, play: Play, demand_open: Callable[[], None]) -> None:
        self._play, self._demand_open = play, demand_open

    def _do(self, verb: str, **arguments: Any) -> Result:
        """Carry out a verb with the arguments that are given: None leaves one out, `_` stands for a blank."""
        self._demand_open()
        given = {name: value for name, value in spaced(arguments).items() if value is not None}
        result = STEPS[verb](self._play, given)
        if result.error is not None:
            raise Refused(verb, result)
        return result

    def _shown(self, key: str) -> Any:
        self._demand_open()
        return EXPECTATIONS[key](self._play, _NOTHING, _ALL)


def spaced(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments under their names in scenarios, which have blanks where Python's have underscores."""
    return {name.replace("_", " "): value for name, value in arguments.items()}
