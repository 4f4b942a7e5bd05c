"""Whether the files that a server has open are still where they were: somebody may take a folder away under it.

The system lets an open file be removed and goes on writing to it (https://pubs.opengroup.org/onlinepubs/9799919799/, "unlink",
Description, read 2026-11-30), so that no write fails and nothing is told unless somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from harness.serving.failures import report_missing


class Presence:
    """Files as they are when this is made; `missing` looks at them again."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._identities = {path: _identity(path) for path in paths}
        self._is_reported = False

    def missing(self) -> Path | None:
        """Return the first file that is gone, or is another one by now; None while all are there."""
        for path, identity in self._identities.items():
            if identity is None or _identity(path) != identity:
                return path
        return None

    def report(self) -> None:
        """Say which file is missing: once, until all were there again."""
        path = self.missing()
        if path is not None and not self._is_reported:
            report_missing(path)
        self._is_reported = path is not None


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what makes a file this file whatever its name, None where there is none to be seen."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
