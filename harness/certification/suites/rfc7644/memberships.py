"""RFC 7644 on a group's members, changed by PATCH.

Source: RFC 7644, 3.5.2.1 to 3.5.2.3, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import require_members
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_user
from harness.certification.suites.rfc7644.claims import need, need_groups


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


def _require_members(bench: Bench, path: str, after: str, *wanted: Document) -> None:
    require_members(f"GET {path} after {after}", bench.endpoint.get(path), [each["id"] for each in wanted])


CHECKS = (
    Check(
        "3.5.2 members",
        "RFC 7644 3.5.2.1 to 3.5.2.3: members of a group are added, removed by a filter, replaced, and removed at all",
        _members,
    ),
)
