"""What a run came to, printed: a table, then every failure in full, then how many there are of each outcome.

Plain text in a pipe or with NO_COLOR.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import IO

from rich.table import Table
from rich.text import Text

from harness.report.collected import Collected, ScenarioStory
from harness.report.consoles import OutputConsole
from harness.report.diagnostics import Line, failure_lines, rejection_lines
from harness.report.writing import legal

_STYLES = {
    "error": "bold red",
    "place": "blue",
    "source": "",
    "caret": "bold red",
    "label": "bold",
    "good": "green",
    "bad": "red",
    "plain": "",
}
_OUTCOMES = {"passed": "green", "failed": "bold red", "interrupted": "yellow"}
_NARROW = 70
_IN_A_PIPE = 160  # a build's log wraps by itself; ids are for copying


class Printing:
    """Prints to `out`, the standard output unless given; of a run that is not `complete` no time is told."""

    def __init__(self, collected: Collected, out: IO[str] | None, *, complete: bool) -> None:
        self._console = OutputConsole(file=out, highlight=False, emoji=False)
        if not self._console.is_terminal and "COLUMNS" not in os.environ:
            self._console = OutputConsole(file=out, highlight=False, emoji=False, width=_IN_A_PIPE)
        self._collected, self._complete = collected, complete

    def print(self) -> None:
        stories = self._collected.scenarios
        if stories:
            self._console.print(self._table(stories))
        for rejected in self._collected.rejected:
            self._print(rejection_lines(rejected))
        for story in stories:
            for failure in story.failures:
                self._print(failure_lines(failure))
        self._console.print(self._summary())

    def _table(self, stories: list[ScenarioStory]) -> Table:
        wide = self._console.width >= _NARROW
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("scenario", overflow="fold", ratio=1)
        if wide:
            table.add_column("profile")
            table.add_column("steps", justify="right")
        table.add_column("outcome")
        if wide:
            table.add_column("seconds", justify="right")
        for story in stories:
            middle = [Text(legal(story.started.profile)), Text(str(len(story.steps)))] if wide else []
            seconds = [Text(f"{story.finished.seconds:.2f}" if story.finished else "")] if wide else []
            outcome = Text(story.outcome, style=_OUTCOMES[story.outcome])
            table.add_row(Text(legal(story.started.id)), *middle, outcome, *seconds)
        return table

    def _print(self, lines: Iterable[Line]) -> None:
        self._console.print()
        for line in lines:
            text = Text.assemble(*((piece, _STYLES[kind]) for kind, piece in line))
            # A path or a curl line is for copying: the terminal may wrap it, we do not.
            self._console.print(text, soft_wrap=True)

    def _summary(self) -> Text:
        collected = self._collected
        counts = [
            (collected.count("passed"), "passed", "green"),
            (collected.count("failed"), "failed", "bold red"),
            (collected.count("interrupted"), "interrupted", "yellow"),
            (len(collected.rejected), "rejected", "bold red"),
        ]
        parts = [Text(f"{number} {word}", style=style) for number, word, style in counts if number]
        summary = Text(", ").join(parts) if parts else Text("nothing ran")
        if self._complete and parts:
            summary.append(f" in {collected.seconds:.1f} s (seed {legal(collected.seed)})")
        return Text("\n").append_text(summary)
