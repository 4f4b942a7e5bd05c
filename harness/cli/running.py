"""`harness run`: scenario files played, reported, and told by the exit code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.choosing import nothing_there
from harness.cli.reporting import finish, reports_for

if TYPE_CHECKING:
    from harness.scenario.events import Event

_FILE = click.Path(path_type=Path, dir_okay=True)


@click.command()
@click.argument("paths", nargs=-1, type=_FILE)
@click.option("--junit", type=_FILE, metavar="FILE", help="Write JUnit XML, for build servers.")
@click.option("--html", type=_FILE, metavar="FILE", help="Write one HTML page, for people.")
@click.option("--json", "json_", type=_FILE, metavar="FILE", help="Write everything as JSON, for programs.")
@click.option(
    "--tag", "tags", multiple=True, metavar="TAG", help="Run only scenarios with this tag (repeatable)."
)
@click.option("--keep-going/--fail-fast", default=True, help="Go on after a failure (default), or stop.")
@click.option("--seed", default="1", show_default=True, help="Seed of every identifier: same seed, same run.")
def run(
    *,
    paths: tuple[Path, ...],
    junit: Path | None,
    html: Path | None,
    json_: Path | None,
    tags: tuple[str, ...],
    keep_going: bool,
    seed: str,
) -> None:
    """Run scenario files, or all of a folder.

    PATHS are files and folders; the folder 'scenarios' unless given. Exits with 0 if something ran and all of it passed, with
    1 if something failed or nothing ran, with 2 for a bad file or bad usage.
    """
    from harness.scenario.loading import find, load
    from harness.scenario.running import run as run_scenarios

    reports = reports_for(junit, html, json_)
    files = find(paths or (Path("scenarios"),))
    tally = _Tally()
    try:
        for event in run_scenarios(files, seed=seed, tags=tags, fail_fast=not keep_going):
            tally.consume(event)
            for report in reports:
                report.consume(event)
    finally:
        # Whatever stopped the run, what did run is reported.
        finish(reports)
    if not tally.ran and not tally.rejected:
        known = {tag for path in files for scenario in load(path).scenarios() for tag in scenario.tags}
        click.echo(f"error: {nothing_there(paths, tags if files else (), known)}", err=True)
    sys.exit(tally.exit_code())


class _Tally:
    """Counts what the exit code depends on."""

    def __init__(self) -> None:
        self.ran = self.failed = self.rejected = 0

    def consume(self, event: Event) -> None:
        from harness.scenario.events import FileRejected, ScenarioFinished

        if isinstance(event, FileRejected):
            self.rejected += 1
        elif isinstance(event, ScenarioFinished):
            self.ran += 1
            self.failed += not event.passed

    def exit_code(self) -> int:
        if self.rejected:
            return 2
        return 0 if self.ran and not self.failed else 1
