"""Pages of a list: `MaxResults` and `NextToken`, which is bound to the request it continues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from harness.aws_sso import cursors
from harness.aws_sso.apis.call import Call
from harness.aws_sso.apis.errors import invalid, violation

_PAGE = 100
_ANCHORS = 5  # a list goes on though the last item shown was deleted meanwhile, and the four before it
Row = TypeVar("Row")


def page(
    call: Call, scope: str, rows: Sequence[Row], key: Callable[[Row], str], most: int = _PAGE
) -> tuple[Sequence[Row], dict[str, str]]:
    """Return the rows of the requested page, and the answer's NextToken if more follow. Raises ApiError for a bad token."""
    start = 0
    anchors = place(call, scope)
    if anchors:
        numbers = {key(row): number for number, row in enumerate(rows)}
        start = 1 + max((numbers.get(anchor, -1) for anchor in anchors), default=-1)
        if start == 0:
            raise _bad_token()
    limit = int(call.parameters.get("MaxResults", most))
    return rows[start : start + limit], following(
        call, scope, [key(row) for row in rows[start : start + limit]], more=len(rows) > start + limit
    )


def size(call: Call) -> int:
    return int(call.parameters.get("MaxResults", _PAGE))


def place(call: Call, scope: str) -> list[str]:
    """Return the last keys of the page before, none at the list's beginning."""
    token = call.parameters.get("NextToken")
    if not token:
        return []
    try:
        return cursors.unseal(call.tenant, scope, token)
    except ValueError as error:
        raise _bad_token() from error


def following(call: Call, scope: str, keys: Sequence[str], *, more: bool) -> dict[str, str]:
    return {"NextToken": cursors.seal(call.tenant, scope, keys[-_ANCHORS:])} if more else {}


def _bad_token() -> Exception:
    return invalid(violation("nextToken", "continue this list"))
