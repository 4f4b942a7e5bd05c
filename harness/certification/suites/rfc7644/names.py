"""RFC 7644 on names that somebody else has, had, or may have too: what is taken for a conflict, and what is none.

Source: RFC 7644, 3.3 and 3.5.2, and RFC 7643, 3.1 (a server does not enforce that an externalId is unique), 4.1.1 (a userName is
unique among users) and 4.2, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

from harness.base.store import Document
from harness.certification.answers import require, require_resource, require_status, require_value
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import group, new_user, user
from harness.certification.suites.rfc7644.changes.operations import replaced
from harness.certification.suites.rfc7644.claims import need, need_groups, need_writable
from harness.certification.suites.samples import DOMAIN
from harness.scim.names import CORE_USER
from harness.wire.message import Response


def _former_name(bench: Bench) -> None:
    need(bench, "patch")
    need_writable(bench, CORE_USER, "userName")
    path, made = new_user(bench)
    bench.endpoint.patch(path, replaced("userName", f"{bench.name()}@{DOMAIN}"))
    response = bench.endpoint.ask("POST", "/Users", user(bench, userName=made["userName"]))
    _require_another(f"POST /Users with the userName that {path} had before it was renamed", response, made)


def _same_external_id(bench: Bench) -> None:
    path, made = new_user(bench)
    response = bench.endpoint.ask("POST", "/Users", user(bench, externalId=made["externalId"]))
    _require_another(f"POST /Users with the externalId of {path}", response, made)


def _group_by_the_name_of_a_user(bench: Bench) -> None:
    need_groups(bench)
    path, made = new_user(bench)
    response = bench.endpoint.ask("POST", "/Groups", {**group(bench), "displayName": made["displayName"]})
    label = f"POST /Groups with the displayName of {path}"
    require_status(label, response, 200, 201)
    require_value(label, require_resource(label, response), "displayName", made["displayName"])


def _require_another(label: str, response: Response, made: Document) -> None:
    require_status(label, response, 200, 201)
    require(
        require_resource(label, response)["id"] != made["id"], f"{label} answered with the id of that user"
    )


CHECKS = (
    Check(
        "3.5.2 former name",
        "RFC 7644 3.5.2 and RFC 7643 4.1.1: the userName that a user had before is free for another one (it follows; not said)",
        _former_name,
        mandatory=False,
    ),
    Check(
        "7643 3.1 externalId of two",
        "RFC 7643 3.1: an externalId that another user has is no conflict: it is the client's to keep it unique",
        _same_external_id,
        mandatory=False,
    ),
    Check(
        "7643 4.2 group and user of one name",
        "RFC 7643 4.1.1 and 4.2: a group may be named as a user is (it follows; not said)",
        _group_by_the_name_of_a_user,
        mandatory=False,
    ),
)
