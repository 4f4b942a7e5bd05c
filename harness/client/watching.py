"""`harness watch`: what happens in a running harness, a line each, as the timeline's page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import click

from harness.base.clock import pause
from harness.client.commands import JSON, connected

if TYPE_CHECKING:
    from harness.client.connection import Connection

_LOOKS_EVERY = timedelta(milliseconds=300)


@click.command()
@click.option("--about", metavar="TEXT", default="", help="Only what mentions this person, group or id.")
@click.option("--from-start", is_flag=True, help="Begin with what is kept, not with now.")
@click.option("--lines", type=click.IntRange(min=1), metavar="N", help="End after N lines.")
@connected
@JSON
def watch(*, about: str, from_start: bool, lines: int | None, as_json: bool, **where: Any) -> None:
    """Show what happens on both sides as it happens: calls, log lines, mails, faults, jumps of the clock. Ctrl-C ends it.

    Of several processes that share a database each tells of its own when it is its turn to answer.
    """
    import json

    from harness.client.connection import connect

    connection, query = connect(**where), f"&about={quote_plus(about)}" if about else ""
    begin = "" if from_start else str(connection.control("GET", "clock")["now"])
    events = islice(_events(connection, query, begin), lines)
    for event in events:
        click.echo(json.dumps(event, ensure_ascii=False) if as_json else _line(event))


def _events(connection: Connection, query: str, begin: str) -> Iterator[dict[str, Any]]:
    """Yield what happens from a moment on, without an end: each process has a timeline, of which the places are noted."""
    places: dict[str, int] = {}
    while True:
        after = ",".join(f"{origin}-{number}" for origin, number in places.items()) or "0"
        answer = connection.control("GET", f"timeline?after={after}{query}")
        is_first = answer["origin"] not in places
        places[answer["origin"]] = answer["last"]
        yield from (event for event in answer["events"] if not is_first or event["at"] >= begin)
        pause(_LOOKS_EVERY)


def _line(event: dict[str, Any]) -> str:
    source, target = event["source"], event["target"]
    who = f"{source} → {target}" if source != target else f"{source} {event['kind']}".strip()
    mark = " " if event["good"] else "!"
    return f"{event['at'][:19].replace('T', ' ')} {mark} {who:<26} {event['summary']}"
