"""`harness list`: the scenarios that there are, by the ids that `run` and pytest take."""

from __future__ import annotations

import sys

import click

from harness.cli.choosing import Chosen, with_choice


@click.command("list")
@with_choice
def list_(*, chosen: Chosen) -> None:
    """List scenarios: id, title and tags.

    PATHS are as for `harness run`; '@' lists what comes with the harness.
    """
    from harness.report.diagnostics import as_text, rejection_lines

    gathering = chosen.gathering()
    listed = False
    for scenario in chosen.choice().among(gathering.scenarios()):
        listed = True
        words = f"  [{', '.join(scenario.tags)}]" if scenario.tags else ""
        click.echo(f"{scenario.id}  {scenario.title}{words}")
    for rejected in gathering.rejected:
        click.echo(as_text(rejection_lines(rejected)), err=True)
    if not listed and not gathering.rejected:
        click.echo(f"error: {chosen.nothing()}", err=True)
    if gathering.rejected or not listed:
        sys.exit(2 if gathering.rejected else 1)
