"""RFC 7644 on versions of every change: whatever is changed moves them, the answer tells the new one, and a read leaves it.

Source: RFC 7644, 3.14, RFC 7643, 3.1, https://datatracker.ietf.org/doc/html/rfc7644, and RFC 9110, 8.8.3,
https://datatracker.ietf.org/doc/html/rfc9110 (read 2026-11-29).
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.base.store import Document
from harness.certification.answers import require, require_document, require_status, value, written
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.leaves import leaves
from harness.certification.suites.people import new_full_user
from harness.certification.suites.rfc7644.changes.operations import added, replaced
from harness.certification.suites.rfc7644.claims import need, need_claim
from harness.certification.suites.samples import DOMAIN
from harness.scim.names import ENTERPRISE_USER, PATCH_OP
from harness.wire.message import Response


@dataclass(frozen=True, slots=True)
class _State:
    """A user as read: the values, the ETag (empty for none) and meta.lastModified."""

    resource: Document
    tag: str
    moment: object


def _every_change(bench: Bench) -> None:
    need_claim(bench, "etag")
    need(bench, "patch")
    path, _ = new_full_user(bench)
    before = _read(bench, path)
    if not before.tag:
        raise SkippedError(f"GET {path}: the answer has no ETag header, which 3.14 etag tells")
    again = _read(bench, path)
    require(
        again.tag == before.tag,
        f"GET {path} twice, unchanged: the ETag is {again.tag}, and was {before.tag}; make it of what is stored",
    )
    for label, operation in (
        ("replace of the department", replaced(f"{ENTERPRISE_USER}:department", "Changed")),
        ("add of an address", added(f"{bench.name()}@{DOMAIN}", display="Another")),
        ("remove of the title", {"op": "remove", "path": "title"}),
        ("replace of the name's suffix", replaced("name.honorificSuffix", "IV")),
    ):
        body = {"schemas": [PATCH_OP], "Operations": [operation]}
        before = _require_moved(bench, f"PATCH {path}, {label}", path, "PATCH", body, before)
    body = {**before.resource, "displayName": "Changed"}
    _require_moved(bench, f"PUT {path}", path, "PUT", body, before)


def _require_moved(
    bench: Bench, label: str, path: str, method: str, body: Document, before: _State
) -> _State:
    """Demand that what a change did moved the version, and that its answer has the new one. What is refused is not judged."""
    response = bench.endpoint.ask(method, path, body)
    after = _read(bench, path)
    if leaves(before.resource, "meta") == leaves(after.resource, "meta"):
        return after
    require(after.tag != before.tag, f"GET {path} after {label}: the ETag is still {after.tag}")
    _require_new(f"{label}: the answer", response, after, before)
    if "." in str(after.moment):  # a moment without a fraction may be the same
        require(
            after.moment != before.moment,
            f"GET {path} after {label}: meta.lastModified is still {written(after.moment)}",
        )
    return after


def _require_new(label: str, response: Response, after: _State, before: _State) -> None:
    """Demand that an answer does not give the version of before."""
    header = response.header("ETag")
    require(
        header in (None, "", after.tag),
        f"{label} has the ETag {header}, the next read {after.tag}: whoever sends it in If-Match is refused",
    )
    if response.status == 200:
        version = value(require_document(label, response), "meta.version")
        require(
            version in (None, after.tag) or version != value(before.resource, "meta.version"),
            f"{label} has the meta.version {written(version)} of before, the next read {after.tag}",
        )


def _read(bench: Bench, path: str) -> _State:
    response = bench.endpoint.ask("GET", path)
    require_status(f"GET {path}", response, 200)
    there = require_document(f"GET {path}", response)
    return _State(there, response.header("ETag") or "", value(there, "meta.lastModified"))


CHECKS = (
    Check(
        "3.14 every change",
        "RFC 7644 3.14 and RFC 7643 3.1: if etag is claimed, the ETag stays between reads; a change of an extension, a list, "
        "a part, a removal and a PUT move it and lastModified, and their answers have the new one",
        _every_change,
    ),
)
