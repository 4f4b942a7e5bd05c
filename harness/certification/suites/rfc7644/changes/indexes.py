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
    declined_of,
    is_writable,
    need,
    need_groups,
    need_one_taken,
    need_writable,
)
from harness.certification.suites.samples import DOMAIN
from harness.scim.names import CORE_GROUP, CORE_USER


def _patched(bench: Bench) -> None:
    need(bench, "patch")
    need(bench, "filter")
    path, made = new_user(bench)
    mail = f"{bench.name()}@{DOMAIN}"
    declined = []
    for place, attribute, old, new in (
        ("userName", "userName", made["userName"], mail),
        ("externalId", "externalId", made["externalId"], bench.name()),
        ("displayName", "displayName", made["displayName"], bench.name()),
        (WORK_ADDRESS, "emails.value", made["emails"][0]["value"], f"work-{mail}"),
    ):
        if place == "userName" and not is_writable(bench, CORE_USER, place):
            continue
        bench.endpoint.patch(path, replaced(place, new))
        declined.append(_declined(bench, "Users", made, attribute, old, new))
    need_one_taken(declined)


def _put(bench: Bench) -> None:
    need(bench, "filter")
    _, made = new_user(bench)
    path, name = address("/Users", made), f"{bench.name()}@{DOMAIN}"
    changed = {**made, "externalId": bench.name()}
    if is_writable(bench, CORE_USER, "userName"):
        changed["userName"] = name
    require_status(f"PUT {path}", bench.endpoint.ask("PUT", path, changed), 200, 201)
    need_one_taken(
        [
            _declined(bench, "Users", made, attribute, made[attribute], changed[attribute])
            for attribute in ("userName", "externalId")
            if changed[attribute] != made[attribute]
        ]
    )


def _renamed_group(bench: Bench) -> None:
    need(bench, "patch")
    need(bench, "filter")
    need_groups(bench)
    need_writable(bench, CORE_GROUP, "displayName")
    path, made = new_group(bench)
    new = bench.name()
    bench.endpoint.patch(path, replaced("displayName", new))
    need_one_taken([_declined(bench, "Groups", made, "displayName", made["displayName"], new)])


def _declined(bench: Bench, kind: str, made: Document, attribute: str, old: Any, new: Any) -> list[str]:
    """Demand that the new value finds it and the old one nothing; return why such filters are declined, nothing if taken."""
    is_new, is_old = (f"{attribute} eq {encode_text(each)}" for each in (new, old))
    return declined_of(bench, {is_new: [made["id"]], is_old: []}, kind)


CHECKS = (
    Check(
        "3.4.2.2 after PATCH",
        "RFC 7644 3.4.2.2 and 3.5.2: a query finds a user by the userName, externalId, displayName and address that PATCH "
        "set, not by those before, as far as it takes such a filter",
        _patched,
    ),
    Check(
        "3.4.2.2 after PUT",
        "RFC 7644 3.4.2.2 and 3.5.1: a query finds a user by the userName and externalId that PUT set, not by those before, "
        "as far as it takes such a filter",
        _put,
    ),
    Check(
        "3.4.2.2 renamed group",
        "RFC 7644 3.4.2.2 and 3.5.2: a query finds a group by its new name, not by the former one",
        _renamed_group,
    ),
)
