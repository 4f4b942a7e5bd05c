"""The right server with one fault at a time, and the check that names it; `rfc7644` is the suite unless said otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from harness.scim.names import CORE_USER, ENTERPRISE_USER
from harness.wire.message import Response, Send
from tests.certification.right import schema
from tests.certification.right.patching import Patching, Refusal
from tests.certification.right.server import RightServer
from tests.certification.wrong import (
    Wrong,
    answering,
    dropping,
    editing,
    rewriting,
    setting,
    status,
    swallowing,
    without_header,
    without_query,
)
from tests.certification.wrong import asking as asking_wrongly

GALLERY, VALIDATOR, RFC = "entra-gallery", "entra-validator", "rfc7644"


@dataclass(frozen=True)
class Mutant:
    fault: str
    check: str
    make: Callable[[], Send]
    suite: str = RFC


def server(fault: str, check: str, suite: str = RFC, **methods: Any) -> Mutant:
    """Override methods of the server."""
    return Mutant(fault, check, type("MutantServer", (RightServer,), methods), suite)


def patching(fault: str, check: str, suite: str = RFC, **methods: Any) -> Mutant:
    """Override methods of what carries a PATCH out."""
    return server(fault, check, suite, patching=type("MutantPatching", (Patching,), methods))


def between(fault: str, check: str, wrong: Wrong, suite: str = RFC) -> Mutant:
    """Change requests or answers on their way."""
    return Mutant(fault, check, lambda: wrong(RightServer()), suite)


def edited_filter(fault: str, check: str, old: str, new: str) -> Mutant:
    """Take one filter for another."""

    def test(self: RightServer, query: dict[str, str]) -> Any:
        query = {**query, "filter": re.sub(old, new, query["filter"])} if "filter" in query else query
        return RightServer.test(self, query)

    return server(fault, check, test=test)


def _members_alone(act: Callable[[Patching, Any, list[Any]], None], method: str) -> dict[str, Any]:
    """Override a method for members, and leave other lists as they are."""

    def override(self: Patching, place: Any, values: list[Any]) -> None:
        (act if place.name == "members" else getattr(Patching, method))(self, place, values)

    return {method: override}


def _replace_members(_self: Patching, place: Any, values: list[Any]) -> None:
    place.holder["members"] = values


def _add_twice(_self: Patching, place: Any, values: list[Any]) -> None:
    place.holder["members"] += values


def _add_first(self: Patching, place: Any, values: list[Any]) -> None:
    Patching.add_elements(self, place, values[:1])


def _add_to_nothing(self: Patching, place: Any, values: list[Any]) -> None:
    if not place.holder["members"]:
        Patching.add_elements(self, place, values)


def _users_alone(self: Patching, place: Any, values: list[Any]) -> None:
    Patching.add_elements(self, place, [each for each in values if each.get("type") != "Group"])


def _group_alone(self: Patching, place: Any, values: list[Any]) -> None:
    Patching.add_elements(self, place, values)
    groups = [each for each in place.holder["members"] if each.get("type") == "Group"]
    place.holder["members"] = groups or place.holder["members"]


def _clear(_self: Patching, place: Any, _values: Any) -> None:
    place.holder.pop(place.name, None)


def _nothing(*_: Any) -> None:
    return None


def _patch_some(part: slice) -> Callable[..., Any]:
    def patch(self: RightServer, kind: str, there: Any, body: Any) -> Any:
        return RightServer.patch(self, kind, there, {**body, "Operations": body["Operations"][part]})

    return patch


def _renaming_clears(self: Patching, holder: Any, name: str, value: Any) -> None:
    Patching.write(self, holder, name, value)
    if name == "displayName":
        holder.pop("members", None)


def _put_keeping(*names: str) -> Callable[..., Any]:
    def put(self: RightServer, kind: str, there: Any, body: Any) -> Any:
        return RightServer.put(
            self, kind, there, {**body, **{name: there[name] for name in names if name in there}}
        )

    return put


def _put_merging(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    return RightServer.put(self, kind, there, {**there, **body})


def _put_without_members(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    return RightServer.put(
        self, kind, there, {name: each for name, each in body.items() if name != "members"}
    )


def _two_members_shown(self: RightServer, resource: Any, query: dict[str, str]) -> Any:
    shown = RightServer.shown(self, resource, query)
    return {**shown, "members": shown["members"][:2]} if "members" in shown else shown


def _created_without(name: str) -> Callable[..., Any]:
    def create(self: RightServer, kind: str, body: Any) -> Any:
        return RightServer.create(self, kind, {key: each for key, each in body.items() if key != name})

    return create


def _page_as_total(self: RightServer, resources: list[Any], start: int, _total: int) -> Any:
    return RightServer.page(self, resources, start, len(resources))


def _bounds(change: Callable[[int, int], tuple[int, int]]) -> Callable[..., Any]:
    def bounds(self: RightServer, query: dict[str, str], total: int) -> tuple[int, int]:
        return change(*RightServer.bounds(self, query, total))

    return bounds


def _last_page_empty(self: RightServer, query: dict[str, str], total: int) -> tuple[int, int]:
    start, count = RightServer.bounds(self, query, total)
    return start, 0 if start > 1 and start + count > total else count


def _total_of_all(self: RightServer, kind: str, query: dict[str, str]) -> Any:
    return {**RightServer.listed(self, kind, query), "totalResults": len(self.kinds[kind]) + 1}


def _without_first(self: RightServer, kind: str, query: dict[str, str]) -> Any:
    page = RightServer.listed(self, kind, query)
    return (
        {**page, "Resources": page["Resources"][1:]}
        if "filter" not in query and "count" not in query
        else page
    )


def _case_sensitive(self: RightServer, query: dict[str, str]) -> Any:
    wanted = re.findall(r'userName eq "([^"]*)"', query.get("filter", ""))
    test = RightServer.test(self, query)
    return lambda resource: test(resource) and all(resource.get("userName") == each for each in wanted)


def _group_case_sensitive(self: RightServer, query: dict[str, str]) -> Any:
    wanted = re.findall(r'displayName eq "([^"]*)"', query.get("filter", ""))
    test = RightServer.test(self, query)
    return lambda resource: test(resource) and all(resource.get("displayName") == each for each in wanted)


def _names_in_their_case(self: RightServer, query: dict[str, str]) -> Any:
    if query.get("filter", "").startswith("USERNAME"):
        raise Refusal(400, "invalidFilter")
    return RightServer.test(self, query)


def _bad_filters_find_all(self: RightServer, query: dict[str, str]) -> Any:
    try:
        return RightServer.test(self, query)
    except Refusal:
        return lambda _: True


def _terms_apart(self: RightServer, query: dict[str, str]) -> Any:
    text = re.sub(
        r"(\w+)\[(\w+) (.*?) and (\w+) (.*?)\]", r"(\1.\2 \3 and \1.\4 \5)", query.get("filter", "")
    )
    return RightServer.test(self, {**query, "filter": text} if text else query)


def _ascii(self: RightServer, kind: str, body: Any) -> Any:
    return RightServer.cleaned(self, kind, json.loads(re.sub(r"\\u[0-9a-f]{4}", "?", json.dumps(body))))


def _lower_case_name(self: RightServer, kind: str, body: Any) -> Any:
    cleaned = RightServer.cleaned(self, kind, body)
    return {**cleaned, "userName": cleaned["userName"].lower()} if kind == "Users" else cleaned


def _nameless(self: RightServer, kind: str, body: Any) -> Any:
    return RightServer.cleaned(
        self, kind, {"userName": self.ids.uuid(), "displayName": self.ids.uuid(), **body}
    )


def _id_taken_over(self: RightServer, kind: str, body: Any) -> Any:
    made = RightServer.create(self, kind, body)
    if "id" in body:
        del self.kinds[kind][made["id"]]
        made["id"] = body["id"]
        self.kinds[kind][made["id"]] = made
    return made


def _created_taken_over(self: RightServer, kind: str, body: Any) -> Any:
    made = RightServer.create(self, kind, body)
    made["meta"]["created"] = body.get("meta", {}).get("created", made["meta"]["created"])
    return made


def _unique_when_created(self: RightServer, kind: str, resource: Any, key: str) -> None:
    if not key:
        RightServer.require_unique(self, kind, resource, key)


def _broken_bodies(self: RightServer, request: Any) -> Any:
    try:
        json.loads(request.body)
    except ValueError:
        raise Refusal(500) from None
    return RightServer.read_body(self, request)


def _bytes_guessed(self: RightServer, request: Any) -> Any:
    return RightServer.read_body(self, replace(request, body=request.body.decode("latin-1").encode()))


def _put_creates(self: RightServer, request: Any, kind: str, key: str, query: dict[str, str]) -> Response:
    if request.method == "PUT" and key not in self.kinds[kind]:
        return self.reply(201, self.create(kind, self.read_body(request)))
    return RightServer.single(self, request, kind, key, query)


def _delete_anything(self: RightServer, request: Any, kind: str, key: str, query: dict[str, str]) -> Response:
    if request.method == "DELETE" and key not in self.kinds[kind]:
        return self.no_content()
    return RightServer.single(self, request, kind, key, query)


def _delete_softly(self: RightServer, kind: str, key: str) -> None:
    """It is read no more by its id, and lists have it still."""
    self.kinds[kind][f"{key}-deleted"] = self.kinds[kind].pop(key)
    self.leave_groups(key)


def _names_kept(self: RightServer, kind: str, key: str) -> None:
    self.gone = {*getattr(self, "gone", ()), self.kinds[kind][key].get("userName")}
    RightServer.delete(self, kind, key)


def _unique_with_the_gone(self: RightServer, kind: str, resource: Any, key: str) -> None:
    if resource.get("userName") in getattr(self, "gone", ()) and kind == "Users":
        raise Refusal(409, "uniqueness")
    RightServer.require_unique(self, kind, resource, key)


def _stale_answer(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    RightServer.patch(self, kind, there, body)
    return there


def _halfway(self: RightServer, kind: str, there: Any, body: Any) -> Any:
    for operation in body["Operations"]:
        there = RightServer.patch(self, kind, there, {"Operations": [operation]})
    return there


def _without_path_some(self: Patching, op: str, value: Any) -> None:
    Patching.without_path(self, op, {name: each for name, each in value.items() if name != "active"})


def _into_core(self: Patching, _op: str, _urn: str, value: Any) -> None:
    self.resource.update(value)


def _without_path_core_alone(self: Patching, op: str, value: Any) -> None:
    Patching.without_path(
        self, op, {name: each for name, each in value.items() if not name.startswith("urn:")}
    )


def _extension_path_ignored(self: Patching, op: str, place: Any, value: Any) -> None:
    if place.urn != ENTERPRISE_USER:
        Patching.set(self, op, place, value)


def _emails(act: Callable[[Any, list[Any]], None]) -> dict[str, Any]:
    def override(self: Patching, place: Any, values: list[Any]) -> None:
        if place.name == "emails":
            act(place, values)
        else:
            Patching.add_elements(self, place, values)

    return {"add_elements": override}


def _replace_emails(place: Any, values: list[Any]) -> None:
    place.holder["emails"] = values


def _append_emails(place: Any, values: list[Any]) -> None:
    for each in values:
        if each.get("primary"):
            for one in place.holder["emails"]:
                one.pop("primary", None)
    place.holder["emails"] += values


def _primaries(place: Any, values: list[Any]) -> None:
    place.holder["emails"] += [each for each in values if each not in place.holder["emails"]]


def _remove_all_chosen(_self: Patching, place: Any, _elements: list[Any]) -> None:
    place.holder.pop(place.name, None)


def _lenient(*, op: str = "", scim_type: str = "") -> Callable[..., None]:
    """Do nothing, and say that it was done, where an operation is to be refused."""

    def operate(self: RightServer, kind: str, patching_: Patching, operation: Any) -> None:
        try:
            RightServer.operate(self, kind, patching_, operation)
        except Refusal as refusal:
            if refusal.scim_type == scim_type and (not op or str(operation.get("op")).lower() == op):
                return
            raise

    return operate


def _lower_case_ops(self: RightServer, kind: str, patching_: Patching, operation: Any) -> None:
    if operation["op"] != operation["op"].lower():
        raise Refusal(400, "invalidSyntax")
    RightServer.operate(self, kind, patching_, operation)


def _replace_only_what_is_there(self: Patching, op: str, place: Any, value: Any) -> None:
    if op == "replace" and place.name not in place.holder:
        raise Refusal(400, "noTarget")
    Patching.set(self, op, place, value)


def _adding_what_no_record_is(self: Patching, _op: str, place: Any, elements: list[Any], value: Any) -> None:
    Patching.set_chosen(self, "add", place, elements, value)


def _nothing_ignored(nothing: Any) -> Callable[..., None]:
    def set_(self: Patching, op: str, place: Any, value: Any) -> None:
        if value != nothing or type(value) is not type(nothing):
            Patching.set(self, op, place, value)

    return set_


def _manager(value_of: Callable[[Any], Any]) -> Callable[..., None]:
    def set_(self: Patching, op: str, place: Any, value: Any) -> None:
        if place.name == "manager":
            value = value_of(value)
            if value is None:
                return
        Patching.set(self, op, place, value)

    return set_


def _text_for_active(self: Patching, op: str, place: Any, value: Any) -> None:
    if place.name == "active":
        place.holder["active"] = str(value).lower()
    else:
        Patching.set(self, op, place, value)


def _standing(*names: str) -> Callable[..., Any]:
    """What `store` sets at first stays for ever."""

    def store(self: RightServer, kind: str, resource: Any, moment: str) -> Any:
        before = {name: resource["meta"][name] for name in names if name in resource["meta"]}
        stored = RightServer.store(self, kind, resource, moment)
        stored["meta"].update(before)
        return stored

    return store


def _always_mismatched(_self: RightServer, request: Any, _there: Any) -> None:
    if request.header("If-Match"):
        raise Refusal(412)


def _without_etag(*_: Any) -> dict[str, str]:
    return {}


def _writable(self: RightServer, request: Any, root: str, rest: list[str], query: dict[str, str]) -> Response:
    if request.method == "POST":
        return self.reply(201, self.read_body(request))
    return RightServer.discovery(self, request, root, rest, query)


def _changed_schema(
    self: RightServer, request: Any, root: str, rest: list[str], query: dict[str, str]
) -> Response:
    if request.method in ("PUT", "DELETE"):
        return self.reply(200, {})
    return RightServer.discovery(self, request, root, rest, query)


def _unsorted_by(name: str) -> Callable[..., Any]:
    def ordered(self: RightServer, resources: list[Any], query: dict[str, str]) -> list[Any]:
        named = query.get("sortBy", "").startswith(name)
        return (
            resources[::-1]
            if named and query.get("sortOrder") == "ascending"
            else RightServer.ordered(self, resources, query)
        )

    return ordered


def _ascending(self: RightServer, resources: list[Any], query: dict[str, str]) -> list[Any]:
    return RightServer.ordered(self, resources, {**query, "sortOrder": "ascending"})


def _search_without(name: str) -> Callable[..., Response]:
    def search(self: RightServer, kind: str, body: Any) -> Response:
        return RightServer.search(self, kind, {key: each for key, each in body.items() if key != name})

    return search


def _me(self: RightServer, request: Any, segments: list[str], query: dict[str, str]) -> Response:
    if segments == ["Me"]:
        return self.reply(200, self.listed("Users", {}))
    return RightServer.route(self, request, segments, query)


def _accept_alone(self: RightServer, request: Any, segments: list[str], query: dict[str, str]) -> Response:
    if request.header("Accept") != "application/scim+json":
        raise Refusal(406)
    return RightServer.route(self, request, segments, query)


def _content_alone(self: RightServer, request: Any, segments: list[str], query: dict[str, str]) -> Response:
    if request.body and not str(request.header("Content-Type")).startswith("application/scim+json"):
        raise Refusal(415)
    return RightServer.route(self, request, segments, query)


def _bulk_told_only(self: RightServer, body: Any, _request: Any) -> Response:
    results = [{"method": each["method"], "status": "204"} for each in body["Operations"]]
    return self.reply(
        200, {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"], "Operations": results}
    )


def _bulk_ids_kept(self: RightServer, body: Any, request: Any) -> Response:
    text = json.dumps(body).replace("bulkId:", "bulkid-")
    return RightServer.bulk(self, json.loads(text), request)


def _dropped(urn: str) -> Callable[[Any], None]:
    def edit(listed: Any) -> None:
        listed["Resources"] = [each for each in listed["Resources"] if each["id"] != urn]

    return edit


def _without_external_id(listed: Any) -> None:
    for each in listed["Resources"]:
        each["attributes"] = [one for one in each["attributes"] if one["name"] != "externalId"]


def _plain(response: Response) -> Response:
    headers = tuple(each for each in response.headers if each[0] != "Content-Type")
    return replace(response, headers=(*headers, ("Content-Type", "application/json")))


def _with_body(_self: RightServer) -> Response:
    return Response(204, (("Content-Length", "2"),), b"{}")


def _anyone(*_: Any) -> None:
    return None


def _any_token(_self: RightServer, request: Any) -> None:
    if not request.header("Authorization"):
        raise Refusal(401)


USER, FILTER, LIST = r"GET /Users/[^?]*$", r"GET /Users\?filter=", r"GET /Users"
MANY_ADDED = "3.5.2.1 members one by one"
MUTANTS = (
    # Members
    patching("add replaces members", MANY_ADDED, **_members_alone(_replace_members, "add_elements")),
    patching("add takes members twice", MANY_ADDED, **_members_alone(_add_twice, "add_elements")),
    patching("add takes the first of several", "3.5.2 members", **_members_alone(_add_first, "add_elements")),
    patching("add to members is lost", MANY_ADDED, **_members_alone(_add_to_nothing, "add_elements")),
    server("the first operation alone", "3.5.2 members at once", patch=_patch_some(slice(1))),
    server("the last operation alone", "3.5.2 members at once", patch=_patch_some(slice(-1, None))),
    patching("remove by a filter takes all", "3.5.2 members", remove_chosen=_remove_all_chosen),
    patching("remove by a filter takes nothing", "3.5.2 members", remove_chosen=_nothing),
    patching("replace adds", "3.5.2 members", replace_all=Patching.add_elements),
    patching(
        "remove of all members is lost",
        "3.5.2 members",
        remove=lambda self, place, value: (
            None if place.name == "members" and place.where is None else Patching.remove(self, place, value)
        ),
    ),
    patching(
        "remove with a list takes all", "Group_Update_Remove_Member_Test", GALLERY, remove_listed=_clear
    ),
    patching(
        "remove with a list takes nothing", "Group_Update_Remove_Member_Test", GALLERY, remove_listed=_nothing
    ),
    patching(
        "add replaces members",
        "Group_Update_Add_Member_Test",
        GALLERY,
        **_members_alone(_replace_members, "add_elements"),
    ),
    patching("renaming clears members", "3.5.2.3 members stay", write=_renaming_clears),
    server("PUT keeps who left", "3.5.1 put members", put=_put_keeping("members")),
    server("PUT clears members", "3.5.1 put members", put=_put_without_members),
    server("a deleted member stays", "7643 2.3.7 deleted member", leave_groups=_nothing),
    patching(
        "a nested group is lost", "7643 4.2 nested group", **_members_alone(_users_alone, "add_elements")
    ),
    patching(
        "a nested group is alone", "7643 4.2 nested group", **_members_alone(_group_alone, "add_elements")
    ),
    server("two members are shown", MANY_ADDED, shown=_two_members_shown),
    server("a new group has no members", "7643 4.2 group", create=_created_without("members")),
    between(
        "members are shown though excluded",
        "Get group by id excluding members",
        asking_wrongly(r"GET /Groups/", without_query("excludedAttributes")),
        VALIDATOR,
    ),
    between(
        "members are shown though excluded from a query",
        "Filter for existing group excluding members",
        asking_wrongly(r"GET /Groups\?", without_query("excludedAttributes")),
        VALIDATOR,
    ),
    # Lists
    server("the total is the page's", "3.4.2.4 pages", page=_page_as_total),
    server(
        "pages overlap", "3.4.2.4 all pages", bounds=_bounds(lambda start, count: (max(1, start - 1), count))
    ),
    server(
        "pages have gaps",
        "3.4.2.4 all pages",
        bounds=_bounds(lambda start, count: (start + (start > 1), count)),
    ),
    server("the last page is empty", "3.4.2.4 all pages", bounds=_last_page_empty),
    between("count is passed over", "3.4.2.4 pages", asking_wrongly(LIST, without_query("count"))),
    between("startIndex is passed over", "3.4.2.4 pages", asking_wrongly(LIST, without_query("startIndex"))),
    server(
        "pages have five at most",
        "3.4.2.4 count is met",
        bounds=_bounds(lambda start, count: (start, min(5, count))),
    ),
    between("no resources are all of them", "3.4.2.4 count 0", rewriting(LIST, "count=(0|-1)", "count=100")),
    between(
        "startIndex 0 is refused",
        "3.4.2.4 startIndex 0",
        swallowing(r"GET /Users\?startIndex=(0|-1)", 400, {}),
    ),
    between(
        "itemsPerPage is what was asked for", "3.4.2.4 all pages", editing(FILTER, setting(itemsPerPage=2))
    ),
    between("startIndex is not told", "3.4.2.4 pages", editing(r"GET /Users\?", dropping("startIndex"))),
    server("the first user is left out", "3.4.2 everybody", listed=_without_first),
    server("the total is that of all", "3.4.2.4 all pages", listed=_total_of_all),
    between("no match is 404", "3.4.2 no match", status(FILTER, 404)),
    between("the list has no schema", "3.4.2 list", editing(r"GET /Users$", dropping("schemas"))),
    between(
        "beyond the end is the last page",
        "3.4.2.4 beyond the end",
        rewriting(LIST, "startIndex=10{9}", "startIndex=1"),
    ),
    # Filters
    edited_filter("externalId is passed over", "3.4.2.2 each attribute", r"^externalId eq.*", "userName pr"),
    edited_filter("emails.value finds nobody", "3.4.2.2 each attribute", r"^emails\.value", "nickName"),
    edited_filter("active is passed over", "3.4.2.2 each attribute", r"^active eq \w+ and ", ""),
    edited_filter("a full name finds nobody", "3.4.2.2 each attribute", r"^urn:[\w:.]+:userName", "nickName"),
    edited_filter(
        "name.givenName is passed over", "3.4.2.2 each attribute", r"^name\.givenName eq.*", "userName pr"
    ),
    edited_filter("members finds every group", "3.4.2.2 groups", r"^members\.value eq.*", "displayName pr"),
    server("values have a case", "3.4.2.2 case of values", test=_case_sensitive),
    server("names of groups have a case", "3.4.2.2 groups", test=_group_case_sensitive),
    server("names of attributes have a case", "3.4.2.2 case of names", test=_names_in_their_case),
    edited_filter("and is or", "3.4.2.2 and, or, not", " and ", " or "),
    edited_filter("or is and", "3.4.2.2 and, or, not", " or ", " and "),
    edited_filter("or binds first", "3.4.2.2 and, or, not", r"^(.*) or (.*) and (.*)$", r"(\1 or \2) and \3"),
    edited_filter("not is passed over", "3.4.2.2 and, or, not", r"not \(", "("),
    edited_filter("co is sw", "3.4.2.2 sw, co, ew, pr, ne", " co ", " sw "),
    edited_filter("sw is eq", "3.4.2.2 sw, co, ew, pr, ne", " sw ", " eq "),
    edited_filter("ew is eq", "3.4.2.2 sw, co, ew, pr, ne", " ew ", " eq "),
    edited_filter("ne is eq", "3.4.2.2 sw, co, ew, pr, ne", " ne ", " eq "),
    edited_filter("pr finds nobody", "3.4.2.2 sw, co, ew, pr, ne", r"name\.familyName pr", "nickName pr"),
    server("terms hold for different addresses", "3.4.2.2 value filter", test=_terms_apart),
    server("a bad filter finds all", "3.4.2.2 invalidFilter", test=_bad_filters_find_all),
    edited_filter("other scripts are lost", "3.4.2.2 scripts", "[^\x00-\x7f]", "?"),
    edited_filter("quotes end a text", "3.4.2.2 scripts", r'\\"', ""),
    # What is created
    between("201 is 200", "3.3 created", status("POST /Users", 200, when=201)),
    between("there is no Location", "3.3 location", without_header("POST /Users", "Location")),
    server("the client's id is taken over", "3.3 read-only", create=_id_taken_over),
    server("the client's created is taken over", "3.3 read-only", create=_created_taken_over),
    server("names are taken twice", "3.3 uniqueness", require_unique=_nothing),
    server("names have a case", "7643 4.1.1 userName", folded=lambda _self, name: name),
    between("a name in use is 400", "3.3 uniqueness", status("POST /Users", 400, when=409)),
    between(
        "a name in use has no scimType",
        "3.3 uniqueness",
        editing("POST /Users", dropping("scimType"), when=409),
    ),
    between("the password is shown", "7643 4.1.1 password", editing(USER, setting(password="x"))),
    server("userName is made lower case", "7643 4.1.1 mixed case", cleaned=_lower_case_name),
    server("other scripts are lost", "7643 2.3.1 scripts", cleaned=_ascii),
    patching(
        "other scripts of groups are lost",
        "7643 2.3.1 scripts of groups",
        write=lambda self, holder, name, value: Patching.write(
            self, holder, name, value.encode("ascii", "replace").decode() if isinstance(value, str) else value
        ),
    ),
    server("broken JSON is 500", "3.12 malformed JSON", read_body=_broken_bodies),
    server("broken UTF-8 is taken", "3.12 malformed JSON", read_body=_bytes_guessed),
    server("a user needs no name", "3.12 bad body", cleaned=_nameless),
    server("emails are dropped", "3.3 created", create=_created_without("emails")),
    # Who may ask, and what errors say
    server("nobody is asked for a token", "3.12 unauthorized", authorize=_anyone),
    server("any token will do", "3.12 unauthorized", authorize=_any_token),
    between("there is no challenge", "2 challenge", without_header("GET /Users", "WWW-Authenticate")),
    between(
        "the status is a number", "3.12 not found", editing("GET /Users/", setting(status=404), when=404)
    ),
    between(
        "an error has no schema", "3.12 not found", editing("GET /Users/", dropping("schemas"), when=404)
    ),
    server("PUT creates", "3.12 not found", single=_put_creates),
    server("DELETE of nobody is 204", "3.12 not found", single=_delete_anything),
    server("DELETE of nobody is 204", "Delete a non-existent User", VALIDATOR, single=_delete_anything),
    # What is deleted
    between("DELETE does nothing", "3.6 deleted", swallowing("DELETE /Users/")),
    server("the deleted are found", "3.6 deleted in queries", delete=_delete_softly),
    server(
        "a deleted name is in use",
        "3.6 name free again",
        delete=_names_kept,
        require_unique=_unique_with_the_gone,
    ),
    server("204 has a body", "3.6 no content", no_content=_with_body),
    # PUT
    server("PUT merges", "3.5.1 put clears", put=_put_merging),
    server("PUT leaves active", "3.5.1 put", put=_put_keeping("active")),
    server("PUT takes a name in use", "3.5.1 put uniqueness", require_unique=_unique_when_created),
    # PATCH
    server("the answer to PATCH is stale", "3.5.2 answer", patch=_stale_answer),
    between("PATCH does nothing", "3.5.2.3 replace", swallowing("PATCH /Users/")),
    server("half of a PATCH is done", "3.5.2 atomic", patch=_halfway),
    server("PATCH takes a name in use", "3.5.2 uniqueness", require_unique=_unique_when_created),
    patching("an extension's name is passed over", "3.5.2 extension", whole_extension=_nothing),
    patching("an extension goes into the core", "3.5.2 extension", whole_extension=_into_core),
    patching("an extension without a path is lost", "3.5.2 extension", without_path=_without_path_core_alone),
    patching("an extension's attribute is lost", "3.5.2 extension", set=_extension_path_ignored),
    patching("active without a path is lost", "3.5.2 without a path", without_path=_without_path_some),
    patching("add replaces addresses", "3.5.2.1 add", **_emails(_replace_emails)),
    patching("add takes an address twice", "3.5.2.1 add again", **_emails(_append_emails)),
    patching("two addresses are primary", "3.5.2 primary", **_emails(_primaries)),
    patching("remove takes every address", "3.5.2.2 remove by a filter", remove_chosen=_remove_all_chosen),
    patching("remove of an attribute is lost", "3.5.2.2 remove", remove=_nothing),
    server(
        "remove without a path is done",
        "3.5.2.2 remove without a path",
        operate=_lenient(scim_type="noTarget"),
    ),
    patching("what is required is removed", "3.5.2.2 remove required", required=lambda _self, _name: False),
    patching("replace makes a record", "3.5.2.3 no record", set_chosen=_adding_what_no_record_is),
    patching("replace sets nothing", "3.5.2.3 replace sets", set=_replace_only_what_is_there),
    server("an unknown path is passed over", "3.5.2 unknown path", operate=_lenient(scim_type="invalidPath")),
    server("a broken path is passed over", "3.5.2 malformed path", operate=_lenient(scim_type="invalidPath")),
    server(
        "an unknown op is passed over",
        "3.5.2 malformed operations",
        operate=_lenient(scim_type="invalidSyntax"),
    ),
    # As Azure AD sends it
    server("ops have a case", "Update_User_Test", GALLERY, operate=_lower_case_ops),
    patching("active is a text", "Disable_User_Test", GALLERY, set=_text_for_active),
    patching("an empty text is passed over", "SCIM_Null_Update_Test", GALLERY, set=_nothing_ignored("")),
    patching(
        "null is passed over", "SCIM_Update_Manager_Test", GALLERY, set=_manager(lambda value: value or None)
    ),
    patching("a manager is lost", "User_Update_Manager_Test", GALLERY, set=_manager(lambda _: None)),
    between("PATCH of a group does nothing", "Update_Group_Test", swallowing("PATCH /Groups/"), GALLERY),
    between("a group is not deleted", "Delete_Group_Test", swallowing("DELETE /Groups/"), GALLERY),
    between("a user is not deleted", "Delete_User_Test", swallowing("DELETE /Users/"), GALLERY),
    between(
        "externalId is not told of",
        "Schema_Discoverability_Test",
        editing("GET /Schemas$", _without_external_id),
        GALLERY,
    ),
    between(
        "groups are not told of",
        "Create_Group_Test",
        editing("GET /Schemas$", _dropped(schema.CORE["Groups"])),
        GALLERY,
    ),
    server(
        "pages have gaps",
        "SCIM_User_Pagination_Test",
        GALLERY,
        bounds=_bounds(lambda start, count: (start + (start > 1), count)),
    ),
    server("two groups of a name", "Create a duplicate Group", VALIDATOR, require_unique=_nothing),
    # Versions
    server("lastModified stands", "7643 3.1 lastModified", store=_standing("lastModified")),
    server("the ETag stands", "3.14 etag moves", store=_standing("version")),
    server("If-Match is passed over", "3.14 if-match", match_version=_nothing),
    server("If-Match is always refused", "3.14 if-match", match_version=_always_mismatched),
    server("there is no ETag", "3.14 etag", tags=_without_etag),
    between(
        "meta.created is missing",
        "7643 3.1 meta",
        editing(USER, lambda user: user["meta"].pop("created") and None),
    ),
    # What it says of itself
    server("schemas are posted", "4 read-only", discovery=_writable),
    server("schemas are replaced", "4 read-only", discovery=_changed_schema),
    between(
        "a filter on types is passed over",
        "4 no filter",
        asking_wrongly("GET /ResourceTypes", without_query("filter")),
    ),
    between(
        "a feature is missing",
        "4 ServiceProviderConfig",
        editing("GET /ServiceProviderConfig", dropping("etag")),
    ),
    between(
        "types are no list",
        "4 ResourceTypes",
        editing("GET /ResourceTypes", lambda listed: listed["Resources"]),
    ),
    between("the user's schema is missing", "4 Schemas", editing("GET /Schemas$", _dropped(CORE_USER))),
    server("sortBy is passed over", "3.4.2.3 sort", ordered=_unsorted_by("userName")),
    server("sortBy meta is passed over", "3.4.2.3 sort by meta", ordered=_unsorted_by("meta")),
    server("sortOrder is passed over", "3.4.2.3 sort by meta", ordered=_ascending),
    server("a bulk is not done", "3.7 bulk", bulk=_bulk_told_only),
    server("bulkId is not known", "3.7.2 bulkId", bulk=_bulk_ids_kept),
    server("a search has no filter", "3.4.3 search", search=_search_without("filter")),
    server("a search has all attributes", "3.4.3 search", search=_search_without("attributes")),
    server("Me is everybody", "3.11 me", route=_me),
    server("plain JSON is not answered", "3.8 plain JSON", route=_accept_alone),
    server("plain JSON is not taken", "3.8 plain JSON sent", route=_content_alone),
    between("answers are plain JSON", "3.8 media type", answering(USER, _plain)),
    between(
        "attributes are passed over",
        "3.9 attributes",
        asking_wrongly(USER.replace("$", ""), without_query("attributes")),
    ),
    between(
        "excluded ones are shown",
        "3.9 excludedAttributes",
        asking_wrongly("GET /Users/", without_query("excludedAttributes")),
    ),
)
