"""What a world's harness adds to both portals, with no counterpart in either cloud: snapshots, and whether both sides agree.

The pages know it by these protocols alone; whoever serves a world puts it beside the tenants in the requests' environments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from flask import abort, request

INSTRUMENTS = "harness.pages.instruments"


class Kept(Protocol):
    """A snapshot's name, its moment on the world's clock, and whether it was taken by itself before a cycle."""

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

    def take(self, name: str) -> Kept: ...

    def restore(self, name: str) -> Kept: ...

    def delete(self, name: str) -> None: ...

    def compare(self, first: str, second: str | None = None) -> Sequence[Altered]: ...


class Instruments(Protocol):
    """The world's harness. `differences` are those of both sides; it raises HarnessError where none can be told."""

    @property
    def snapshots(self) -> Rewinding: ...

    def differences(self) -> list[dict[str, Any]]: ...


def instruments() -> Instruments:
    """Return what the present request's world has; a page that needs it is none where there is nothing."""
    present = present_instruments()
    if present is None:
        abort(404)
    return present


def present_instruments() -> Instruments | None:
    present: Instruments | None = request.environ.get(INSTRUMENTS)
    return present
