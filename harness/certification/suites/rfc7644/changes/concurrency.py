"""RFC 7644 on many members: a great many at once, and many clients at once, none lost.

Source: RFC 7644, 3.5.2.1, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29); that adds which come at one moment
are all carried out follows, and is not said.
"""

from __future__ import annotations

from harness.certification.answers import require_members, require_status
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import new_group
from harness.certification.suites.rfc7644.changes.memberships import group_and_users
from harness.certification.suites.rfc7644.changes.operations import members_added

_MANY, _AT_ONCE = 25, 8


def _many(bench: Bench) -> None:
    path, people = group_and_users(bench, _MANY)
    bench.endpoint.patch(path, members_added(*people))
    ids = [each["id"] for each in people]
    require_members(f"GET {path} after adding {_MANY} members at once", bench.endpoint.get(path), ids)
    path, _ = new_group(bench, *people)
    require_members(f"GET {path}, created with {_MANY} members", bench.endpoint.get(path), ids)


def _at_one_moment(bench: Bench) -> None:
    path, people = group_and_users(bench, _AT_ONCE)
    answers = bench.endpoint.change_at_once(path, [members_added(each) for each in people])
    for answer in answers:
        require_status(f"PATCH {path}, one of {_AT_ONCE} at one moment", answer, 200, 204)
    ids = [each["id"] for each in people]
    label = f"GET {path} after {_AT_ONCE} requests at one moment, which add a member each"
    require_members(label, bench.endpoint.get(path), ids)


CHECKS = (
    Check(
        "3.5.2.1 many members",
        f"RFC 7644 3.5.2.1: {_MANY} members that a group is created with, or that are added in one request, are members, all of them",
        _many,
    ),
    Check(
        "3.5.2.1 members at one moment",
        f"RFC 7644 3.5.2.1: {_AT_ONCE} requests at one moment that add a member each lose none (it follows; not said)",
        _at_one_moment,
        mandatory=False,
    ),
)
