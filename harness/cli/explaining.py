"""`harness explain`, `quirks` and `schema`: what the language of scenarios has, printed."""

from __future__ import annotations

import click


@click.command()
@click.argument("words", metavar="[NAME]", nargs=-1)
def explain(*, words: tuple[str, ...]) -> None:
    """Say what a name in a scenario is; without NAME, list what there is.

    NAME is a quirk, a step, an expectation, a matcher, a key of the file or a topic: escrow-hours, edit mapping, aws users,
    $contains, cases, matchers. An error's code or sentence, pasted from either log, is explained as well.
    """
    from harness.base.errors import HarnessError
    from harness.cli.pasting import explained
    from harness.scenario.language.dictionary import explain as explanation

    name = " ".join(words)
    try:
        click.echo(explanation(name))
    except HarnessError:
        lines = list(explained(name))
        if not lines:
            raise
        click.echo("\n".join(lines))


@click.command()
def quirks() -> None:
    """List every quirk with its sentence, by service."""
    from harness.scenario.language.quirk_values import quirk_tables

    for service, table in quirk_tables():
        click.echo(f"{service} ({', '.join(table.profiles)})")
        for row in table.rows.values():
            click.echo(f"  {row.id}\n      {row.sentence}")


@click.command("schema")
def schema_() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    import json

    from harness.scenario.language.editors import schema_for_editors

    click.echo(json.dumps(schema_for_editors(), indent=2, ensure_ascii=False))
