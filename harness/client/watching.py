"""`harness watch`: what happens in a running harness, a line each, as the timeline's page shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import click

from harness.base.clock import pause
from harness.client.commands import JSON, connected

_LOOKS_EVERY = timedelta(milliseconds=300)


@click.command()
@click.option("--about", metavar="TEXT", default="", help="Only what mentions this person, group or id.")
@click.option("--from-start", is_flag=True, help="Begin with what is kept, not with now.")
@click.option("--lines", type=click.IntRange(min=1), metavar="N", help="End after N lines.")
@connected
@JSON
def watch(*, about: str, from_start: bool, lines: int | None, as_json: bool, **where: Any) -> None:
    """Show what happens on both sides as it happens: calls, log lines, mails, faults, jumps of the clock. Ctrl-C ends it.

    Of several processes that share a database each tells of its own calls, log lines and mails.
    """
    import json

    from harness.client.connection import connect

    connection, query = connect(**where), f"&about={quote_plus(about)}" if about else ""
    place = 0 if from_start else connection.control("GET", "timeline?after=0&about=nobody")["last"]
    count = 0
    while True:
        answer = connection.control("GET", f"timeline?after={place}{query}")
        place = answer["last"]
        for event in answer["events"]:
            click.echo(json.dumps(event, ensure_ascii=False) if as_json else _line(event))
            count += 1
            if count == lines:
                return
        pause(_LOOKS_EVERY)


def _line(event: dict[str, Any]) -> str:
    source, target = event["source"], event["target"]
    who = f"{source} → {target}" if source != target else f"{source} {event['kind']}".strip()
    mark = " " if event["good"] else "!"
    return f"{event['at'][:19].replace('T', ' ')} {mark} {who:<26} {event['summary']}"
