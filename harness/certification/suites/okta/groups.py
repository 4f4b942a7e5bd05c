"""What Okta sends for groups that are pushed: Okta's part is played here.

Groups are in neither of Okta's tests beyond a listing: these checks bear the titles of its protocol reference and are
optional, as the listing is.

Source: https://developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20/, "Create groups" and the sections on updating them
(read 2026-11-29).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import (
    address,
    query,
    require_members,
    require_resource,
    require_status,
    require_value,
)
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.okta.crud import WHOLE_PAGE, replace, require_total
from harness.certification.suites.people import group, new_group, new_user


def _create(bench: Bench) -> None:
    body = group(bench)
    response = bench.endpoint.ask("POST", "/Groups", body)
    require_status("POST /Groups", response, 201)
    made = require_resource("POST /Groups", response)
    require_value("POST /Groups", made, "displayName", body["displayName"])


def _retrieve(bench: Bench) -> None:
    _, made = new_group(bench)
    for name, total in ((made["displayName"], 1), (f"nobody-{bench.word()}", 0)):
        require_total(bench, query("Groups", f"displayName eq {encode_text(name)}") + WHOLE_PAGE, total)


def _rename(bench: Bench) -> None:
    path, made = new_group(bench)
    again = group(bench)
    name = f"{made['displayName']}-renamed"
    bench.endpoint.patch(path, {"op": "replace", "value": {"id": made["id"], "displayName": name}})
    require_value(f"GET {path} after PATCH without a path", bench.endpoint.get(path), "displayName", name)
    replace(bench.endpoint, path, again)
    require_value(f"GET {path} after PUT", bench.endpoint.get(path), "displayName", again["displayName"])


def _change_members(bench: Bench) -> None:
    (_, one), (_, other) = new_user(bench), new_user(bench)
    body = group(bench)
    path = address("/Groups", bench.endpoint.post("/Groups", body))
    remove = {"op": "remove", "path": f"members[value eq {encode_text(one['id'])}]"}
    add_other = {"op": "add", "path": "members", "value": [_member(other)]}
    both = [_member(one), _member(other)]
    seen: list[tuple[str, Document, list[str]]] = []

    bench.endpoint.patch(path, {"op": "add", "path": "members", "value": [_member(one)]})
    seen.append(("PATCH with add", bench.endpoint.get(path), [one["id"]]))
    bench.endpoint.patch(path, remove, add_other)
    seen.append(("PATCH with remove and add", bench.endpoint.get(path), [other["id"]]))
    bench.endpoint.patch(path, {"op": "replace", "path": "members", "value": both})
    seen.append(("PATCH with replace", bench.endpoint.get(path), [one["id"], other["id"]]))
    replace(bench.endpoint, path, {**body, "members": [_member(other)]})
    seen.append(("PUT", bench.endpoint.get(path), [other["id"]]))

    if any(there.get("members") is not None for _, there, _ in seen):  # Okta does not want to see members
        for after, there, ids in seen:
            require_members(f"GET {path} after {after}", there, ids)


def _delete(bench: Bench) -> None:
    path, _ = new_group(bench)
    require_status(f"DELETE {path}", bench.endpoint.ask("DELETE", path), 204)
    bench.endpoint.forget(path)
    require_status(f"GET {path} after DELETE", bench.endpoint.ask("GET", path), 404)


def _member(made: Document) -> Document:
    return {"value": made["id"], "display": made["userName"]}


CHECKS: tuple[Check, ...] = (
    Check(
        "Create Groups",
        "POST /Groups without members: 201, an id, the same displayName",
        _create,
        mandatory=False,
    ),
    Check(
        "Retrieve Groups",
        "the filter displayName eq finds a group, and answers 200 and totalResults 0 for a name that none has",
        _retrieve,
        mandatory=False,
    ),
    Check(
        "Update a specific Group name",
        "PATCH without a path {id, displayName}, then PUT: each new name reads back",
        _rename,
        mandatory=False,
    ),
    Check(
        "Update specific Group membership",
        "PATCH with add, with remove and add, with replace, and PUT: members, where groups show any, are those",
        _change_members,
        mandatory=False,
    ),
    Check("Delete a specific Group", "DELETE: 204, then 404", _delete, mandatory=False),
)
