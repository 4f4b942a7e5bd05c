"""Mutants of 2026-11-29 that stumble over the unusual: what is allowed and refused, wrong and the server's error; each brought a check."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from harness.scim.names import ENTERPRISE_USER
from harness.scim.path import get
from harness.wire.message import Request, Response
from tests.certification.right import schema
from tests.certification.right.mutants import Mutant, between, edited_filter, patching, server
from tests.certification.right.patching import Patching, Refusal
from tests.certification.right.server import RightServer
from tests.certification.wrong import asking

ERRORS, ERRORS_OF_MEMBERS = "3.12 the client's errors", "3.12 the client's errors of members"
BEGINS, TEXTS, AGAIN, OWN_NAME = (
    "3.4.2.2 sw, co in any case, pr of lists",
    "7643 2.3.1 texts",
    "3.4 read again",
    "3.5.2 own name",
)


def _fault_for(wrong: Callable[[Any], bool]) -> Callable[..., Any]:
    def create(self: RightServer, kind: str, body: Any) -> Any:
        if wrong(body):
            raise Refusal(500)
        return RightServer.create(self, kind, body)

    return create


def _no_operations(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    if not body.get("Operations"):
        raise Refusal(500)
    return RightServer.patch(self, kind, there, body)


def _no_such_member(self: Patching, place: Any, elements: list[Any]) -> None:
    if not any(place.where(each) for each in elements):
        raise Refusal(500)
    Patching.remove_chosen(self, place, elements)


def _no_such_user(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    changed = RightServer.patch(self, kind, there, body)
    if any(each["value"] not in self.kinds["Users"] for each in changed.get("members", [])):
        raise Refusal(500)
    return changed


def _everybody(self: RightServer, kind: str, query: dict[str, str]) -> Any:
    if query.get("filter", "").startswith("unheardOf"):
        query = {}
    return RightServer.listed(self, kind, query)


def _empty_name(self: RightServer, kind: str, body: Any) -> Any:
    if body.get("userName") != "":
        return RightServer.cleaned(self, kind, body)
    return {**RightServer.cleaned(self, kind, {**body, "userName": "x"}), "userName": ""}


def _number(self: RightServer, kind: str, body: Any) -> Any:
    if not isinstance(body.get("userName"), int):
        return RightServer.cleaned(self, kind, body)
    return {**RightServer.cleaned(self, kind, {**body, "userName": "x"}), "userName": body["userName"]}


def _as_text(self: RightServer, name: Any) -> str:
    return str(name).lower()


def _conflict(kind_: str, name: str) -> Callable[..., Any]:
    def patch(self: RightServer, kind: str, there: Any, body: Any) -> Any:
        first = body["Operations"][0]
        same = str(first.get("value")).lower() == str(there.get(name)).lower()
        if kind == kind_ and first.get("path") == name and same:
            raise Refusal(409, "uniqueness")
        return RightServer.patch(self, kind, there, body)

    return patch


def _before_put(self: RightServer, request: Request, kind: str, key: str, query: dict[str, str]) -> Response:
    stale = getattr(self, "stale", {})
    if request.method == "PUT":
        self.stale = {key: self.reply(200, self.shown(self.find(kind, key), query))}
    elif request.method == "GET" and key in stale:
        return stale[key]
    return RightServer.single(self, request, kind, key, query)


def _nobody_for_good(self: RightServer, kind: str, query: dict[str, str]) -> Any:
    nobody = getattr(self, "nobody", ())
    page = RightServer.listed(self, kind, query)
    if "filter" in query and not page["totalResults"]:
        self.nobody = (*nobody, query["filter"])
    return self.page([], 1, 0) if query.get("filter") in nobody else page


def _most(self: RightServer, query: dict[str, str], total: int) -> tuple[int, int]:
    if int(query.get("count", "0")) > 100:
        raise Refusal(400, "tooMany")
    return RightServer.bounds(self, query, total)


def _one_type(request: Request) -> Request | Response:
    return Response(406) if "," in (request.header("Accept") or "") else request


def _no_star(self: RightServer, request: Request, there: Any) -> None:
    if request.header("If-Match") == "*":
        raise Refusal(412)
    RightServer.match_version(self, request, there)


def _tidy(name: str, tidied: Callable[[str], str]) -> Callable[..., Any]:
    """Keep a text, or the parts of a name, tidied up."""

    def store(self: RightServer, kind: str, resource: Any, moment: str) -> Any:
        value = resource.get(name)
        if isinstance(value, dict):
            resource[name] = {part: tidied(each) for part, each in value.items()}
        elif value is not None:
            resource[name] = tidied(value)
        return RightServer.store(self, kind, resource, moment)

    return store


def _reports_too(self: RightServer, kind: str, key: str) -> None:
    RightServer.delete(self, kind, key)
    for each in list(self.kinds["Users"].values()):
        if each.get(ENTERPRISE_USER, {}).get("manager", {}).get("value") == key:
            del self.kinds["Users"][each["id"]]


def _sw_with_case(self: RightServer, query: dict[str, str]) -> Any:
    match = re.fullmatch(r'(\w+) sw "([^"]*)"', query.get("filter", ""))
    if match is None:
        return RightServer.test(self, query)
    return lambda each: str(get(each, match[1])).startswith(match[2])


def _unknown(body: Any) -> bool:
    names = {*schema.ATTRIBUTES[schema.CORE["Users"]], *schema.ATTRIBUTES[schema.CORE["Groups"]]}
    return "unheardOf" in body and "unheardOf" not in names


UNUSUAL: tuple[Mutant, ...] = (
    server("an unknown attribute is a fault", ERRORS, create=_fault_for(_unknown)),
    server(
        "an object for a list is a fault",
        ERRORS,
        create=_fault_for(lambda body: isinstance(body.get("emails"), dict)),
    ),
    server(
        "a number for a name is a fault", ERRORS, create=_fault_for(lambda body: body.get("userName") == 7)
    ),
    server("no operations are a fault", ERRORS, patch=_no_operations),
    patching("who is no member is a fault", ERRORS_OF_MEMBERS, remove_chosen=_no_such_member),
    server("a member who is nobody is a fault", ERRORS_OF_MEMBERS, patch=_no_such_user),
    server("unknown attributes are everybody's", "3.4.2.2 unknown attribute", listed=_everybody),
    server("userName is a number", "7643 4.1.1 no name", cleaned=_number, folded=_as_text),
    server("userName is empty", "7643 4.1.1 no name", cleaned=_empty_name),
    server("userName is one's own conflict", OWN_NAME, patch=_conflict("Users", "userName")),
    server("so is a group's name", OWN_NAME, patch=_conflict("Groups", "displayName")),
    server("reads are those before PUT", AGAIN, single=_before_put),
    server("nobody is nobody for good", AGAIN, listed=_nobody_for_good),
    server("a large count is refused", "3.4.2.4 large count", bounds=_most),
    between("two types are none", "3.8 several types", asking("GET /Users/", _one_type)),
    server("any version is none", "3.14 any version", match_version=_no_star),
    server("blanks become one", TEXTS, store=_tidy("displayName", lambda text: re.sub(" +", " ", text))),
    server(
        "brackets are stripped", TEXTS, store=_tidy("displayName", lambda text: re.sub("<[^>]*>", "", text))
    ),
    server("names are cut at 40", TEXTS, store=_tidy("name", lambda text: text[:40])),
    server("reports go with their manager", "7643 4.3 manager deleted", delete=_reports_too),
    server("sw has a case", BEGINS, test=_sw_with_case),
    edited_filter("lists are never there", BEGINS, "emails pr", "nickName pr"),
)
