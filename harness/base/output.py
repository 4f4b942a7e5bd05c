"""Output files for people and programs: reports, certificates, the ready file.

A regular file is whole or absent: it is written beside its place and moved there at the end, with the mode it had. A device, a
pipe and a file with several names are written directly, a symbolic link is followed: none of them is replaced.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from harness.base.errors import HarnessError
from harness.base.ids import Ids

_NEW = 0o666
_PRIVATE = 0o600


def check_writable(path: Path) -> None:
    """Create the folder of an output file and try to write. Raises HarnessError before a long run would be lost."""
    if path.is_dir():
        raise HarnessError(f"'{path}' is a folder; name a file for the report")
    try:
        is_replaced = _Target(path).is_replaced
    except OSError as error:
        raise _cannot(path, error) from error
    if is_replaced:
        OutputFile(path).abandon()


def write(path: Path, text: str, *, private: bool = False) -> None:
    """Write a whole file. Raises HarnessError when that fails."""
    write_all(path, (text,), private=private)


def write_all(path: Path, texts: Iterable[str], *, private: bool = False) -> None:
    """Write a file piece by piece; whatever ends that early, Ctrl-C too, leaves nothing half written. Raises HarnessError."""
    file = OutputFile(path, private=private)
    try:
        for text in texts:
            file.write(text)
        file.keep()
    except BaseException:
        file.abandon()
        raise


def remove(path: Path) -> None:
    """Remove a file that was written; one that was written directly stays."""
    with suppress(OSError):
        if stat.S_ISREG(path.lstat().st_mode):
            path.unlink()


class OutputFile:
    """A file that is being written: `keep` puts it in its place, `abandon` leaves the former file. All raise HarnessError.

    A `private` one is readable by its owner alone, whatever the former file's mode.
    """

    def __init__(self, path: Path, *, private: bool = False) -> None:
        self._path = path
        self._part: Path | None = None
        try:
            target = _Target(path)
            self._place = target.place
            self._mode = _PRIVATE if private else target.mode
            self._stream = target.stream or self._opened(target)
        except OSError as error:
            raise _cannot(path, error) from error

    def write(self, *texts: str) -> None:
        try:
            self._stream.writelines(texts)
        except OSError as error:
            self.abandon()
            raise _cannot(self._path, error) from error

    def flush(self) -> None:
        """Flush, for a reader of the unfinished file."""
        try:
            self._stream.flush()
        except OSError as error:
            self.abandon()
            raise _cannot(self._path, error) from error

    def keep(self) -> None:
        """Close the file, and move it to its place if it was written beside it."""
        try:
            if self._stream in (sys.stdout, sys.stderr):
                self._stream.flush()
                return
            self._stream.close()
            if self._part is not None:
                self._part.chmod(self._mode)
                self._part.replace(self._place)
                self._part = None
        except OSError as error:
            self.abandon()
            raise _cannot(self._path, error) from error

    def abandon(self) -> None:
        """Remove the file that was written beside the place."""
        if self._stream not in (sys.stdout, sys.stderr):
            with suppress(OSError):
                self._stream.close()
        if self._part is not None:
            self._part.unlink(missing_ok=True)
            self._part = None

    def _opened(self, target: _Target) -> TextIO:
        if not target.is_replaced:
            return open(target.place, "w", encoding="utf-8", newline="\n", opener=_within_patience)
        self._place.parent.mkdir(parents=True, exist_ok=True)
        self._part = part = self._place.with_name(f".{self._place.name}.{Ids(None).hex(8)}")
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
            return os.fdopen(handle, "w", encoding="utf-8", newline="\n")
        except BaseException:  # Ctrl-C, at once
            part.unlink(missing_ok=True)
            raise


class _Target:
    """The target of a path. `stream` is set if it is our own standard output or error (`/dev/stdout`).

    Raises OSError for a loop of links and for a file that may not be written.
    """

    def __init__(self, path: Path) -> None:
        self.place = path
        self.stream: TextIO | None = None
        self.is_replaced = True
        self.mode = _NEW & ~_umask()
        try:
            status = path.stat()
        except FileNotFoundError:
            self.place = Path(os.path.realpath(path)) if path.is_symlink() else path
            return
        self.stream = _same(status, (sys.stdout, sys.stderr))
        plain = stat.S_ISREG(status.st_mode)
        self.is_replaced = plain and status.st_nlink == 1 and self.stream is None
        if self.is_replaced:
            self.place = Path(os.path.realpath(path))
            self.mode = stat.S_IMODE(status.st_mode)
        if not os.access(path, os.W_OK):
            raise PermissionError(13, os.strerror(13), str(path))


def _same(status: os.stat_result, streams: Iterable[TextIO]) -> TextIO | None:
    """Return the stream that is the same file, None without one; a stream without a file number is none."""
    for stream in streams:
        with suppress(OSError, ValueError):
            if os.path.samestat(status, os.fstat(stream.fileno())):
                return stream
    return None


# The seconds in which a reader must open its end of a pipe.
PATIENCE = 5.0


def _within_patience(path: str, flags: int) -> int:
    """Open a pipe as soon as it has a reader, anything else at once. Raises OSError for a pipe without a reader."""
    if not stat.S_ISFIFO(Path(path).stat().st_mode):
        return os.open(path, flags)
    handles: list[int] = []
    opening = threading.Thread(target=lambda: handles.append(os.open(path, flags)), daemon=True)
    opening.start()
    opening.join(PATIENCE)
    if not handles:
        raise OSError(errno.ENXIO, "it is a pipe that nobody reads; start its reader first")
    return handles[0]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _cannot(path: Path, error: OSError) -> HarnessError:
    return HarnessError(f"'{path}' cannot be written: {error.strerror or error}")
