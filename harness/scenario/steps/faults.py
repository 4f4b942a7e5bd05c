"""Faults between Azure AD's provisioning service and the SCIM endpoint: from now on, once, or so many times.

They are on the wire, so neither side knows of them; the exchanges show what the provisioning service got.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from harness.base.clock import parse_duration
from harness.scenario.play import Play, Result
from harness.scenario.steps.registry import step
from harness.wire import faults
from harness.wire.message import Response


@step("fault")
def _fault(play: Play, arguments: dict[str, Any]) -> Result:
    times = arguments.get("times")
    selection = faults.Selection.of(arguments["request"], arguments.get("body contains", ""))
    play.faults.append(play.world.faults.put(selection, _wrap(play, arguments), times))
    often = "" if times is None else f", {times} time{'' if times == 1 else 's'}"
    return Result(f"{arguments['request']} misbehaves{often}")


@step("end faults")
def _end(play: Play, arguments: dict[str, Any]) -> Result:
    del arguments
    play.world.faults.end()
    return Result("every request reaches its server, and every answer comes back")


def _wrap(play: Play, arguments: dict[str, Any]) -> faults.Wrap:
    """Compose what the step asks for; one that the server carries out all the same lies around the server."""
    if "delay" in arguments:
        return faults.delaying(play.world.advance, parse_duration(arguments["delay"]))
    if "cut the answer" in arguments:
        return faults.cutting(arguments["cut the answer"])
    if "answer" in arguments:
        wrap = faults.answering(_response(arguments["answer"]))
    else:
        kind = arguments["no answer"]
        patience = play.world.azure.quirks["answer-timeout-seconds"] if kind == "timeout" else 0
        wrap = faults.failing(kind, play.world.advance, timedelta(seconds=patience))
    return faults.carrying_out(wrap) if arguments.get("carried out") else wrap


def _response(answer: dict[str, Any]) -> Response:
    """Return an answer as the step writes it; a JSON body is declared as SCIM unless the headers say otherwise."""
    body = answer.get("raw body", "").encode()
    headers = dict(answer.get("headers", {}))
    if "body" in answer:
        body = json.dumps(answer["body"], ensure_ascii=False).encode()
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "application/scim+json"
    return Response(answer.get("status", 200), tuple(headers.items()), body)
