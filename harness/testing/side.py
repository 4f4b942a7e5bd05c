"""The common part of a world's two sides: scenarios' verbs, expectations' values, and the requests of clients."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, TypeVar

from harness.scenario.expectations import EXPECTATIONS
from harness.scenario.observing import Since
from harness.scenario.play import Play, Result
from harness.testing.seen import Seen, SeenRequest, Wanted
from harness.testing.verbs import carry_out, given

Answer = TypeVar("Answer")
_NOTHING = Result("")
_PATIENCE = timedelta(seconds=10)
# Logs are asked for whole.
_ALL = Since(provisioning=2**31, audit=2**31, cloudtrail=2**31, mails=2**31)


class Side:
    """One side of a world. Verbs raise Refused where the service refuses, HarnessError for what cannot be tried.

    `demand_open` raises HarnessError once the world is closed; `turn` is the lock that each verb and each client's request
    holds.
    """

    def __init__(
        self, play: Play, demand_open: Callable[[], None], turn: AbstractContextManager[Any], seen: Seen
    ) -> None:
        self._play, self._demand_open, self._turn, self._seen = play, demand_open, turn, seen

    def requests(
        self, method: str = "*", path: str = "*", *, body_contains: str = "", status: int | None = None
    ) -> list[SeenRequest]:
        """Return the requests seen, as in `requests("PATCH", "/Groups/*")`, oldest first.

        AWS's are those to its SCIM endpoint, of the provisioning service too; Azure AD's those of clients to Graph.
        """
        self._demand_open()
        return Wanted(method, path, body_contains, status).of(self._seen.all())

    def assert_requested(
        self,
        method: str,
        path: str,
        *,
        times: int | None = None,
        body_contains: str = "",
        status: int | None = None,
    ) -> list[SeenRequest]:
        """Return the requests seen. Raises AssertionError with the nearest one where there are none, or not `times`."""
        __tracebackhide__ = True  # pytest shows the test's line
        self._demand_open()
        return self._seen.required(Wanted(method, path, body_contains, status), times)

    def assert_requested_in_order(self, *requests: str) -> list[SeenRequest]:
        """Return one request for each of `"POST /Users", "POST /Groups"`, with any others between them.

        Raises AssertionError for one that did not come after the one before it.
        """
        __tracebackhide__ = True
        self._demand_open()
        return self._seen.in_order(requests)

    def wait_for(
        self,
        method: str,
        path: str,
        *,
        times: int = 1,
        within: timedelta = _PATIENCE,
        body_contains: str = "",
        status: int | None = None,
    ) -> list[SeenRequest]:
        """Wait in real time until clients on sockets have sent at least `times` of them.

        Raises AssertionError when they have not come `within`.
        """
        __tracebackhide__ = True
        self._demand_open()
        which = Wanted(method, path, body_contains, status)
        self._seen.wait(which, times, within)
        chosen = which.of(self._seen.all())
        return chosen if len(chosen) >= times else self._seen.required(which, times)

    def assert_none_unexpected(self, *expected: int) -> None:
        """Raise AssertionError if any request was refused, but with one of the statuses `expected`."""
        __tracebackhide__ = True
        self._demand_open()
        if refused := self._seen.refused(*expected):
            raise AssertionError("refused: " + "; ".join(map(str, refused)))

    def forget_requests(self) -> None:
        self._demand_open()
        self._seen.forget()

    def _do(self, verb: str, **arguments: Any) -> Result:
        """Carry out a verb with the arguments that are given: None leaves one out."""
        return self._do_with(verb, given(**arguments))

    def _do_with(self, verb: str, arguments: Any) -> Result:
        self._demand_open()
        with self._turn:
            return carry_out(self._play, verb, arguments)

    def _enabled(self) -> None:
        """Enable automatic provisioning at AWS unless it is, for its endpoint and token."""
        if not self._play.scim_endpoint:
            self._do("enable automatic provisioning")

    def _shown(self, key: str) -> Any:
        return self._read(lambda play: EXPECTATIONS[key](play, _NOTHING, _ALL))

    def _read(self, reader: Callable[[Play], Answer]) -> Answer:
        self._demand_open()
        with self._turn:
            return reader(self._play)
