"""A report in one file, collected during the run and written at its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from harness.base.output import check_writable, write
from harness.report.collected import Collected
from harness.scenario.events import Event


class FileReport:
    """`render` turns the collected run into the file's text. Raises HarnessError at once when `path` cannot be written."""

    def __init__(self, path: Path, render: Callable[[Collected], str]) -> None:
        check_writable(path)
        self._path = path
        self._render = render
        self._collected = Collected()

    def consume(self, event: Event) -> None:
        self._collected.consume(event)

    def finish(self) -> None:
        write(self._path, self._render(self._collected))
