"""Transports that misbehave on purpose. One fault is one small function of type `Send`."""

from __future__ import annotations

from harness.wire.message import Request, Response


def html_page(request: Request) -> Response:
    """Answer everything with a web page and 200, as a proxy's or portal's sign-in page does."""
    del request
    page = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>"
    return Response(200, (("Content-Type", "text/html; charset=utf-8"),), page)
