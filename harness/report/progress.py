"""The progress bar of a run, for a terminal only: which scenario is played, and how many are done."""

from __future__ import annotations

from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


class ProgressBar:
    """A bar until `stop`, on stderr unless another stream is given."""

    def __init__(self, stream: IO[str] | None, total: int) -> None:
        console = Console(file=stream, stderr=stream is None, highlight=False)
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[title]}", markup=False))
        self._progress = Progress(*columns, console=console, transient=True)
        self._progress.start()
        self._task = self._progress.add_task("", total=total, title="")

    def show(self, title: str) -> None:
        self._progress.update(self._task, title=title)

    def advance(self) -> None:
        self._progress.advance(self._task)

    def stop(self) -> None:
        self._progress.stop()
