"""Which reports a run writes: prepared before anything runs, finished whatever happened."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.base.errors import HarnessError
from harness.cli.together import Command
from harness.report.writers import WRITERS, Report

if TYPE_CHECKING:
    from harness.report.writers import Writer

_FILE = click.Path(path_type=Path, dir_okay=True)


def with_files(command: Command) -> Command:
    """Add an option for each writer; the command is given the paths that were named as `files`, by option."""

    @wraps(command)
    def gathered(**values: Any) -> None:
        paths = {writer.option: values.pop(_parameter(writer)) for writer in WRITERS}
        command(files={option: path for option, path in paths.items() if path is not None}, **values)

    wrapped: Command = gathered
    for writer in reversed(WRITERS):
        option = click.option(
            f"--{writer.option}", _parameter(writer), type=_FILE, metavar="FILE", help=writer.help
        )
        wrapped = option(wrapped)
    return wrapped


def reports_for(files: Mapping[str, Path]) -> list[Report]:
    """Prepare every report that is asked for; one that cannot be written stops us before anything runs."""
    from harness.report.terminal import TerminalReport

    reports = [writer.open(files[writer.option]) for writer in WRITERS if writer.option in files]
    return [*reports, *_for_github(), TerminalReport()]


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


def _for_github() -> list[Report]:
    from harness.report.formats.github import GitHubReport, is_github

    if not is_github(os.environ):
        return []
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    return [GitHubReport(sys.stdout, Path(summary) if summary else None)]


def _parameter(writer: Writer) -> str:
    """Return the name that an option's value has in Python, where `json` is a module."""
    return f"{writer.option}_file"
