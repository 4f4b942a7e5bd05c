"""RFC 7644 on changes: PUT, which every server has to support, and PATCH, which it may leave out if it says so.

What counts is what reads back: a server that answers 200 and changes nothing fails.

Source: RFC 7644, 3.5, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11).
"""

from __future__ import annotations

from typing import Any

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import (
    objects,
    require,
    require_document,
    require_error,
    require_members,
    require_status,
    require_value,
    require_values,
    value,
)
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_user
from harness.certification.suites.rfc7644.claims import need, need_groups, new_user_with_an_option

_WORK = 'emails[type eq "work"].value'


def _put(bench: Bench) -> None:
    path, made = new_user(bench)
    changed = {
        **made,
        "displayName": "Changed",
        "name": {"givenName": "New", "familyName": "Name"},
        "active": False,
    }
    response = bench.endpoint.ask("PUT", path, changed)
    require_status(f"PUT {path}", response, 200)
    names = ("id", "userName", "displayName", "name.givenName", "name.familyName", "active", _WORK)
    wanted = {name: value(changed, name) for name in names}
    require_values(f"PUT {path}", require_document(f"PUT {path}", response), wanted)
    require_values(f"GET {path}", bench.endpoint.get(path), wanted)


def _put_without(bench: Bench) -> None:
    path, name, _ = new_user_with_an_option(bench)
    there = bench.endpoint.get(path)
    response = bench.endpoint.ask(
        "PUT", path, {key: there[key] for key in there if key not in (name, "meta")}
    )
    require_status(f"PUT {path}", response, 200, 201)
    require_value(f"GET {path} after PUT without {name}", bench.endpoint.get(path), name, None)


def _replace(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    mail = f"new-{made['userName']}"
    response = bench.endpoint.change(
        path,
        _replaced("displayName", "Changed"),
        _replaced("name.familyName", "Name"),
        _replaced(_WORK, mail),
        _replaced("active", False),
    )
    require_status(f"PATCH {path} with replace", response, 200, 204)
    if response.status == 200:
        require_value(f"PATCH {path}", require_document(f"PATCH {path}", response), "id", made["id"])
    there = bench.endpoint.get(path)
    require_values(
        f"GET {path} after replace",
        there,
        {
            "displayName": "Changed",
            "name.familyName": "Name",
            "name.givenName": value(made, "name.givenName"),
            _WORK: mail,
            "active": False,
        },
    )


def _replace_unset(bench: Bench) -> None:
    need(bench, "patch")
    _, name, wanted = new_user_with_an_option(bench)
    path, _ = new_user(bench)
    bench.endpoint.patch(path, _replaced(name, wanted))
    require_value(
        f"GET {path} after replace of {name}, which had no value", bench.endpoint.get(path), name, wanted
    )


def _no_record(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    response = bench.endpoint.change(path, _replaced('emails[type eq "other"].value', made["userName"]))
    require_error(f"PATCH {path}, replace where no address is of the type", response, 400, "noTarget")


def _without_path(bench: Bench) -> None:
    need(bench, "patch")
    for op in ("add", "replace"):
        path, made = new_user(bench)
        bench.endpoint.patch(path, {"op": op, "value": {"displayName": op, "active": False}})
        there = bench.endpoint.get(path)
        require_values(
            f"GET {path} after {op} without a path",
            there,
            {"displayName": op, "active": False, "userName": made["userName"]},
        )


def _add(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    home = f"home-{made['userName']}"
    bench.endpoint.patch(path, {"op": "add", "path": "displayName", "value": "Added"}, _added(home))
    there = bench.endpoint.get(path)
    require_values(
        f"GET {path} after add",
        there,
        {"displayName": "Added", _WORK: made["userName"], 'emails[type eq "home"].value': home},
    )


def _add_again(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    bench.endpoint.patch(path, {"op": "add", "path": "emails", "value": made["emails"]})
    emails = bench.endpoint.get(path).get("emails")
    require(
        isinstance(emails, list) and len(emails) == 1,
        f"GET {path} after add of the address that is there: emails is {encode_text(emails)}",
    )


def _primary(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    bench.endpoint.patch(path, _added(f"home-{made['userName']}", primary=True))
    emails = bench.endpoint.get(path).get("emails")
    primary = [each for each in objects(emails) if each.get("primary") is True]
    require(
        len(primary) == 1 and primary[0].get("type") == "home",
        f"GET {path} after add of an address with primary true: emails is {encode_text(emails)}",
    )


def _remove(bench: Bench) -> None:
    need(bench, "patch")
    path, name, _ = new_user_with_an_option(bench)
    bench.endpoint.patch(path, {"op": "remove", "path": name})
    require_value(f"GET {path} after remove of {name}", bench.endpoint.get(path), name, None)


def _remove_record(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    bench.endpoint.patch(path, _added(f"home-{made['userName']}"))
    bench.endpoint.patch(path, {"op": "remove", "path": 'emails[type eq "home"]'})
    there = bench.endpoint.get(path)
    require_value(f"GET {path} after remove by a filter", there, 'emails[type eq "home"].value', None)
    require_value(f"GET {path} after remove by a filter", there, _WORK, made["userName"])


def _remove_nothing(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench)
    require_error(
        f"PATCH {path}, remove without a path", bench.endpoint.change(path, {"op": "remove"}), 400, "noTarget"
    )


def _remove_required(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    response = bench.endpoint.change(path, {"op": "remove", "path": "userName"})
    require_error(f"PATCH {path}, remove of userName", response, 400, "mutability")
    require_value(
        f"GET {path} after remove of userName", bench.endpoint.get(path), "userName", made["userName"]
    )


def _atomic(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    response = bench.endpoint.change(path, _replaced("displayName", "Changed"), {"op": "remove"})
    label = f"PATCH {path}, a replace and then a remove without a path"
    require(400 <= response.status < 500, f"{label}: answered {response.status} instead of a failure")
    require_value(f"{label}: GET", bench.endpoint.get(path), "displayName", made["displayName"])


def _malformed_path(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    response = bench.endpoint.change(path, _replaced("emails[type eq", made["userName"]))
    label = f"PATCH {path} with the path 'emails[type eq'"
    require_error(label, response, 400, "invalidPath", "invalidFilter", None)


def _unknown_path(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench)
    response = bench.endpoint.change(path, _replaced("noSuchAttribute", "x"))
    label = f"PATCH {path} with the path 'noSuchAttribute'"
    require_error(label, response, 400, "invalidPath", "noTarget", None)


def _members(bench: Bench) -> None:
    need(bench, "patch")
    need_groups(bench)
    (_, one), (_, other) = new_user(bench), new_user(bench)
    path, _ = new_group(bench)
    both = [{"value": one["id"]}, {"value": other["id"]}]
    bench.endpoint.patch(path, {"op": "add", "path": "members", "value": both})
    _require_members(bench, path, "add", one, other)
    bench.endpoint.patch(path, {"op": "remove", "path": f"members[value eq {encode_text(one['id'])}]"})
    _require_members(bench, path, "remove by a filter", other)
    bench.endpoint.patch(path, {"op": "replace", "path": "members", "value": [{"value": one["id"]}]})
    _require_members(bench, path, "replace", one)
    bench.endpoint.patch(path, {"op": "remove", "path": "members"})
    _require_members(bench, path, "remove")


def _replaced(path: str, new: Any) -> Document:
    return {"op": "replace", "path": path, "value": new}


def _added(mail: str, **more: Any) -> Document:
    return {"op": "add", "path": "emails", "value": [{"value": mail, "type": "home", **more}]}


def _require_members(bench: Bench, path: str, after: str, *wanted: Document) -> None:
    require_members(f"GET {path} after {after}", bench.endpoint.get(path), [each["id"] for each in wanted])


CHECKS = (
    Check(
        "3.5.1 put",
        "RFC 7644 3.5 and 3.5.1: PUT is supported and answers 200 with the whole user; every value sent reads back",
        _put,
    ),
    Check(
        "3.5.1 put clears",
        "RFC 7644 3.5.1: an attribute that PUT leaves out has no value any more (MAY)",
        _put_without,
        mandatory=False,
    ),
    Check(
        "3.5.2 without a path",
        "RFC 7644 3.5.2.1 and 3.5.2.3: add and replace without a path change the attributes in the value, no others",
        _without_path,
    ),
    Check(
        "3.5.2 atomic",
        "RFC 7644 3.5.2: if the second operation fails, the request fails and the first is undone",
        _atomic,
    ),
    Check(
        "3.5.2 primary",
        "RFC 7644 3.5.2: adding an address with primary true takes primary from the other",
        _primary,
    ),
    Check(
        "3.5.2 malformed path",
        "RFC 7644 3.5.2 and 3.12: a path without an end is refused with 400 and a SCIM error, whose scimType is "
        "invalidPath or invalidFilter if there is one",
        _malformed_path,
    ),
    Check(
        "3.5.2 unknown path",
        "RFC 7644 3.5.2 and 3.12: an attribute that the schema lacks is refused with 400 and a SCIM error, whose scimType "
        "is invalidPath or noTarget if there is one (operations must fit the schema; it follows, and is not said)",
        _unknown_path,
        mandatory=False,
    ),
    Check(
        "3.5.2.1 add",
        "RFC 7644 3.5.2.1: add sets a single value, and adds an address to those that are there",
        _add,
    ),
    Check(
        "3.5.2.1 add again",
        "RFC 7644 3.5.2.1: adding an address that is there succeeds and changes nothing (SHOULD)",
        _add_again,
        mandatory=False,
    ),
    Check("3.5.2.2 remove", "RFC 7644 3.5.2.2: an attribute that is removed has no value any more", _remove),
    Check(
        "3.5.2.2 remove by a filter",
        'RFC 7644 3.5.2.2: removing emails[type eq "home"] takes that address and leaves the other',
        _remove_record,
    ),
    Check(
        "3.5.2.2 remove without a path",
        "RFC 7644 3.5.2.2: remove without a path is refused with 400 and noTarget",
        _remove_nothing,
    ),
    Check(
        "3.5.2.2 remove required",
        "RFC 7644 3.5.2.2: removing userName, which is required, is refused with 400 and mutability",
        _remove_required,
    ),
    Check(
        "3.5.2.3 replace",
        "RFC 7644 3.5.2.3: a plain value, a part of one, an address by a filter and a boolean are replaced; nothing else",
        _replace,
    ),
    Check(
        "3.5.2.3 replace sets",
        "RFC 7644 3.5.2.3: replace of an attribute without a value sets it, as add does",
        _replace_unset,
    ),
    Check(
        "3.5.2.3 no record",
        "RFC 7644 3.5.2.3: replace by a filter that matches no address is refused with 400 and noTarget",
        _no_record,
    ),
    Check(
        "3.5.2 members",
        "RFC 7644 3.5.2.1 to 3.5.2.3: members of a group are added, removed by a filter, replaced, and removed at all",
        _members,
    ),
)
