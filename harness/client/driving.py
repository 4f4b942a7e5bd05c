"""`harness clock`, and `harness job start`, `pause`, `restart` and `on-demand`: what makes a running harness go on.

The job's commands are the actions of Microsoft Graph:
https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationjob, Properties (read 2026-11-29).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

import click

from harness.base.clock import from_iso, parse_duration
from harness.base.errors import HarnessError
from harness.client.commands import connected, job

_NEXT = "next"
# The portal's Restart provisioning: https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationjob-restart,
# "Example" (read 2026-11-30 at 1059f1d of microsoftgraph/microsoft-graph-docs-contrib)
_RESTART = {"criteria": {"resetScope": "Watermark, Escrows, QuarantineState"}}


@click.command()
@click.argument("span", required=False)
@connected
def clock(*, span: str | None, **where: Any) -> None:
    """Say what time it is in a running harness, or let SPAN pass: +40m, 6h, 28d, or 'next' for until the next cycle.

    What falls due happens on the way; the command returns when it has.
    """
    from harness.base.wording import moment
    from harness.client.connection import connect

    connection = connect(**where)
    if span is not None:
        connection.control(
            "POST", "clock", {"advance": _until_next(connection.job()[1]) if span == _NEXT else _plain(span)}
        )
    click.echo(f"{moment(connection.control('GET', 'clock')['now'])} UTC")


@job.command()
@connected
def start(**where: Any) -> None:
    """Turn the job's schedule on; its first cycle begins at once."""
    _act(where, "start", "started")


@job.command()
@connected
def pause(**where: Any) -> None:
    """Turn the job's schedule off; a cycle that runs comes to its end."""
    _act(where, "pause", "paused")


@job.command()
@connected
def restart(**where: Any) -> None:
    """Forget the job's progress, failures and quarantine; the next cycle is an initial one."""
    _act(where, "restart", "restarted", _RESTART)


@job.command("on-demand")
@click.argument("name")
@click.option("--group", is_flag=True, help="NAME is a group.")
@connected
def on_demand(*, name: str, group: bool, **where: Any) -> None:
    """Provision the user NAME at once, whether the schedule is on or not, and show what came of it."""
    from harness.client.connection import connect
    from harness.client.words import log_lines

    connection, kind = connect(**where), "Group" if group else "User"
    path = _path(connection.job()[1])
    subject = connection.control("GET", f"why?{kind.lower()}={quote_plus(name)}")[kind.lower()]["id"]
    rule = connection.graph_call("GET", f"{path}/schema")["synchronizationRules"][0]["id"]
    subjects = [{"objectId": subject, "objectTypeName": kind}]
    connection.graph_call(
        "POST", f"{path}/provisionOnDemand", {"parameters": [{"ruleId": rule, "subjects": subjects}]}
    )
    entry = next((each for each in connection.entries() if each["sourceIdentity"]["id"] == subject), None)
    click.echo("\n".join(log_lines([entry])) if entry else "nothing was to be done")


def _act(where: dict[str, Any], action: str, word: str, body: dict[str, Any] | None = None) -> None:
    from harness.client.connection import connect

    connection = connect(**where)
    connection.graph_call("POST", f"{_path(connection.job()[1])}/{action}", body or {})
    click.echo(f"the job is {word}")


def _path(served: dict[str, Any]) -> str:
    return f"/servicePrincipals/{served['servicePrincipalId']}/synchronization/jobs/{served['jobId']}"


def _plain(span: str) -> str:
    """Return a span as the control API takes it. Raises HarnessError for what is none."""
    parse_duration(span.removeprefix("+"))
    return span.removeprefix("+")


def _until_next(served: dict[str, Any]) -> str:
    if served["next"] is None:
        raise HarnessError("no cycle is planned; 'harness job start' turns the schedule on")
    away = (from_iso(served["next"]) - from_iso(served["now"])).total_seconds()
    return f"{max(away, 0):.0f}s" if away < 1 else f"{away + 1:.0f}s"
