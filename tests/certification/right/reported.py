"""Servers as public reports have them: mutants of the right one, and right ones that were accused.

Source: https://github.com/wso2/product-is/issues/20511 (AND in capitals; read 2026-11-30); RFC 7644, 3.4.2.4 (a page may be short)
and 3.12, table 8 (409 for an old version), RFC 7643, 4.1.2 (telephone numbers SHOULD be canonicalized), read 2026-11-30.
"""

from __future__ import annotations

import re
from typing import Any

from harness.wire.message import Request
from tests.certification.right.mutants import edited_filter, server
from tests.certification.right.patching import Refusal
from tests.certification.right.server import Resource, RightServer


class Short(RightServer):
    """No page has more than two resources, whatever is asked for."""

    def bounds(self, query: dict[str, str], total: int) -> tuple[int, int]:
        start, count = super().bounds(query, total)
        return start, min(count, 2)


class Dialling(RightServer):
    """Shows telephone numbers as RFC 3966 writes them: tel:+1-425-555-0100."""

    def store(self, kind: str, resource: Resource, moment: str) -> Resource:
        for each in resource.get("phoneNumbers", []):
            number = each.get("value", "")
            each["value"] = f"tel:{re.sub('[ ()]+', '-', number)}" if number.startswith("+") else number
        return super().store(kind, resource, moment)


class Conflicting(RightServer):
    """Refuses an old version with 409."""

    def match_version(self, request: Request, there: Resource) -> None:
        try:
            super().match_version(request, there)
        except Refusal as refusal:
            raise Refusal(409) from refusal


def _number_of_another(self: RightServer, kind: str, resource: Any, moment: str) -> Any:
    for each in resource.get("phoneNumbers", []):
        each["value"] = "tel:+1-425-555-9999"
    return RightServer.store(self, kind, resource, moment)


ACCUSED = (Short, Dialling, Conflicting)
REPORTED = (
    edited_filter("AND in capitals ends the filter", "3.4.2.2 AND, OR, NOT", " AND .*", ""),
    edited_filter("OR in capitals ends the filter", "3.4.2.2 AND, OR, NOT", " OR .*", ""),
    server("a telephone number is another one", "7643 4.1 whole user", store=_number_of_another),
)
