"""Prints the result of a run: a table, then every failure in full, then the number of each outcome.

Plain text in a pipe or with NO_COLOR; FORCE_COLOR colours also there (https://no-color.org, https://force-color.org, read 2026-11-29).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import IO

import click

from harness.report.collected import Collected, ScenarioStory
from harness.report.columns import cells, folded
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
_COLUMNS = ("scenario", "profile", "steps", "outcome", "seconds")
_KEPT_WHEN_NARROW = (0, 3)
_TO_THE_RIGHT = (2, 4)
_NARROW = 70
_IN_A_PIPE = 160  # a build's log wraps by itself; ids are for copying
_GAP = 2


class Printing:
    """Prints to `out`, by default the standard output; without the time for a run that is not `complete`."""

    def __init__(self, collected: Collected, out: IO[str] | None, *, complete: bool) -> None:
        self._out = sys.stdout if out is None else out
        is_terminal = self._out.isatty()
        self._coloured = not os.environ.get("NO_COLOR") and (
            bool(os.environ.get("FORCE_COLOR")) or (is_terminal and os.environ.get("TERM") != "dumb")
        )
        self._width = _IN_A_PIPE
        if is_terminal or "COLUMNS" in os.environ:
            import shutil  # a build's log takes none of it

            self._width = shutil.get_terminal_size().columns
        self._collected, self._complete = collected, complete

    def print(self) -> None:
        stories = self._collected.scenarios
        if stories:
            self._print_table(stories)
        for rejected in self._collected.rejected:
            self._print(rejection_lines(rejected))
        for story in stories:
            for failure in story.failures:
                self._print(failure_lines(failure))
        self._write(f"\n{self._summary()}")

    def _print_table(self, stories: list[ScenarioStory]) -> None:
        rows = [_COLUMNS, *map(_row, stories)]
        styles = ["bold", *(_OUTCOMES[story.outcome] for story in stories)]
        columns = range(len(_COLUMNS)) if self._width >= _NARROW else _KEPT_WHEN_NARROW
        widths = {at: max(cells(row[at]) for row in rows) for at in columns}
        over = sum(widths.values()) + _GAP * (len(widths) - 1) - self._width
        widths[0] = max(1, widths[0] - max(0, over))
        for row, style in zip(rows, styles, strict=True):
            first, *others = folded(row[0], widths[0])
            is_head = row is _COLUMNS
            line = [_cell(first, widths[0], 0, style if is_head else "")]
            line += [
                _cell(row[at], widths[at], at, style if is_head or at == _COLUMNS.index("outcome") else "")
                for at in columns
                if at
            ]
            self._write((" " * _GAP).join(line))
            for other in others:
                self._write(other)

    def _print(self, lines: Iterable[Line]) -> None:
        self._write("")
        for line in lines:
            # A path or a curl line is for copying: the terminal may wrap it, we do not.
            self._write("".join(_styled(piece, _STYLES[kind]) for kind, piece in line))

    def _summary(self) -> str:
        collected = self._collected
        counts = [
            (collected.count("passed"), "passed", "green"),
            (collected.count("failed"), "failed", "bold red"),
            (collected.count("interrupted"), "interrupted", "yellow"),
            (len(collected.rejected), "rejected", "bold red"),
        ]
        parts = [_styled(f"{number} {word}", style) for number, word, style in counts if number]
        if not parts:
            return "nothing ran"
        duration = f" in {collected.seconds:.1f} s (seed {legal(collected.seed)})" if self._complete else ""
        return ", ".join(parts) + duration

    def _write(self, line: str) -> None:
        click.echo(line, file=self._out, color=self._coloured)


def _row(story: ScenarioStory) -> tuple[str, ...]:
    seconds = f"{story.finished.seconds:.2f}" if story.finished else ""
    started = story.started
    return legal(started.id), legal(started.profile), str(len(story.steps)), story.outcome, seconds


def _cell(text: str, width: int, column: int, style: str) -> str:
    blank = " " * (width - cells(text))
    return blank + _styled(text, style) if column in _TO_THE_RIGHT else _styled(text, style) + blank


def _styled(text: str, style: str) -> str:
    """Return a text with a terminal's codes for a style such as `bold red`."""
    if not style:
        return text
    colour = style.removeprefix("bold").strip()
    return click.style(text, fg=colour or None, bold=style.startswith("bold") or None)
