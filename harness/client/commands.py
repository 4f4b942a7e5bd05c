"""`harness job status`, `log` and `step`, and `harness why`, for a person with a failed sync and a running harness."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import click

from harness.base.clock import from_iso, parse_duration

_Command = Callable[..., None]
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
KEY = click.option(
    "--key",
    metavar="KEY",
    help="Key of the harness, where it is not on loopback; better in the ready file, or in HARNESS_ACCESS_KEY.",
)
READY_FILE = click.option(
    "--ready-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What 'harness serve --ready-file FILE' wrote (default: ready.json in this folder).",
)


def connected(command: _Command) -> _Command:
    """Add the options that name a harness."""
    for option in (
        KEY,
        click.option(
            "--token",
            metavar="TOKEN",
            help="Graph token that goes with --graph; better in HARNESS_GRAPH_TOKEN.",
        ),
        click.option("--graph", metavar="URL", help="Graph endpoint, as in http://127.0.0.1:8081/v1.0."),
        READY_FILE,
    ):
        command = option(command)
    return command


@click.group()
def job() -> None:
    """Look at a running harness's provisioning job, or step it."""


@job.command()
@connected
@JSON
def status(*, as_json: bool, **where: Any) -> None:
    """Say how the job is: schedule, cycles, counts, retries, quarantine."""
    from harness.client.connection import connect
    from harness.client.words import status_lines

    shown, answer = connect(**where).job()
    show(as_json, {"job": shown, **answer}, status_lines(shown, answer))


@job.command()
@click.option("--user", metavar="NAME", help="Only this user or group: name, userPrincipalName or id.")
@click.option("--since", metavar="SPAN", help="Only the last 2h, 30m, 1d … of the harness's clock.")
@click.option("--failures", is_flag=True, help="Only what failed.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many, the newest."
)
@connected
@JSON
def log(
    *, user: str | None, since: str | None, failures: bool, limit: int, as_json: bool, **where: Any
) -> None:
    """Show the provisioning log as a timeline, newest last."""
    from harness.client.connection import connect
    from harness.client.words import log_lines

    span = parse_duration(since) if since else None
    connection = connect(**where)
    shown, answer = connection.job()
    entries = _since(connection.entries(), answer["now"], span)
    chosen = (
        entry
        for entry in entries
        if (user is None or _is_of(entry, user))
        and (not failures or entry["provisioningStatusInfo"]["status"] == "failure")
    )
    up_to_one_more = list(islice(chosen, limit + 1))
    newest = up_to_one_more[:limit][::-1]
    lines = list(log_lines(newest, answer["now"])) or ["no such entries in the provisioning log"]
    if shown["status"]["quarantine"]:
        lines.append("the job is in quarantine and sends nothing; 'harness job status' says why")
    if len(up_to_one_more) > limit:
        lines.insert(0, "(there are older entries; --limit shows more)")
    show(as_json, newest, lines)


@job.command()
@click.option("--bodies", is_flag=True, help="Show what was sent and answered, tokens taken out.")
@connected
@JSON
def step(*, bodies: bool, as_json: bool, **where: Any) -> None:
    """Carry out one object of the cycle and show the requests it took.

    Begins a cycle where none is under way; the job's schedule must be off (in the portal: Stop provisioning). Starting the
    job lets the cycle run on.
    """
    from harness.client.connection import connect
    from harness.client.words import step_lines

    connection = connect(**where)
    connection.job()
    answer = connection.control("POST", "step", {"exchanges": True})
    show(as_json, answer, step_lines(answer, bodies=bodies))


@click.command()
@click.argument("name")
@click.option("--group", is_flag=True, help="NAME is a group: tell of it and of each of its members.")
@connected
@JSON
def why(*, name: str, group: bool, as_json: bool, **where: Any) -> None:
    """Say why the user NAME is, or is not, in the target.

    NAME is a userPrincipalName, its part before the @, a display name or an id; of a group, a display name or an id. Shows
    scope, match, what was sent last, what waits, and what the next cycle of a running 'harness serve' will do.
    """
    from harness.client.connection import connect
    from harness.client.why_words import why_lines

    connection = connect(**where)
    _, job_answer = connection.job()
    answer = connection.control("GET", f"why?{'group' if group else 'user'}={quote_plus(name)}")
    show(as_json, answer, why_lines(answer, job_answer["now"]))


@click.command()
@connected
@JSON
def verify(*, as_json: bool, **where: Any) -> None:
    """Say whether both sides of a running harness agree: everybody in scope once, nobody else, each membership on both.

    It makes no difference who brought them: the provisioning service, or a tool of yours. Exit code 0 if they agree, 1 if not, or
    if nobody is in scope.
    """
    from harness.client.connection import connect
    from harness.client.words import agreement_lines

    agreement = connect(**where).control("GET", "agreement")
    show(as_json, agreement, agreement_lines(agreement))
    if not agreement["agree"]:
        raise SystemExit(1)


def show(as_json: bool, answer: Any, lines: Iterable[str]) -> None:
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False) if as_json else "\n".join(lines))


def _since(entries: Iterator[dict[str, Any]], now: str, span: timedelta | None) -> Iterator[dict[str, Any]]:
    """Yield the entries, newest first, that are not older than a span."""
    for entry in entries:
        if span is not None and from_iso(entry["activityDateTime"]) < from_iso(now) - span:
            return
        yield entry


def _is_of(entry: dict[str, Any], name: str) -> bool:
    source = entry["sourceIdentity"]
    principal = source["details"].get("UserPrincipalName") or ""
    names = (source["id"], source["displayName"], principal, principal.partition("@")[0])
    return name.casefold() in (each.casefold() for each in names)
