"""RFC 7644 on queries after a change: who was changed is chosen by the new value, and no more by the old one.

A job matches people by these queries: one that answers from a stale index makes it create somebody twice.

Source: RFC 7644, 3.4.2.2, 3.5.1 and 3.5.2, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

from typing import Any

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import address, require_status
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_user
from harness.certification.suites.rfc7644.changes.operations import WORK_ADDRESS, replaced
from harness.certification.suites.rfc7644.claims import (
    is_writable,
    need,
    need_groups,
    need_writable,
    require_chosen,
)
from harness.certification.suites.samples import DOMAIN
from harness.scim.names import CORE_GROUP, CORE_USER


def _patched(bench: Bench) -> None:
    need(bench, "patch")
    need(bench, "filter")
    path, made = new_user(bench)
    mail = f"{bench.name()}@{DOMAIN}"
    for place, attribute, old, new in (
        ("userName", "userName", made["userName"], mail),
        ("externalId", "externalId", made["externalId"], bench.name()),
        ("displayName", "displayName", made["displayName"], bench.name()),
        (WORK_ADDRESS, "emails.value", made["emails"][0]["value"], f"work-{mail}"),
    ):
        if place == "userName" and not is_writable(bench, CORE_USER, place):
            continue
        bench.endpoint.patch(path, replaced(place, new))
        _require_moved(bench, "Users", made, attribute, old, new)


def _put(bench: Bench) -> None:
    need(bench, "filter")
    _, made = new_user(bench)
    path, name = address("/Users", made), f"{bench.name()}@{DOMAIN}"
    changed = {**made, "externalId": bench.name()}
    if is_writable(bench, CORE_USER, "userName"):
        changed["userName"] = name
    require_status(f"PUT {path}", bench.endpoint.ask("PUT", path, changed), 200, 201)
    for attribute in ("userName", "externalId"):
        if changed[attribute] == made[attribute]:
            continue
        _require_moved(bench, "Users", made, attribute, made[attribute], changed[attribute])


def _renamed_group(bench: Bench) -> None:
    need(bench, "patch")
    need(bench, "filter")
    need_groups(bench)
    need_writable(bench, CORE_GROUP, "displayName")
    path, made = new_group(bench)
    new = bench.name()
    bench.endpoint.patch(path, replaced("displayName", new))
    _require_moved(bench, "Groups", made, "displayName", made["displayName"], new)


def _require_moved(bench: Bench, kind: str, made: Document, attribute: str, old: Any, new: Any) -> None:
    require_chosen(bench, f"{attribute} eq {encode_text(new)}", [made["id"]], kind)
    require_chosen(bench, f"{attribute} eq {encode_text(old)}", [], kind)


CHECKS = (
    Check(
        "3.4.2.2 after PATCH",
        "RFC 7644 3.4.2.2 and 3.5.2: a query finds a user by the userName, externalId, displayName and address that PATCH "
        "set, not by those before",
        _patched,
    ),
    Check(
        "3.4.2.2 after PUT",
        "RFC 7644 3.4.2.2 and 3.5.1: a query finds a user by the userName and externalId that PUT set, not by those before",
        _put,
    ),
    Check(
        "3.4.2.2 renamed group",
        "RFC 7644 3.4.2.2 and 3.5.2: a query finds a group by its new name, not by the former one",
        _renamed_group,
    ),
)
