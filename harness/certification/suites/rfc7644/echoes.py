"""RFC 7644 on one resource seen in several ways: what POST, PUT, PATCH and lists answer is what a read by id answers.

Source: RFC 7644, 3.3, 3.4.2, 3.5.1 and 3.5.2, and RFC 7643, 2.1, 2.5 and 3.1, https://datatracker.ietf.org/doc/html/rfc7644
(read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import (
    address,
    query,
    require,
    require_document,
    require_first,
    require_schema,
    require_status,
    require_value,
    require_values,
    value,
)
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.leaves import leaves, require_equal
from harness.certification.suites.people import group, new_full_user, new_group, user
from harness.certification.suites.rfc7644.changes.operations import replaced
from harness.certification.suites.rfc7644.claims import need, need_groups, need_taken, need_writable
from harness.scim.names import CORE_GROUP, CORE_USER, ENTERPRISE_USER

_EXTENDED = {"schemas": [CORE_USER, ENTERPRISE_USER], ENTERPRISE_USER: {"department": "Sales"}}


def _created(bench: Bench) -> None:
    made = bench.endpoint.post("/Users", user(bench, **_EXTENDED))
    _require_as_read(bench, "POST /Users", address("/Users", made), made)
    need_groups(bench)
    made = bench.endpoint.post("/Groups", group(bench, made))
    _require_as_read(bench, "POST /Groups", address("/Groups", made), made)


def _put(bench: Bench) -> None:
    path, made = new_full_user(bench)
    response = bench.endpoint.ask("PUT", path, {**made, "displayName": "Changed"})
    require_status(f"PUT {path}", response, 200, 201)
    _require_as_read(bench, f"PUT {path}", path, require_document(f"PUT {path}", response))


def _patched(bench: Bench) -> None:
    need(bench, "patch")
    for path in _one_of_each(bench):
        need_writable(bench, CORE_USER if path.startswith("/Users") else CORE_GROUP, "displayName")
        response = bench.endpoint.patch(path, replaced("displayName", bench.name()))
        if response.status == 200:
            _require_as_read(bench, f"PATCH {path}", path, require_document(f"PATCH {path}", response))


def _listed(bench: Bench) -> None:
    need(bench, "filter")
    for path in _one_of_each(bench):
        kind, name = path.split("/")[1], "userName" if path.startswith("/Users") else "displayName"
        condition = f"{name} eq {encode_text(bench.endpoint.get(path).get(name))}"
        if kind == "Groups":
            need_taken(bench, condition, kind)
        place = query(kind, condition)
        first = require_first(f"GET {place}", bench.endpoint.get(place))
        _require_as_read(bench, f"GET {place}", path, first)


def _put_unchanged(bench: Bench) -> None:
    for path in _one_of_each(bench):
        before = bench.endpoint.get(path)
        require_schema(f"GET {path}", before, CORE_USER if path.startswith("/Users") else CORE_GROUP)
        require_status(f"PUT {path}", bench.endpoint.ask("PUT", path, before), 200, 201)
        label = f"GET {path} after PUT of what it was read as"
        leaves_before, leaves_after = leaves(before, "meta"), leaves(bench.endpoint.get(path), "meta")
        require_equal(
            label, {name: leaves_after.get(name) for name in leaves_before}, leaves_before
        )  # defaults may join (3.5.1)


def _one_of_each(bench: Bench) -> Iterator[str]:
    """Make a user with much, and a group with that member where there are groups; yield the path of each."""
    path, made = new_full_user(bench, active=True)  # who is disabled may not be taken for a member
    yield path
    need_groups(bench)
    yield new_group(bench, made)[0]


def _require_as_read(bench: Bench, label: str, path: str, there: Document) -> None:
    require_schema(label, there, CORE_USER if path.startswith("/Users") else CORE_GROUP)
    read = bench.endpoint.get(path)
    shown_leaves, read_leaves = leaves(there), leaves(read)
    for name in ("meta.created", "meta.lastModified"):
        if _is_one_second(shown_leaves.get(name), read_leaves.get(name)):
            shown_leaves[name] = read_leaves[name]
    require_equal(f"{label}, compared with GET {path}", shown_leaves, read_leaves)


def _is_one_second(moment: Any, other: Any) -> bool:
    """Tell whether moments are a second apart at most: a store may keep less of a moment than an answer has."""
    try:
        apart = datetime.fromisoformat(moment) - datetime.fromisoformat(other)
    except (TypeError, ValueError):
        return False
    return abs(apart) <= timedelta(seconds=1)


def _located(bench: Bench) -> None:
    for path in _one_of_each(bench):
        there = bench.endpoint.get(path)
        location = str(value(there, "meta.location"))
        require(urlsplit(location).path.endswith(path), f"GET {path}: meta.location is {location}")
        require(
            not (location.startswith("http://") and bench.subject.base.startswith("https://")),
            f"GET {path}: meta.location is {location}: whoever follows it sends the token in clear",
        )


def _nothing(bench: Bench) -> None:
    sent = user(bench, nickName=None, title=None, phoneNumbers=[], addresses=None)
    path = address("/Users", bench.endpoint.post("/Users", sent))
    values = {"userName": sent["userName"], "phoneNumbers": None, "addresses": None}
    require_values(f"GET {path} of a user sent with null and empty lists", bench.endpoint.get(path), values)


def _any_case(bench: Bench) -> None:
    sent = user(bench)
    renamed = {name.upper() if name == "displayName" else name: each for name, each in sent.items()}
    path = address("/Users", bench.endpoint.post("/Users", renamed))
    label = f"GET {path} of a user sent with DISPLAYNAME"
    require_value(label, bench.endpoint.get(path), "displayName", sent["displayName"])


CHECKS = (
    Check(
        "3.3 answer",
        "RFC 7644 3.3: POST answers users and groups as a read by id does, extension included (SHOULD)",
        _created,
        mandatory=False,
    ),
    Check("3.5.1 answer", "RFC 7644 3.5.1: PUT answers the user as a read by id does", _put),
    Check(
        "3.5.2 answer is whole",
        "RFC 7644 3.5.2: an answer 200 to PATCH is the whole user or group, as a read by id",
        _patched,
    ),
    Check(
        "3.4.2 list as read",
        "RFC 7644 3.4.2: a list has every attribute of users and groups that a read by id has",
        _listed,
    ),
    Check(
        "3.5.1 put unchanged",
        "RFC 7644 3.5.1: PUT of a user or group as it was read changes nothing",
        _put_unchanged,
    ),
    Check(
        "7643 3.1 location",
        "RFC 7643 3.1: meta.location of users and groups leads to their own id, and not from https to http",
        _located,
    ),
    Check(
        "7643 2.5 null",
        "RFC 7643 2.5: null and an empty list in POST are the same as nothing, and are not refused",
        _nothing,
    ),
    Check(
        "7643 2.1 case of names",
        "RFC 7643 2.1: names of attributes that are sent ignore case (DISPLAYNAME)",
        _any_case,
        mandatory=False,
    ),
)
