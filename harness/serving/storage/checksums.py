"""What the data files were when their server stopped: a file of checksums beside them, as `sha256sum -c` reads it.

It is there only between a clean stop and the next start, so a server that was killed leaves none.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from harness.base.errors import HarnessError

NAME = "checksums"


def changed(folder: Path) -> str | None:
    """Return the first file that is not what it was at the last stop, "" when all are; None when nothing tells."""
    try:
        lines = (folder / NAME).read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    digests = [line.split("  ", 1) for line in lines if "  " in line]
    for digest, name in digests:
        if _digest(folder / name) != digest:
            return name
    return "" if digests else None


def refusal(folder: Path, name: str) -> HarnessError:
    """Return what to say of a file that is not what it was at the last stop."""
    return HarnessError(
        f"{folder / name} is damaged: it is not what it was when its server stopped; restore it from a copy, or remove "
        f"{folder / NAME} to take it as it is, as after an older version that knew of no checksums"
    )


def forget(folder: Path) -> None:
    """Take the checksums away, for the files are about to change. Raises OSError."""
    (folder / NAME).unlink(missing_ok=True)


def write(folder: Path, names: Iterable[str]) -> None:
    """Note what the files are, once nobody writes them any more; on a full disk nothing."""
    with suppress(OSError):
        handle = os.open(folder / NAME, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.writelines(_lines(folder, names))


def _lines(folder: Path, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield f"{_digest(folder / name)}  {name}\n"


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
