"""What went wrong in a served world, in words: where, and without the data that it went wrong with."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.base.errors import HarnessError
from harness.base.sqlite import is_full


@contextmanager
def damage_worded(folder: Path | None) -> Iterator[None]:
    """Say that a folder's contents are not what was once written; without them, for they are people's."""
    try:
        yield
    except HarnessError:
        raise
    except Exception as error:
        if folder is None:
            raise
        raise HarnessError(
            f"the data in {folder} is damaged: {type(error).__name__} at {_place(error)}; "
            "restore it from a copy or name another folder"
        ) from error


def report(error: BaseException) -> None:
    """Say that the engine itself failed, and where; without the data that it failed on."""
    if not is_full(error):
        name, place = type(error).__name__, _place(error)
        sys.stderr.write(f"error: the provisioning engine failed with {name} at {place}\n")


def report_full() -> None:
    """Say that there is no room: once, until there was some again."""
    sys.stderr.write(
        "error: the disk is full: nothing is written any more; what is there can still be read\n"
    )


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"
