"""Mutants that passed unseen in 2026-11, when one hundred and twenty new ones were tried: what each of them brought a check for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.scim.names import CORE_USER, ENTERPRISE_USER
from harness.wire.message import Request, Response
from tests.certification.right import schema
from tests.certification.right.filters import values
from tests.certification.right.mutants import Mutant, between, edited_filter, patching, server
from tests.certification.right.patching import Patching, Refusal
from tests.certification.right.server import RightServer
from tests.certification.wrong import (
    answering,
    asking,
    each,
    editing,
    setting,
    status,
    without,
)

TYPES, SCHEMAS = r"GET /ResourceTypes$", r"GET /Schemas$"


def _cleaned(change: Callable[[dict[str, Any]], Any]) -> Callable[..., Any]:
    """Change what of a client's body is taken."""

    def cleaned(self: RightServer, kind: str, body: Any) -> Any:
        taken = RightServer.cleaned(self, kind, body)
        change(taken)
        return taken

    return cleaned


def _losing(*names: str) -> Callable[..., Any]:
    return _cleaned(lambda taken: [taken.pop(name, None) for name in names])


def _losing_part(name: str, part: str) -> Callable[..., Any]:
    return _cleaned(lambda taken: taken.get(name, {}).pop(part, None))


def _putting_back(*names: str) -> Callable[..., Any]:
    def put(self: RightServer, kind: str, there: Any, body: Any) -> Any:
        stays = {name: there[name] for name in names if name in there}
        return RightServer.put(self, kind, there, {**body, **stays})

    return put


def _put_joins(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    changed = RightServer.put(self, kind, there, body)
    for entry in body.get("groups") or []:
        group = self.kinds["Groups"].get(entry["value"])
        if group is not None:
            group.setdefault("members", []).append({"value": changed["id"]})
    return changed


def _in_byte_order(self: RightServer, resources: list[Any], query: dict[str, str]) -> list[Any]:
    if "sortBy" not in query:
        return resources
    down = query.get("sortOrder") == "descending"
    return sorted(resources, key=lambda one: str(next(iter(values(one, query["sortBy"])), "")), reverse=down)


def _descending(self: RightServer, resources: list[Any], query: dict[str, str]) -> list[Any]:
    return RightServer.ordered(self, resources, {"sortOrder": "descending", **query})


def _parts_unsorted(self: RightServer, resources: list[Any], query: dict[str, str]) -> list[Any]:
    return resources if "." in query.get("sortBy", "") else RightServer.ordered(self, resources, query)


def _lower_case_paths(self: Patching, path: str) -> Any:
    if path[:1].isupper():
        raise Refusal(400, "invalidPath")
    return Patching.place(self, path)


def _short_paths(self: Patching, path: str) -> Any:
    if path.startswith(CORE_USER):
        raise Refusal(400, "invalidPath")
    return Patching.place(self, path)


def _whole_element(self: Patching, place: Any, elements: list[Any]) -> None:
    Patching.remove_chosen(self, replace(place, sub=""), elements)


def _leaving_is_dying(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    before = {one["value"] for one in there.get("members", [])}
    changed = RightServer.patch(self, kind, there, body)
    if kind == "Groups":
        for key in before - {one["value"] for one in changed.get("members", [])}:
            self.kinds["Users"].pop(key, None)
    return changed


def _graveyard(self: RightServer, kind: str, key: str) -> None:
    self.graves = {
        **getattr(self, "graves", {}),
        self.kinds[kind][key].get("userName"): self.kinds[kind][key],
    }
    RightServer.delete(self, kind, key)


def _risen(self: RightServer, kind: str, body: Any) -> Any:
    made = RightServer.create(self, kind, body)
    former = getattr(self, "graves", {}).get(made.get("userName"), {})
    for name in set(former) - set(made):
        made[name] = former[name]
    return made


def _open(chosen: Callable[[Request], bool]) -> Callable[..., Response]:
    """Ask nobody for a token where something holds of the request."""

    def authorize(self: RightServer, request: Request) -> None:
        if not chosen(request):
            RightServer.authorize(self, request)

    return authorize


def _characteristic(name: str, **changed: Any) -> Callable[[Any], None]:
    def edit(listed: Any) -> None:
        for described in listed["Resources"]:
            for attribute in described["attributes"]:
                if attribute["name"] == name:
                    attribute.update(changed)

    return edit


def _users_alone(listed: Any) -> Any:
    return {**listed, "Resources": listed["Resources"][:1], "totalResults": 1}


def _older_name(response: Response) -> Response:
    return replace(response, body=json.dumps({**response.json(), "displayName": "Before"}).encode())


def _patches_lost(self: RightServer, body: Any, request: Request) -> Response:
    carried_out = [one for one in body["Operations"] if one["method"] != "PATCH"]
    return RightServer.bulk(self, {**body, "Operations": carried_out}, request)


def _any_number(self: RightServer, body: Any, request: Request) -> Response:
    return RightServer.bulk(
        self, {**body, "Operations": body["Operations"][: schema.MOST_OPERATIONS]}, request
    )


def _results(change: Callable[[dict[str, Any]], Any]) -> Callable[[Any], Any]:
    """Change what is told of each operation of a bulk."""
    return lambda body: {**body, "Operations": [change(one) for one in body["Operations"]]}


def _location_of_the_new(result: dict[str, Any]) -> dict[str, Any]:
    return result if result["status"] == "201" else {**result, "location": None}


def _in_any_order(self: RightServer, kind: str, body: Any) -> Response:
    return RightServer.search(self, kind, {name: one for name, one in body.items() if name != "sortBy"})


def _with_everything(self: RightServer, kind: str, body: Any) -> Response:
    return RightServer.search(
        self, kind, {name: one for name, one in body.items() if name != "excludedAttributes"}
    )


def _twenty_at_first(self: RightServer, kind: str, body: Any) -> Any:
    members = {"members": body["members"][:20]} if body.get("members") else {}
    return RightServer.create(self, kind, {**body, **members})


WHOLE, UNCLAIMED = "7643 4.1 whole user", {"supported": False}
LATER: tuple[Mutant, ...] = (
    server("roles are lost", WHOLE, cleaned=_losing("roles", "entitlements")),
    server("photos are lost", WHOLE, cleaned=_losing("photos", "ims")),
    server("userType is lost", WHOLE, cleaned=_losing("userType")),
    server("middleName is lost", WHOLE, cleaned=_losing_part("name", "middleName")),
    server("honorificPrefix is lost", WHOLE, cleaned=_losing_part("name", "honorificPrefix")),
    server(
        "a manager is lost at first",
        "7643 4.3 whole extension",
        cleaned=_losing_part(ENTERPRISE_USER, "manager"),
    ),
    server(
        "names have 255 letters",
        "3.3 long",
        cleaned=_cleaned(lambda taken: taken.update(displayName=str(taken.get("displayName", ""))[:255])),
    ),
    server("the deleted rise again", "3.6 name free again", delete=_graveyard, create=_risen),
    server("who leaves a group dies", "3.5.2.2 who leaves stays a user", patch=_leaving_is_dying),
    server("20 members at first", "3.5.2.1 many members", create=_twenty_at_first),
    # Who may ask
    server(
        "writes need no token",
        "3.12 unauthorized writes",
        authorize=_open(lambda each_: each_.method != "GET"),
    ),
    server(
        "groups need no token",
        "3.12 unauthorized groups",
        authorize=_open(lambda each_: "/Groups" in each_.url),
    ),
    between(
        "any type is none",
        "3.8 any type",
        asking("GET /Users/", lambda each_: Response(406) if each_.header("Accept") == "*/*" else each_),
    ),
    # Filters and lists
    edited_filter("the third term is passed over", "3.4.2.2 three terms", r"^(.*? and .*?) and .*$", r"\1"),
    edited_filter("not takes the first alone", "3.4.2.2 three terms", r"not \((.*?) or .*?\)", r"not (\1)"),
    edited_filter("extensions are passed over", "3.4.2.2 extension", r"^urn:\S+:\w+ eq .*", "userName pr"),
    edited_filter("extensions find nobody", "3.4.2.2 extension", r"^urn:\S+", "nickName"),
    edited_filter("nobody is inactive", "3.4.2.2 active", "active eq false", 'active eq "no"'),
    edited_filter(
        "sw finds every group", "3.4.2.2 sw, co of groups", r"^displayName sw .*", "displayName pr"
    ),
    edited_filter("co has a case", "3.4.2.2 sw, co of groups", r'co "[^"a-z]+"', 'co "nothing"'),
    between(
        "a bad filter of groups is 500",
        "3.4.2.2 invalidFilter of groups",
        status(r"GET /Groups\?", 500, when=400),
    ),
    between(
        "lists of groups lack members",
        "3.4.2 list of groups is whole",
        editing(r"GET /Groups\?", each(without("members"))),
    ),
    server("order is that of bytes", "3.4.2.3 sort texts", ordered=_in_byte_order),
    server("order is descending", "3.4.2.3 sort texts", ordered=_descending),
    server("parts are not sorted by", "3.4.2.3 sort texts", ordered=_parts_unsorted),
    server("a search has no order", "3.4.3 search as asked", search=_in_any_order),
    server("a search excludes nothing", "3.4.3 search as asked", search=_with_everything),
    # PUT and PATCH
    server("PUT leaves emails", "3.5.1 put lists", put=_putting_back("emails")),
    server("PUT leaves externalId", "3.5.1 put lists", put=_putting_back("externalId")),
    server("PUT leaves the extension", "3.5.1 put lists", put=_putting_back(ENTERPRISE_USER)),
    server("PUT joins groups", "7643 4.1.2 groups", put=_put_joins),
    patching("paths have a case", "3.5.2 case of paths", place=_lower_case_paths),
    patching("full names are unknown", "3.5.2 full names", place=_short_paths),
    patching("a part is the whole element", "3.5.2.2 part of an element", remove_chosen=_whole_element),
    between(
        "the answer of groups is stale",
        "3.5.2 answer of groups",
        answering("PATCH /Groups", _older_name, when=200),
    ),
    # What it says of itself, and bulk
    between(
        "people live elsewhere",
        "4 types fit",
        editing(TYPES, each(lambda one: {**one, "endpoint": "/People"})),
    ),
    between("no type is extended", "4 types fit", editing(TYPES, each(without("schemaExtensions")))),
    between("groups are no type", "4 types fit", editing(TYPES, _users_alone)),
    between(
        "PATCH is not claimed",
        "4 patch is claimed",
        editing("GET /ServiceProviderConfig", setting(patch=UNCLAIMED)),
    ),
    *(
        between(
            f"{name} is otherwise",
            "7643 8.7.1 characteristics",
            editing(SCHEMAS, _characteristic(name, **said)),
        )
        for name, said in (
            ("userName", {"required": False}),
            ("password", {"returned": "default"}),
            ("groups", {"mutability": "readWrite"}),
            ("emails", {"multiValued": False}),
            ("active", {"type": "string"}),
        )
    ),
    server("PATCHes of a bulk are lost", "3.7 bulk PATCH", bulk=_patches_lost),
    between(
        "a bulk tells the location of what is new alone",
        "3.7 bulk location",
        editing("POST /Bulk", _results(_location_of_the_new)),
    ),
    server("a bulk has no limit", "3.7.4 maxOperations", bulk=_any_number),
)
