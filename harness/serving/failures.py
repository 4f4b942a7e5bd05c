"""Reports failures of a served world: where they happened, without the data."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from harness.base.errors import HarnessError
from harness.base.sqlite import is_full
from harness.base.store import StorageError
from harness.wire.present import is_cut_off

NO_ROOM = (
    "the disk is full, or takes no more: nothing is written until there is room; what is there can be read"
)
CUT_OFF = "the database does not answer; it is asked again and again until it does"


@dataclass(slots=True)
class Room:
    """Whether the disk has room, and whether that is reported: only after the start."""

    is_lacking: bool = False
    is_started: bool = False

    def report_full(self, reason: str) -> None:
        """Report a full disk and its reason, once until there was room again; during the start the caller reports it."""
        self.is_lacking = True
        if self.is_started:
            sys.stderr.write(
                f"error: {reason}: until there is room nothing is written; what is there can be read\n"
            )


@contextmanager
def damage_worded(folder: Path | None, room: Room) -> Iterator[None]:
    """Raise HarnessError for a full disk or damaged data in a folder, without the data, which are people's."""
    try:
        yield
    except Exception as error:
        if room.is_lacking or is_full(error):
            raise HarnessError(
                f"the disk of {folder} takes no more, or is full; make room, or name another folder"
            ) from error
        if isinstance(error, OSError | MemoryError) or _is_want_of_threads(error):
            reason = getattr(error, "strerror", None) or "there is not enough memory"
            raise HarnessError(f"cannot start: {reason}") from error
        if isinstance(error, StorageError):
            raise HarnessError(f"cannot start: {error}") from error
        if isinstance(error, HarnessError) or folder is None:
            raise
        raise HarnessError(
            f"the data in {folder} is damaged: {type(error).__name__} at {_place(error)}; "
            "restore it from a copy or name another folder"
        ) from error
    room.is_started = True


def report(error: BaseException) -> None:
    """Report an internal error of the engine and its place, without the data."""
    if is_cut_off(error):  # whose words are about the connection, and no data
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        sys.stderr.write(
            f"error: the provisioning engine has lost the database: {reason}; it goes on when that is there again\n"
        )
    elif not is_full(error):
        name, place = type(error).__name__, _place(error)
        sys.stderr.write(f"error: the provisioning engine failed with {name} at {place}\n")


@contextmanager
def full_worded(place: object, people: Path) -> Iterator[None]:
    """Say that there was no room for people of a file."""
    try:
        yield
    except Exception as error:
        if not is_full(error):
            raise
        raise HarnessError(
            f"the disk of {place} is too full for the people of {people}; make room, or name another folder"
        ) from error


def missing_worded(path: Path) -> str:
    """Return the sentence about a data file that was removed while it is served."""
    return (
        f"{path} was moved, removed or replaced while it is served: what is written is in the moved folder, else lost at the "
        "stop; move it back, or save what you need over the APIs before you stop the server"
    )


def report_missing(path: Path) -> None:
    """Report a data file that was removed while it is served; without a reader the server goes on."""
    with suppress(OSError):
        sys.stderr.write(f"error: {missing_worded(path)}\n")


def report_converted(path: Path, copy: Path) -> None:
    """Report that a file of an older version was converted, and where its copy is."""
    sys.stderr.write(
        f"note: an older version of the harness wrote {path}; it is converted, {copy} is what it was\n"
    )


def report_plain(paths: Sequence[Path]) -> None:
    """Warn of copies that are not encrypted, while the data beside them are."""
    if paths:
        names = ", ".join(str(path) for path in paths)
        sys.stderr.write(
            f"warning: older than the key, so with secrets in plain text: {names}; delete what you need no more\n"
        )


def _is_want_of_threads(error: Exception) -> bool:
    """Return whether an error is that of a thread that cannot start, mostly for lack of memory: a RuntimeError with Python's text."""
    return type(error) is RuntimeError and str(error) == "can't start new thread"


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"
