"""Mutants of 2026-11-29 in what a change comes with, in the order of pages, and in filters that are declined in one form alone."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.scim.names import ENTERPRISE_USER
from harness.wire.message import Request, Response
from tests.certification.right.filters import Reader, Test, elements, values
from tests.certification.right.later import _characteristic
from tests.certification.right.mutants import between, edited_filter, patching, server
from tests.certification.right.patching import Patching, Refusal
from tests.certification.right.server import RightServer
from tests.certification.wrong import editing

MOVES, EACH_LIST, PARTS, DEFAULTS = (
    "3.14 every change",
    "3.5.2 each list",
    "3.5.1 put parts",
    "3.5.1 put defaults",
)


def _former_tag(self: RightServer, request: Request, kind: str, key: str, query: dict[str, str]) -> Response:
    former = self.kinds[kind][key]["meta"]["version"] if key in self.kinds[kind] else ""
    response = RightServer.single(self, request, kind, key, query)
    if request.method not in ("PATCH", "PUT") or response.status != 200:
        return response
    others = tuple(each for each in response.headers if each[0] != "ETag")
    return replace(response, headers=(*others, ("ETag", former)))


def _tag_of_the_moment(
    self: RightServer, request: Request, kind: str, key: str, query: dict[str, str]
) -> Response:
    if request.method == "GET" and key in self.kinds[kind]:
        self.store(kind, self.kinds[kind][key], self.now())
    return RightServer.single(self, request, kind, key, query)


def _moving_without(*names: str) -> Callable[..., Any]:
    """Leave the version where nothing else than `names` changes."""

    def patch(self: RightServer, kind: str, there: Any, body: Any) -> Any:
        before = copy.deepcopy(there)
        after = RightServer.patch(self, kind, there, body)
        unseen = {"meta", "schemas", *names}
        if all(before.get(name) == after.get(name) for name in {*before, *after} - unseen):
            after["meta"] = before["meta"]
        return after

    return patch


def _put_parts_kept(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    name = {**there.get("name", {}), **body.get("name", {})}
    return RightServer.put(self, kind, there, {**body, "name": name} if kind == "Users" else body)


def _put_addresses_kept(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    mails = body.get("emails") or []
    kinds = [each.get("type") for each in mails]
    more = [each for each in there.get("emails", []) if each.get("type") not in kinds]
    return RightServer.put(self, kind, there, {**body, "emails": [*mails, *more]})


def _put_extension_kept(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    extension = {**there.get(ENTERPRISE_USER, {}), **body.get(ENTERPRISE_USER, {})}
    return RightServer.put(self, kind, there, {**body, ENTERPRISE_USER: extension})


def _put_disables(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    return RightServer.put(self, kind, there, {"active": False, **body} if kind == "Users" else body)


def _put_leaves_groups(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    changed = RightServer.put(self, kind, there, body)
    self.leave_groups(changed["id"])
    return changed


def _all_roles_removed(self: Patching, place: Any, chosen: list[Any]) -> None:
    if place.name in ("roles", "entitlements"):
        place.holder[place.name] = []
    else:
        Patching.remove_chosen(self, place, chosen)


def _lists_replaced(self: Patching, op: str, value: Any) -> None:
    lists = isinstance(value, dict) and any(isinstance(each, list) for each in value.values())
    Patching.without_path(self, "replace" if lists else op, value)


def _plain_keys_alone(self: Patching, op: str, value: Any) -> None:
    """Pass over keys that are paths, as one does who reads a value by its names."""
    plain = {name: each for name, each in value.items() if "." not in name.rpartition(":")[2]}
    Patching.without_path(self, op, plain)


def _passed_over(self: Patching, operation: Any) -> None:
    if str(operation.get("path")) != "id":
        Patching.operate(self, operation)


def _manager_lost(self: Patching, op: str, place: Any, value: Any) -> None:
    Patching.set(self, op, place, value)
    if place.name == "department":
        place.holder.pop("manager", None)


def _declining(pattern: str) -> Callable[..., Test]:
    """Decline filters of a form, as a server may that does not know the attribute or the operator."""

    def test(self: RightServer, query: dict[str, str]) -> Any:
        if re.search(pattern, query.get("filter", ""), re.IGNORECASE):
            raise Refusal(400, "invalidFilter")
        return RightServer.test(self, query)

    return test


class _Truthful(Reader):
    """Takes false for no value."""

    def compared(self, of: Callable[[Any], list[Any]], name: str) -> Test:
        if self.takes("pr"):
            return lambda resource: any(of(resource))
        return super().compared(of, name)


def _truthful(_self: RightServer, query: dict[str, str]) -> Test:
    return _Truthful(query["filter"]).whole() if "filter" in query else lambda _: True


def _twice(self: RightServer, kind: str, query: dict[str, str]) -> Any:
    """Put the answers of both terms together, as a union of all does."""
    terms = query.get("filter", "").split(" or ")
    pages = [RightServer.listed(self, kind, {**query, "filter": each}) for each in terms if each]
    if len(pages) != 2 or "(" in query["filter"] or " and " in query["filter"]:
        return RightServer.listed(self, kind, query)
    both = [each for page in pages for each in page["Resources"]]
    return {**pages[0], "Resources": both, "totalResults": len(both), "itemsPerPage": len(both)}


def _address_is_one_persons(self: RightServer, kind: str, body: Any) -> Any:
    mails = [each["value"] for each in elements(body, "emails") if "value" in each]
    if any(
        each.get("value") in mails for one in self.kinds[kind].values() for each in elements(one, "emails")
    ):
        raise Refusal(409, "uniqueness")
    return RightServer.create(self, kind, body)


def _sorted_by_page(self: RightServer, kind: str, query: dict[str, str]) -> Any:
    plain = {name: each for name, each in query.items() if not name.startswith("sort")}
    page = RightServer.listed(self, kind, plain)
    return {**page, "Resources": self.ordered(page["Resources"], query)}


def _nobody_first(self: RightServer, resources: list[Any], query: dict[str, str]) -> list[Any]:
    listed = RightServer.ordered(self, resources, query)
    if "sortBy" not in query:
        return listed
    lacking = [each for each in listed if not values(each, query["sortBy"])]
    return [*lacking, *(each for each in listed if each not in lacking)]


def _first_counts(self: RightServer, resources: list[Any], query: dict[str, str]) -> list[Any]:
    bare = copy.deepcopy(resources)
    for resource in bare:
        for each in elements(resource, "emails"):
            each.pop("primary", None)
    order = [each["id"] for each in RightServer.ordered(self, bare, query)]
    return sorted(resources, key=lambda each: order.index(each["id"]))


def _no_extension_alone(self: RightServer, resource: Any, query: dict[str, str]) -> Any:
    there = RightServer.shown(self, resource, query)
    if query.get("attributes", "") == ENTERPRISE_USER:
        there.pop(ENTERPRISE_USER, None)
    return there


def _secret_kept(self: RightServer, kind: str, body: Any) -> Any:
    made = RightServer.create(self, kind, body)
    self.secrets = {**getattr(self, "secrets", {}), made["id"]: body.get("password")}
    return made


def _secret_shown(self: RightServer, resource: Any, query: dict[str, str]) -> Any:
    there = RightServer.shown(self, resource, query)
    if query.get("attributes") == "password":
        there["password"] = getattr(self, "secrets", {}).get(resource["id"])
    return there


def _folded_as_ascii(_self: RightServer, name: str) -> str:
    return re.sub("[A-Z]", lambda letter: letter[0].lower(), name)


def _page_of_html(
    self: RightServer, request: Request, segments: list[str], query: dict[str, str]
) -> Response:
    if segments[0].startswith("Nonsense"):
        return Response(404, (("Content-Type", "text/html"),), b"<h1>Not Found</h1>")
    return RightServer.route(self, request, segments, query)


def _extension_anew(self: Patching, op: str, urn: str, value: Any) -> None:
    if op == "add":
        self.resource.pop(urn, None)
    Patching.whole_extension(self, op, urn, value)


def _schemas_stay(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    changed = RightServer.patch(self, kind, there, body)
    changed["schemas"] = list(there["schemas"])
    return changed


def _config_replaced(
    self: RightServer, request: Request, root: str, rest: list[str], query: dict[str, str]
) -> Response:
    if root == "ServiceProviderConfig" and request.method == "PUT":
        return self.reply(200, self.read_body(request))
    return RightServer.discovery(self, request, root, rest, query)


def _without_responses(answer: Any) -> None:
    for each in answer["Operations"]:
        each.pop("response", None)


CONSEQUENCES = (
    patching("add by an extension's name begins it anew", "3.5.2 extension", whole_extension=_extension_anew),
    server("schemas lack an extension that PATCH brought", "3.5.2 extension begun", patch=_schemas_stay),
    server("the configuration is replaced", "4 read-only", discovery=_config_replaced),
    between(
        "what failed in a bulk has no response",
        "3.7.3 failOnErrors",
        editing("POST /Bulk", _without_responses, when=200),
    ),
    server("answers of changes have the ETag of before", MOVES, single=_former_tag),
    server("the ETag is of the moment of a read", MOVES, single=_tag_of_the_moment),
    server("a change of the extension alone moves no version", MOVES, patch=_moving_without(ENTERPRISE_USER)),
    server("a change of emails alone moves no version", MOVES, patch=_moving_without("emails")),
    server("a change of a part of the name alone moves no version", MOVES, patch=_moving_without("name")),
    server("PUT keeps the parts of a name that it leaves out", PARTS, put=_put_parts_kept),
    server("PUT keeps the addresses of types that it leaves out", PARTS, put=_put_addresses_kept),
    server("PUT keeps what it leaves out of an extension", DEFAULTS, put=_put_extension_kept),
    server("PUT without active disables", DEFAULTS, put=_put_disables),
    server("PUT of a user takes the user out of groups", "3.5.1 put and memberships", put=_put_leaves_groups),
    patching("a filter of roles removes all of them", EACH_LIST, remove_chosen=_all_roles_removed),
    patching("add without a path replaces lists", EACH_LIST, without_path=_lists_replaced),
    patching("dotted keys of a value are passed over", "3.5.2 dotted keys", without_path=_plain_keys_alone),
    patching("PATCH of id is passed over", "3.5.2 read-only is refused", operate=_passed_over),
    patching("a new department takes the manager away", "3.5.2 nothing else", set=_manager_lost),
    server("filters by id are declined", "3.4.2.2 id", test=_declining("^id ")),
    server("filters that begin with a bracket are declined", "3.4.2.2 brackets", test=_declining(r"^\(")),
    server("filters with a quote in the value are declined", "3.4.2.2 scripts", test=_declining(r'\\"')),
    edited_filter("sw is co", "3.4.2.2 sw, co, ew, pr, ne", ' sw "', ' co "'),
    edited_filter("ew is co", "3.4.2.2 sw, co, ew, pr, ne", ' ew "', ' co "'),
    edited_filter("co is sw", "3.4.2.2 sw, co, ew, pr, ne", ' co "', ' sw "'),
    server("pr takes false for nothing", "3.4.2.2 active", test=_truthful),
    server("who fits both terms of or is there twice", "3.4.2.2 and, or, not", listed=_twice),
    server("an address is one person's, unsaid", "7643 7 address of two", create=_address_is_one_persons),
    server("each page is sorted for itself", "3.4.2.3 sorted pages", listed=_sorted_by_page),
    server("who has no value is first in every order", "3.4.2.3 sort without a value", ordered=_nobody_first),
    server("the first address is sorted by", "3.4.2.3 sort by the primary", ordered=_first_counts),
    server("an extension is not shown by its name", "3.9 parts of an extension", shown=_no_extension_alone),
    server(
        "who asks for the password gets it",
        "7643 4.1.1 password",
        create=_secret_kept,
        shown=_secret_shown,
    ),
    server("letters beyond ASCII keep their case", "7643 4.1.1 case of letters", folded=_folded_as_ascii),
    server("an endpoint that there is not answers HTML", "3.12 error of no endpoint", route=_page_of_html),
    between(
        "the schemas say that userName is caseExact",
        "7643 8.7.1 characteristics",
        editing("GET /Schemas", _characteristic("userName", caseExact=True)),
    ),
)
