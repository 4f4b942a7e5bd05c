"""RFC 7644 on bulk, where it is claimed: what fails is told, and ends the rest where a client wants that.

Source: RFC 7644, 3.7 to 3.7.4, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30). Of its three verified errata
(6893, 7898, 7916: http://ftp.core.ring.gr.jp/pub/doc/RFC/inline-errata/rfc7644.html, whose beginning alone was open to us) 7916
mends a malformed example of an error, says pranems/SCIMServer on GitHub, docs/SCIM_ENTRA_COMPATIBILITY.md, "What Microsoft
documents, and what we prove" (both read 2026-11-30), so that it demands nothing.
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import (
    objects,
    require,
    require_document,
    require_members,
    require_schema,
    require_status,
    require_value,
    value,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import group, new_user, user
from harness.certification.suites.rfc7644.changes.operations import replaced
from harness.certification.suites.rfc7644.claims import BULK_REQUEST, need_claim, need_groups
from harness.scim.names import CORE_USER, PATCH_OP

_MOST_TRIED = 1000
_MOST_CARRIED_OUT = 100
_MOST_BYTES = 2**20
_BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"


def _bulk(bench: Bench) -> None:
    need_claim(bench, "bulk")
    path, _ = new_user(bench)
    body = {"schemas": [BULK_REQUEST], "Operations": [{"method": "DELETE", "path": path}]}
    response = bench.endpoint.ask("POST", "/Bulk", body)
    require_status("POST /Bulk with one DELETE", response, 200)
    answer = require_document("POST /Bulk", response)
    require_schema("POST /Bulk", answer, _BULK_RESPONSE)
    operations = answer.get("Operations")  # RFC 7644 3.7.3 does not say whether a status is text
    require(
        [str(each.get("status")) for each in objects(operations)] == ["204"],
        f"POST /Bulk with one DELETE: Operations is {encode_text(operations)}",
    )
    require_status(f"GET {path} after DELETE in a bulk", bench.endpoint.ask("GET", path), 404)
    bench.endpoint.forget(path)


def _bulk_id(bench: Bench) -> None:
    need_claim(bench, "bulk")
    need_groups(bench)
    person, members = user(bench), [{"value": "bulkId:one"}]
    team = {**group(bench), "members": members}
    label = "POST /Bulk with a user and a group that has the user's bulkId for a member"
    results = _done(bench, label, _creating("one", "/Users", person), _creating("two", "/Groups", team))
    locations = {str(each.get("bulkId")): str(each.get("location")) for each in results}
    paths = {
        name: f"/{kind}/{locations.get(name, '').rpartition('/')[2]}"
        for name, kind in (("one", "Users"), ("two", "Groups"))
    }
    for path in paths.values():
        bench.endpoint.remember(path)
    statuses = [str(each.get("status")) for each in results]
    require(statuses == ["201", "201"], f"{label}: the statuses are {encode_text(statuses)}")
    require_value(f"GET {paths['one']}", bench.endpoint.get(paths["one"]), "userName", person["userName"])
    require_members(
        f"GET {paths['two']}", bench.endpoint.get(paths["two"]), [paths["one"].rpartition("/")[2]]
    )


def _bulk_patch(bench: Bench) -> None:
    need_claim(bench, "bulk")
    need_claim(bench, "patch")
    path, _ = new_user(bench)
    data = {"schemas": [PATCH_OP], "Operations": [replaced("displayName", "Changed")]}
    label = "POST /Bulk with one PATCH"
    _done(bench, label, {"method": "PATCH", "path": path, "data": data})
    require_value(f"GET {path} after {label}", bench.endpoint.get(path), "displayName", "Changed")


def _too_many(bench: Bench) -> None:
    most = _declared(bench, "maxOperations")
    if not 0 < most <= _MOST_TRIED:
        raise SkippedError(f"bulk.maxOperations is {most}, more than are tried here")
    operation = {"method": "DELETE", "path": f"/Users/{bench.ids.uuid()}"}
    body = {"schemas": [BULK_REQUEST], "Operations": [operation] * (most + 1)}
    require_status(f"POST /Bulk with {most + 1} operations", bench.endpoint.ask("POST", "/Bulk", body), 413)


def _as_many(bench: Bench) -> None:
    count = min(_declared(bench, "maxOperations"), _MOST_CARRIED_OUT)
    label = f"POST /Bulk with {count} operations"
    paths = [f"/Users/{bench.ids.uuid()}" for _ in range(count)]
    results = _done(bench, label, *({"method": "DELETE", "path": path} for path in paths))
    statuses = {str(each.get("status")) for each in results}
    require(len(results) == count, f"{label}: there are {len(results)} results")
    require(statuses == {"404"}, f"{label}, each of nobody: the statuses are {encode_text(sorted(statuses))}")


def _too_large(bench: Bench) -> None:
    most = _declared(bench, "maxPayloadSize")
    if not 0 < most <= _MOST_BYTES:
        raise SkippedError(f"bulk.maxPayloadSize is {most}, more than are tried here")
    data = {"schemas": [PATCH_OP], "Operations": [replaced("displayName", "x" * most)]}
    operation = {"method": "PATCH", "path": f"/Users/{bench.ids.uuid()}", "data": data}
    body = {"schemas": [BULK_REQUEST], "Operations": [operation]}
    require_status(f"POST /Bulk of more than {most} bytes", bench.endpoint.ask("POST", "/Bulk", body), 413)


def _declared(bench: Bench, name: str) -> int:
    """Return a limit of bulk. Raises SkippedError where bulk is not claimed, or the limit is no number."""
    need_claim(bench, "bulk")
    most = value(bench.read("/ServiceProviderConfig"), f"bulk.{name}")
    if not isinstance(most, int):
        raise SkippedError(f"bulk.{name} is {written(most)}, no number")
    return most


def _failing(bench: Bench) -> None:
    need_claim(bench, "bulk")
    wrong, person = _creating("one", "/Users", {"schemas": [CORE_USER]}), user(bench)
    label = "POST /Bulk with a user without a name, and one with"
    results = _done(bench, label, wrong, _creating("two", "/Users", person))
    _remember(bench, results)
    statuses = [str(each.get("status")) for each in results]
    require(statuses == ["400", "201"], f"{label}: the statuses are {encode_text(statuses)}")
    failure = results[0].get("response")
    require(
        isinstance(failure, dict),
        f"{label}: the response of the operation that failed is {written(failure)} instead of its error",
    )
    person = user(bench)
    label = f"{label}, with failOnErrors 1"
    results = _done(bench, label, wrong, _creating("two", "/Users", person), failOnErrors=1)
    _remember(bench, results)
    matches = bench.endpoint.find("Users", f"userName eq {encode_text(person['userName'])}")
    require(not matches, f"{label}: the second operation was carried out")


def _locations(bench: Bench) -> None:
    need_claim(bench, "bulk")
    path, made = new_user(bench)
    label = "POST /Bulk with a PUT, a DELETE, and the same DELETE again"
    changed = {**made, "displayName": "Changed"}
    put, deletion = {"method": "PUT", "path": path, "data": changed}, {"method": "DELETE", "path": path}
    results = _done(bench, label, put, deletion, deletion)
    require(len(results) == 3, f"{label}: there are {len(results)} results instead of 3")
    for name, result in zip(("PUT", "DELETE", "DELETE that fails"), results, strict=True):
        location = result.get("location")
        require(
            isinstance(location, str) and location.endswith(path),
            f"{label}: the location of the {name} is {written(location)} instead of that of {path}",
        )


def _creating(bulk_id: str, path: str, data: Document) -> Document:
    return {"method": "POST", "path": path, "bulkId": bulk_id, "data": data}


def _done(bench: Bench, label: str, *operations: Document, **more: int) -> list[Document]:
    """Send a bulk; return what became of its operations."""
    body = {"schemas": [BULK_REQUEST], **more, "Operations": list(operations)}
    response = bench.endpoint.ask("POST", "/Bulk", body)
    require_status(label, response, 200)
    return objects(require_document(label, response).get("Operations"))


def _remember(bench: Bench, results: list[Document]) -> None:
    for each in results:
        if str(each.get("status")) == "201":
            bench.endpoint.remember(f"/Users/{str(each.get('location')).rpartition('/')[2]}")


CHECKS = (
    Check(
        "3.7 bulk location",
        "RFC 7644 3.7 and 3.7.3: if bulk is claimed, what becomes of a PUT and of a DELETE in a bulk is told with the user's "
        "location, of one that fails too (all but a POST that fails has one)",
        _locations,
    ),
    Check(
        "3.7 bulk PATCH",
        "RFC 7644 3.7: if bulk is claimed, a PATCH in a bulk changes the user",
        _bulk_patch,
    ),
    Check(
        "3.7.4 maxOperations",
        "RFC 7644 3.7.4: if bulk is claimed, more operations than bulk.maxOperations are refused with 413",
        _too_many,
    ),
    Check(
        "3.7.4 as many as declared",
        f"RFC 7644 3.7.4: if bulk is claimed, as many operations as bulk.maxOperations, {_MOST_CARRIED_OUT} at most here, are "
        "carried out",
        _as_many,
    ),
    Check(
        "3.7.4 maxPayloadSize",
        "RFC 7644 3.7.4: if bulk is claimed, a body of more than bulk.maxPayloadSize is refused with 413",
        _too_large,
    ),
    Check(
        "3.7.2 bulkId",
        "RFC 7644 3.7.2: if bulk is claimed, a group made in one bulk with a user has that user, named by bulkId, for a member",
        _bulk_id,
    ),
    Check(
        "3.7 bulk", "RFC 7644 3.7: if bulk is claimed, a DELETE in a bulk deletes and tells status 204", _bulk
    ),
    Check(
        "3.7.3 failOnErrors",
        "RFC 7644 3.7 and 3.7.3: if bulk is claimed, what fails in it is told by its status and ends nothing else; with "
        "failOnErrors it ends the rest (hardly any client asks)",
        _failing,
        mandatory=False,
    ),
)
