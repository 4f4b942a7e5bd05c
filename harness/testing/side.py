"""What both sides of a world share: the verbs of scenarios, and what expectations see."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from harness.scenario.expectations import EXPECTATIONS
from harness.scenario.observing import Since
from harness.scenario.play import Play, Result
from harness.testing.verbs import carry_out, given

Answer = TypeVar("Answer")
_NOTHING = Result("")
# Logs are asked for whole.
_ALL = Since(provisioning=2**31, audit=2**31, cloudtrail=2**31, mails=2**31)


class Side:
    """One side of a world. Verbs raise Refused where the service says no, HarnessError for what cannot be tried.

    `demand_open` raises HarnessError once the world is closed; `turn` is held while something is done, as clients' requests
    hold it.
    """

    def __init__(
        self, play: Play, demand_open: Callable[[], None], turn: AbstractContextManager[Any]
    ) -> None:
        self._play, self._demand_open, self._turn = play, demand_open, turn

    def _do(self, verb: str, **arguments: Any) -> Result:
        """Carry out a verb with the arguments that are given: None leaves one out."""
        return self._do_with(verb, given(**arguments))

    def _do_with(self, verb: str, arguments: Any) -> Result:
        self._demand_open()
        with self._turn:
            return carry_out(self._play, verb, arguments)

    def _enabled(self) -> None:
        """Enable automatic provisioning at AWS, where nobody has: its endpoint and token are asked for."""
        if not self._play.scim_endpoint:
            self._do("enable automatic provisioning")

    def _shown(self, key: str) -> Any:
        return self._read(lambda play: EXPECTATIONS[key](play, _NOTHING, _ALL))

    def _read(self, reader: Callable[[Play], Answer]) -> Answer:
        self._demand_open()
        with self._turn:
            return reader(self._play)
