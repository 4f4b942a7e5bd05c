"""RFC 7644 on a group's members: none is lost, and none is there who left.

Source: RFC 7644, 3.5.1 to 3.5.2.3, and RFC 7643, 2.3.7 and 4.2, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import (
    excerpt,
    objects,
    query,
    require,
    require_document,
    require_members,
    require_resources,
    require_status,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_users
from harness.certification.suites.rfc7644.changes.operations import members_added, replaced
from harness.certification.suites.rfc7644.claims import need, need_groups, need_writable
from harness.scim.names import CORE_GROUP
from harness.scim.path import get


def _members(bench: Bench) -> None:
    path, (one, other) = group_and_users(bench, 2)
    bench.endpoint.patch(path, members_added(one, other))
    _require_members(bench, path, "add", one, other)
    bench.endpoint.patch(path, _removing(one))
    _require_members(bench, path, "remove by a filter", other)
    bench.endpoint.patch(path, replaced("members", [{"value": one["id"]}]))
    _require_members(bench, path, "replace", one)
    bench.endpoint.patch(path, {"op": "remove", "path": "members"})
    _require_members(bench, path, "remove")


def _added_one_by_one(bench: Bench) -> None:
    path, (one, other, third) = group_and_users(bench, 3)
    bench.endpoint.patch(path, members_added(one))
    bench.endpoint.patch(path, members_added(other))
    _require_members(bench, path, "adding one member and then another", one, other)
    both = members_added(other, third)["value"]
    bench.endpoint.patch(path, {"op": "add", "value": {"members": both}})
    _require_members(
        bench, path, "adding a member who was there, and a third, without path", one, other, third
    )


def _several_operations(bench: Bench) -> None:
    path, (one, other, third) = group_and_users(bench, 3)
    bench.endpoint.patch(path, members_added(one), members_added(other), members_added(third))
    _require_members(bench, path, "three adds in one request", one, other, third)
    bench.endpoint.patch(path, _removing(one), _removing(third))
    _require_members(bench, path, "two removes in one request", other)


def _renamed(bench: Bench) -> None:
    need_writable(bench, CORE_GROUP, "displayName")
    path, (one, other) = group_and_users(bench, 2)
    bench.endpoint.patch(path, members_added(one, other))
    bench.endpoint.patch(path, replaced("displayName", bench.name()))
    _require_members(bench, path, "replace of displayName", one, other)


def _put(bench: Bench) -> None:
    path, (one, other) = group_and_users(bench, 2)
    there = bench.endpoint.get(path)
    for people in ((one, other), (other,), ()):
        body = {**there, "members": [{"value": each["id"]} for each in people]}
        body.pop("meta", None)
        require_status(f"PUT {path}", bench.endpoint.ask("PUT", path, body), 200)
        _require_members(bench, path, "PUT", *people)


def _deleted(bench: Bench) -> None:
    path, (one, other) = group_and_users(bench, 2)
    bench.endpoint.patch(path, members_added(one, other))
    place = f"/Users/{one['id']}"
    require_status(f"DELETE {place}", bench.endpoint.ask("DELETE", place), 204)
    bench.endpoint.forget(place)
    _require_members(bench, path, "DELETE of a member", other)


def _nested(bench: Bench) -> None:
    path, (one,) = group_and_users(bench, 1)
    _, inner = new_group(bench)
    member = {"value": inner["id"], "type": "Group"}
    response = bench.endpoint.change(path, {"op": "add", "path": "members", "value": [member]})
    if 400 <= response.status < 500 or response.status == 501:
        raise SkippedError(f"a group is no member of another here: {response.status}: {excerpt(response)}")
    require_status(f"PATCH {path}, adding a group", response, 200, 204)
    bench.endpoint.patch(path, members_added(one))
    _require_members(bench, path, "adding a group and a user", inner, one)
    outer = bench.endpoint.get(path)
    kinds = [get(each, "type") for each in objects(get(outer, "members")) if each.get("value") == inner["id"]]
    require(
        kinds in ([None], ["Group"]), f"GET {path}: the member that is a group has type {written(kinds[0])}"
    )
    _require_listed(bench, outer, inner, one)


def _require_listed(bench: Bench, outer: Document, *resources: Document) -> None:
    """Demand the same members in a list, where a list is answered and shows members."""
    place = query("Groups", f"displayName eq {encode_text(outer['displayName'])}")
    response = bench.endpoint.ask("GET", place)
    if response.status != 200:
        return
    for each in require_resources(f"GET {place}", require_document(f"GET {place}", response)):
        if get(each, "members"):
            require_members(f"GET {place}", each, [one["id"] for one in resources])


def _emptied(bench: Bench) -> None:
    path, (one, other) = group_and_users(bench, 2)
    bench.endpoint.patch(path, members_added(one, other))
    bench.endpoint.patch(path, replaced("members", []))
    _require_members(bench, path, "replace with an empty list")


def _either(bench: Bench) -> None:
    path, (one, other, third) = group_and_users(bench, 3)
    bench.endpoint.patch(path, members_added(one, other, third))
    condition = " or ".join(f"value eq {encode_text(each['id'])}" for each in (one, other))
    response = bench.endpoint.change(path, {"op": "remove", "path": f"members[{condition}]"})
    if response.status in (400, 501):
        raise SkippedError(f"a path with two terms is refused: {excerpt(response)}")
    _require_members(bench, path, f"remove of members[{condition}]", third)


def group_and_users(bench: Bench, number: int) -> tuple[str, list[Document]]:
    """Make a group without members, and users; return the group's path, and the users."""
    need(bench, "patch")
    need_groups(bench)
    path, _ = new_group(bench)
    return path, new_users(bench, number)


def _removing(member: Document) -> Document:
    return {"op": "remove", "path": f"members[value eq {encode_text(member['id'])}]"}


def _require_members(bench: Bench, path: str, after: str, *people: Document) -> None:
    require_members(f"GET {path} after {after}", bench.endpoint.get(path), [each["id"] for each in people])


CHECKS = (
    Check(
        "3.5.2 members",
        "RFC 7644 3.5.2.1 to 3.5.2.3: members of a group are added, removed by a filter, replaced, and removed at all",
        _members,
    ),
    Check(
        "3.5.2.1 members one by one",
        "RFC 7644 3.5.2.1: adding a member keeps those that are there, and adds nobody twice",
        _added_one_by_one,
    ),
    Check(
        "3.5.2 members at once",
        "RFC 7644 3.5.2: of several operations on members in one request each is carried out",
        _several_operations,
    ),
    Check(
        "3.5.2.3 no members",
        "RFC 7644 3.5.2.3: replace of members with an empty list leaves none",
        _emptied,
    ),
    Check(
        "3.5.2.2 either member",
        "RFC 7644 3.5.2.2: removing members by two values takes both",
        _either,
    ),
    Check("3.5.2.3 members stay", "RFC 7644 3.5.2.3: a group that is renamed keeps its members", _renamed),
    Check(
        "3.5.1 put members",
        "RFC 7644 3.5.1: PUT of a group leaves the members that it names, no others, and none of an empty list",
        _put,
    ),
    Check(
        "7643 2.3.7 deleted member",
        "RFC 7643 2.3.7: a user who is deleted is no member of a group any more (MAY)",
        _deleted,
        mandatory=False,
    ),
    Check(
        "7643 4.2 nested group",
        "RFC 7643 4.2: a group that is taken for a member is shown as one, of type Group if a type is shown, beside the users, "
        "in lists too",
        _nested,
    ),
)
