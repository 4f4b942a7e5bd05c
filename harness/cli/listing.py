"""`harness list`: the scenarios that there are."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.cli.choosing import nothing_there

_FILE = click.Path(path_type=Path, dir_okay=True)


@click.command("list")
@click.argument("paths", nargs=-1, type=_FILE)
@click.option(
    "--tag", "tags", multiple=True, metavar="TAG", help="List only scenarios with this tag (repeatable)."
)
def list_(paths: tuple[Path, ...], tags: tuple[str, ...]) -> None:
    """List scenarios: id, title and tags.

    PATHS are files and folders; the folder 'scenarios' unless given.
    """
    from harness.report.diagnostics import as_text, rejection_lines
    from harness.scenario.loading import ScenarioError, find, load

    rejected = listed = False
    known: set[str] = set()
    for path in find(paths or (Path("scenarios"),)):
        try:
            scenarios = load(path).scenarios()
        except ScenarioError as error:
            click.echo(as_text(rejection_lines(error.rejection)), err=True)
            rejected = True
            continue
        for scenario in scenarios:
            known |= set(scenario.tags)
            if not tags or set(tags) & set(scenario.tags):
                listed = True
                words = f"  [{', '.join(scenario.tags)}]" if scenario.tags else ""
                click.echo(f"{scenario.id}  {scenario.title}{words}")
    if not listed and not rejected:
        click.echo(f"error: {nothing_there(paths, tags, known)}", err=True)
    if rejected or not listed:
        sys.exit(2 if rejected else 1)
