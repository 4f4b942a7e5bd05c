"""Servers that answer junk: to whatever they are asked, or to the certifier alone while the provisioning goes well."""

from __future__ import annotations

from harness.wire.message import Request, Response, Send, TransportError

_HTML = b"<html><body>Welcome</body></html>"
_ANSWERS = {
    "a list": (200, b"[]"),
    "null": (200, b"null"),
    "text": (200, b'"x"'),
    "a number": (200, b"1"),
    "an empty object": (200, b"{}"),
    "resources that are a number": (200, b'{"Resources": 5}'),
    "an empty resource": (200, b'{"totalResults": 1, "Resources": [{}]}'),
    "an id that is a number": (200, b'{"id": 5}'),
    "no totals": (200, b'{"Resources": []}'),
    "a list of lists": (200, b'{"totalResults": 1, "Resources": [[]]}'),
    "an id that is no text": (200, b'{"id": "\\ud800", "Resources": [{"id": "\\ud800"}]}'),
    "attributes of other types": (
        200,
        b'{"id": {}, "members": 5, "active": [], "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": 5}',
    ),
    "resources of other types": (
        200,
        b'{"Resources": [{"id": [], "active": {}, "name": 5, "emails": {"a": 1}, "addresses": [1, null, [[]]]}]}',
    ),
    "members that are no objects": (200, b'{"id": "x", "members": [1, null, {"value": []}, "x"]}'),
    "html": (200, _HTML),
    "nothing": (200, b""),
    "500": (500, b"oops"),
    "302": (302, _HTML),
    "204": (204, b""),
}
JUNK = [*_ANSWERS, "no answer"]


def junk(name: str) -> Send:
    """Return a server that answers everything with it."""

    def answer(request: Request) -> Response:
        if name not in _ANSWERS:
            raise TransportError("refused", "connection refused")
        status, body = _ANSWERS[name]
        return Response(status, (("Content-Type", "application/scim+json"),), body)

    return answer


def junk_when_read(send: Send, name: str) -> Send:
    """Return a server that answers the provisioning service well, whose requests have a header of their own."""
    answer = junk(name)

    def told(request: Request) -> Response:
        provisioning = request.header("Adscimversion") is not None or "/Schemas" in request.url
        return send(request) if provisioning else answer(request)

    return told
