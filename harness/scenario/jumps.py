"""Jumps of the virtual clock, added as observations between the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from harness.base.clock import from_iso, iso
from harness.scenario.events import Observation
from harness.world import ADMINISTRATOR


def with_jumps(observed: Iterable[Observation], began: datetime, ended: datetime) -> Iterator[Observation]:
    """Yield the observations, with a jump between two if time passed, and one at the end of the step if it did there."""
    now = began.replace(microsecond=0)
    for observation in observed:
        at = from_iso(observation.at).replace(microsecond=0)
        if at > now:
            yield _jump(at - now, at)
            now = at
        yield observation
    if ended.replace(microsecond=0) > now:
        yield _jump(ended - now, ended)


def _jump(span: timedelta, at: datetime) -> Observation:
    return Observation("clock", iso(at), ADMINISTRATOR, f"{_words(span)} later")


def _words(span: timedelta) -> str:
    """Return a span of time in its two largest units: `28 days`, `40 minutes`, `1 hour 30 minutes`."""
    seconds = int(span.total_seconds())
    parts = []
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number} {unit}{'s' if number > 1 else ''}")
    return " ".join(parts[:2]) or f"{span.microseconds // 1000} milliseconds"
