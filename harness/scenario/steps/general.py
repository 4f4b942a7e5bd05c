"""What belongs to neither portal: time, and single requests to either service."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from harness.base.clock import parse_duration
from harness.scenario.play import Play, Result, judge
from harness.scenario.steps.registry import step
from harness.wire.message import Request


@step("wait")
def _wait(play: Play, arguments: Any) -> Result:
    """Let virtual time pass; cycles that fall due run on the way."""
    play.world.advance(parse_duration(arguments))
    return Result(f"{arguments} later")


@step("scim request")
def _scim_request(play: Play, arguments: dict[str, Any]) -> Result:
    """Send one SCIM request, with the noted token unless another is given; an empty token sends none."""
    endpoint = play.scim_endpoint
    token = arguments.get("token", play.access_token)
    headers = {"Content-Type": "application/scim+json", **arguments.get("headers", {})}
    if token:
        headers.setdefault("Authorization", f"Bearer {token}")
    body = b""
    if "raw body" in arguments:
        body = arguments["raw body"].encode()
    elif "body" in arguments:
        body = json.dumps(arguments["body"], ensure_ascii=False).encode()
    url = endpoint.rstrip("/") + quote(arguments["path"], safe="/?&=%:+$,;@!~*'().-_")
    method = arguments["method"]
    response = play.scim(Request(method, url, tuple(headers.items()), body))
    return judge(response, f"{method} {arguments['path']} answered {response.status}")


@step("graph request")
def _graph_request(play: Play, arguments: dict[str, Any]) -> Result:
    response = play.graph(arguments["method"], arguments["path"], arguments.get("body"))
    return judge(response, f"{arguments['method']} {arguments['path']} answered {response.status}")


@step("aws request")
def _aws_request(play: Play, arguments: dict[str, Any]) -> Result:
    """Call an operation of one of AWS's APIs; the identity store id is filled in."""
    parameters = dict(arguments.get("parameters", {}))
    if arguments["service"] == "identitystore":
        parameters.setdefault("IdentityStoreId", play.world.aws.settings.identity_store_id)
    response = play.aws(arguments["service"], arguments["operation"], parameters)
    return judge(response, f"{arguments['operation']} answered {response.status}")
