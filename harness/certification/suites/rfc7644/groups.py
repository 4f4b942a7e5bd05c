"""RFC 7644 on groups: pages of them, a version that moves with the members, members who change and stay.

Source: RFC 7644, 3.4.2.4 and 3.14, and RFC 7643, 2.4 and 4.2, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import (
    address,
    excerpt,
    query,
    require,
    require_members,
    require_resource,
    require_resources,
    require_status,
    require_value,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import group
from harness.certification.suites.rfc7644.changes.memberships import group_and_users
from harness.certification.suites.rfc7644.changes.operations import members_added, replaced
from harness.certification.suites.rfc7644.claims import need, need_claim, need_groups, require_chosen
from harness.certification.suites.samples import DOMAIN

_GROUPS = 3


def _pages(bench: Bench) -> None:
    need(bench, "filter")
    need_groups(bench)
    shared = bench.name()
    made = [
        bench.endpoint.post("/Groups", {**group(bench), "displayName": f"{shared}-{number}"})["id"]
        for number in range(_GROUPS)
    ]
    condition = f"displayName sw {encode_text(shared)}"
    require_chosen(bench, condition, made, "Groups")
    place = query("Groups", condition)
    seen = []
    for start in range(1, _GROUPS + 1):
        page = f"{place}&startIndex={start}&count=1"
        seen += [each.get("id") for each in require_resources(f"GET {page}", bench.endpoint.get(page))]
    require(
        sorted(map(encode_text, seen)) == sorted(map(encode_text, made)),
        f"GET {place} one by one: {len(seen)} groups, {len(set(map(encode_text, seen)) & set(map(encode_text, made)))} of "
        f"the {_GROUPS} that fit; startIndex counts from 1",
    )


def _version(bench: Bench) -> None:
    need_claim(bench, "etag")
    path, (member,) = group_and_users(bench, 1)
    before = bench.endpoint.ask("GET", path).header("ETag")
    bench.endpoint.patch(path, members_added(member))
    after = bench.endpoint.ask("GET", path).header("ETag")
    require(after != before, f"GET {path} after a member was added: the ETag is still {after}")


def _typed_member(bench: Bench) -> None:
    path, (member,) = group_and_users(bench, 1)
    bench.endpoint.patch(path, members_added(member))
    typed = {"op": "add", "path": "members", "value": [{"value": member["id"], "type": "User"}]}
    if bench.endpoint.change(path, typed).status in (200, 204):
        label = f"GET {path} after adding a member who was there, with a type"
        require_members(label, bench.endpoint.get(path), [member["id"]])


def _location(bench: Bench) -> None:
    need_groups(bench)
    response = bench.endpoint.ask("POST", "/Groups", group(bench))
    require_status("POST /Groups", response, 200, 201)
    made, header = require_resource("POST /Groups", response), response.header("Location")
    require(header is not None, "POST /Groups: the answer has no Location header")
    require_value("POST /Groups", made, "meta.location", header)


def _renamed_member(bench: Bench) -> None:
    """A server may say that names are for good, which queries after a change tell."""
    _change_member(bench, replaced("userName", f"{bench.name()}@{DOMAIN}"))


def _disabled_member(bench: Bench) -> None:
    _change_member(bench, replaced("active", False))


def _change_member(bench: Bench, operation: Document) -> None:
    """Change a user, and demand that a group has the same member as before."""
    path, (member,) = group_and_users(bench, 1)
    bench.endpoint.patch(path, members_added(member))
    place = address("/Users", member)
    response = bench.endpoint.change(place, operation)
    if response.status == 400:
        raise SkippedError(f"PATCH {place} of {operation['path']} is refused: {excerpt(response)}")
    label = f"GET {path} after {operation['path']} of {place} was replaced"
    require_members(label, bench.endpoint.get(path), [member["id"]])


CHECKS = (
    Check(
        "3.3 location of groups",
        "RFC 7644 3.3: POST of a group answers its address in the Location header, and the same in meta.location",
        _location,
    ),
    Check(
        "7643 2.4 member with a type",
        "RFC 7643 2.4: a member who is added again, with a type this time, is not there twice (SHOULD NOT)",
        _typed_member,
        mandatory=False,
    ),
    Check(
        "7643 4.2 renamed member",
        "RFC 7643 4.2: members are told by id, so that a user who is renamed stays one",
        _renamed_member,
    ),
    Check(
        "7643 4.2 disabled member",
        "RFC 7643 4.1.1 and 4.2: a user who is disabled stays a member (it follows; a server may see to it otherwise)",
        _disabled_member,
        mandatory=False,
    ),
    Check(
        "3.4.2.4 pages of groups",
        "RFC 7644 3.4.2.4: the pages of a query for groups have, put together, each group once",
        _pages,
    ),
    Check(
        "3.14 etag of a group",
        "RFC 7644 3.14: if etag is claimed, a member who is added gives a group another ETag",
        _version,
    ),
)
