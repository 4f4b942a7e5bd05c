"""RFC 7644 on what jobs match and follow people by: addresses, moments of change, other scripts, parts of an extension.

`emails[type eq "work"].value eq "…"` is no filter of the RFC, which ends a value filter with its bracket; Azure AD sends it
where that attribute is matched on.

Source: RFC 7644, 3.4.2.2, 3.4.2.4, 3.9, 3.10 and 3.12, https://datatracker.ietf.org/doc/html/rfc7644, and
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups (read 2026-11-29).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from harness.base.json_text import encode_text
from harness.certification.answers import (
    query,
    require,
    require_document,
    require_list,
    require_schema,
    require_status,
    require_value,
    require_values,
    value,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import group, new_group, new_user, user
from harness.certification.suites.rfc7644.changes.operations import WORK_ADDRESS
from harness.certification.suites.rfc7644.claims import (
    is_case_exact,
    need,
    need_groups,
    need_taken,
    require_chosen,
)
from harness.scim.names import CORE_USER, ENTERPRISE_USER, ERROR

_MINUTE = timedelta(minutes=1)
_JSON = ("application/scim+json", "application/json")


def _address(bench: Bench) -> None:
    need(bench, "filter")
    _, made = new_user(bench)
    new_user(bench)
    mail = str(value(made, WORK_ADDRESS))
    require_chosen(bench, f"emails.value eq {encode_text(mail)}", [made["id"]])
    if not is_case_exact(bench, CORE_USER, "emails", "value"):
        require_chosen(bench, f"emails.value eq {encode_text(mail.upper())}", [made["id"]])


def _typed_address(bench: Bench) -> None:
    need(bench, "filter")
    _, made = new_user(bench)
    mail = value(made, WORK_ADDRESS)
    elsewhere = user(bench, emails=[{"value": mail, "type": "home"}])
    if bench.endpoint.ask("POST", "/Users", elsewhere).status not in (
        200,
        201,
    ):  # an address may be one person's
        new_user(bench)
    require_chosen(bench, f"{WORK_ADDRESS} eq {encode_text(mail)}", [made["id"]])


def _recent(bench: Bench) -> None:
    """Ask a minute before and after the change: who follows changes asks so, day by day is too coarse."""
    need(bench, "filter")
    path, made = new_user(bench)
    moment = value(bench.endpoint.get(path), "meta.lastModified")
    try:
        changed = datetime.fromisoformat(str(moment))
    except ValueError:
        raise SkippedError(f"meta.lastModified is {written(moment)}") from None
    name = f"userName eq {encode_text(made['userName'])}"
    for bound, ids in ((changed - _MINUTE, [made["id"]]), (changed + _MINUTE, [])):
        text = bound.isoformat().replace("+00:00", "Z")
        require_chosen(bench, f'{name} and meta.lastModified gt "{text}"', ids)


def _scripts_of_groups(bench: Bench) -> None:
    need(bench, "filter")
    need_groups(bench)
    names = [f"{bench.name()} Отдел 部 {sign}" for sign in ("& Söhne", "O'Brien", "A+B 50%")]
    for name in names:
        made = bench.endpoint.post("/Groups", {**group(bench), "displayName": name})
        require_chosen(bench, f"displayName eq {encode_text(name)}", [made["id"]], "Groups")


def _none_of_some(bench: Bench) -> None:
    need(bench, "filter")
    _, made = new_user(bench)
    path = query("Users", f"userName eq {encode_text(made['userName'])}") + "&count=0"
    page = bench.endpoint.get(path)
    total = require_list(f"GET {path}", page)
    require(
        total == 1 and not page.get("Resources"),
        f"GET {path}: totalResults is {total} with {written(page.get('Resources'))} instead of 1 and none",
    )


def _part_of_extension(bench: Bench) -> None:
    work = {"department": "Sales", "costCenter": "4711"}
    path, made = new_user(bench, **{"schemas": [CORE_USER, ENTERPRISE_USER], ENTERPRISE_USER: work})
    department, cost_center = f"{ENTERPRISE_USER}:department", f"{ENTERPRISE_USER}:costCenter"
    there = bench.endpoint.get(path)
    if value(there, department) is None or value(there, cost_center) is None:
        raise SkippedError("the server keeps no department and costCenter of the enterprise extension")
    narrowed = f"{path}?attributes={department}"
    values = {"id": made["id"], department: "Sales", cost_center: None, "userName": None}
    require_values(f"GET {narrowed}", bench.endpoint.get(narrowed), values)
    narrowed = f"{path}?attributes={ENTERPRISE_USER}"
    require_values(
        f"GET {narrowed}", bench.endpoint.get(narrowed), {department: "Sales", cost_center: "4711"}
    )
    narrowed = f"{path}?excludedAttributes={department}"
    values = {"userName": made["userName"], department: None, cost_center: "4711"}
    require_values(f"GET {narrowed}", bench.endpoint.get(narrowed), values)


def _members_left_out(bench: Bench) -> None:
    need_groups(bench)
    _, member = new_user(bench)
    path, made = new_group(bench, member)
    condition = f"displayName eq {encode_text(made['displayName'])}"
    for narrowed in (f"{path}?excludedAttributes=members", f"{path}?attributes=displayName"):
        values = {"id": made["id"], "displayName": made["displayName"], "members": None}
        require_values(f"GET {narrowed}", bench.endpoint.get(narrowed), values)
    need(bench, "filter")
    need_taken(bench, condition, "Groups")
    narrowed = query("Groups", condition) + "&excludedAttributes=members"
    (first,) = bench.endpoint.get(narrowed).get("Resources") or [{}]
    require_value(f"GET {narrowed}", first, "members", None)


def _no_endpoint(bench: Bench) -> None:
    path = f"/Nonsense{bench.word()}"
    response = bench.endpoint.ask("GET", path)
    require(
        400 <= response.status < 500 or response.status == 501,
        f"GET {path}, which is no endpoint, answered {response.status} instead of 404",
    )


def _error_of_no_endpoint(bench: Bench) -> None:
    path = f"/Nonsense{bench.word()}"
    response = bench.endpoint.ask("GET", path)
    require_schema(f"GET {path}", require_document(f"GET {path}", response), ERROR)


def _type_of_errors(bench: Bench) -> None:
    for path, status, token in ((f"/Users/{bench.ids.uuid()}", 404, None), ("/Users", 401, "wrong")):
        response = bench.endpoint.ask("GET", path, token=token)
        label = f"GET {path}"
        require_status(label, response, status)
        media_type = (response.header("Content-Type") or "nothing").partition(";")[0].strip().lower()
        require(media_type in _JSON, f"{label} answered {status} with Content-Type {media_type}")


CHECKS = (
    Check(
        "3.4.2.2 address",
        "RFC 7644 3.4.2.2 and RFC 7643 8.7.1: eq by emails.value finds the user, in any case unless /Schemas says otherwise",
        _address,
    ),
    Check(
        "3.4.2.2 typed address",
        'RFC 7644 3.4.2.2 has no filter such as emails[type eq "work"].value eq; Azure AD matches people by it',
        _typed_address,
        mandatory=False,
    ),
    Check(
        "3.4.2.2 recent moments",
        "RFC 7644 3.4.2.2: meta.lastModified gt tells a minute before a change from a minute after",
        _recent,
    ),
    Check(
        "3.4.2.2 scripts of groups",
        "RFC 7644 3.4.2.2: a filter with letters of another script and signs finds the group",
        _scripts_of_groups,
    ),
    Check(
        "3.4.2.4 count 0 of a query",
        "RFC 7644 3.4.2.4: count=0 with a filter answers totalResults and no resources",
        _none_of_some,
    ),
    Check(
        "3.9 parts of an extension",
        "RFC 7644 3.9 and 3.10: attributes=… and excludedAttributes=… take an extension's attribute, "
        "attributes= an extension by its name (hardly any client asks so)",
        _part_of_extension,
        mandatory=False,
    ),
    Check(
        "3.9 without members",
        "RFC 7644 3.9: excludedAttributes=members leaves the members of a group out, by id and in lists",
        _members_left_out,
    ),
    Check(
        "3.12 error of no endpoint",
        "RFC 7644 3.12: an endpoint that there is not answers with a SCIM error in JSON, as others do (hardly any client minds)",
        _error_of_no_endpoint,
        mandatory=False,
    ),
    Check("3.12 no endpoint", "RFC 7644 3.12: an endpoint that there is not is no success", _no_endpoint),
    Check(
        "3.12 type of errors",
        "RFC 7644 3.12 and 3.8: errors say that they are JSON in their Content-Type",
        _type_of_errors,
    ),
)
