"""What both sides of a world share: the verbs of scenarios, and what expectations see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.scenario.expectations import EXPECTATIONS
from harness.scenario.observing import Since
from harness.scenario.play import Play, Result
from harness.testing.verbs import carry_out, given

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
        """Carry out a verb with the arguments that are given: None leaves one out."""
        return self._do_with(verb, given(**arguments))

    def _do_with(self, verb: str, arguments: Mapping[str, Any]) -> Result:
        self._demand_open()
        return carry_out(self._play, verb, arguments)

    def _enabled(self) -> None:
        """Enable automatic provisioning at AWS, where nobody has: its endpoint and token are asked for."""
        if not self._play.scim_endpoint:
            self._do("enable automatic provisioning")

    def _shown(self, key: str) -> Any:
        self._demand_open()
        return EXPECTATIONS[key](self._play, _NOTHING, _ALL)
