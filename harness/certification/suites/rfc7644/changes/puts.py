"""RFC 7644 on PUT, which every server has to support.

Source: RFC 7644, 3.5.1, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

from harness.base.store import Document
from harness.certification.answers import (
    require_document,
    require_error,
    require_status,
    require_value,
    require_values,
    value,
)
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import new_user
from harness.certification.suites.rfc7644.changes.operations import WORK_ADDRESS
from harness.certification.suites.rfc7644.changes.uniqueness import taken_name_refused
from harness.certification.suites.rfc7644.claims import is_writable, need_writable, new_user_with_an_option
from harness.certification.suites.samples import DOMAIN
from harness.scim.names import CORE_USER, ENTERPRISE_USER

_DEPARTMENT = f"{ENTERPRISE_USER}:department"


def _put(bench: Bench) -> None:
    path, made = new_user(bench)
    changed = {
        **made,
        "displayName": "Changed",
        "name": {"givenName": "New", "familyName": "Name"},
        "active": False,
    }
    active = ("active",) if is_writable(bench, CORE_USER, "active") else ()
    if not active:
        del changed["active"]
    response = bench.endpoint.ask("PUT", path, changed)
    require_status(f"PUT {path}", response, 200)
    names = ("id", "userName", "displayName", "name.givenName", "name.familyName", *active, WORK_ADDRESS)
    values = {name: value(changed, name) for name in names}
    require_values(f"PUT {path}", require_document(f"PUT {path}", response), values)
    require_values(f"GET {path}", bench.endpoint.get(path), values)


def _put_lists(bench: Bench) -> None:
    path, made = new_user(bench, schemas=[CORE_USER, ENTERPRISE_USER], **_department("Sales"))
    extended = value(bench.endpoint.get(path), _DEPARTMENT) is not None
    name = bench.name()
    emails = [{"value": f"{name}@{DOMAIN}", "type": "work", "primary": True}]
    changed = {**made, "externalId": name, "emails": emails, **_department("Marketing")}
    require_status(f"PUT {path}", bench.endpoint.ask("PUT", path, changed), 200)
    values = {"externalId": name, WORK_ADDRESS: emails[0]["value"]} | (
        {_DEPARTMENT: "Marketing"} if extended else {}
    )
    require_values(f"GET {path}", bench.endpoint.get(path), values)


def _department(name: str) -> Document:
    return {ENTERPRISE_USER: {"department": name}}


def _put_without(bench: Bench) -> None:
    path, name, _ = new_user_with_an_option(bench)
    there = bench.endpoint.get(path)
    response = bench.endpoint.ask(
        "PUT", path, {key: there[key] for key in there if key not in (name, "meta")}
    )
    require_status(f"PUT {path}", response, 200, 201)
    require_value(f"GET {path} after PUT without {name}", bench.endpoint.get(path), name, None)


def _put_nameless(bench: Bench) -> None:
    path, made = new_user(bench)
    body = {name: each for name, each in made.items() if name != "userName"}
    label = f"PUT {path} without userName"
    require_error(label, bench.endpoint.ask("PUT", path, body), 400, "invalidValue", "invalidSyntax", None)


def _put_taken(bench: Bench) -> None:
    need_writable(bench, CORE_USER, "userName")
    taken_name_refused(
        bench, "PUT", lambda path, made, name: bench.endpoint.ask("PUT", path, {**made, "userName": name})
    )


CHECKS = (
    Check(
        "3.5.1 put lists",
        "RFC 7644 3.5.1: externalId, emails and what the enterprise extension has are those of the PUT",
        _put_lists,
    ),
    Check(
        "3.5.1 put uniqueness",
        "RFC 7644 3.5.1 and 3.12: PUT of a userName in use is refused with 409 and uniqueness, and changes nothing",
        _put_taken,
    ),
    Check(
        "3.5.1 put required",
        "RFC 7644 3.5.1: PUT without userName, which is required, is refused with 400 (it is the client's MUST)",
        _put_nameless,
        mandatory=False,
    ),
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
)
