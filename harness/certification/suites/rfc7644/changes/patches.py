"""RFC 7644 on PATCH that is carried out, which a server may leave out if it says so.

What counts is what reads back: a server that answers 200 and changes nothing fails.

Source: RFC 7644, 3.5.2, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import (
    objects,
    require,
    require_document,
    require_schema,
    require_status,
    require_value,
    require_values,
    value,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_user
from harness.certification.suites.rfc7644.changes.operations import WORK_ADDRESS, added, replaced
from harness.certification.suites.rfc7644.changes.uniqueness import taken_name_refused
from harness.certification.suites.rfc7644.claims import (
    is_writable,
    need,
    need_two_addresses,
    need_writable,
    new_user_with_an_option,
)
from harness.scim.names import CORE_USER, ENTERPRISE_USER

_DEPARTMENT, _COST_CENTER = f"{ENTERPRISE_USER}:department", f"{ENTERPRISE_USER}:costCenter"


def _without_path(bench: Bench) -> None:
    need(bench, "patch")
    disabled = _disabled(bench)
    for op in ("add", "replace"):
        path, made = new_user(bench)
        bench.endpoint.patch(path, {"op": op, "value": {"displayName": op, **disabled}})
        there = bench.endpoint.get(path)
        require_values(
            f"GET {path} after {op} without a path",
            there,
            {"displayName": op, **disabled, "userName": made["userName"]},
        )


def _disabled(bench: Bench) -> Document:
    """Return what disables a user, nothing where the schemas let nobody be disabled."""
    return {"active": False} if is_writable(bench, CORE_USER, "active") else {}


def _atomic(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    response = bench.endpoint.change(path, replaced("displayName", "Changed"), {"op": "remove"})
    label = f"PATCH {path}, a replace and then a remove without a path"
    require(400 <= response.status < 500, f"{label}: answered {response.status} instead of a failure")
    require_value(f"{label}: GET", bench.endpoint.get(path), "displayName", made["displayName"])


def _primary(bench: Bench) -> None:
    need(bench, "patch")
    need_two_addresses(bench)
    path, made = new_user(bench)
    bench.endpoint.patch(path, added(f"home-{made['userName']}", primary=True))
    emails = bench.endpoint.get(path).get("emails")
    primary = [each for each in objects(emails) if each.get("primary") is True]
    require(
        len(primary) == 1 and primary[0].get("type") == "home",
        f"GET {path} after add of an address with primary true: emails is {encode_text(emails)}",
    )


def _add(bench: Bench) -> None:
    need(bench, "patch")
    need_two_addresses(bench)
    path, made = new_user(bench)
    home = f"home-{made['userName']}"
    bench.endpoint.patch(path, {"op": "add", "path": "displayName", "value": "Added"}, added(home))
    there = bench.endpoint.get(path)
    require_values(
        f"GET {path} after add",
        there,
        {"displayName": "Added", WORK_ADDRESS: made["userName"], 'emails[type eq "home"].value': home},
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


def _remove(bench: Bench) -> None:
    need(bench, "patch")
    path, name, _ = new_user_with_an_option(bench)
    bench.endpoint.patch(path, {"op": "remove", "path": name})
    require_value(f"GET {path} after remove of {name}", bench.endpoint.get(path), name, None)


def _remove_record(bench: Bench) -> None:
    need(bench, "patch")
    need_two_addresses(bench)
    path, made = new_user(bench)
    bench.endpoint.patch(path, added(f"home-{made['userName']}"))
    bench.endpoint.patch(path, {"op": "remove", "path": 'emails[type eq "home"]'})
    there = bench.endpoint.get(path)
    require_value(f"GET {path} after remove by a filter", there, 'emails[type eq "home"].value', None)
    require_value(f"GET {path} after remove by a filter", there, WORK_ADDRESS, made["userName"])


def _replace(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    mail, disabled = f"new-{made['userName']}", _disabled(bench)
    response = bench.endpoint.change(
        path,
        replaced("displayName", "Changed"),
        replaced("name.familyName", "Name"),
        replaced(WORK_ADDRESS, mail),
        *(replaced(name, new) for name, new in disabled.items()),
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
            WORK_ADDRESS: mail,
            **disabled,
        },
    )


def _replace_unset(bench: Bench) -> None:
    need(bench, "patch")
    _, name, text = new_user_with_an_option(bench)
    path, _ = new_user(bench)
    bench.endpoint.patch(path, replaced(name, text))
    require_value(
        f"GET {path} after replace of {name}, which had no value", bench.endpoint.get(path), name, text
    )


def _answer(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench)
    for name in ("First", "Second"):
        response = bench.endpoint.patch(path, replaced("displayName", name), replaced("name.givenName", name))
        if response.status == 200:
            values = {"displayName": name, "name.givenName": name}
            require_values(f"PATCH {path}: the answer", require_document(f"PATCH {path}", response), values)
        require_value(f"GET {path} after replace", bench.endpoint.get(path), "displayName", name)


def _extension(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench, **_with_extension("First", costCenter="4711"))
    there = bench.endpoint.get(path)
    if value(there, _DEPARTMENT) != "First":
        raise SkippedError("the server keeps no department of the enterprise extension")
    other = value(there, _COST_CENTER)
    for operation, name in (
        ({"op": "add", "path": ENTERPRISE_USER, "value": {"department": "Second"}}, "Second"),
        ({"op": "add", "value": {ENTERPRISE_USER: {"department": "Third"}}}, "Third"),
        (replaced(_DEPARTMENT, "Fourth"), "Fourth"),
    ):
        bench.endpoint.patch(path, operation)
        label = f"GET {path} after {encode_text(operation)}"
        require_values(label, bench.endpoint.get(path), {_DEPARTMENT: name, _COST_CENTER: other})
    operation = replaced(ENTERPRISE_USER, {"department": "Fifth"})
    bench.endpoint.patch(path, operation)
    label = f"GET {path} after {encode_text(operation)}"
    require_value(label, bench.endpoint.get(path), _DEPARTMENT, "Fifth")


def _extension_begun(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench)
    response = bench.endpoint.change(path, {"op": "add", "path": _DEPARTMENT, "value": "Sales"})
    there = bench.endpoint.get(path)
    if response.status not in (200, 204) or value(there, _DEPARTMENT) is None:
        raise SkippedError("the server takes no department of the enterprise extension by PATCH")
    label = f"GET {path} after the first attribute of an extension was added"
    require_schema(label, there, ENTERPRISE_USER)


def _with_extension(name: str, **more: str) -> Document:
    return {"schemas": [CORE_USER, ENTERPRISE_USER], ENTERPRISE_USER: {"department": name, **more}}


def _taken(bench: Bench) -> None:
    need(bench, "patch")
    need_writable(bench, CORE_USER, "userName")
    taken_name_refused(
        bench, "PATCH", lambda path, _, name: bench.endpoint.change(path, replaced("userName", name))
    )


CHECKS = (
    Check(
        "3.5.2 answer",
        "RFC 7644 3.5.2: an answer 200 to PATCH has the user as changed; so does the next read",
        _answer,
    ),
    Check(
        "3.5.2 extension",
        "RFC 7644 3.5.2 and 3.10: an extension's attribute is changed by its full name, by the extension's name alone, and "
        "without a path; add leaves the others",
        _extension,
    ),
    Check(
        "3.5.2 extension begun",
        "RFC 7643 3 and RFC 7644 3.5.2: schemas name an extension as soon as PATCH adds the first of its attributes",
        _extension_begun,
    ),
    Check(
        "3.5.2 uniqueness",
        "RFC 7644 3.5.2 and 3.12: a userName in use is refused with 409 and uniqueness, and changes nothing",
        _taken,
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
        "3.5.2.3 replace",
        "RFC 7644 3.5.2.3: a plain value, a part of one, an address by a filter and a boolean are replaced; nothing else",
        _replace,
    ),
    Check(
        "3.5.2.3 replace sets",
        "RFC 7644 3.5.2.3: replace of an attribute without a value sets it, as add does",
        _replace_unset,
    ),
)
