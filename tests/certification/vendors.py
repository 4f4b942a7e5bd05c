"""scim2-server as a vendor would mend it for Azure AD: all that Microsoft's tests ask for beyond the RFC."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from harness.scim.names import CORE_GROUP, CORE_USER, ENTERPRISE_USER, ERROR
from harness.wire.message import Request, Response, Send
from tests.certification.wrong import editing, meeting, operations, reply

MANAGER = f"{ENTERPRISE_USER}:manager"
_TEXT = "https://text.invalid/"  # what it keeps before a profileUrl that is no address
_PROFILE_URL = re.compile(rb'("profileUrl": ?"|"path": ?"profileUrl", ?"value": ?")(?=[^"])(?!https:)')
_TYPED = re.compile(r'(\w+)\[type eq "(\w+)"\]\.(\w+)\Z')


def mended(send: Send) -> Send:
    """Return it with externalId in /Schemas, managers, members and profileUrl as Azure AD sends them, unique names of groups."""
    for mend in (
        _texts_as_addresses,
        editing("GET /Schemas$", _with_external_id, when=200),
        operations("/", lambda all_: _merged([mended for each in all_ for mended in _understood(each)])),
        meeting("POST /Groups", _unique),
    ):
        send = mend(send)
    return send


def _texts_as_addresses(send: Send) -> Send:
    """Take any text as a profileUrl: Microsoft's tests send some that are no addresses."""

    def sent(request: Request) -> Response:
        body = _PROFILE_URL.sub(rb"\g<1>" + _TEXT.encode(), request.body)
        response = send(replace(request, body=body))
        return replace(response, body=response.body.replace(_TEXT.encode(), b""))

    return sent


def _with_external_id(listed: Any) -> None:
    for schema in listed["Resources"]:
        if schema["id"] in (CORE_USER, CORE_GROUP):
            schema["attributes"].append({"name": "externalId", "type": "string", "multiValued": False})


def _understood(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """A manager comes as bare text and goes by an empty one or by a filter; members go by a list of values."""
    path, value = operation.get("path", ""), operation.get("value")
    if path.startswith(f"{MANAGER}[") or (path == MANAGER and value == ""):
        return [{"op": "remove", "path": MANAGER}]
    if path == MANAGER and isinstance(value, str):
        return [{**operation, "value": {"value": value}}]
    if path == "members" and operation["op"].lower() == "remove" and value is not None:
        return [{"op": "remove", "path": f'members[value eq "{each["value"]}"]'} for each in value]
    return [operation]


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


def _unique(request: Request, send: Send) -> Response:
    condition = f"displayName eq {json.dumps(json.loads(request.body)['displayName'])}"
    query = f"?filter={quote(condition)}"
    if send(Request("GET", request.url + query, request.headers)).json()["totalResults"]:
        return reply(409, {"schemas": [ERROR], "status": "409", "detail": "refused"})
    return send(request)
