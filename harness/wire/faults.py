"""Transports that misbehave on purpose. One fault is one small function of type `Send`."""

from __future__ import annotations

import json
import re

from harness.wire.message import Request, Response

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_RANDOM = re.compile(r"%22[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}%22")


def html_page(request: Request) -> Response:
    """Answer everything with a web page and 200, as a proxy's or portal's sign-in page does."""
    del request
    page = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>"
    return Response(200, (("Content-Type", "text/html; charset=utf-8"),), page)


def twins(request: Request) -> Response:
    """Answer every search for somebody real with two people, and a search for a random id with nobody."""
    probing = _RANDOM.search(request.url) is not None
    found = [] if probing else [{"id": key, "userName": "twin"} for key in ("1", "2")]
    body = {"schemas": [LIST_RESPONSE], "totalResults": len(found), "Resources": found}
    return Response(200, (("Content-Type", "application/scim+json"),), json.dumps(body).encode())
