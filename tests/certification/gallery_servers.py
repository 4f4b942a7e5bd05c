"""scim2-server as a vendor would mend it for tests 1 to 14, and servers that are wrong in one point."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from harness.scim.names import ENTERPRISE_USER
from harness.wire.message import Request, Response, Send

MANAGER = f"{ENTERPRISE_USER}:manager"
_JSON = (("Content-Type", "application/scim+json"),)


class Vendor:
    """scim2-server with two mends: a manager told as bare text, members taken away by a list of values."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def __call__(self, request: Request) -> Response:
        if request.method == "PATCH":
            body = json.loads(request.body)
            operations = [mended for each in body["Operations"] for mended in self._mended(each)]
            request = replace(request, body=json.dumps({**body, "Operations": operations}).encode())
        return self._send(request)

    def _mended(self, operation: dict[str, Any]) -> list[dict[str, Any]]:
        path, value = operation.get("path", ""), operation.get("value")
        if path == MANAGER:
            return [{**operation, "value": {"value": value}}]
        if path.startswith(f"{MANAGER}["):
            return [{"op": "remove", "path": MANAGER}]
        if path == "members" and operation["op"].lower() == "remove" and value is not None:
            return [{"op": "remove", "path": f'members[value eq "{each["value"]}"]'} for each in value]
        return [operation]


def reply(status: int, body: Any = None) -> Response:
    return Response(status, _JSON, b"" if body is None else json.dumps(body).encode())


def answering(send: Send, asked: str, answer: Callable[[Request], Response]) -> Send:
    """Return a server that gives an answer of its own to requests such as `GET /Users/[^?]+`."""

    def wrong(request: Request) -> Response:
        return answer(request) if _is(request, asked) else send(request)

    return wrong


def forgetting(send: Send, asked: str, forgets: Callable[[Any], Any]) -> Send:
    """Return a server that reads the body of some requests as another one."""

    def wrong(request: Request) -> Response:
        if _is(request, asked):
            request = replace(request, body=json.dumps(forgets(json.loads(request.body))).encode())
        return send(request)

    return wrong


def telling(send: Send, asked: str, tells: Callable[[Any], Any]) -> Send:
    """Return a server that words its answers to some requests in another way."""

    def wrong(request: Request) -> Response:
        response = send(request)
        if not _is(request, asked) or not response.body:
            return response
        return replace(response, body=json.dumps(tells(response.json())).encode())

    return wrong


def without_operations(path: str, of: str = "nickName") -> Callable[[Any], Any]:
    """Return how a PATCH reads without the operations of some paths; with none left it changes the attribute `of`."""

    def forgets(body: Any) -> Any:
        kept = [each for each in body["Operations"] if not re.search(path, each.get("path", ""))]
        return {**body, "Operations": kept or [{"op": "replace", "path": of, "value": "-"}]}

    return forgets


def _is(request: Request, asked: str) -> bool:
    path = re.sub(r"^https://[^/]+(/v2)?", "", unquote_plus(request.url))
    return re.match(asked, f"{request.method} {path}") is not None
