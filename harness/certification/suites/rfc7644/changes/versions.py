"""RFC 7644 on versions: what a change does to lastModified and to the ETag, and what a condition on it prevents.

Source: RFC 7644, 3.6, 3.12 and 3.14, and RFC 7643, 3.1, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Callable

from harness.certification.answers import (
    require,
    require_error,
    require_status,
    require_value,
    value,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_user
from harness.certification.suites.rfc7644.changes.moments import pass_on
from harness.certification.suites.rfc7644.changes.operations import replaced
from harness.certification.suites.rfc7644.claims import need, need_claim, need_groups, need_writable
from harness.scim.names import CORE_GROUP, PATCH_OP
from harness.wire.message import Response

_CONFLICT, _PRECONDITION_FAILED = 409, 412


def _last_modified(bench: Bench) -> None:
    need(bench, "patch")
    path, _ = new_user(bench)
    before = value(bench.endpoint.get(path), "meta.lastModified")
    for name in ("Changed", "Changed again"):
        pass_on(bench, before)
        bench.endpoint.patch(path, replaced("displayName", name))
        after = value(bench.endpoint.get(path), "meta.lastModified")
        require(
            isinstance(after, str) and after != before,
            f"GET {path} after replace: meta.lastModified is still {written(after)}",
        )
        before = after


def _moves_with_others(bench: Bench) -> None:
    path, made = new_user(bench)
    _require_moved(bench, path, lambda: bench.endpoint.ask("PUT", path, {**made, "displayName": "Changed"}))
    need(bench, "patch")
    need_groups(bench)
    need_writable(bench, CORE_GROUP, "displayName")
    group, _ = new_group(bench)
    _require_moved(bench, group, lambda: bench.endpoint.patch(group, replaced("displayName", bench.name())))


def _require_moved(bench: Bench, path: str, change: Callable[[], Response]) -> None:
    before = value(bench.endpoint.get(path), "meta.lastModified")
    pass_on(bench, before)
    change()
    after = value(bench.endpoint.get(path), "meta.lastModified")
    require(
        isinstance(after, str) and after != before,
        f"GET {path} after a change: meta.lastModified is still {written(after)}",
    )


def _conditions(bench: Bench) -> None:
    need_claim(bench, "etag")
    need(bench, "patch")
    path, _ = new_user(bench)
    old = (("If-Match", _etag(bench, path)),)
    bench.endpoint.patch(path, replaced("displayName", "Changed"))
    body = {"schemas": [PATCH_OP], "Operations": [replaced("displayName", "Overwritten")]}
    label = f"PATCH {path} with If-Match of the version before"
    _require_outdated(label, bench.endpoint.ask("PATCH", path, body, headers=old))
    label = f"DELETE {path} with If-Match of the version before"
    _require_outdated(label, bench.endpoint.ask("DELETE", path, headers=old))
    require_value(f"GET {path} after both", bench.endpoint.get(path), "displayName", "Changed")


def _etag_moves(bench: Bench) -> None:
    need_claim(bench, "etag")
    need(bench, "patch")
    path, _ = new_user(bench)
    before = _etag(bench, path)
    bench.endpoint.patch(path, replaced("displayName", "Changed"))
    after = _etag(bench, path)
    require(after != before, f"GET {path} after replace: the ETag is still {after}")
    again = bench.endpoint.ask("GET", path, headers=(("If-None-Match", before),))
    require_status(f"GET {path} with If-None-Match of the version before", again, 200)


def _if_match(bench: Bench) -> None:
    need_claim(bench, "etag")
    need(bench, "patch")
    path, made = new_user(bench)
    old = _etag(bench, path)
    bench.endpoint.patch(path, replaced("displayName", "Changed"))
    body = {**made, "displayName": "Overwritten"}
    condition = (("If-Match", old),)
    label = f"PUT {path} with If-Match of the version before"
    _require_outdated(label, bench.endpoint.ask("PUT", path, body, headers=condition))
    require_value(f"GET {path} after it", bench.endpoint.get(path), "displayName", "Changed")
    label = f"PUT {path} with If-Match of its own version"
    condition = (("If-Match", _etag(bench, path)),)
    require_status(label, bench.endpoint.ask("PUT", path, body, headers=condition), 200)


def _require_outdated(label: str, response: Response) -> None:
    """Demand that an old version was refused: with 412, or with 409, which has that meaning too (RFC 7644, 3.12, table 8)."""
    require_error(label, response, _CONFLICT if response.status == _CONFLICT else _PRECONDITION_FAILED)


def _etag(bench: Bench, path: str) -> str:
    response = bench.endpoint.ask("GET", path)
    require_status(f"GET {path}", response, 200)
    tag = response.header("ETag")
    require(bool(tag), f"GET {path}: the answer has no ETag header")
    return str(tag)


CHECKS = (
    Check(
        "7643 3.1 lastModified",
        "RFC 7643 3.1: meta.lastModified moves when a user is changed",
        _last_modified,
    ),
    Check(
        "7643 3.1 lastModified of others",
        "RFC 7643 3.1: meta.lastModified moves by PUT, and when a group is changed",
        _moves_with_others,
    ),
    Check(
        "3.14 if-match of others",
        "RFC 7644 3.14, 3.6 and 3.12: if etag is claimed, a PATCH and a DELETE with If-Match of an old version are refused with 412 (or 409)",
        _conditions,
    ),
    Check(
        "3.14 etag moves",
        "RFC 7644 3.14: if etag is claimed, a change gives another ETag, and If-None-Match of the old one the user",
        _etag_moves,
    ),
    Check(
        "3.14 if-match",
        "RFC 7644 3.14: if etag is claimed, a PUT with If-Match of an old version is refused with 412 (or 409) and changes nothing, "
        "one of the present version is carried out",
        _if_match,
    ),
)
