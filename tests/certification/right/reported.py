"""Servers as public reports have them: mutants of the right one, and right ones that were accused.

Source: https://github.com/wso2/product-is/issues/20511 (AND in capitals; read 2026-11-30); RFC 7644, 3.4.2.4 (a page may be short)
and 3.12, table 8 (409 for an old version), RFC 7643, 4.1.2 (telephone numbers SHOULD be canonicalized), read 2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.wire.message import Request, Response
from tests.certification.right.mutants import Mutant, edited_filter, server
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


def _without_location(self: RightServer, request: Request, kind: str, query: dict[str, str]) -> Response:
    answer = RightServer.collection(self, request, kind, query)
    others = tuple(each for each in answer.headers if each[0] != "Location")
    return replace(answer, headers=others) if kind == "Groups" else answer


def _members_of_before(self: RightServer, there: Any, query: dict[str, str]) -> Response:
    shown = self.shown(there, query)
    if "members" in shown:
        shown["members"] = shown["members"][:-1]
    return self.reply(200, shown, self.tags(there))


def _unique_external_ids(self: RightServer, kind: str, resource: Any, key: str) -> None:
    RightServer.require_unique(self, kind, resource, key)
    others = [each for each in self.kinds[kind].values() if each["id"] != key]
    if resource.get("externalId") in [each.get("externalId", "") for each in others]:
        raise Refusal(409, "uniqueness")


class Remembering(RightServer):
    """Keeps a userName for whoever had it first."""

    def __init__(self) -> None:
        super().__init__()
        self.owners: dict[str, str] = {}

    def require_unique(self, kind: str, resource: Resource, key: str) -> None:
        super().require_unique(kind, resource, key)
        if kind == "Users" and self.owners.get(resource["userName"], key) != key:
            raise Refusal(409, "uniqueness")

    def store(self, kind: str, resource: Resource, moment: str) -> Resource:
        if kind == "Users":
            self.owners.setdefault(resource["userName"], resource["id"])
        return super().store(kind, resource, moment)


def _one_name_for_all(self: RightServer, kind: str, body: Any) -> Any:
    names = [each.get("displayName") for each in self.kinds["Users"].values()]
    if kind == "Groups" and body.get("displayName") in names:
        raise Refusal(409, "uniqueness")
    return RightServer.create(self, kind, body)


def _failing(name: str, value: Callable[[RightServer, Any], bool]) -> Callable[..., Any]:
    """Fail at an operation on an attribute whose value is such."""

    def patch(self: RightServer, kind: str, there: Any, body: Any) -> Any:
        if any(
            str(each.get("path")).endswith(name) and each["op"] == "add" and value(self, each.get("value"))
            for each in body["Operations"]
            if isinstance(each, dict)
        ):
            raise Refusal(500)
        return RightServer.patch(self, kind, there, body)

    return patch


def _is_nobody(self: RightServer, manager: Any) -> bool:
    return isinstance(manager, dict) and manager.get("value") not in self.kinds["Users"]


ACCUSED = (Short, Dialling, Conflicting)
REPORTED = (
    edited_filter("AND in capitals ends the filter", "3.4.2.2 AND, OR, NOT", " AND .*", ""),
    edited_filter("OR in capitals ends the filter", "3.4.2.2 AND, OR, NOT", " OR .*", ""),
    server("a telephone number is another one", "7643 4.1 whole user", store=_number_of_another),
    server("a new group has no Location", "3.3 location of groups", collection=_without_location),
    server("the answer has the members of before", "3.5.2 answer of groups", answer_patch=_members_of_before),
    server("externalId is unique", "7643 3.1 externalId of two", require_unique=_unique_external_ids),
    Mutant("a former name stays taken", "3.5.2 former name", Remembering),
    server(
        "users and groups share their names", "7643 4.2 group and user of one name", create=_one_name_for_all
    ),
    server("a manager is nobody", "3.12 the client's errors", patch=_failing(":manager", _is_nobody)),
    server(
        "no member is added",
        "3.12 the client's errors of members",
        patch=_failing("members", lambda _, value: value == []),
    ),
)
