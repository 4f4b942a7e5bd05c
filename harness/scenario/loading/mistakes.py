"""A mistake in a scenario file, and the refusal of a file for those that it has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from harness.scenario.events import Location
from harness.scenario.loading.source import Source


class Mistake(NamedTuple):
    location: Location
    message: str


def refuse(source: Source, mistakes: Iterable[Mistake], case: str | None = None) -> None:
    """Raise the first mistake by its place in the file, and count the others."""
    ordered = sorted(
        dict.fromkeys(mistakes), key=lambda mistake: (mistake.location.line, mistake.location.column)
    )
    if not ordered:
        return
    message = ordered[0].message + ("" if case is None else f" (in case '{case}')")
    others = len({mistake.location for mistake in ordered}) - 1
    if others:
        message += f" ({others} more mistake{'s' if others > 1 else ''} in this file)"
    raise source.refusal(ordered[0].location, message)
