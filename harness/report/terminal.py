"""The terminal's report: a progress bar during the run, then everything that `printing` prints.

The bar goes to stderr, only to a terminal, and only where there are several scenarios to count. What prints is loaded
at the end.
"""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING

from harness.report.collected import Collected
from harness.report.writing import legal
from harness.scenario.events import (
    Event,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
)

if TYPE_CHECKING:
    from harness.report.progress import ProgressBar


class TerminalReport:
    """Consumes events; `finish` prints. `out` and `err` are the streams to write to."""

    def __init__(self, out: IO[str] | None = None, err: IO[str] | None = None) -> None:
        self._out, self._err = out, err
        self._collected = Collected(observed=False)
        self._bar: ProgressBar | None = None
        self._complete = False

    def consume(self, event: Event) -> None:
        self._collected.consume(event)
        if isinstance(event, RunStarted):
            self._begin(event.total)
        elif isinstance(event, ScenarioStarted) and self._bar is not None:
            self._bar.show(legal(event.title))
        elif isinstance(event, ScenarioFinished) and self._bar is not None:
            self._bar.advance()
        elif isinstance(event, RunFinished):
            self._complete = True

    def finish(self) -> None:
        """Remove the bar and print the result."""
        from harness.report.printing import Printing

        if self._bar is not None:
            self._bar.stop()
        Printing(self._collected, self._out, complete=self._complete).print()

    def _begin(self, total: int) -> None:
        if total < 2 or not (self._err or sys.stderr).isatty():
            return
        from harness.report.progress import ProgressBar

        self._bar = ProgressBar(self._err, total)
