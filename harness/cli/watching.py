"""`harness run --watch`: after the first run, what changed is run again whenever a file is saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from threading import Event as Signal

from harness.scenario.selecting.targets import targets

INTERVAL = 0.5  # seconds between two looks


def changes(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the files that were saved since the last look, each time there are some, until Ctrl-C.

    A file of people beside the scenarios, and whatever else of YAML lies below the folders named, changes everything.
    """
    before, never = _moments(words), Signal()
    while True:
        never.wait(INTERVAL)
        now = _moments(words)
        changed = {name for name, moment in now.items() if before.get(name) != moment}
        before = now
        if changed:
            yield tuple(sorted(changed))


def _moments(words: Sequence[str]) -> Mapping[str, int]:
    """Return when each scenario file was last written, in nanoseconds; one that is being replaced is left out."""
    moments: dict[str, int] = {}
    for target in targets(words):
        try:
            moments[str(target.path)] = target.path.stat().st_mtime_ns
        except OSError:
            continue
    return moments
