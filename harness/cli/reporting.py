"""Which reports a run writes: prepared before anything runs, finished whatever happened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from harness.base.errors import HarnessError
from harness.cli.together import Command, Option, together

if TYPE_CHECKING:
    from harness.scenario.events import Event

_FILE = click.Path(path_type=Path, dir_okay=True)


class Report(Protocol):
    def consume(self, event: Event) -> None: ...

    def finish(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Files:
    """Where each report goes; None is nowhere."""

    junit: Path | None
    html: Path | None
    json_: Path | None


_OPTIONS: tuple[Option, ...] = (
    click.option("--junit", type=_FILE, metavar="FILE", help="Write JUnit XML, for build servers."),
    click.option("--html", type=_FILE, metavar="FILE", help="Write one HTML page, for people."),
    click.option(
        "--json", "json_", type=_FILE, metavar="FILE", help="Write everything as JSON, for programs."
    ),
)


def with_files(command: Command) -> Command:
    """Add the options; the command is given them as `files`."""
    return together(command, "files", Files, _OPTIONS)


def reports_for(files: Files) -> list[Report]:
    """Prepare every report that is asked for; one that cannot be written stops us before anything runs."""
    from harness.report.terminal import TerminalReport

    reports: list[Report] = []
    if files.junit is not None:
        from harness.report.junit import JUnitReport

        reports.append(JUnitReport(files.junit))
    if files.html is not None:
        from harness.report.html import HtmlReport

        reports.append(HtmlReport(files.html))
    if files.json_ is not None:
        from harness.report.json_report import JsonReport

        reports.append(JsonReport(files.json_))
    return [*reports, TerminalReport()]


def finish(reports: list[Report]) -> None:
    """Finish them all, even when one cannot be written any more; then say so."""
    trouble = []
    for report in reports:
        try:
            report.finish()
        except HarnessError as error:
            trouble.append(str(error))
    if trouble:
        raise HarnessError("; ".join(trouble))
