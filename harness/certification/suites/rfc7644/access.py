"""RFC 7644 on who may write: whoever has no token changes nothing, whatever is asked for.

Source: RFC 7644, 2 and 3.12, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

from harness.certification.answers import require_status, require_value
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_user, user
from harness.certification.suites.rfc7644.changes.operations import replaced
from harness.certification.suites.rfc7644.claims import need_groups
from harness.scim.names import PATCH_OP


def _writes(bench: Bench) -> None:
    path, made = new_user(bench)
    before = bench.endpoint.get(path).get("displayName")  # which a server may make out of the name's parts
    patch = {"schemas": [PATCH_OP], "Operations": [replaced("displayName", "Changed")]}
    for method, where, body in (
        ("POST", "/Users", user(bench)),
        ("PUT", path, {**made, "displayName": "Changed"}),
        ("PATCH", path, patch),
        ("DELETE", path, None),
    ):
        answer = bench.endpoint.ask(method, where, body, token="")
        require_status(f"{method} {where} without a token", answer, 401)
    require_value(f"GET {path} afterwards", bench.endpoint.get(path), "displayName", before)


def _groups(bench: Bench) -> None:
    need_groups(bench)
    path, _ = new_group(bench)
    for method, where in (("GET", "/Groups"), ("GET", path), ("DELETE", path)):
        answer = bench.endpoint.ask(method, where, token="")
        require_status(f"{method} {where} without a token", answer, 401)


CHECKS = (
    Check(
        "3.12 unauthorized writes",
        "RFC 7644 3.12: without a token POST, PUT, PATCH and DELETE answer 401 and change nothing",
        _writes,
    ),
    Check("3.12 unauthorized groups", "RFC 7644 3.12: so do reads and writes of groups", _groups),
)
