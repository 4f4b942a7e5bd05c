"""Microsoft Graph's error bodies, and errors on demand.

A request with the header `X-Harness-Fault: 429` (or 403, 503) is refused as Graph refuses when it throttles, forbids or
is down; nothing of it is carried out.

Source: https://learn.microsoft.com/en-us/graph/errors and …/throttling (read 2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, g, request

from harness.azure_ad.tenant import current
from harness.base.clock import iso

FAULT_HEADER = "X-Harness-Fault"
_FAULTS: Mapping[str, tuple[int, str, str, Mapping[str, str]]] = {
    "403": (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", {}),
    "429": (429, "TooManyRequests", "Please retry again later.", {"Retry-After": "10"}),
    "503": (503, "serviceNotAvailable", "The service is temporarily unavailable.", {"Retry-After": "10"}),
}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class ODataError(Exception):
    """Becomes `{"error": {"code", "message", "details", "innerError"}}` with an HTTP status.

    `target` is the property that a conflict is about; without it there are no details.
    """

    def __init__(self, status: int, code: str, message: str, *, target: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.target = status, code, message, target
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
        shown["details"] = [{"code": "ObjectConflict", "message": error.message, "target": error.target}]
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


def fault() -> ODataError | None:
    """Return the error that this request asks for. Raises ODataError 400 for one that there is not."""
    asked = request.headers.get(FAULT_HEADER)
    if asked is None:
        return None
    if asked not in _FAULTS:
        raise ODataError(400, "BadRequest", f"{FAULT_HEADER} must be one of {', '.join(_FAULTS)}.")
    status, code, message, headers = _FAULTS[asked]
    error = ODataError(status, code, message)
    error.headers = headers
    return error
