"""RFC 7644 on resources that come and go, and on errors: what is created, read, refused and deleted.

Source: RFC 7644, 2, 3.3, 3.6, 3.8 and 3.12, and RFC 7643, 3.1, 4.1.1 and 7,
https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import (
    address,
    excerpt,
    objects,
    query,
    require,
    require_document,
    require_error,
    require_resource,
    require_schema,
    require_status,
    require_value,
    require_values,
    value,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_user, user
from harness.certification.suites.rfc7644.changes.operations import replaced
from harness.certification.suites.rfc7644.claims import is_writable, need, need_groups, need_writable
from harness.scim.names import CORE_GROUP, CORE_USER, ENTERPRISE_USER
from harness.wire.message import Response

_DATE_TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?\Z")  # RFC 7643, 2.3.5
_SENT = ("userName", "displayName", "name.givenName", "name.familyName", 'emails[type eq "work"].value')


def _created(bench: Bench) -> None:
    sent = user(bench)
    response = bench.endpoint.ask("POST", "/Users", sent)
    require_status("POST /Users", response, 201)
    made = require_resource("POST /Users", response)
    path = address("/Users", made)
    there = bench.endpoint.get(path)
    require_schema(f"GET {path}", there, CORE_USER)
    names = (*_SENT, "active") if is_writable(bench, CORE_USER, "active") else _SENT
    require_values(f"GET {path}", there, {name: value(sent, name) for name in names})


def _location(bench: Bench) -> None:
    response = bench.endpoint.ask("POST", "/Users", user(bench))
    require_status("POST /Users", response, 200, 201)
    made, header = require_document("POST /Users", response), response.header("Location")
    require(header is not None, "POST /Users: the answer has no Location header")
    require_value("POST /Users", made, "meta.location", header)
    require(
        urlsplit(header or "").path.endswith(f"/Users/{made.get('id')}"),
        f"POST /Users: Location {header} does not lead to /Users/{made.get('id')}",
    )


def _read_only(bench: Bench) -> None:
    client_id, long_ago = bench.ids.uuid(), "2001-01-01T00:00:00Z"
    sent = user(bench, id=client_id, meta={"resourceType": "Robot", "created": long_ago})
    path = address("/Users", bench.endpoint.post("/Users", sent))
    there = bench.endpoint.get(path)
    require_value(f"GET {path}", there, "userName", sent["userName"])
    require_value(f"GET {path}", there, "meta.resourceType", "User")
    require(there.get("id") != client_id, f"POST /Users: the client's id {client_id} was taken over")
    require(value(there, "meta.created") != long_ago, "POST /Users: the client's meta.created was taken over")


def _meta(bench: Bench) -> None:
    path, _ = new_user(bench)
    there = bench.endpoint.get(path)
    require_value(f"GET {path}", there, "meta.resourceType", "User")
    for name in ("created", "lastModified"):
        moment = value(there, f"meta.{name}")
        require(
            isinstance(moment, str) and bool(_DATE_TIME.match(moment)),
            f"GET {path}: meta.{name} is {encode_text(moment)} instead of a dateTime",
        )
    require_value(
        f"GET {path} of a user never changed", there, "meta.lastModified", value(there, "meta.created")
    )


def _uniqueness(bench: Bench) -> None:
    _, made = new_user(bench)
    again = user(bench, userName=made["userName"])
    label = "POST /Users with a userName in use"
    require_error(label, bench.endpoint.ask("POST", "/Users", again), 409, "uniqueness")
    need(bench, "filter")
    matches = bench.endpoint.find("Users", f"userName eq {encode_text(made['userName'])}")
    require(len(matches) == 1, f"after 409, {len(matches)} users have the userName in use")


def _uniqueness_ignores_case(bench: Bench) -> None:
    _, made = new_user(bench)
    again = user(bench, userName=made["userName"].upper())
    response = bench.endpoint.ask("POST", "/Users", again)
    require_status(f"POST /Users with {again['userName']} while {made['userName']} is in use", response, 409)


def _password(bench: Bench) -> None:
    sent = user(bench, password="t1meMa$heen")  # noqa: S106
    response = bench.endpoint.ask("POST", "/Users", sent)
    if response.status in (400, 501):
        raise SkippedError(f"POST /Users with a password answered {response.status}: {excerpt(response)}")
    require_status("POST /Users with a password", response, 200, 201)
    made = require_resource("POST /Users", response)
    path = address("/Users", made)
    listed = bench.endpoint.ask("GET", query("Users", f"userName eq {encode_text(sent['userName'])}"))
    for label, there in (
        ("POST /Users", made),
        (f"PATCH {path}", _document(bench.endpoint.change(path, replaced("displayName", "Changed")))),
        (f"GET {path}", bench.endpoint.get(path)),
        (f"GET {path}?attributes=password", bench.endpoint.get(f"{path}?attributes=password")),
        ("GET /Users", next(iter(objects(_document(listed).get("Resources"))), {})),
    ):
        require(value(there, "password") is None, f"{label}: the answer holds the password")
    require_value(f"GET {path}", bench.endpoint.get(path), "userName", sent["userName"])


def _document(response: Response) -> Document:
    """Return an answer's JSON object, an empty one for none."""
    try:
        document = response.json() if response.body else {}
    except ValueError:
        document = {}
    return document if isinstance(document, dict) else {}


def _inactive(bench: Bench) -> None:
    need_writable(bench, CORE_USER, "active")
    path, _ = new_user(bench, active=False)
    require_value(
        f"GET {path} of a user created with active false", bench.endpoint.get(path), "active", False
    )


def _long(bench: Bench) -> None:
    sent = user(bench, displayName=f"{bench.name()} {'x' * 300}")
    response = bench.endpoint.ask("POST", "/Users", sent)
    if response.status == 400:
        raise SkippedError(
            f"a displayName of {len(sent['displayName'])} characters is refused: {excerpt(response)}"
        )
    require_status("POST /Users with a long displayName", response, 201)
    path = address("/Users", require_resource("POST /Users", response))
    require_value(f"GET {path}", bench.endpoint.get(path), "displayName", sent["displayName"])


def _extension(bench: Bench) -> None:
    extension = {"schemas": [CORE_USER, ENTERPRISE_USER], ENTERPRISE_USER: {"department": "Sales"}}
    path, made = new_user(bench, **extension)
    there = bench.endpoint.get(path)
    if value(there, f"{ENTERPRISE_USER}:department") is None:
        raise SkippedError("the server keeps no department of the enterprise extension")
    require_schema(f"GET {path}", there, ENTERPRISE_USER)
    require_status(f"PUT {path}", bench.endpoint.ask("PUT", path, made), 200, 201)
    label = f"GET {path} after PUT"
    require_value(label, bench.endpoint.get(path), f"{ENTERPRISE_USER}:department", "Sales")


def _group(bench: Bench) -> None:
    need_groups(bench)
    _, member = new_user(bench)
    path, made = new_group(bench, member)
    there = bench.endpoint.get(path)
    require_schema(f"GET {path}", there, CORE_GROUP)
    require_value(f"GET {path}", there, "meta.resourceType", "Group")
    require_value(f"GET {path}", there, "displayName", made["displayName"])
    require_value(f"GET {path}", there, f"members[value eq {encode_text(member['id'])}].value", member["id"])


def _media_type(bench: Bench) -> None:
    path, made = new_user(bench)
    response = bench.endpoint.ask("GET", path)
    require_status(f"GET {path}", response, 200)
    require_value(f"GET {path}", require_document(f"GET {path}", response), "userName", made["userName"])
    media_type = response.header("Content-Type") or "nothing"
    require(
        media_type.partition(";")[0].strip().lower() == "application/scim+json",
        f"GET {path} with Accept application/scim+json: Content-Type is {media_type}",
    )


def _not_found(bench: Bench) -> None:
    path = f"/Users/{bench.ids.uuid()}"
    for method, body in (("GET", None), ("PUT", user(bench)), ("DELETE", None)):
        response = bench.endpoint.ask(method, path, body)
        if method == "PUT" and response.status in (200, 201):
            bench.endpoint.ask("DELETE", path)
        require_error(f"{method} {path}, an unknown id", response, 404)


def _unauthorized(bench: Bench) -> None:
    for label, token in (("without a token", ""), ("with a wrong token", "wrong")):
        require_error(f"GET /Users {label}", bench.endpoint.ask("GET", "/Users", token=token), 401)


def _challenge(bench: Bench) -> None:
    response = bench.endpoint.ask("GET", "/Users", token="")
    require_status("GET /Users without a token", response, 401)
    require(
        bool(response.header("WWW-Authenticate")),
        "GET /Users without a token: the answer has no WWW-Authenticate header",
    )


def _bad_body(bench: Bench) -> None:
    nameless = user(bench)
    del nameless["userName"]
    for label, body in (
        ("a list", []),
        ("a text", "user"),
        ("a user without userName", nameless),
    ):
        response = bench.endpoint.ask("POST", "/Users", body)
        require_error(
            f"POST /Users with {label} for a body", response, 400, "invalidSyntax", "invalidValue", None
        )


CHECKS = (
    Check("3.3 created", "RFC 7644 3.3: POST answers 201; the user reads back as it was sent", _created),
    Check(
        "3.3 location",
        "RFC 7644 3.3: the Location header leads to the new user, and meta.location is the same",
        _location,
    ),
    Check(
        "3.3 read-only", "RFC 7644 3.3: id and meta that a client sends are ignored, not refused", _read_only
    ),
    Check(
        "7643 3.1 meta",
        "RFC 7643 3.1: meta has resourceType User, created and lastModified, the same while nothing has changed",
        _meta,
    ),
    Check(
        "3.3 uniqueness",
        "RFC 7644 3.3: a userName in use is refused with 409 and scimType uniqueness",
        _uniqueness,
    ),
    Check(
        "7643 4.1.1 userName",
        "RFC 7643 4.1.1: userName ignores case, so one in use is refused with 409 in upper case too",
        _uniqueness_ignores_case,
    ),
    Check("3.3 inactive", "RFC 7644 3.3: a user who is created with active false reads so", _inactive),
    Check(
        "3.3 long",
        "RFC 7644 3.3: a long displayName reads back whole, if it is not refused",
        _long,
    ),
    Check(
        "7643 3 schemas",
        "RFC 7643 3 and RFC 7644 3.5.1: schemas name the extension that a user has, and PUT keeps what it is sent of it",
        _extension,
    ),
    Check("7643 4.1.1 password", "RFC 7643 4.1.1: no answer holds the password (returned: never)", _password),
    Check(
        "7643 4.2 group",
        "RFC 7643 4.2: a group reads back with its name, its members and meta.resourceType Group",
        _group,
    ),
    Check(
        "3.8 media type", "RFC 7644 3.8: Accept application/scim+json is answered in that type", _media_type
    ),
    Check(
        "3.12 not found",
        'RFC 7644 3.12 and 3.5.1: GET, PUT and DELETE of an unknown id answer 404, a SCIM error with status "404"; '
        "PUT creates nothing",
        _not_found,
    ),
    Check(
        "3.12 unauthorized",
        'RFC 7644 3.12: without a token, and with a wrong one, 401 and a SCIM error with status "401"',
        _unauthorized,
    ),
    Check(
        "2 challenge", "RFC 7644 2: a 401 names the ways to sign in, in a WWW-Authenticate header", _challenge
    ),
    Check(
        "3.12 bad body",
        "RFC 7644 3.12: a body that is no object, or a user without userName, is refused with 400 and a SCIM error, whose "
        "scimType is invalidSyntax or invalidValue if there is one",
        _bad_body,
    ),
)
