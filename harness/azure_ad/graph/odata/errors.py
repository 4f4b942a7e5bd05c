"""Microsoft Graph's error bodies.

Source: https://learn.microsoft.com/en-us/graph/errors (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.azure_ad.tenant import current
from harness.base.clock import iso
from harness.wire.message import Response
from harness.wire.present import present

_REQUEST_IDS = "harness.azure_ad.request_ids"
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
    headers = (("Content-Type", "application/json; odata.metadata=minimal; charset=utf-8"),)
    return Response(status, headers, _encode(body).encode())


def error_answer(error: ODataError) -> Response:
    """Write an error in Graph's shape."""
    request_id, client_id = request_ids()
    document: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.target is not None:
        document["details"] = [{"code": error.detail, "message": error.message, "target": error.target}]
    document["innerError"] = {
        "date": iso(current().clock.now())[:-1],
        "request-id": request_id,
        "client-request-id": client_id,
    }
    return with_headers(answer({"error": document}, error.status), error.headers)


def with_headers(response: Response, headers: Mapping[str, str]) -> Response:
    """Return an answer with more headers."""
    return replace(response, headers=(*response.headers, *headers.items()))


def request_ids() -> tuple[str, str]:
    """Return `request-id` and `client-request-id` of this request; the client's own is echoed, cut to 100 characters."""
    request = present()
    if _REQUEST_IDS not in request.environ:
        own = current().ids.uuid()
        client_id = request.text("client-request-id")[:100]
        usable = client_id.isascii() and client_id.isprintable() and client_id
        request.environ[_REQUEST_IDS] = own, client_id if usable else own
    ids: tuple[str, str] = request.environ[_REQUEST_IDS]
    return ids
