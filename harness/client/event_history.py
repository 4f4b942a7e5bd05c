"""`harness events`: the event history of a running harness's AWS side, as an administrator comes by it."""

from __future__ import annotations

from pathlib import Path

import click

from harness.client.commands import KEY, READY_FILE


@click.command()
@click.argument("form", type=click.Choice(["csv", "json", "s3", "eventbridge"]))
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write the file there, under the name that it really has, instead of printing it.",
)
@click.option(
    "--most", type=click.IntRange(1, 200_000), default=10_000, show_default=True, help="At most so many."
)
@READY_FILE
@KEY
def events(form: str, folder: Path | None, most: int, ready_file: Path | None, key: str | None) -> None:
    """Write CloudTrail's newest events in FORM.

    csv and json are the console's downloads, s3 is a trail's compressed file, eventbridge an envelope a line. Only s3 has
    the events that merely read.
    """
    from harness.base.output import check_writable
    from harness.client.connection import connect

    name, content = connect(ready_file, None, None, key).event_history(form, most)
    if folder is None:
        click.echo(content, nl=False)
        return
    check_writable(folder / name)
    (folder / name).write_bytes(content)
    click.echo(str(folder / name))
