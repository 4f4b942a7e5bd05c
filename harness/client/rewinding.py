"""`harness snapshot`: a running harness taken, listed, restored, compared, as `/_harness/snapshots` does it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

import click

from harness.client.commands import JSON, connected, show


@click.group()
def snapshot() -> None:
    """Keep a running harness as it is by a name, and go back to it: both sides, clock and chance together."""


@snapshot.command()
@click.argument("name")
@connected
def take(*, name: str, **where: Any) -> None:
    """Keep how both sides are now as NAME."""
    from harness.base.wording import moment
    from harness.client.connection import connect

    note = connect(**where).control("POST", "snapshots", {"name": name})
    click.echo(f"{note['name']} is kept, of {moment(note['taken'])} UTC")


@snapshot.command("list")
@connected
@JSON
def list_(*, as_json: bool, **where: Any) -> None:
    """List the snapshots, oldest first; some are taken by themselves, before cycles that have something to do."""
    from harness.base.wording import moment
    from harness.client.connection import connect

    answer = connect(**where).control("GET", "snapshots")
    lines = [
        f"{moment(note['taken'])}  {note['name']}{'  (by itself, before a cycle)' if note['beforeCycle'] else ''}"
        for note in answer["value"]
    ]
    lines += answer["unreadable"].values()
    lines = lines or ["no snapshots; 'harness snapshot take NAME' takes one"]
    if not answer["takenBeforeCycles"]:
        lines.append("none is taken before cycles here: the data are in PostgreSQL, or larger than 64 MiB")
    show(as_json, answer, lines)


@snapshot.command()
@click.argument("name")
@connected
def restore(*, name: str, **where: Any) -> None:
    """Make both sides, the clock and chance what they were at NAME; on an error nothing has changed.

    Of a snapshot taken before a cycle the job is stopped then: 'harness job start' runs the cycle again.
    """
    from harness.base.wording import moment
    from harness.client.connection import connect

    answer = connect(**where).control("POST", "snapshots/restore", {"name": name})
    click.echo(f"{answer['name']} is restored; it is {moment(answer['now'])} UTC again")


@snapshot.command()
@click.argument("name")
@connected
def delete(*, name: str, **where: Any) -> None:
    """Forget the snapshot NAME."""
    from harness.client.connection import connect

    connect(**where).control("POST", "snapshots/delete", {"name": name})
    click.echo(f"{name} is deleted")


@snapshot.command()
@click.argument("first")
@click.argument("second", required=False)
@connected
@JSON
def compare(*, first: str, second: str | None, as_json: bool, **where: Any) -> None:
    """Show what differs between the snapshots FIRST and SECOND, or between FIRST and now.

    Exit code 0 if nothing does, 1 if something does.
    """
    from harness.client.connection import connect

    to = f"&to={quote_plus(second)}" if second else ""
    answer = connect(**where).control("GET", f"snapshots/compare?from={quote_plus(first)}{to}")
    lines = [_line(change) for change in answer["changes"]]
    show(as_json, answer, lines or ["no difference"])
    if lines:
        raise SystemExit(1)


def _line(change: dict[str, Any]) -> str:
    words = [change["side"], change["kind"], change["whose"], change["act"]]
    if change["attribute"]:
        words.append(f"{change['attribute']}: '{change['before'] or ''}' → '{change['after'] or ''}'")
    return "  ".join(words)
