"""The harness's own parts of both portals, which no cloud has: snapshots, the timeline, the comparison of both sides.

The pages use these protocols alone; the server of a world puts an implementation into the requests' environments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from flask import abort, request

from harness.wire.recording.exchanges import Exchange

INSTRUMENTS = "harness.pages.instruments"
# Turns exchanges into a scenario with made-up people.
ScenarioOf: TypeAlias = Callable[[Iterable[Exchange]], str]


class Kept(Protocol):
    """A snapshot's name, its moment on the world's clock, and whether it was taken automatically before a cycle."""

    @property
    def name(self) -> str: ...

    @property
    def taken(self) -> str: ...

    @property
    def cycle(self) -> bool: ...


class Altered(Protocol):
    """One difference between two snapshots."""

    def document(self) -> dict[str, Any]: ...


class Rewinding(Protocol):
    """Snapshots of both sides, the clock and chance. Raises HarnessError for what cannot be done."""

    @property
    def takes_before_cycles(self) -> bool: ...

    def all(self) -> Sequence[Kept]: ...

    def unreadable(self) -> Mapping[str, str]: ...

    def take(self, name: str) -> Kept: ...

    def restore(self, name: str) -> Kept: ...

    def delete(self, name: str) -> None: ...

    def compare(self, first: str, second: str | None = None) -> Sequence[Altered]: ...


class Happened(Protocol):
    """An event: moment, kind, from whom to whom, its sentence, and the exchange or log line."""

    @property
    def number(self) -> int: ...

    @property
    def at(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def target(self) -> str: ...

    @property
    def summary(self) -> str: ...

    @property
    def good(self) -> bool: ...

    @property
    def exchange(self) -> Exchange | None: ...

    @property
    def body(self) -> Any: ...


class Happenings(Protocol):
    """The latest events, by growing numbers; `origin` tells them from those of other processes."""

    @property
    def origin(self) -> str: ...

    @property
    def last(self) -> int: ...

    def events(
        self, after: int = 0, *, before: int | None = None, about: str = "", most: int = 10_000
    ) -> Sequence[Happened]: ...

    def event(self, number: int) -> Happened | None: ...

    def whole(self, about: str = "") -> Sequence[Happened]: ...

    def wait(self, after: int, seconds: float) -> None: ...


class Instruments(Protocol):
    """The world's instruments. `agreement` compares both sides; it raises HarnessError without a job."""

    @property
    def snapshots(self) -> Rewinding: ...

    @property
    def timeline(self) -> Happenings: ...

    @property
    def scenario_of(self) -> ScenarioOf | None:
        """The function that turns exchanges into a scenario; None where there is none."""
        ...

    def agreement(self) -> dict[str, Any]: ...

    @property
    def people(self) -> int:
        """The number of users on the side with more."""
        ...


def instruments() -> Instruments:
    """Return the present request's instruments. Raises HTTP 404 where there are none."""
    present = present_instruments()
    if present is None:
        abort(404)
    return present


def present_instruments() -> Instruments | None:
    present: Instruments | None = request.environ.get(INSTRUMENTS)
    return present
