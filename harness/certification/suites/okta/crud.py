"""Okta's CRUD test: Okta's part is played here.

The test works in an Okta organization and reads the server in five of its 13 steps; a check has the names of what happens
in Okta and of the step that looks, its requests are those of Okta's protocol reference. Users are changed both as
integrations of Okta's catalog do it (PATCH) and as those of its wizard do (PUT); like the test, the checks look at what
reads back and take any success for an answer.

Source: https://developer.okta.com/standards/SCIM/SCIMFiles/Okta-SCIM-20-CRUD-Test.json, the notes of its steps, and
https://developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20/, "Create the user" and the sections on updating users (read
2026-11-29).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import (
    objects,
    query,
    require,
    require_document,
    require_first,
    require_list,
    require_status,
    require_value,
    require_values,
    value,
)
from harness.certification.bench.bench import Bench
from harness.certification.bench.endpoint import Endpoint
from harness.certification.suite import Check
from harness.certification.suites.people import new_user, user

WHOLE_PAGE = "&startIndex=1&count=100"


def _assign(bench: Bench) -> None:
    # The reference: groups and a password are sent whether they are of use or not.
    sent = user(bench, locale="en-US", groups=[], password="1mz050nq")  # noqa: S106
    path = by_user_name(sent["userName"])
    response = bench.endpoint.ask("GET", path + WHOLE_PAGE)
    require_status(f"GET {path}{WHOLE_PAGE}", response, 200, 404)  # the reference takes 404 for nobody
    bench.endpoint.post("/Users", sent)
    there = require_first(f"GET {path}", bench.endpoint.get(path))
    names = ("userName", "name.familyName", "name.givenName")
    require_values(f"GET {path}", there, {name: value(sent, name) for name in names})
    require_value(f"GET {path}, emails[0]", first_mail(there), "value", sent["userName"])


def _update(bench: Bench) -> None:
    path, _ = new_user(bench)
    there = bench.endpoint.get(path)
    name = there.get("name")
    changed = {**(name if isinstance(name, dict) else {}), "givenName": "Updated"}
    replace(bench.endpoint, path, {**there, "name": changed})
    require_value(f"GET {path} after PUT", bench.endpoint.get(path), "name.givenName", "Updated")


def _deactivate(bench: Bench) -> None:
    for switch in (_switch_by_patch, _switch_by_put):
        switch(bench.endpoint, new_user(bench)[0], active=False)


def _reactivate(bench: Bench) -> None:
    for switch in (_switch_by_patch, _switch_by_put):
        path, made = new_user(bench)
        switch(bench.endpoint, path, active=False)
        look_up = by_user_name(made["userName"]) + WHOLE_PAGE
        inactive = require_first(f"GET {look_up}", bench.endpoint.get(look_up))
        require_value(f"GET {look_up} of an inactive user", inactive, "id", made["id"])
        switch(bench.endpoint, path, active=True)


def _unassign(bench: Bench) -> None:
    for switch in (_switch_by_patch, _switch_by_put):
        path, _ = new_user(bench)
        for active in (False, True, False):
            switch(bench.endpoint, path, active=active)


def _switch_by_patch(endpoint: Endpoint, path: str, *, active: bool) -> None:
    endpoint.patch(path, {"op": "replace", "value": {"active": active}})
    require_value(f"GET {path} after PATCH without a path", endpoint.get(path), "active", active)


def _switch_by_put(endpoint: Endpoint, path: str, *, active: bool) -> None:
    replace(endpoint, path, {**endpoint.get(path), "active": active})
    require_value(f"GET {path} after PUT", endpoint.get(path), "active", active)


def replace(endpoint: Endpoint, path: str, body: Document) -> None:
    """Replace a resource by PUT. Raises FailedError unless the answer is 200 or 201, and a JSON object."""
    response = endpoint.ask("PUT", path, body)
    require_status(f"PUT {path}", response, 200, 201)
    require_document(f"PUT {path}", response)


def first_mail(resource: Document) -> Document:
    """Return the first address of a user, an empty object when there is none."""
    return next(iter(objects(resource.get("emails"))[:1]), {})


def by_user_name(name: str) -> str:
    """Return the query by which Okta looks for a user."""
    return query("Users", f"userName eq {encode_text(name)}")


def require_total(bench: Bench, path: str, count: int) -> None:
    """Demand a list response that counts so many."""
    total = require_list(f"GET {path}", bench.endpoint.get(path))
    require(total == count, f"GET {path}: totalResults is {total} instead of {count}")


CHECKS: tuple[Check, ...] = (
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
