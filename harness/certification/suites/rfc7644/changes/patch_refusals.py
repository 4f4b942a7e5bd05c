"""RFC 7644 on PATCH that cannot be carried out.

Source: RFC 7644, 3.5.2 and 3.12, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

from harness.certification.answers import require, require_error, require_value
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import new_user
from harness.certification.suites.rfc7644.changes.operations import replaced
from harness.certification.suites.rfc7644.claims import need


def _malformed_path(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    response = bench.endpoint.change(path, replaced("emails[type eq", made["userName"]))
    label = f"PATCH {path} with the path 'emails[type eq'"
    require_error(label, response, 400, "invalidPath", "invalidFilter", None)


def _unknown_path(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench)
    response = bench.endpoint.change(path, replaced("noSuchAttribute", "x"))
    label = f"PATCH {path} with the path 'noSuchAttribute'"
    require_error(label, response, 400, "invalidPath", "noTarget", None)


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


def _no_record(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    response = bench.endpoint.change(path, replaced('emails[type eq "other"].value', made["userName"]))
    require_error(f"PATCH {path}, replace where no address is of the type", response, 400, "noTarget")


def _read_only(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench)
    response = bench.endpoint.change(path, replaced("id", bench.ids.uuid()))
    require(
        400 <= response.status < 500,
        f"PATCH {path} of id answered {response.status}, as if it were carried out, instead of 400 and mutability",
    )


CHECKS = (
    Check(
        "3.5.2 read-only is refused",
        "RFC 7644 3.5.2 and 3.12: PATCH of id, which is readOnly, is refused (operations must fit the mutability), not passed over",
        _read_only,
        mandatory=False,
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
        "3.5.2.3 no record",
        "RFC 7644 3.5.2.3: replace by a filter that matches no address is refused with 400 and noTarget",
        _no_record,
    ),
)
