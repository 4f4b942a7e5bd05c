"""RFC 7644 on what a client cannot change: ids, what meta holds, and the groups of a user.

Source: RFC 7644, 3.3, 3.5.1 and 3.5.2, and RFC 7643, 3.1, 4.1.2 and 7, https://datatracker.ietf.org/doc/html/rfc7644 (read
2026-11-29).
"""

from __future__ import annotations

from typing import Any

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import (
    objects,
    require,
    require_members,
    require_status,
    value,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_user
from harness.certification.suites.rfc7644.changes.operations import replaced
from harness.certification.suites.rfc7644.claims import described_names, need, need_groups
from harness.scim.names import CORE_USER
from harness.scim.path import get

_LONG_AGO = "2001-01-01T00:00:00Z"


def _put(bench: Bench) -> None:
    path, made = new_user(bench)
    before = bench.endpoint.get(path)
    meta = {"resourceType": "User", "created": _LONG_AGO}
    response = bench.endpoint.ask("PUT", path, {**made, "id": bench.ids.uuid(), "meta": meta})
    if 400 <= response.status < 500:  # refusing it changes nothing either
        require_status(f"PUT {path} with another id", response, 400, 409)
    _require_same(bench, path, before, "PUT with another id and meta.created")


def _patch(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench)
    before = bench.endpoint.get(path)
    for operation in (
        replaced("id", bench.ids.uuid()),
        replaced("meta.created", _LONG_AGO),
        {"op": "replace", "value": {"id": bench.ids.uuid()}},
    ):
        bench.endpoint.change(path, operation)
        _require_same(bench, path, before, f"PATCH with {written(operation)}")


def _created_stays(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    before = bench.endpoint.get(path)
    bench.endpoint.patch(path, replaced("displayName", "Changed"))
    _require_same(bench, path, before, "PATCH")
    require_status(f"PUT {path}", bench.endpoint.ask("PUT", path, made), 200, 201)
    _require_same(bench, path, before, "PUT")


def _require_same(bench: Bench, path: str, before: Document, after: str) -> None:
    there = bench.endpoint.get(path)
    require(isinstance(value(before, "meta.created"), str), f"GET {path}: there is no meta.created")
    for name in ("id", "meta.created"):
        require(
            value(there, name) == value(before, name),
            f"GET {path} after {after}: {name} is {written(value(there, name))} instead of {written(value(before, name))}",
        )


def _groups_of_a_user(bench: Bench) -> None:
    need(bench, "patch")
    need_groups(bench)
    place, _ = new_group(bench)
    key = place.rpartition("/")[2]
    path, made = new_user(bench, groups=[{"value": key}])
    bench.endpoint.change(path, {"op": "add", "path": "groups", "value": [{"value": key}]})
    bench.endpoint.ask("PUT", path, {**made, "groups": [{"value": key}]})
    label = f"GET {place} after a user was written with it among the groups"
    require_members(label, bench.endpoint.get(place), [])


def _groups_shown(bench: Bench) -> None:
    need_groups(bench)
    path, made = new_user(bench)
    place, _ = new_group(bench, made)
    if "groups" not in described_names(bench, CORE_USER):
        raise SkippedError("/Schemas has no groups of users")
    keys = _group_keys(bench, path)
    require(
        keys == [place.rpartition("/")[2]], f"GET {path}: groups are {written(keys)} instead of {place}'s"
    )
    need(bench, "patch")
    bench.endpoint.patch(place, {"op": "remove", "path": f"members[value eq {encode_text(made['id'])}]"})
    left = _group_keys(bench, path)
    require(
        not left, f"GET {path}: groups are {written(left)}, though the user is no member of {place} any more"
    )


def _group_keys(bench: Bench, path: str) -> list[Any]:
    return [each.get("value") for each in objects(get(bench.endpoint.get(path), "groups"))]


CHECKS = (
    Check(
        "3.5.1 read-only",
        "RFC 7644 3.5.1: PUT leaves id and meta.created, whatever a client sends",
        _put,
    ),
    Check(
        "3.5.2 read-only",
        "RFC 7644 3.5.2: PATCH leaves id and meta.created, refused or not",
        _patch,
    ),
    Check(
        "7643 3.1 created stays",
        "RFC 7643 3.1: id and meta.created stay when a user is changed",
        _created_stays,
    ),
    Check(
        "7643 4.1.2 groups",
        "RFC 7643 4.1.2: groups of a user are readOnly: writing them makes nobody a member",
        _groups_of_a_user,
    ),
    Check(
        "7643 4.1.2 groups are shown",
        "RFC 7643 4.1.2: where the schemas have groups of users, a user shows those that the user is in, and not one left "
        "(others do without)",
        _groups_shown,
        mandatory=False,
    ),
)
