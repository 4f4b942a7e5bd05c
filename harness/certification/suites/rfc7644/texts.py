"""RFC 7644 on what is sent and comes back as bytes: names of all scripts, media types, bodies that are no JSON or none.

Source: RFC 7644, 3.8, 3.11 and 3.12, RFC 7643, 2.3.1, and RFC 9110, 12.5.1 and 15.3.5, https://datatracker.ietf.org/doc/html/rfc7644
(read 2026-11-30).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.certification.answers import (
    excerpt,
    require,
    require_document,
    require_error,
    require_resource,
    require_status,
    require_value,
    require_values,
    value,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_user, user
from harness.certification.suites.rfc7644.claims import (
    need,
    need_groups,
    need_writable,
    require_found,
)
from harness.certification.suites.rfc7644.reading.alike import filtered_by
from harness.scim.names import CORE_GROUP

_NOT_OFFERED = (301, 302, 307, 308, 403, 404, 405, 501)
_NAMES = {"givenName": "Zoë Ærøskøbing", "familyName": 'Ольга 李小龍 O\'Brien \\ "Q" 😀'}


def _scripts(bench: Bench) -> None:
    path, made = new_user(bench, displayName="ÅSA de la Crüz", name=_NAMES)
    values = {"displayName": made["displayName"]} | {f"name.{key}": each for key, each in _NAMES.items()}
    require_values(f"GET {path}", bench.endpoint.get(path), values)


def _filter_scripts(bench: Bench) -> None:
    need(bench, "filter")
    attribute, word = filtered_by(bench, "displayName", "userName"), bench.word()
    sent = user(bench, **{attribute: f'Ольга "Zoë" \\ {word}'})
    response = bench.endpoint.ask("POST", "/Users", sent)
    if response.status == 400:
        raise SkippedError(f"a {attribute} with quotes and a backslash is refused: {excerpt(response)}")
    require_status("POST /Users", response, 200, 201)
    made = {**sent, "id": require_resource("POST /Users", response)["id"]}
    require_found(bench, f"{attribute} eq {encode_text(made[attribute])}", [made["id"]])


def _mixed_case(bench: Bench) -> None:
    sent = user(bench)
    sent["userName"] = f"MiXed-{sent['userName']}"
    path = f"/Users/{bench.endpoint.post('/Users', sent)['id']}"
    require_value(f"GET {path}", bench.endpoint.get(path), "userName", sent["userName"])


def _case_of_letters(bench: Bench) -> None:
    letters = "éøж"
    sent = user(bench)
    sent["userName"] = f"{letters}-{sent['userName']}"
    response = bench.endpoint.ask("POST", "/Users", sent)
    if response.status == 400:
        raise SkippedError(f"a userName with {letters} is refused: {excerpt(response)}")
    require_status("POST /Users", response, 200, 201)
    again = user(bench, userName=sent["userName"].replace(letters, letters.upper()))
    response = bench.endpoint.ask("POST", "/Users", again)
    require_status(f"POST /Users with {again['userName']} while {sent['userName']} is in use", response, 409)


def _malformed(bench: Bench) -> None:
    for content in (b'{"userName": ', b"userName=x", b'{"userName": "\xff"}'):
        label = f"POST /Users with the body {content!r}"
        response = bench.endpoint.ask("POST", "/Users", content=content)
        require_error(label, response, 400, "invalidSyntax", "invalidValue", None)


def _malformed_patch(bench: Bench) -> None:
    need(bench, "patch")
    path, made = new_user(bench)
    for body in (
        {"Operations": "replace"},
        {"Operations": [{"op": "rename", "path": "displayName", "value": "x"}]},
    ):
        response = bench.endpoint.ask(
            "PATCH", path, {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], **body}
        )
        label = f"PATCH {path} with {encode_text(body)}"
        require_error(label, response, 400, "invalidSyntax", "invalidValue", None)
    require_value(f"GET {path} afterwards", bench.endpoint.get(path), "displayName", made["displayName"])


def _plain_json(bench: Bench) -> None:
    require_accepted(bench, "application/json")


def _any_type(bench: Bench) -> None:
    require_accepted(bench, "*/*")


def require_accepted(bench: Bench, media_types: str) -> None:
    """Demand a user for who accepts `media_types`, as a header lists them. Raises FailedError."""
    path, made = new_user(bench)
    response = bench.endpoint.ask("GET", path, headers=(("Accept", media_types),))
    label = f"GET {path} with Accept {media_types}"
    require_status(label, response, 200)
    require_value(label, require_document(label, response), "userName", made["userName"])


def _plain_json_sent(bench: Bench) -> None:
    sent = user(bench)
    label = "POST /Users with Content-Type application/json"
    response = bench.endpoint.ask("POST", "/Users", sent, headers=(("Content-Type", "application/json"),))
    require_status(label, response, 201)
    require_value(label, require_resource(label, response), "userName", sent["userName"])


def _no_content(bench: Bench) -> None:
    path, _ = new_user(bench)
    response = bench.endpoint.ask("DELETE", path)
    require_status(f"DELETE {path}", response, 204)
    bench.endpoint.forget(path)
    length = response.header("Content-Length") or "0"
    require(
        not response.body and length == "0",
        f"DELETE {path} answered 204 with a body, or with Content-Length {length}",
    )


def _me(bench: Bench) -> None:
    response = bench.endpoint.ask("GET", "/Me")
    if response.status in _NOT_OFFERED:
        raise SkippedError(f"GET /Me answered {response.status}: a token of no person's")
    require_status("GET /Me", response, 200)
    there = require_resource("GET /Me", response)
    require_value("GET /Me", there, "meta.resourceType", "User")
    require(isinstance(value(there, "userName"), str), "GET /Me: there is no userName")


def _group_scripts(bench: Bench) -> None:
    need_groups(bench)
    need(bench, "patch")
    need_writable(bench, CORE_GROUP, "displayName")
    path, _ = new_group(bench)
    name = f"{bench.name()} Отдел – Ünïté 部"
    bench.endpoint.patch(path, {"op": "replace", "path": "displayName", "value": name})
    require_value(f"GET {path} after replace", bench.endpoint.get(path), "displayName", name)


CHECKS = (
    Check(
        "7643 2.3.1 scripts",
        "RFC 7643 2.3.1: names of other scripts, with quotes and signs, read back as sent",
        _scripts,
    ),
    Check(
        "7643 2.3.1 scripts of groups",
        "RFC 7643 2.3.1: a group that is renamed in letters of another script reads back as sent",
        _group_scripts,
    ),
    Check(
        "3.4.2.2 scripts",
        "RFC 7644 3.4.2.2: a filter with letters of another script, quotes and a backslash finds the user",
        _filter_scripts,
    ),
    Check(
        "7643 4.1.1 mixed case",
        "RFC 7643 7: userName reads back in the case in which it was sent (a server MAY alter it, for it is not caseExact)",
        _mixed_case,
        mandatory=False,
    ),
    Check(
        "7643 4.1.1 case of letters",
        "RFC 7643 4.1.1: userName ignores case in letters of every script, so one in use is refused in capitals (it follows)",
        _case_of_letters,
        mandatory=False,
    ),
    Check(
        "3.12 malformed JSON",
        "RFC 7644 3.12: a body that is no JSON, or no UTF-8, is refused with 400 and a SCIM error",
        _malformed,
    ),
    Check(
        "3.5.2 malformed operations",
        "RFC 7644 3.5.2 and 3.12: Operations that are no list, and an unknown op, are refused with 400 and change nothing",
        _malformed_patch,
    ),
    Check(
        "3.8 any type",
        "RFC 7644 3.8 and RFC 9110 12.5.1: who accepts any type, */*, gets the resource",
        _any_type,
    ),
    Check(
        "3.8 plain JSON",
        "RFC 7644 3.8: Accept application/json is answered too (SHOULD)",
        _plain_json,
        mandatory=False,
    ),
    Check(
        "3.8 plain JSON sent",
        "RFC 7644 3.8: a body in application/json is taken too (SHOULD)",
        _plain_json_sent,
        mandatory=False,
    ),
    Check("3.6 no content", "RFC 7644 3.6 and RFC 9110 15.3.5: an answer 204 has no body", _no_content),
    Check("3.11 me", "RFC 7644 3.11: /Me, where there is such a thing, answers a user", _me),
)
