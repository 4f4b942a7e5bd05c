"""Mutants of 2026-11-29: answers that differ from what is kept, memberships that outlive, filters of jobs; each brought a check."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.scim.names import ENTERPRISE_USER
from harness.wire.message import Request, Response
from tests.certification.right import schema
from tests.certification.right.mutants import Mutant, between, edited_filter, patching, server
from tests.certification.right.patching import Patching, Refusal
from tests.certification.right.server import RightServer
from tests.certification.wrong import asking, editing, meeting


def _less(pattern: str, name: str) -> Any:
    return editing(pattern, lambda body: {key: each for key, each in body.items() if key != name})


def _listed_less(self: RightServer, kind: str, query: dict[str, str]) -> Any:
    page = RightServer.listed(self, kind, query)
    for each in page["Resources"]:
        each.pop("addresses", None)
    return page


def _put_less(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    return RightServer.put(
        self, kind, there, {key: each for key, each in body.items() if key != "phoneNumbers"}
    )


def _counted(self: RightServer, kind: str, query: dict[str, str]) -> Any:
    page = RightServer.listed(self, kind, query)
    gone = 0 if "filter" in query else len(getattr(self, "graves", []))
    return {**page, "totalResults": page["totalResults"] + gone}


def _put_members_kept(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    if kind == "Groups" and not body.get("members"):
        body = {**body, "members": there.get("members", [])}
    return RightServer.put(self, kind, there, body)


def _located_elsewhere(self: RightServer, kind: str, body: Any) -> Any:
    made = RightServer.create(self, kind, body)
    made["meta"]["location"] = made["meta"]["location"].replace("/Groups/", "/Users/")
    return made


def _located_in_clear(self: RightServer, kind: str, body: Any) -> Any:
    made = RightServer.create(self, kind, body)
    made["meta"]["location"] = made["meta"]["location"].replace("https:", "http:")
    return made


def _no_nulls(self: RightServer, kind: str, body: Any) -> Any:
    if None in body.values():
        raise Refusal(400, "invalidValue")
    return RightServer.create(self, kind, body)


def _exact_names(self: RightServer, kind: str, body: Any) -> Any:
    names = {*schema.ATTRIBUTES[schema.CORE[kind]], ENTERPRISE_USER}
    return RightServer.create(self, kind, {key: each for key, each in body.items() if key in names})


def _one_group(self: RightServer, kind: str, resource: Any, moment: str) -> Any:
    ids = [each["value"] for each in resource.get("members", [])] if kind == "Groups" else []
    for other in self.kinds["Groups"].values():
        if "members" in other and other["id"] != resource["id"]:
            other["members"] = [each for each in other["members"] if each["value"] not in ids]
    return RightServer.store(self, kind, resource, moment)


def _buried(self: RightServer, kind: str, key: str) -> None:
    there = self.kinds[kind][key]
    self.graves = [*getattr(self, "graves", []), there]
    groups = [each for each in self.kinds["Groups"].values() if _has(each, key)]
    self.left = {**getattr(self, "left", {}), there.get("userName"): groups}
    RightServer.delete(self, kind, key)


def _has(group: Any, key: str) -> bool:
    return key in [each["value"] for each in group.get("members", [])]


def _groups_of_the_dead(self: RightServer, resource: Any, query: dict[str, str]) -> Any:
    shown = RightServer.shown(self, resource, query)
    dead = [{"value": each["id"]} for each in getattr(self, "graves", []) if _has(each, resource["id"])]
    return shown | ({"groups": [*shown.get("groups", []), *dead]} if dead else {})


def _members_risen(self: RightServer, kind: str, body: Any) -> Any:
    made = RightServer.create(self, kind, body)
    for each in getattr(self, "graves", []):
        if kind == "Groups" and each["displayName"] == made["displayName"]:
            made["members"] = each["members"]
    return made


def _member_risen(self: RightServer, kind: str, body: Any) -> Any:
    made = RightServer.create(self, kind, body)
    for each in getattr(self, "left", {}).get(made.get("userName"), []):
        self.kinds["Groups"][each["id"]].setdefault("members", []).append({"value": made["id"]})
    return made


def _still(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    moment = there["meta"]["lastModified"]
    changed = RightServer.patch(self, kind, there, body)
    if "members" in json.dumps(body):
        changed["meta"]["lastModified"] = moment
    return changed


def _namesakes_too(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    for each in list(self.kinds[kind].values()):
        if each["id"] != there["id"] and each.get("displayName") == there.get("displayName"):
            RightServer.patch(self, kind, each, body)
    return RightServer.patch(self, kind, there, body)


def _exact_address(self: RightServer, query: dict[str, str]) -> Any:
    match = re.fullmatch(r'emails\.value eq "([^"]*)"', query.get("filter", ""))
    if match is None:
        return RightServer.test(self, query)
    return lambda each: match[1] in [one["value"] for one in each.get("emails", [])]


def _by_day(self: RightServer, query: dict[str, str]) -> Any:
    if "lastModified" not in query.get("filter", ""):
        return RightServer.test(self, query)
    chosen = RightServer.test(self, {"filter": re.sub(r'T[^"]*"', '"', query["filter"])})
    return lambda each: chosen({**each, "meta": {"lastModified": each["meta"]["lastModified"][:10]}})


def _ascii_groups(self: RightServer, kind: str, query: dict[str, str]) -> Any:
    if kind == "Groups" and "filter" in query:
        query = {**query, "filter": query["filter"].encode("ascii", "replace").decode()}
    return RightServer.listed(self, kind, query)


def _some_anyway(self: RightServer, query: dict[str, str], total: int) -> tuple[int, int]:
    start, count = RightServer.bounds(self, query, total)
    return start, count or (1 if "filter" in query else 0)


def _core_alone(self: RightServer, resource: Any, query: dict[str, str]) -> Any:
    if f"{ENTERPRISE_USER}:" in query.get("attributes", ""):
        query = {**query, "attributes": "id"}
    return RightServer.shown(self, resource, query)


def _with_members(self: RightServer, kind: str, query: dict[str, str]) -> Any:
    return RightServer.listed(
        self, kind, {key: each for key, each in query.items() if key != "excludedAttributes"}
    )


def _plain_errors(self: RightServer, refusal: Refusal) -> Response:
    answer = RightServer.refusal(self, refusal)
    return replace(answer, headers=(("Content-Type", "text/plain"), *answer.headers[1:]))


def _empty(request: Request) -> Request | Response:
    return Response(200, (("Content-Type", "application/scim+json"),), b'{"totalResults": 0}')


def _wiping(self: Patching, op: str, place: Any, value: Any) -> None:
    if op == "replace" and place.name == "name" and not place.sub:
        place.holder["name"] = {}
    Patching.set(self, op, place, value)


def _second(self: Patching, op: str, place: Any, elements: list[Any], value: Any) -> None:
    if op == "add" and place.sub and elements:
        elements.append({**place.conditions, place.sub: value})
    else:
        Patching.set_chosen(self, op, place, elements, value)


def _never_empty(self: Patching, place: Any, values: list[Any]) -> None:
    if values or place.name != "members":
        Patching.replace_all(self, place, values)


def _first_term(self: Patching, path: str) -> Any:
    return Patching.place(self, re.sub(r" or [^\]]*", "", path))


def _password_shown(request: Request, send: Callable[[Request], Response]) -> Response:
    answer = send(request)
    operations = json.loads(request.body).get("Operations") or [{}]
    if answer.status == 200 and isinstance(operations, list) and operations[0].get("path") == "password":
        body = {**answer.json(), "password": operations[0]["value"]}
        return replace(answer, body=json.dumps(body).encode())
    return answer


ECHOES: tuple[Mutant, ...] = (
    between("POST answers without the extension", "3.3 answer", _less("POST /Users$", ENTERPRISE_USER)),
    between("PUT answers without addresses", "3.5.1 answer", _less("PUT /Users/", "addresses")),
    between("PATCH answers without meta", "3.5.2 answer is whole", _less("PATCH /", "meta")),
    server("lists leave addresses out", "3.4.2 list as read", listed=_listed_less),
    server("PUT loses the telephone", "3.5.1 put unchanged", put=_put_less),
    server("the deleted are counted", "3.6 deleted in lists", delete=_buried, listed=_counted),
    server("PUT of no members keeps them", "3.5.1 put members", put=_put_members_kept),
    server("groups are located among users", "7643 3.1 location", create=_located_elsewhere),
    server("locations are not https", "7643 3.1 location", create=_located_in_clear),
    server("null is refused", "7643 2.5 null", create=_no_nulls),
    server("names have a case", "7643 2.1 case of names", create=_exact_names),
    server("one group each", "7643 4.2 two groups", store=_one_group),
    server("a deleted group is shown", "7643 4.1.2 deleted group", delete=_buried, shown=_groups_of_the_dead),
    server("members rise again", "3.6 group made again", delete=_buried, create=_members_risen),
    server("a member rises again", "3.6 user made again", delete=_buried, create=_member_risen),
    server("members move nothing", "7643 3.1 lastModified with members", patch=_still),
    server("namesakes are one", "3.5 namesakes", patch=_namesakes_too),
    server("addresses have a case", "3.4.2.2 address", test=_exact_address),
    edited_filter("a typed address finds nobody", "3.4.2.2 typed address", r"^emails\[.*", 'id eq "nobody"'),
    server("a moment is a day", "3.4.2.2 recent moments", test=_by_day),
    server("groups are found in ASCII", "3.4.2.2 scripts of groups", listed=_ascii_groups),
    server("count 0 is one", "3.4.2.4 count 0 of a query", bounds=_some_anyway),
    server("parts of extensions are not answered", "3.9 parts of an extension", shown=_core_alone),
    server("members are in lists anyway", "3.9 without members", listed=_with_members),
    between("anything is a list", "3.12 no endpoint", asking("GET /Nonsense", _empty)),
    server("errors are plain texts", "3.12 type of errors", refusal=_plain_errors),
    patching("a name is replaced whole", "3.5.2.3 complex value", set=_wiping),
    patching("add makes a second address", "3.5.2.1 add by type", set_chosen=_second),
    patching("members are never none", "3.5.2.3 no members", replace_all=_never_empty),
    patching("the second term is passed over", "3.5.2.2 either member", place=_first_term),
    between(
        "PATCH answers the password",
        "7643 4.1.1 password by PATCH",
        meeting("PATCH /Users/", _password_shown),
    ),
)
