"""scim2-server as a vendor would mend it for Azure AD, and ways to make a server wrong in one point.

A mend or a wrong is a function of a transport that returns another transport.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from harness.scim.names import CORE_GROUP, CORE_USER, ENTERPRISE_USER, ERROR
from harness.wire.message import Request, Response, Send

MANAGER = f"{ENTERPRISE_USER}:manager"
Wrong = Callable[[Send], Send]
_TYPED = re.compile(r'(\w+)\[type eq "(\w+)"\]\.(\w+)\Z')


def answers(method: str, path: str, change: Callable[[Any], Any]) -> Wrong:
    """Change the JSON of answers to a method, where the URL holds a pattern; False leaves an answer as it is."""

    def wrong(send: Send) -> Send:
        def sent(request: Request) -> Response:
            response = send(request)
            if request.method != method or not re.search(path, request.url) or not response.body:
                return response
            changed = change(json.loads(response.body))
            return response if changed is False else replace(response, body=json.dumps(changed).encode())

        return sent

    return wrong


def statuses(method: str, path: str, status: int, *, instead_of: int, body: bytes | None = None) -> Wrong:
    """Answer with another status, and another body if there is one."""

    def wrong(send: Send) -> Send:
        def sent(request: Request) -> Response:
            response = send(request)
            if (request.method, response.status) != (method, instead_of) or not re.search(path, request.url):
                return response
            return replace(response, status=status, body=response.body if body is None else body)

        return sent

    return wrong


def requests(method: str, path: str, change: Callable[[Request], Request | Response]) -> Wrong:
    """Change requests on their way, or answer them before they come to the server."""

    def wrong(send: Send) -> Send:
        def sent(request: Request) -> Response:
            if request.method != method or not re.search(path, request.url):
                return send(request)
            changed = change(request)
            return changed if isinstance(changed, Response) else send(changed)

        return sent

    return wrong


def operations(path: str, change: Callable[[list[Any]], list[Any]]) -> Wrong:
    """Change the operations of PATCH requests; when none is left the request is answered with 204."""

    def changed(request: Request) -> Request | Response:
        body = json.loads(request.body)
        left = change(body["Operations"])
        if not left:
            return Response(204)
        return replace(request, body=json.dumps({**body, "Operations": left}).encode())

    return requests("PATCH", path, changed)


def ignoring(path: str, ignored: Callable[[Any], bool] = lambda _: True) -> Wrong:
    """Say that a PATCH was done, and leave some or all operations undone."""
    return operations(path, lambda all_: [each for each in all_ if not ignored(each)])


def mended(send: Send) -> Send:
    """Return scim2-server with all that Microsoft's tests ask for beyond the RFC."""
    for mend in (
        answers("GET", "/Schemas", _with_external_id),
        operations("/Users", lambda all_: _merged([_with_value(each) for each in all_])),
        _unique_groups,
    ):
        send = mend(send)
    return send


def _with_external_id(listed: Any) -> Any:
    for schema in listed["Resources"]:
        if schema["id"] in (CORE_USER, CORE_GROUP):
            schema["attributes"].append({"name": "externalId", "type": "string", "multiValued": False})
    return listed


def _with_value(operation: Any) -> Any:
    """A manager is told as bare text, and taken away by an empty one."""
    if operation.get("path") != MANAGER or not isinstance(operation["value"], str):
        return operation
    if not operation["value"]:
        return {"op": "remove", "path": MANAGER}
    return {**operation, "value": {"value": operation["value"]}}


def _merged(all_: list[Any]) -> list[Any]:
    """An add to an element that is not there makes one."""
    elements: dict[tuple[str, str], Any] = {}
    others = []
    for operation in all_:
        match = _TYPED.match(operation.get("path", ""))
        if match is None or operation["op"] != "add":
            others.append(operation)
            continue
        name, kind, sub = match.groups()
        elements.setdefault((name, kind), {"type": kind})[sub] = operation["value"]
    added = [{"op": "add", "path": name, "value": [each]} for (name, _), each in elements.items()]
    return others + added


def _unique_groups(send: Send) -> Send:
    def sent(request: Request) -> Response:
        if request.method == "POST" and urlsplit(request.url).path.endswith("/Groups"):
            name = json.loads(request.body)["displayName"]
            query = f"?filter={quote(f'displayName eq {json.dumps(name)}')}"
            if send(Request("GET", request.url + query, request.headers)).json()["totalResults"]:
                return refusal(409)
        return send(request)

    return sent


def refusal(status: int) -> Response:
    body = {"schemas": [ERROR], "status": str(status), "detail": "refused"}
    return Response(status, (("Content-Type", "application/scim+json"),), json.dumps(body).encode())


def without_query(name: str) -> Callable[[Request], Request]:
    """Return a change of requests that passes a query parameter over."""

    def changed(request: Request) -> Request:
        parts = urlsplit(request.url)
        query = {key: values[0] for key, values in parse_qs(parts.query).items() if key != name}
        told = "&".join(f"{key}={quote(value)}" for key, value in query.items())
        return replace(request, url=parts._replace(query=told).geturl())

    return changed
