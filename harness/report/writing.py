"""What every report needs to put text somewhere: legal characters, and files that are whole or absent."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from harness.base.errors import HarnessError

# What XML 1.0 cannot carry and a terminal would obey: controls, halves of surrogate pairs, non-characters.
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def legal(text: str) -> str:
    r"""Show characters that must not reach a terminal or an XML file by their escape: `\x1b`."""
    return _ILLEGAL.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


def check_writable(path: Path) -> None:
    """Create the folder of a report and try it. Raises HarnessError, so that nothing runs for naught."""
    if path.is_dir():
        raise HarnessError(f"'{path}' is a folder; name a file for the report")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}."):
            pass
    except OSError as error:
        raise HarnessError(f"'{path}' cannot be written: {error.strerror or error}") from error


def write(path: Path, text: str) -> None:
    """Replace the file at once: a reader never sees half a report. Raises HarnessError when that fails."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        # mkstemp makes private files; a report is as readable as any other new file.
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise HarnessError(f"'{path}' cannot be written: {error.strerror or error}") from error
