"""What Okta sends in its CRUD test, and for groups that are pushed: Okta's part is played here.

The CRUD test works in an Okta organization and reads the server in five of its 13 steps; a check has the names of what
happens in Okta and of the step that looks, its requests are those of Okta's protocol reference. Users are changed both as
integrations of Okta's catalog do it (PATCH) and as those of its wizard do (PUT); like the test, the checks look at what
reads back and take any success for an answer. Groups are in neither test beyond a listing: their checks bear the titles of
the reference and are optional, as the listing is.

Source: https://developer.okta.com/standards/SCIM/SCIMFiles/Okta-SCIM-20-CRUD-Test.json,
https://developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20/ (read 2026-11).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.bench import Bench
from harness.certification.endpoint import Endpoint, document, require
from harness.certification.suite import Check
from harness.certification.suites.answers import (
    address,
    expect,
    first,
    query,
    require_list,
    require_members,
    require_value,
    value,
)
from harness.certification.suites.people import group, user

_WHOLE_PAGE = "&startIndex=1&count=100"


def _assign(bench: Bench) -> None:
    # The reference: groups and a password are sent whether they are of use or not.
    sent = user(f"okta-{bench.word()}", locale="en-US", groups=[], password="1mz050nq")  # noqa: S106
    path = by_user_name(sent["userName"])
    response = bench.endpoint.ask("GET", path + _WHOLE_PAGE)
    require(response, 200, 404, told=f"GET {path}{_WHOLE_PAGE}")  # the reference takes 404 for nobody
    bench.endpoint.post("/Users", sent)
    there = first(f"GET {path}", bench.endpoint.get(path))
    for attribute in ("userName", "name.familyName", "name.givenName"):
        require_value(f"GET {path}", there, attribute, value(sent, attribute))
    require_value(f"GET {path}, emails[0]", first_mail(there), "value", sent["userName"])


def _update(bench: Bench) -> None:
    path = address("/Users", _assigned(bench))
    there = bench.endpoint.get(path)
    name = there.get("name")
    changed = {**(name if isinstance(name, dict) else {}), "givenName": "Updated"}
    _replace(bench.endpoint, path, {**there, "name": changed})
    require_value(f"GET {path} after PUT", bench.endpoint.get(path), "name.givenName", "Updated")


def _deactivate(bench: Bench) -> None:
    for switch in (_switch_by_patch, _switch_by_put):
        switch(bench.endpoint, address("/Users", _assigned(bench)), active=False)


def _reactivate(bench: Bench) -> None:
    for switch in (_switch_by_patch, _switch_by_put):
        made = _assigned(bench)
        switch(bench.endpoint, address("/Users", made), active=False)
        path = by_user_name(made["userName"]) + _WHOLE_PAGE
        require_value(
            f"GET {path} of an inactive user",
            first(f"GET {path}", bench.endpoint.get(path)),
            "id",
            made["id"],
        )
        switch(bench.endpoint, address("/Users", made), active=True)


def _unassign(bench: Bench) -> None:
    for switch in (_switch_by_patch, _switch_by_put):
        path = address("/Users", _assigned(bench))
        for active in (False, True, False):
            switch(bench.endpoint, path, active=active)


def _create_group(bench: Bench) -> None:
    body = group(f"okta-{bench.word()}", members=[])
    response = bench.endpoint.ask("POST", "/Groups", body)
    require(response, 201, told="POST /Groups")
    made = document(response, "POST /Groups")
    expect(bool(made.get("id")), "POST /Groups: the answer has no id")
    require_value("POST /Groups", made, "displayName", body["displayName"])


def _retrieve_groups(bench: Bench) -> None:
    made = bench.endpoint.post("/Groups", group(f"okta-{bench.word()}", members=[]))
    for name, wanted in ((made.get("displayName"), 1), (f"nobody-{bench.word()}", 0)):
        path = query("Groups", f"displayName eq {encode_text(name)}") + _WHOLE_PAGE
        total = require_list(f"GET {path}", bench.endpoint.get(path))
        expect(total == wanted, f"GET {path}: totalResults is {total} instead of {wanted}")


def _rename_group(bench: Bench) -> None:
    made = bench.endpoint.post("/Groups", group(f"okta-{bench.word()}", members=[]))
    path, name = address("/Groups", made), f"okta-{bench.word()}"
    bench.endpoint.patch(path, {"op": "replace", "value": {"id": made["id"], "displayName": name}})
    require_value(f"GET {path} after PATCH without a path", bench.endpoint.get(path), "displayName", name)
    again = group(f"okta-{bench.word()}", members=[])
    _replace(bench.endpoint, path, again)
    require_value(f"GET {path} after PUT", bench.endpoint.get(path), "displayName", again["displayName"])


def _change_members(bench: Bench) -> None:
    one, other = _assigned(bench), _assigned(bench)
    body = group(f"okta-{bench.word()}", members=[])
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
    _replace(bench.endpoint, path, {**body, "members": [_member(other)]})
    seen.append(("PUT", bench.endpoint.get(path), [other["id"]]))

    if any(there.get("members") is not None for _, there, _ in seen):  # Okta does not want to see members
        for after, there, ids in seen:
            require_members(f"GET {path} after {after}", there, ids)


def _delete_group(bench: Bench) -> None:
    path = address("/Groups", bench.endpoint.post("/Groups", group(f"okta-{bench.word()}", members=[])))
    require(bench.endpoint.ask("DELETE", path), 204, told=f"DELETE {path}")
    bench.endpoint.forget(path)
    require(bench.endpoint.ask("GET", path), 404, told=f"GET {path} after DELETE")


def _assigned(bench: Bench) -> Document:
    """Create a user; return what was sent, with the id."""
    body = user(f"okta-{bench.word()}")
    return {**body, "id": bench.endpoint.post("/Users", body)["id"]}


def _switch_by_patch(endpoint: Endpoint, path: str, *, active: bool) -> None:
    endpoint.patch(path, {"op": "replace", "value": {"active": active}})
    require_value(f"GET {path} after PATCH without a path", endpoint.get(path), "active", active)


def _switch_by_put(endpoint: Endpoint, path: str, *, active: bool) -> None:
    _replace(endpoint, path, {**endpoint.get(path), "active": active})
    require_value(f"GET {path} after PUT", endpoint.get(path), "active", active)


def _replace(endpoint: Endpoint, path: str, body: Document) -> None:
    response = endpoint.ask("PUT", path, body)
    require(response, 200, 201, told=f"PUT {path}")
    document(response, f"PUT {path}")


def _member(made: Document) -> Document:
    return {"value": made["id"], "display": made["userName"]}


def first_mail(resource: Document) -> Document:
    """Return the first address of a user, an empty object when there is none."""
    emails = resource.get("emails")
    there = emails[0] if isinstance(emails, list) and emails else None
    return there if isinstance(there, dict) else {}


def by_user_name(name: str) -> str:
    """Return the query by which Okta looks for a user."""
    return query("Users", f"userName eq {encode_text(name)}")


CRUD = (
    Check(
        "Assign user to SCIM App: Verify if user is created in SCIM App",
        "nobody found, POST of the profile with locale, groups and password; the filter finds userName, address and names",
        _assign,
    ),
    Check(
        "Update user firstname: Verify firstname update in SCIM App",
        "GET, then PUT of what was read with another givenName: 200 with the user; it reads back",
        _update,
    ),
    Check(
        "Deactivate user in Okta: Verify if user is deactivated in SCIM App",
        "PATCH without a path {active: false}, and for another user PUT: GET shows active false",
        _deactivate,
    ),
    Check(
        "Reactivate user in okta: Verify if user is reactivated in SCIM App",
        "an inactive user is still found by userName; PATCH, and for another user PUT: GET shows active true",
        _reactivate,
    ),
    Check(
        "Removes an assignment for a user in Okta: Verify if user is deactivated in SCIM App",
        "a user who was deactivated and activated before: PATCH, and for another user PUT: GET shows active false",
        _unassign,
    ),
)
GROUPS = (
    Check(
        "Create Groups",
        "POST /Groups without members: 201, an id, the same displayName",
        _create_group,
        mandatory=False,
    ),
    Check(
        "Retrieve Groups",
        "the filter displayName eq finds a group, and answers 200 and totalResults 0 for a name that none has",
        _retrieve_groups,
        mandatory=False,
    ),
    Check(
        "Update a specific Group name",
        "PATCH without a path {id, displayName}, then PUT: each new name reads back",
        _rename_group,
        mandatory=False,
    ),
    Check(
        "Update specific Group membership",
        "PATCH with add, with remove and add, with replace, and PUT: members, where groups show any, are those",
        _change_members,
        mandatory=False,
    ),
    Check("Delete a specific Group", "DELETE: 204, then 404", _delete_group, mandatory=False),
)
