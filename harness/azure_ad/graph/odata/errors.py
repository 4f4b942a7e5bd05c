"""Microsoft Graph's error bodies.

Source: https://learn.microsoft.com/en-us/graph/errors (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, g, request

from harness.azure_ad.tenant import current
from harness.base.clock import iso

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class ODataError(Exception):
    """Becomes `{"error": {"code", "message", "details", "innerError"}}` with an HTTP status.

    `target` is the property that it is about; without it there are no details. `detail` is their code.
    """

    def __init__(self, status: int, code: str, message: str, *, target: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.target = status, code, message, target
        self.detail = "ObjectConflict"
        self.headers: Mapping[str, str] = {}


def answer(body: Any, status: int = 200) -> Response:
    return Response(
        _encode(body), status, content_type="application/json; odata.metadata=minimal; charset=utf-8"
    )


def error_answer(error: ODataError) -> Response:
    """Write an error in Graph's shape."""
    request_id, client_id = request_ids()
    shown: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.target is not None:
        shown["details"] = [{"code": error.detail, "message": error.message, "target": error.target}]
    shown["innerError"] = {
        "date": iso(current().clock.now())[:-1],
        "request-id": request_id,
        "client-request-id": client_id,
    }
    response = answer({"error": shown}, error.status)
    response.headers.extend(error.headers)
    return response


def request_ids() -> tuple[str, str]:
    """Return `request-id` and `client-request-id` of this request; the client's own is echoed, cut to 100 characters."""
    if "request_ids" not in g:
        own = current().ids.uuid()
        given = request.headers.get("client-request-id", "")[:100]
        g.request_ids = own, given if given.isascii() and given.isprintable() and given else own
    ids: tuple[str, str] = g.request_ids
    return ids
