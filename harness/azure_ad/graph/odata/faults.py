"""Errors on demand, for testing how a script handles them.

A request with the header `X-Harness-Fault: 429` (or 403, 503) is refused as Graph refuses when it throttles, forbids or
is down; nothing of it is carried out.

Source: https://learn.microsoft.com/en-us/graph/errors and …/throttling (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.errors import ODataError
from harness.wire.present import present

FAULT_HEADER = "X-Harness-Fault"
_FAULTS = {"403": refusals.FORBIDDEN, "429": refusals.THROTTLED, "503": refusals.DOWN}
_WAIT = {"429": {"Retry-After": "10"}, "503": {"Retry-After": "10"}}


def fault() -> ODataError | None:
    """Return the error that this request asks for. Raises ODataError 400 for an unknown one."""
    status = present().header(FAULT_HEADER)
    if status is None:
        return None
    if status not in _FAULTS:
        raise refusals.PART_FORM.error(part=FAULT_HEADER, form=f"one of {', '.join(_FAULTS)}")
    error = _FAULTS[status].error()
    error.headers = _WAIT.get(status, {})
    return error
