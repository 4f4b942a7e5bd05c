"""More mutants of the right server, each found by reading a clause of RFC 7643 or 7644 and asking what breaks it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from harness.scim.names import CORE_USER, ENTERPRISE_USER, ERROR
from tests.certification.right import schema
from tests.certification.right.mutants import Mutant, between, edited_filter, patching, server
from tests.certification.right.patching import Patching, Refusal
from tests.certification.right.server import RightServer
from tests.certification.wrong import (
    URL,
    asking,
    dropping,
    each,
    editing,
    setting,
    status,
    swallowing,
    without,
    without_query,
)

IN_LISTS, ONE_USER = r"GET /Users\?", r"GET /Users/[^?]*$"


def _schemas_of_the_core(user: Any) -> None:
    user["schemas"] = [CORE_USER]


def _created_moves(self: RightServer, kind: str, resource: Any, moment: str) -> Any:
    stored = RightServer.store(self, kind, resource, moment)
    stored["meta"]["created"] = moment
    return stored


def _standing_for(kind_of_it: str) -> Callable[..., Any]:
    def store(self: RightServer, kind: str, resource: Any, moment: str) -> Any:
        before = resource["meta"].get("lastModified")
        stored = RightServer.store(self, kind, resource, moment)
        if kind == kind_of_it and before:
            stored["meta"]["lastModified"] = before
        return stored

    return store


def _put_stands(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    moment = there["meta"]["lastModified"]
    changed = RightServer.put(self, kind, there, body)
    changed["meta"]["lastModified"] = moment
    return changed


def _put_moves_id(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    changed = RightServer.put(self, kind, there, body)
    if body.get("id", changed["id"]) != changed["id"]:
        del self.kinds[kind][changed["id"]]
        changed["id"] = body["id"]
        self.kinds[kind][body["id"]] = changed
    return changed


def _put_takes_created(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    changed = RightServer.put(self, kind, there, body)
    changed["meta"]["created"] = body.get("meta", {}).get("created", changed["meta"]["created"])
    return changed


def _patch_moves_id(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    (operation, *_) = body["Operations"]
    if isinstance(operation, dict) and operation.get("path") == "id":
        del self.kinds[kind][there["id"]]
        self.kinds[kind][operation["value"]] = {**there, "id": operation["value"]}
        return self.kinds[kind][operation["value"]]
    return RightServer.patch(self, kind, there, body)


def _members_die_with_it(self: RightServer, kind: str, key: str) -> None:
    for member in self.kinds[kind][key].get("members", []):
        self.kinds["Users"].pop(member["value"], None)
    RightServer.delete(self, kind, key)


def _groups_stay_listed(self: RightServer, kind: str, key: str) -> None:
    if kind == "Groups":
        self.kinds[kind][f"{key}-deleted"] = self.kinds[kind].pop(key)
    else:
        RightServer.delete(self, kind, key)


def _found_in_any_kind(self: RightServer, _kind: str, key: str) -> Any:
    return self.kinds["Users"].get(key) or self.kinds["Groups"].get(key) or self.missing()


def _plus_is_blank(self: RightServer, request: Any) -> Any:
    return RightServer.__call__(self, replace(request, url=request.url.replace("%2B", "%20")))


def _ampersand_ends(self: RightServer, request: Any) -> Any:
    return RightServer.__call__(self, replace(request, url=request.url.replace("%26", "&")))


def _without_full_names(self: RightServer, resource: Any, query: dict[str, str]) -> Any:
    named = CORE_USER in query.get("attributes", "")
    return RightServer.shown(self, resource, {} if named else query)


def _name_is_replaced(self: Patching, op: str, place: Any, value: Any) -> None:
    if place.name == "name" and isinstance(value, dict):
        place.holder["name"] = value
    else:
        Patching.set(self, op, place, value)


def _first_match_alone(self: Patching, op: str, place: Any, elements: list[Any], value: Any) -> None:
    chosen = [one for one in elements if place.where(one)]
    if len(chosen) > 1:
        place = replace(place, where=lambda one: one is chosen[0])
    Patching.set_chosen(self, op, place, elements, value)


def _whole_removed(self: Patching, place: Any, value: Any) -> None:
    Patching.remove(self, replace(place, sub="") if place.sub and place.where is None else place, value)


def _extension_removed(self: Patching, place: Any, value: Any) -> None:
    if place.urn == ENTERPRISE_USER:
        self.resource.pop(ENTERPRISE_USER, None)
    else:
        Patching.remove(self, place, value)


def _first_term_alone(self: Patching, path: str) -> Any:
    return Patching.place(self, re.sub(r'\[(\w+ eq "[^"]*") and [^\]]*\]', r"[\1]", path))


def _emails_added(self: Patching, place: Any, values: list[Any]) -> None:
    (Patching.add_elements if place.name == "emails" else Patching.replace_all)(self, place, values)


def _null_ignored(self: Patching, op: str, place: Any, value: Any) -> None:
    if value is not None:
        Patching.set(self, op, place, value)


def _ten_members(self: Patching, place: Any, values: list[Any]) -> None:
    Patching.add_elements(self, place, values)
    if place.name == "members":
        place.holder["members"] = place.holder["members"][:10]


def _matching_but(*methods: str) -> Callable[..., None]:
    def match_version(self: RightServer, request: Any, there: Any) -> None:
        if request.method not in methods:
            RightServer.match_version(self, request, there)

    return match_version


def _joined_by_groups(self: RightServer, kind: str, body: Any) -> Any:
    made = RightServer.create(self, kind, body)
    for group in body.get("groups") or []:
        there = self.kinds["Groups"].get(group["value"])
        if there:
            there.setdefault("members", []).append({"value": made["id"]})
    return made


def _stored_all_the_same(self: RightServer, kind: str, body: Any) -> Any:
    try:
        return RightServer.create(self, kind, body)
    except Refusal:
        key, moment = self.ids.uuid(), self.now()
        meta = {"resourceType": schema.TYPE[kind], "created": moment, "location": f"{URL}/{kind}/{key}"}
        with suppress(Refusal):
            self.store(kind, {**self.cleaned(kind, body), "id": key, "meta": meta}, moment)
        raise


def _always_active(self: RightServer, kind: str, body: Any) -> Any:
    return RightServer.create(self, kind, {**body, "active": True} if kind == "Users" else body)


def _cut(self: RightServer, kind: str, body: Any) -> Any:
    cleaned = RightServer.cleaned(self, kind, body)
    return {**cleaned, "displayName": str(cleaned.get("displayName", ""))[:64]}


def _put_without_extension(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    return RightServer.put(self, kind, there, without(ENTERPRISE_USER)(body))


def _put_nameless(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    return RightServer.put(self, kind, there, {"userName": there.get("userName"), **body})


def _case_ignored(self: RightServer, query: dict[str, str]) -> Any:
    match = re.match(r'externalId eq "([^"]*)"', query.get("filter", ""))
    if match is None:
        return RightServer.test(self, query)
    return lambda resource: str(resource.get("externalId", "")).lower() == match[1].lower()


def _search_whole(self: RightServer, kind: str, body: Any) -> Any:
    return RightServer.search(
        self, kind, {"filter": body["filter"], "attributes": body.get("attributes", [])}
    )


def _going_on(self: RightServer, body: Any, request: Any) -> Any:
    return RightServer.bulk(self, without("failOnErrors")(body), request)


def _without_types(listed: Any) -> None:
    for one in listed["Resources"]:
        for attribute in one["attributes"]:
            del attribute["type"]


class Forgetful(RightServer):
    """Of PATCHes that come at one moment each starts from what was there before all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.meeting = threading.Barrier(8)

    def __call__(self, request: Any) -> Any:
        return self.answer(request)

    def patch(self, kind: str, there: Any, body: Any) -> Any:
        if kind == "Groups":
            before = json.loads(json.dumps(there))
            with suppress(threading.BrokenBarrierError):
                self.meeting.wait(timeout=2)
            there = before
        return super().patch(kind, there, body)


_NOT_FOUND = {"schemas": [ERROR], "status": "404"}
FURTHER = (
    # What is created, and what of it stays
    between("schemas lack the extension", "7643 3 schemas", editing(ONE_USER, _schemas_of_the_core)),
    server("PUT drops the extension", "7643 3 schemas", put=_put_without_extension),
    server("nobody is created inactive", "3.3 inactive", create=_always_active),
    server("a long name is cut", "3.3 long", cleaned=_cut),
    server("409, and yet created", "3.3 uniqueness", create=_stored_all_the_same),
    between(
        "a list shows the password",
        "7643 4.1.1 password",
        editing(IN_LISTS, each(lambda one: one | {"password": "x"})),
    ),
    between(
        "PATCH shows the password",
        "7643 4.1.1 password",
        editing("PATCH /Users", setting(password="x"), when=200),
    ),
    server("created moves", "7643 3.1 created stays", store=_created_moves),
    server("PUT changes the id", "3.5.1 read-only", put=_put_moves_id),
    server("PUT changes created", "3.5.1 read-only", put=_put_takes_created),
    server("PATCH changes the id", "3.5.2 read-only", patch=_patch_moves_id),
    server("a user's groups are joined", "7643 4.1.2 groups", create=_joined_by_groups),
    between(
        "a user's groups are hidden",
        "7643 4.1.2 groups are shown",
        editing(ONE_USER, dropping("groups"), when=200),
    ),
    server("lastModified stands on PUT", "7643 3.1 lastModified of others", put=_put_stands),
    server("lastModified of groups stands", "7643 3.1 lastModified of others", store=_standing_for("Groups")),
    # What is gone
    server("members die with their group", "3.6 group deleted", delete=_members_die_with_it),
    server("deleted groups are found", "3.6 group deleted", delete=_groups_stay_listed),
    between(
        "DELETE of no group is 204", "3.6 group deleted", status("DELETE /Groups", 204, when=404, body=b"")
    ),
    server("a group is a user", "3.2 kinds apart", find=_found_in_any_kind),
    between("PATCH of nobody is 204", "3.5.2 nobody", status("PATCH /Users", 204, when=404, body=b"")),
    between("PATCH of no group is 204", "3.5.2 nobody", status("PATCH /Groups", 204, when=404, body=b"")),
    # Filters
    edited_filter("gt is lt", "3.4.2.2 gt, ge, lt, le", "userName gt", "userName lt"),
    edited_filter("ge is gt", "3.4.2.2 gt, ge, lt, le", "userName ge", "userName gt"),
    edited_filter("le is lt", "3.4.2.2 gt, ge, lt, le", "userName le", "userName lt"),
    edited_filter("moments are passed over", "3.4.2.2 moments", r" and meta\.lastModified \w\w .*", ""),
    edited_filter("brackets are passed over", "3.4.2.2 brackets", r"(?<!not )[()]", ""),
    server("plus is a blank", "3.4.2.2 signs", __call__=_plus_is_blank),
    server("an ampersand ends the filter", "3.4.2.2 signs", __call__=_ampersand_ends),
    server("externalId has no case", "7643 3.1 externalId", test=_case_ignored),
    # What is answered of a resource
    between("a list lacks emails", "3.4.2 list is whole", editing(IN_LISTS, each(without("emails")))),
    between("a list lacks meta", "3.4.2 list is whole", editing(IN_LISTS, each(without("meta")))),
    between(
        "attributes are passed over in lists",
        "3.9 attributes in lists",
        asking(IN_LISTS, without_query("attributes")),
    ),
    between(
        "excluded ones are listed",
        "3.9 attributes in lists",
        asking(IN_LISTS, without_query("excludedAttributes")),
    ),
    between(
        "attributes are passed over by POST",
        "3.9 attributes when written",
        asking("POST /Users", without_query("attributes")),
    ),
    server("full names are passed over", "3.9 full names", shown=_without_full_names),
    server("a search has one page", "3.4.3 search pages", search=_search_whole),
    # PATCH and PUT
    patching("add replaces a complex value", "3.5.2.1 add to complex", set=_name_is_replaced),
    patching("removing a part removes all", "3.5.2.2 remove a part", remove=_whole_removed),
    patching(
        "removing of an extension removes it", "3.5.2.2 remove of an extension", remove=_extension_removed
    ),
    patching("the second term is passed over", "3.5.2 both terms", place=_first_term_alone),
    patching("the first match alone is changed", "3.5.2.3 all that is chosen", set_chosen=_first_match_alone),
    patching("replace of emails adds", "3.5.2.3 whole list", replace_all=_emails_added),
    patching("null is passed over", "3.5.2.3 null", set=_null_ignored),
    patching("ten members are enough", "3.5.2.1 many members", add_elements=_ten_members),
    Mutant("adds at one moment are lost", "3.5.2.1 members at one moment", Forgetful),
    server("PUT needs no name", "3.5.1 put required", put=_put_nameless),
    server(
        "If-Match is passed over by PATCH", "3.14 if-match of others", match_version=_matching_but("PATCH")
    ),
    server(
        "If-Match is passed over by DELETE", "3.14 if-match of others", match_version=_matching_but("DELETE")
    ),
    # What it says of itself, and bulk
    server("a bulk goes on after errors", "3.7.3 failOnErrors", bulk=_going_on),
    between("attributes have no type", "7643 7 characteristics", editing("GET /Schemas$", _without_types)),
    between(
        "no type is read by itself", "4 one ResourceType", swallowing("GET /ResourceTypes/", 404, _NOT_FOUND)
    ),
)
