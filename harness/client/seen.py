"""`harness requests`: what a running harness was asked, counted and waited for (`/_harness/requests`)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

import click

from harness.client.commands import JSON, connected, show


@click.command()
@click.argument("request", required=False)
@click.option(
    "--times", type=click.IntRange(min=0), metavar="N", help="Demand exactly so many, not at least one."
)
@click.option("--contains", metavar="TEXT", help="Only those with this text in their body.")
@click.option(
    "--status", type=click.IntRange(min=0), metavar="N", help="Only those answered so; 0: not at all."
)
@click.option("--wait", metavar="SPAN", default="0s", help="Wait so long for them: 5s, at most 30s.")
@click.option(
    "--after",
    type=click.IntRange(min=0),
    default=0,
    metavar="NUMBER",
    help="Only those behind a number, such as `last` of --json.",
)
@click.option("--forget", is_flag=True, help="Count none of those seen so far any more; without REQUEST.")
@connected
@JSON
def requests(
    *,
    request: str | None,
    contains: str | None,
    status: int | None,
    times: int | None,
    wait: str,
    after: int,
    forget: bool,
    as_json: bool,
    **where: Any,
) -> None:
    """Show the requests seen that REQUEST, such as 'POST /Users' or 'PATCH /Groups/*', chooses.

    Exit code 0 if there are as many as demanded, else 1, with the likest one. The last 10,000 happenings are kept.
    """
    from harness.client.connection import connect

    if forget is not (request is None):
        raise click.UsageError("name the requests, as in 'POST /Users', or --forget those seen so far")
    if request is None:
        answer = connect(**where).control("POST", "requests/forget", {})
        show(as_json, answer, ["only requests from now on count; the timeline keeps the others"])
        return
    query = {"request": request, "contains": contains, "status": status}
    query |= {"after": after, "times": times or 1, "wait": wait}
    encoded = urlencode({key: value for key, value in query.items() if value is not None})
    answer = connect(**where).control("GET", f"requests?{encoded}")
    lines = list(map(_line, answer["value"]))
    if not lines:
        nearest = f"; nearest: {answer['nearest']}" if answer["nearest"] else ""
        lines = [f"no {request} was seen{nearest}"]
    show(as_json, answer, lines)
    if answer["count"] != times if times is not None else not answer["count"]:
        raise SystemExit(1)


def _line(each: dict[str, Any]) -> str:
    parts = urlsplit(each["url"])
    path = parts.path.partition("/scim/v2")[2] or parts.path
    query = f"?{parts.query}" if parts.query else ""
    return f"{each['at']}  {each['from']}  {each['method']} {path}{query} → {each['status'] or each['error']}"
