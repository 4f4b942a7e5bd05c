"""RFC 7644 on what a PATCH does not name: it stays as it was, be it a part of a list, of an extension, or that somebody is disabled.

The RFC says what each operation changes; that it changes nothing else follows.

Source: RFC 7644, 3.5.2 to 3.5.2.3, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Iterable

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import address, require, written
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import FailedError
from harness.certification.suite import Check
from harness.certification.suites.leaves import leaves, require_equal
from harness.certification.suites.people import full, group, new_full_user, new_user, new_users
from harness.certification.suites.rfc7644.changes.operations import members_added, replaced
from harness.certification.suites.rfc7644.claims import need, need_groups
from harness.certification.suites.samples import DOMAIN
from harness.scim.names import ENTERPRISE_USER

# What moves by itself, or a server may derive from what is changed.
_DERIVED = ("meta", "groups", "name.formatted", "schemas")


def _user(bench: Bench) -> None:
    need(bench, "patch")
    _, boss = new_user(bench)
    work = {**full(bench)[ENTERPRISE_USER], "manager": {"value": boss["id"]}}
    try:
        path, _ = new_full_user(bench, **{ENTERPRISE_USER: work})
    except FailedError:  # who takes no manager so cannot lose one
        path, _ = new_full_user(bench)
    _require_alone(
        bench,
        path,
        (
            (replaced("displayName", "Changed"), "displayName"),
            (replaced("name.givenName", "Changed"), "name.givenName"),
            ({"op": "add", "value": {"nickName": "Changed"}}, "nickName"),
            (replaced(f"{ENTERPRISE_USER}:department", "Changed"), f"{ENTERPRISE_USER}.department"),
            (replaced('emails[type eq "work"].value', f"{bench.name()}@{DOMAIN}"), "emails[work].value"),
            (replaced('phoneNumbers[type eq "work"].value', "+1 425 555 0109"), "phoneNumbers[work].value"),
            (replaced('addresses[type eq "home"].locality', "Changed"), "addresses[home].locality"),
            (replaced('addresses[type eq "home"].formatted', "Changed"), "addresses[home].formatted"),
            ({"op": "remove", "path": 'phoneNumbers[type eq "mobile"]'}, "phoneNumbers[mobile]"),
            ({"op": "remove", "path": 'addresses[type eq "home"]'}, "addresses[home]"),
            ({"op": "remove", "path": 'emails[type eq "home"]'}, "emails[home]"),
        ),
    )


def _group(bench: Bench) -> None:
    need(bench, "patch")
    need_groups(bench)
    one, other, third = new_users(bench, 3)
    made = bench.endpoint.post("/Groups", {**group(bench, one, other), "externalId": bench.name()})
    path = address("/Groups", made)
    _require_alone(
        bench,
        path,
        (
            (replaced("displayName", bench.name()), "displayName"),
            ({"op": "replace", "value": {"displayName": bench.name()}}, "displayName"),
            (replaced("externalId", bench.name()), "externalId"),
            (members_added(third), f"members[{third['id']}]"),
            (
                {"op": "remove", "path": f"members[value eq {encode_text(other['id'])}]"},
                f"members[{other['id']}]",
            ),
        ),
    )


def _require_alone(bench: Bench, path: str, operations: Iterable[tuple[Document, str]]) -> None:
    """Carry operations out one by one; demand of each that what it does not name is as before, of one that what it names is not.

    What the server refuses is not judged.
    """
    before, moved = leaves(bench.endpoint.get(path), *_DERIVED), False
    for operation, changed in operations:
        status = bench.endpoint.change(path, operation).status
        after = leaves(bench.endpoint.get(path), *_DERIVED)
        if status in (200, 204):
            unnamed, unnamed_before = (
                {name: each for name, each in values.items() if not _named(name, changed)}
                for values in (after, before)
            )
            require_equal(f"GET {path} after PATCH with {written(operation)}", unnamed, unnamed_before)
            moved = moved or after != before
        before = after
    require(moved, f"GET {path} is the same whatever PATCH changes")


def _named(name: str, changed: str) -> bool:
    """Tell whether a leaf is what an operation changes, or may move with it: texts that a server makes of others."""
    follows = changed.startswith("name.") and name in ("displayName", "nickName")
    element = changed.rpartition(".")[0]
    composed = element.endswith("]") and name in (f"{element}.display", f"{element}.formatted")
    return name == changed or name.startswith((f"{changed}.", f"{changed}[")) or follows or composed


CHECKS = (
    Check(
        "3.5.2 nothing else",
        "RFC 7644 3.5.2: a PATCH leaves what it does not name as it was: other parts and elements, the manager, and that "
        "somebody is disabled",
        _user,
    ),
    Check(
        "3.5.2 nothing else of a group",
        "RFC 7644 3.5.2: of a group a PATCH leaves the name, the externalId and the members that it does not name",
        _group,
    ),
)
