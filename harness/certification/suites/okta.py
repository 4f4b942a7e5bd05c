"""Okta's suites: the 12 steps of its specification test; okta_crud has what follows on them.

Every list has to be a ListResponse; the file says so of all but two. Not taken over: the limit of 600 ms for the listing
of groups, which says more of the line than of the server.

Source: https://developer.okta.com/standards/SCIM/SCIMFiles/Okta-SCIM-20-SPEC-Test.json (exported 2024-05; read 2026-11).
"""

from __future__ import annotations

from harness.base.store import Document
from harness.certification.bench import Bench
from harness.certification.endpoint import document, require, resources
from harness.certification.suite import Check, Suite
from harness.certification.suites.answers import (
    address,
    expect,
    first,
    require_error,
    require_list,
    require_schema,
    require_value,
    require_whole_number,
    value,
)
from harness.certification.suites.okta_crud import CRUD, GROUPS, by_user_name, first_mail
from harness.certification.suites.people import user
from harness.scim.names import CORE_USER, ERROR
from harness.wire.message import Response

_FIRST_PAGE = "/Users?count=1&startIndex=1"


def _test_users(bench: Bench) -> None:
    bench.endpoint.post("/Users", _realistic(bench))  # Okta wants somebody to be there
    listed = bench.endpoint.get(_FIRST_PAGE)
    require_list(f"GET {_FIRST_PAGE}", listed)
    for name in ("itemsPerPage", "startIndex"):
        require_whole_number(f"GET {_FIRST_PAGE}", listed, name)
    _require_profile(f"GET {_FIRST_PAGE}, first resource", first(f"GET {_FIRST_PAGE}", listed))


def _get_user(bench: Bench) -> None:
    bench.endpoint.post("/Users", _realistic(bench))
    listed = first(f"GET {_FIRST_PAGE}", bench.endpoint.get(_FIRST_PAGE))
    expect(isinstance(listed.get("id"), str), f"GET {_FIRST_PAGE}: the first resource has no id")
    path = address("/Users", listed)
    there = bench.endpoint.get(path)
    _require_profile(f"GET {path}", there)
    require_value(f"GET {path}", there, "id", listed["id"])


def _nobody(bench: Bench) -> None:
    path = by_user_name(f"nobody-{bench.word()}@contoso.com")
    total = require_list(f"GET {path}", bench.endpoint.get(path))
    expect(total == 0, f"GET {path}: totalResults is {total} instead of 0")


def _unknown_id(bench: Bench) -> None:
    path = f"/Users/{bench.ids.uuid()}"
    response = bench.endpoint.ask("GET", path)
    require(response, 404, told=f"GET {path}")
    error = document(response, f"GET {path}")
    require_schema(f"GET {path}", error, ERROR)
    expect(bool(error.get("detail")), f"GET {path}: the error has no detail")


def _create(bench: Bench) -> None:
    body = _realistic(bench)
    response = bench.endpoint.ask("POST", "/Users", body)
    require(response, 201, told="POST /Users")
    made = document(response, "POST /Users")
    require_schema("POST /Users", made, CORE_USER)
    expect(bool(made.get("id")), "POST /Users: the answer has no id")
    for path in ("active", "name.familyName", "name.givenName", "userName"):
        require_value("POST /Users", made, path, value(body, path))


def _created(bench: Bench) -> None:
    body = _realistic(bench)
    path = address("/Users", bench.endpoint.post("/Users", body))
    there = bench.endpoint.get(path)
    for attribute in ("userName", "name.familyName", "name.givenName"):
        require_value(f"GET {path}", there, attribute, value(body, attribute))


def _recreate(bench: Bench) -> None:
    body = _realistic(bench)
    bench.endpoint.post("/Users", body)
    require(bench.endpoint.ask("POST", "/Users", body), 409, told="POST /Users with a userName in use")


def _case(bench: Bench) -> None:
    body = _realistic(bench)
    bench.endpoint.post("/Users", body)
    path = by_user_name(body["userName"].upper())
    require_list(f"GET {path}", bench.endpoint.get(path))


def _groups(bench: Bench) -> None:
    listed = bench.endpoint.get("/Groups")
    if require_list("GET /Groups", listed) > 0:
        resources(listed, "GET /Groups")


def _status_401(bench: Bench) -> None:
    path = by_user_name(f"nobody-{bench.word()}@contoso.com".upper())
    response = bench.endpoint.ask("GET", path, token="", headers=(("Authorization", "non-token"),))
    _require_detailed(f"GET {path} with a wrong token", response, 401)


def _status_404(bench: Bench) -> None:
    path = "/Users/00919288221112222"
    _require_detailed(f"GET {path}", bench.endpoint.ask("GET", path), 404)


def _realistic(bench: Bench) -> Document:
    """Return the user of the specification test: no externalId."""
    body = user(f"okta-{bench.word()}")
    del body["externalId"]
    return body


def _require_profile(told: str, resource: Document) -> None:
    for path in ("id", "name.familyName", "name.givenName", "userName"):
        expect(bool(value(resource, path)), f"{told}: {path} is missing or empty")
    expect(resource.get("active") is not None, f"{told}: active is missing")
    expect(bool(first_mail(resource).get("value")), f"{told}: emails[0].value is missing or empty")


def _require_detailed(told: str, response: Response, status: int) -> None:
    require_error(told, response, status)
    expect(bool(document(response, told).get("detail")), f"{told}: the error has no detail")


_SPECIFICATION = (
    Check(
        "Test Users endpoint",
        "GET /Users?count=1&startIndex=1: 200, a ListResponse with its three numbers, whose first user has id, names, "
        "userName, active and an address",
        _test_users,
    ),
    Check(
        "Get Users/{{id}}",
        "GET of the first user of the list: 200, the same id, and what the list showed",
        _get_user,
    ),
    Check(
        "Test invalid User by username",
        "a userName that nobody has: 200, a ListResponse, totalResults 0",
        _nobody,
    ),
    Check("Test invalid User by ID", "an unknown id: 404 with the error schema and a detail", _unknown_id),
    Check(
        "Make sure random user doesn't exist",
        "the userName of the user who is created next: 200, a ListResponse, totalResults 0",
        _nobody,
    ),
    Check(
        "Create Okta user with realistic values",
        "POST /Users: 201, an id, active true, and userName and both names as they were sent",
        _create,
    ),
    Check(
        "Verify that user was created", "GET by id: 200, userName and both names as they were sent", _created
    ),
    Check("Expect failure when recreating user with same values", "the same POST again: 409", _recreate),
    Check(
        "Username Case Sensitivity Check",
        "the filter with the userName in upper case: 200, a ListResponse",
        _case,
    ),
    Check(
        "Verify Groups endpoint",
        "GET /Groups: 200, a ListResponse, with resources unless totalResults is 0",
        _groups,
        mandatory=False,
    ),
    Check(
        "Check status 401",
        'a wrong token: 401 with the error schema, a detail, and status "401" as text',
        _status_401,
    ),
    Check(
        "Check status 404",
        'GET /Users/00919288221112222: 404 with the error schema, a detail, and status "404" as text',
        _status_404,
    ),
)
OKTA: Suite[Check] = Suite(
    name="okta",
    title="Okta: SCIM 2.0 specification test, CRUD test, group push",
    fits="Succeeded: Okta can list, create, update, deactivate and reactivate users of this server. It does not say that "
    "Okta has reviewed the integration, nor that Azure AD can provision to the server, nor that it conforms to RFC 7644.",
    source="https://developer.okta.com/docs/guides/scim-provisioning-integration-test/",
    checks=_SPECIFICATION + CRUD + GROUPS,
)
