"""Exceptions of the layers below Graph and of HTTP itself, answered in the shape of Graph's errors."""

from __future__ import annotations

from collections.abc import Mapping

from harness.azure_ad.directory.errors import ConflictError, ForbiddenError, NotFoundError
from harness.azure_ad.graph.odata.errors import ODataError, error_answer
from harness.azure_ad.graph.odata.refusals import (
    BODY_TOO_LARGE,
    FORBIDDEN,
    METHOD_REFUSED,
    SEGMENT_UNKNOWN,
    SYNCHRONIZATION_UNKNOWN,
    Refusal,
)
from harness.base.errors import HarnessError
from harness.wire.message import MAX_BODY, Response
from harness.wire.present import present

_BELOW: Mapping[type[Exception], Refusal] = {
    NotFoundError: Refusal(404, "Request_ResourceNotFound", "{reason}"),
    ForbiddenError: FORBIDDEN,
    ConflictError: Refusal(400, "Request_BadRequest", "{reason}"),
    HarnessError: Refusal(400, "Request_BadRequest", "{reason}"),
}
BELOW = tuple(_BELOW)
# By status. Those of an internal error are Werkzeug's words: no source has Graph's.
_OF_HTTP: Mapping[int, Refusal] = {
    404: SEGMENT_UNKNOWN,
    405: METHOD_REFUSED,
    413: BODY_TOO_LARGE,
    500: Refusal(
        500,
        "BadRequest",
        "The server encountered an internal error and was unable to complete your request. Either the server is overloaded "
        "or there is an error in the application.",
    ),
}


def refused_below(error: Exception) -> Response:
    """Answer an exception of directory, applications or engine, one of BELOW, with Graph's status and code."""
    row = next(row for kind, row in _BELOW.items() if isinstance(error, kind))
    refusal = row.error(reason=error)
    refusal.target = error.target if isinstance(error, ConflictError) else None
    return error_answer(refusal)


def refused(status: int, sentence: str = "") -> Response:
    """Answer unknown addresses and methods, large bodies and internal errors; `sentence` is for any other status."""
    request = present()
    if status in (404, 405) and "/synchronization/" in request.path and request.root:
        return error_answer(SYNCHRONIZATION_UNKNOWN.error(url=request.url))
    row = _OF_HTTP.get(status)
    if row is None:
        return error_answer(ODataError(status, "BadRequest", sentence))
    segment = request.path.rstrip("/").rpartition("/")[2]
    return error_answer(row.error(segment=segment, method=request.method, limit=MAX_BODY))
