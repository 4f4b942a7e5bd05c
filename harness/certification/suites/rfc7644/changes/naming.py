"""RFC 7644 on how a PATCH names what it changes: in any case, in full, a part of an element; and what it answers of groups.

Source: RFC 7644, 3.5.2 and 3.10, and RFC 7643, 2.1, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

from harness.certification.answers import (
    require_document,
    require_members,
    require_value,
    require_values,
    value,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_user
from harness.certification.suites.rfc7644.changes.operations import WORK_ADDRESS, members_added, replaced
from harness.certification.suites.rfc7644.claims import need, need_groups, need_writable
from harness.scim.names import CORE_GROUP, CORE_USER

_SHOWN = 'emails[type eq "work"].display'


def _any_case(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench)
    bench.endpoint.patch(path, replaced("DISPLAYNAME", "Changed"))
    require_value(
        f"GET {path} after PATCH of DISPLAYNAME", bench.endpoint.get(path), "displayName", "Changed"
    )


def _in_full(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench)
    name = f"{CORE_USER}:displayName"
    bench.endpoint.patch(path, replaced(name, "Changed"))
    require_value(f"GET {path} after PATCH of {name}", bench.endpoint.get(path), "displayName", "Changed")


def _part_of_an_element(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    mail = value(made, WORK_ADDRESS)
    element = {"value": mail, "type": "work", "primary": True, "display": "Shown"}
    response = bench.endpoint.ask("PUT", path, {**made, "emails": [element]})
    if response.status == 400 or value(bench.endpoint.get(path), _SHOWN) != "Shown":
        raise SkippedError("the server keeps no display of emails")
    bench.endpoint.patch(path, {"op": "remove", "path": _SHOWN})
    label = f"GET {path} after PATCH that removes {_SHOWN}"
    require_values(label, bench.endpoint.get(path), {WORK_ADDRESS: mail, _SHOWN: None})


def _answer_of_groups(bench: Bench) -> None:
    need(bench, "patch")
    need_groups(bench)
    need_writable(bench, CORE_GROUP, "displayName")
    path, _ = new_group(bench)
    name = bench.name()
    response = bench.endpoint.patch(path, replaced("displayName", name))
    if response.status == 200:
        require_value(f"PATCH {path}", require_document(f"PATCH {path}", response), "displayName", name)
    require_value(f"GET {path}", bench.endpoint.get(path), "displayName", name)
    _, member = new_user(bench)
    response = bench.endpoint.patch(path, members_added(member))
    if response.status == 200 and bench.endpoint.get(path).get("members"):  # some servers never show members
        label = f"PATCH {path}, adding a member"
        require_members(label, require_document(label, response), [member["id"]])


def _stays_a_user(bench: Bench) -> None:
    need(bench, "patch")
    need_groups(bench)
    person, member = new_user(bench)
    path, _ = new_group(bench, member)
    bench.endpoint.patch(path, {"op": "remove", "path": f'members[value eq "{member["id"]}"]'})
    require_members(f"GET {path}, whom the member left", bench.endpoint.get(path), [])
    values = {"id": member["id"], "userName": member["userName"]}
    require_values(f"GET {person}, who left {path}", bench.endpoint.get(person), values)


CHECKS = (
    Check(
        "3.5.2 case of paths",
        "RFC 7644 3.5.2 and RFC 7643 2.1: a path names an attribute in any case (DISPLAYNAME)",
        _any_case,
    ),
    Check(
        "3.5.2 full names",
        "RFC 7644 3.5.2 and 3.10: a path takes an attribute's full name (SHALL; hardly any client sends one)",
        _in_full,
        mandatory=False,
    ),
    Check(
        "3.5.2.2 part of an element",
        "RFC 7644 3.5.2.2: removing a part of an address that a filter chooses keeps the rest of it",
        _part_of_an_element,
    ),
    Check(
        "3.5.2 answer of groups",
        "RFC 7644 3.5.2: an answer 200 to PATCH has the group as changed; so does the next read",
        _answer_of_groups,
    ),
    Check(
        "3.5.2.2 who leaves stays a user",
        "RFC 7644 3.5.2.2: a member who is removed from a group is a user still",
        _stays_a_user,
    ),
)
