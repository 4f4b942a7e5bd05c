"""RFC 7644 on paths of a PATCH: parts of a complex value, of an extension, and all that a filter chooses.

Source: RFC 7644, 3.5.2 to 3.5.2.3 and 3.10, and RFC 7643, 2.5, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.certification.answers import (
    address,
    objects,
    require,
    require_resource,
    require_value,
    require_values,
    value,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_user, user
from harness.certification.suites.rfc7644.changes.operations import WORK_ADDRESS, replaced
from harness.certification.suites.rfc7644.claims import need, new_user_with_an_option
from harness.certification.suites.samples import DOMAIN
from harness.scim.names import CORE_USER, ENTERPRISE_USER

_DEPARTMENT, _COST_CENTER = f"{ENTERPRISE_USER}:department", f"{ENTERPRISE_USER}:costCenter"
_FULL_NAME = {"givenName": "Given", "familyName": "Family", "middleName": "Middle"}


def _add_to_complex(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    bench.endpoint.patch(path, {"op": "add", "path": "name", "value": {"givenName": "Added"}})
    values = {"name.givenName": "Added", "name.familyName": value(made, "name.familyName")}
    require_values(f"GET {path} after add to name", bench.endpoint.get(path), values)


def _remove_part(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench, name=_FULL_NAME)
    if value(bench.endpoint.get(path), "name.middleName") is None:
        raise SkippedError("the server keeps no name.middleName")
    bench.endpoint.patch(path, {"op": "remove", "path": "name.middleName"})
    values = {"name.givenName": "Given", "name.familyName": "Family", "name.middleName": None}
    require_values(f"GET {path} after remove of name.middleName", bench.endpoint.get(path), values)


def _remove_of_extension(bench: Bench) -> None:
    need(bench, "patch")
    extension = {"department": "Sales", "costCenter": "4711"}
    path, _ = new_user(bench, **{"schemas": [CORE_USER, ENTERPRISE_USER], ENTERPRISE_USER: extension})
    there = bench.endpoint.get(path)
    if value(there, _DEPARTMENT) is None or value(there, _COST_CENTER) is None:
        raise SkippedError("the server keeps no department and costCenter of the enterprise extension")
    bench.endpoint.patch(path, {"op": "remove", "path": _DEPARTMENT})
    values = {_DEPARTMENT: None, _COST_CENTER: "4711"}
    require_values(f"GET {path} after remove of {_DEPARTMENT}", bench.endpoint.get(path), values)


def _both_terms(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    mail = made["emails"][0]["value"]
    bench.endpoint.change(
        path, {"op": "remove", "path": f'emails[type eq "work" and value eq "nobody@{DOMAIN}"]'}
    )
    label = f"GET {path} after remove of another address of type work"
    require_value(label, bench.endpoint.get(path), 'emails[type eq "work"].value', mail)
    bench.endpoint.patch(
        path, {"op": "remove", "path": f'emails[type eq "work" and value eq {encode_text(mail)}]'}
    )
    label = f"GET {path} after remove of the address of type work"
    require_value(label, bench.endpoint.get(path), 'emails[type eq "work"].value', None)


def _all_chosen(bench: Bench) -> None:
    need(bench, "patch")
    mails = [{"value": f"{bench.name()}@{DOMAIN}", "type": "other"} for _ in range(2)]
    response = bench.endpoint.ask("POST", "/Users", user(bench, emails=mails))
    if response.status == 400:
        raise SkippedError("two addresses of one type are refused")
    path = address("/Users", require_resource("POST /Users", response))
    if len(objects(bench.endpoint.get(path).get("emails"))) < len(mails):
        raise SkippedError("the server keeps no two addresses of one type")
    bench.endpoint.patch(path, replaced('emails[type eq "other"].type', "home"))
    types = [each.get("type") for each in objects(bench.endpoint.get(path).get("emails"))]
    require(
        types == ["home", "home"],
        f"GET {path} after replace of what two addresses have: their types are {written(types)}",
    )


def _whole_list(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench)
    mail = f"{bench.name()}@{DOMAIN}"
    bench.endpoint.patch(path, replaced("emails", [{"value": mail, "type": "home"}]))
    mails = [each.get("value") for each in objects(bench.endpoint.get(path).get("emails"))]
    require(mails == [mail], f"GET {path} after replace of emails: they are {written(mails)}")


def _null(bench: Bench) -> None:
    need(bench, "patch")
    path, name, _ = new_user_with_an_option(bench)
    bench.endpoint.patch(path, replaced(name, None))
    require_value(f"GET {path} after replace of {name} with null", bench.endpoint.get(path), name, None)


def _complex_replaced(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench, name=_FULL_NAME)
    if value(bench.endpoint.get(path), "name.middleName") is None:
        raise SkippedError("the server keeps no name.middleName")
    bench.endpoint.patch(path, replaced("name", {"givenName": "Replaced"}))
    values = {"name.givenName": "Replaced", "name.familyName": "Family", "name.middleName": "Middle"}
    require_values(f"GET {path} after replace of name with a givenName", bench.endpoint.get(path), values)


def _add_by_type(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench)
    mail = f"{bench.name()}@{DOMAIN}"
    operation = {"op": "add", "path": WORK_ADDRESS, "value": mail}
    if bench.endpoint.change(path, operation).status not in (200, 204):
        raise SkippedError(f"add of {WORK_ADDRESS} is refused")
    mails = [each.get("value") for each in objects(bench.endpoint.get(path).get("emails"))]
    require(mails == [mail], f"GET {path} after add of {WORK_ADDRESS}: addresses are {written(mails)}")


def _password(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    response = bench.endpoint.change(path, replaced("password", "t1meMa$heen"))
    there = bench.endpoint.get(path)
    values = {"userName": made["userName"], "password": None}
    require_values(f"GET {path} after PATCH of the password", there, values)
    require(
        "t1meMa$heen" not in response.body.decode("utf-8", "replace"),
        f"PATCH {path}: the answer holds the password",
    )


CHECKS = (
    Check(
        "3.5.2.3 complex value",
        "RFC 7644 3.5.2.3: replace of name with one part replaces that part and leaves the others",
        _complex_replaced,
    ),
    Check(
        "3.5.2.1 add by type",
        "RFC 7644 3.5.2.1: add to the value of an address that is there sets it, and makes no second one",
        _add_by_type,
    ),
    Check(
        "7643 4.1.1 password by PATCH",
        "RFC 7643 4.1.1: a password that PATCH sets is in no answer either",
        _password,
    ),
    Check(
        "3.5.2.1 add to complex",
        "RFC 7644 3.5.2.1: add of a part of a complex value keeps the others",
        _add_to_complex,
    ),
    Check(
        "3.5.2.2 remove a part",
        "RFC 7644 3.5.2.2: removing a part of a complex value keeps the others",
        _remove_part,
    ),
    Check(
        "3.5.2.2 remove of an extension",
        "RFC 7644 3.5.2.2 and 3.10: removing one attribute of an extension keeps the others",
        _remove_of_extension,
    ),
    Check(
        "3.5.2 both terms",
        "RFC 7644 3.5.2: a path with two terms chooses what fits both",
        _both_terms,
    ),
    Check(
        "3.5.2.3 all that is chosen",
        "RFC 7644 3.5.2.3: replace by a filter changes every address that fits",
        _all_chosen,
        mandatory=False,
    ),
    Check("3.5.2.3 whole list", "RFC 7644 3.5.2.3: replace of emails leaves the new ones alone", _whole_list),
    Check(
        "3.5.2.3 null",
        "RFC 7643 2.5: replace with null leaves no value (it follows; RFC 7644 does not say)",
        _null,
        mandatory=False,
    ),
)
