"""RFC 7644 on requests that are unusual: allowed ones are carried out, wrong ones are the client's error, never the server's.

Source: RFC 7644, 3.3, 3.4.2.2, 3.4.2.4, 3.5.2, 3.8, 3.12 and 3.14, RFC 7643, 2.3.1 and 4.1.1, and RFC 9110, 12.5.1 and 13.1.1,
https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

from typing import Any

from harness.base.json_text import encode_text
from harness.certification.answers import (
    address,
    excerpt,
    query,
    require,
    require_document,
    require_list,
    require_resource,
    require_resources,
    require_status,
    require_value,
    require_values,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_user, user
from harness.certification.suites.rfc7644.changes.operations import members_added, replaced
from harness.certification.suites.rfc7644.claims import (
    is_writable,
    need,
    need_claim,
    need_groups,
    require_chosen,
)
from harness.certification.suites.rfc7644.texts import require_accepted
from harness.scim.names import CORE_USER, ENTERPRISE_USER, PATCH_OP

_SEVERAL_TYPES = "application/scim+json, application/json;q=0.9, */*;q=0.1"


def _wrong_users(bench: Bench) -> None:
    for more in ({"unheardOf": "x"}, {"emails": {"value": "x"}}, {"name": "x"}, {"userName": 7}):
        body = user(bench, **more)
        _require_no_fault(bench, f"POST /Users with {encode_text(more)}", "POST", "/Users", body)
    path, made = new_user(bench)
    require_value(f"GET {path}", bench.endpoint.get(path), "userName", made["userName"])
    if _offers_patch(bench):
        nobody = {"value": bench.ids.uuid()}
        for operations in (
            [],
            [replaced("unheardOf", "x")],
            [{"op": "remove", "path": "emails[type eq]"}],
            [{"op": "add", "path": f"{ENTERPRISE_USER}:manager", "value": nobody}],
        ):
            body = {"schemas": [PATCH_OP], "Operations": operations}
            label = f"PATCH {path} with Operations {encode_text(operations)}"
            _require_no_fault(bench, label, "PATCH", path, body)
    for question in ("filter=", "count=many", "startIndex=first"):
        _require_no_fault(bench, f"GET /Users?{question}", "GET", f"/Users?{question}")


def _wrong_members(bench: Bench) -> None:
    need(bench, "patch")
    need_groups(bench)
    path, made = new_group(bench)
    require_value(f"GET {path}", bench.endpoint.get(path), "displayName", made["displayName"])
    nobody = bench.ids.uuid()
    for operation in (
        {"op": "remove", "path": f"members[value eq {encode_text(nobody)}]"},
        members_added({"id": nobody}),
        {"op": "add", "path": "members", "value": {"value": nobody}},
        {"op": "add", "path": "members", "value": []},
    ):
        body = {"schemas": [PATCH_OP], "Operations": [operation]}
        _require_no_fault(bench, f"PATCH {path} with {encode_text(operation)}", "PATCH", path, body)


def _offers_patch(bench: Bench) -> bool:
    try:
        need(bench, "patch")
    except SkippedError:
        return False
    return True


def _require_no_fault(bench: Bench, label: str, method: str, path: str, body: Any = None) -> None:
    response = bench.endpoint.ask(method, path, body)
    require(
        response.status < 500 or response.status == 501,
        f"{label} answered {response.status} instead of 400 or another 4xx: the mistake is the client's, and whoever gets a 5xx sends "
        f"it again; it said {excerpt(response)}",
    )


def _unknown_attribute(bench: Bench) -> None:
    need(bench, "filter")
    new_user(bench)
    path = query("Users", 'unheardOf eq "x"')
    response = bench.endpoint.ask("GET", path)
    if 400 <= response.status < 500:
        return
    require_status(f"GET {path}", response, 200)
    total = require_list(f"GET {path}", require_document(f"GET {path}", response))
    require(total == 0, f"GET {path}: {total} users have what there is not")


def _nameless(bench: Bench) -> None:
    response = bench.endpoint.ask("POST", "/Users", user(bench, userName=""))
    require_status("POST /Users with an empty userName", response, 400)
    label = "POST /Users with a number for a userName"
    response = bench.endpoint.ask("POST", "/Users", user(bench, userName=int(bench.word(), 16)))
    if response.status in (200, 201):
        name = require_document(label, response).get("userName")
        require(isinstance(name, str), f"{label}: it is {encode_text(name)}, no text")


def _own_name(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    writable = is_writable(bench, CORE_USER, "userName")
    for name in (made["userName"], f"H{made['userName'][1:]}") if writable else ():
        bench.endpoint.patch(path, replaced("userName", name))
        there = str(bench.endpoint.get(path).get("userName"))
        require(there.lower() == name.lower(), f"GET {path} after PATCH of userName to {name}: it is {there}")
    need_groups(bench)
    path, made = new_group(bench)
    bench.endpoint.patch(path, replaced("displayName", made["displayName"]))
    require_value(f"GET {path}", bench.endpoint.get(path), "displayName", made["displayName"])


def _read_again(bench: Bench) -> None:
    """Ask before and after: what was answered once is no answer for good."""
    path, made = new_user(bench)
    bench.endpoint.get(path)
    changed = {**made, "name": {"givenName": "Changed", "familyName": "Family"}}
    require_status(f"PUT {path}", bench.endpoint.ask("PUT", path, changed), 200, 201)
    require_value(f"GET {path} after PUT", bench.endpoint.get(path), "name.givenName", "Changed")
    need(bench, "filter")
    later = user(bench)
    condition = f"userName eq {encode_text(later['userName'])}"
    require_chosen(bench, condition, [])
    made = bench.endpoint.post("/Users", later)
    require_chosen(bench, condition, [made["id"]])


def _many_at_once(bench: Bench) -> None:
    new_user(bench)
    for count in (500, 1_000_000):
        path = f"/Users?count={count}"
        resources = require_resources(f"GET {path}", bench.endpoint.get(path))
        require(bool(resources), f"GET {path}: no resources")


def _several_types(bench: Bench) -> None:
    require_accepted(bench, _SEVERAL_TYPES)


def _any_version(bench: Bench) -> None:
    need_claim(bench, "etag")
    path, made = new_user(bench)
    body = {**made, "displayName": "Changed"}
    response = bench.endpoint.ask("PUT", path, body, headers=(("If-Match", "*"),))
    require_status(f"PUT {path} with If-Match: *", response, 200)


def _texts(bench: Bench) -> None:
    """Texts of the usual length with signs that pages, queries or tidy forms might eat."""
    name = {"givenName": "Ana  Lucía", "familyName": f"von {'Hohenstein-' * 6}Wied"}
    title = "R&D <Lead> \\ 100% 'A' -- \"B\"; DROP"
    path, made = new_user(bench, displayName=f"{bench.name()}  <b>Ana</b>", name=name, title=title)
    there = bench.endpoint.get(path)
    wanted: dict[str, Any] = {"displayName": made["displayName"]}
    wanted |= {f"name.{part}": text for part, text in name.items()}
    require_values(f"GET {path}", there, wanted | ({"title": title} if "title" in there else {}))


def _manager_gone(bench: Bench) -> None:
    boss, manager = new_user(bench)
    extension = {ENTERPRISE_USER: {"manager": {"value": manager["id"]}}}
    sent = user(bench, schemas=[CORE_USER, ENTERPRISE_USER], **extension)
    response = bench.endpoint.ask("POST", "/Users", sent)
    if response.status >= 400:
        raise SkippedError(f"a user with a manager is refused: {excerpt(response)}")
    made = require_resource("POST /Users", response)
    path = address("/Users", made)
    response = bench.endpoint.ask("DELETE", boss)
    if response.status in (400, 409):
        raise SkippedError(f"a manager is not deleted: {excerpt(response)}")
    require_status(f"DELETE {boss}", response, 204)
    bench.endpoint.forget(boss)
    label = f"GET {path}, whose manager was deleted"
    require_values(label, bench.endpoint.get(path), {"id": made["id"], "userName": sent["userName"]})


CHECKS = (
    Check(
        "3.12 the client's errors",
        "RFC 7644 3.12: what is wrong in a request is answered with 4xx, or overlooked, not with 500",
        _wrong_users,
    ),
    Check(
        "3.12 the client's errors of members",
        "RFC 7644 3.12: a member who is not there is answered with 4xx, or overlooked, not with 500",
        _wrong_members,
    ),
    Check(
        "3.4.2.2 unknown attribute",
        "RFC 7644 3.4.2.2: a filter by an attribute that there is not finds nobody, or is refused",
        _unknown_attribute,
    ),
    Check(
        "7643 4.1.1 no name",
        "RFC 7643 4.1.1: a user has a userName that is not empty: an empty one is refused with 400, a number is refused or made a text (it follows)",
        _nameless,
        mandatory=False,
    ),
    Check(
        "3.5.2 own name",
        "RFC 7644 3.5.2: a userName in another case, and a name as it is, are no conflict with oneself",
        _own_name,
    ),
    Check(
        "3.4 read again",
        "RFC 7644 3.4: a read after PUT, and a query after POST, is no answer of before",
        _read_again,
    ),
    Check(
        "3.4.2.4 large count",
        "RFC 7644 3.4.2.4: a count beyond what a server gives is a maximum, no error",
        _many_at_once,
    ),
    Check(
        "3.8 several types",
        "RFC 7644 3.8 and RFC 9110 12.5.1: who accepts several types gets the resource",
        _several_types,
    ),
    Check(
        "3.14 any version",
        "RFC 7644 3.14 and RFC 9110 13.1.1: if etag is claimed, If-Match: * fits every version",
        _any_version,
        mandatory=False,
    ),
    Check(
        "7643 2.3.1 texts",
        "RFC 7643 2.3.1: two blanks, brackets, quotes and names of 70 letters read back as sent (RFC 7644 3.3 lets a server "
        "alter them)",
        _texts,
        mandatory=False,
    ),
    Check(
        "7643 4.3 manager deleted",
        "RFC 7643 4.3: a user whose manager is deleted is there still",
        _manager_gone,
    ),
)
