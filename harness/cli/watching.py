"""`harness run --watch`: after the first run, what changed is run again whenever a file is saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event as Signal
from typing import TypeAlias

from harness.base.errors import HarnessError
from harness.scenario.selecting.targets import targets

INTERVAL = 0.5  # seconds between two looks

# When each file was last written, in nanoseconds.
_Moments: TypeAlias = Mapping[Path, int]


def changes(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the scenario files to run again, each time there are some, until Ctrl-C.

    Those are files that were saved since the last look, themselves or the backgrounds and people that they name.
    """
    watched, never = _Watched(words), Signal()
    before = watched.look()
    while True:
        never.wait(INTERVAL)
        now = watched.look()
        changed = {name for name, moments in now.items() if before.get(name) != moments}
        before = now
        if changed:
            yield tuple(sorted(changed))


class _Watched:
    """What words name; which files belong to a scenario is read again only when it was saved."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._belonging: dict[Path, tuple[int, tuple[Path, ...]]] = {}

    def look(self) -> Mapping[str, _Moments]:
        """Return each scenario file, or the case that is meant, with all that belongs to it.

        What is being replaced is left out: an editor may take a file, or a file manager a folder, away for a moment.
        """
        paths: dict[str, Path] = {}
        for word in self._words:
            with suppress(HarnessError, OSError):
                for path, case in ((target.path, target.case) for target in targets((word,))):
                    paths[str(path) if case is None else f"{path}[{case}]"] = path
        return {name: moments for name, path in paths.items() if (moments := self._moments(path))}

    def _moments(self, path: Path) -> _Moments:
        own = _written([path])
        if path not in own:
            return {}
        moment, belonging = self._belonging.get(path, (0, ()))
        if moment != own[path]:
            # Reading YAML is heavy, and seldom needed.
            from harness.scenario.loading.backgrounds import also_read

            belonging = also_read(path)
            self._belonging[path] = own[path], belonging
        return {**own, **_written(belonging)}


def _written(paths: Sequence[Path]) -> _Moments:
    moments = {}
    for path in paths:
        try:
            moments[path] = path.stat().st_mtime_ns
        except OSError:
            continue
    return moments
