"""`harness fault`: requests of a running harness made to fail, as the step `fault` of scenarios does it (`/_harness/faults`)."""

from __future__ import annotations

from typing import Any

import click

from harness.client.commands import JSON, connected, show


@click.group()
def fault() -> None:
    """Let requests to a running harness fail: those of its own provisioning service, and those of your client.

    Of several processes that share a database only the one that answers this command hears of it.
    """


@fault.command()
@click.argument("request")
@click.option("--answer", type=click.IntRange(100, 599), metavar="STATUS", help="Answer with this status.")
@click.option("--body", metavar="TEXT", help="With --answer: its body, as it stands.")
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="With --answer: a header.")
@click.option("--no-answer", metavar="HOW", help="timeout, reset, refused, dns or tls; nothing comes back.")
@click.option("--cut", type=click.IntRange(min=0), metavar="BYTES", help="So much of the answer comes back.")
@click.option("--delay", metavar="SPAN", help="The answer comes that much later: 500ms, 30s.")
@click.option("--carried-out", is_flag=True, help="With --answer, --no-answer: the request does its work.")
@click.option("--times", type=click.IntRange(min=1), metavar="N", help="So many requests, not all.")
@click.option("--body-contains", metavar="TEXT", help="Only requests with this text in their body.")
@connected
def put(*, request: str, times: int | None, **options: Any) -> None:
    """Let REQUEST, such as 'POST /Users' or 'PATCH /Groups/*', fail from now on.

    A client waits in real time for an answer that is late, the provisioning service in the harness's.
    """
    from harness.client.connection import connect

    written = {
        "request": request,
        "times": times,
        "answer": _answer(options.pop("answer"), options.pop("body"), options.pop("headers")),
        "no answer": options.pop("no_answer"),
        "cut the answer": options.pop("cut"),
        "delay": options.pop("delay"),
        "carried out": options.pop("carried_out") or None,
        "body contains": options.pop("body_contains"),
    }
    members = {key: value for key, value in written.items() if value is not None}
    number = connect(**options).control("POST", "faults", members)["value"][-1]["number"]
    often = "" if times is None else f", {times} time{'' if times == 1 else 's'}"
    click.echo(f"from now on '{request}' misbehaves{often}; 'harness fault end {number}' ends it")


@fault.command("list")
@connected
@JSON
def list_(*, as_json: bool, **where: Any) -> None:
    """List the faults that are on, oldest first, with how many requests each has met."""
    from harness.client.connection import connect

    answer = connect(**where).control("GET", "faults")
    show(as_json, answer, list(map(_line, answer["value"])) or ["no faults; 'harness fault put' puts one on"])


@fault.command()
@click.argument("number", type=click.IntRange(min=1), required=False)
@connected
@JSON
def end(*, number: int | None, as_json: bool, **where: Any) -> None:
    """End the fault of a NUMBER that 'harness fault list' shows; without NUMBER all of them.

    Exit code 1 if one of them met nothing, or fewer requests than it was meant for.
    """
    from harness.client.connection import connect

    body = {} if number is None else {"number": number}
    answer = connect(**where).control("POST", "faults/end", body)
    show(as_json, answer, list(map(_line, answer["ended"])) or ["no faults were on"])
    if any(each["met"] < each["wanted"] for each in answer["ended"]):
        raise SystemExit(1)


def _answer(status: int | None, body: str | None, headers: tuple[str, ...]) -> dict[str, Any] | None:
    if status is None:
        if body is not None or headers:
            raise click.UsageError("--body and --header belong to --answer STATUS")
        return None
    answer: dict[str, Any] = {"status": status}
    if body is not None:
        answer["raw body"] = body
    pairs = [header.partition(":") for header in headers]
    if pairs:
        answer["headers"] = {name.strip(): value.strip() for name, _, value in pairs}
    return answer


def _line(fault: dict[str, Any]) -> str:
    met = f"has met {fault['met']}" if fault["met"] else "has met nothing"
    too_few = f" of {fault['wanted']}" if 0 < fault["met"] < fault["wanted"] else ""
    return f"{fault['number']}  {fault['request']}  {met}{too_few}"
