"""RFC 7644 on filters that join more than two terms, and on those of extensions, of booleans and of groups.

Source: RFC 7644, 3.4.2.2 and 3.10, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.certification.answers import query, require_error, require_first, require_members, value
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_group, new_user
from harness.certification.suites.rfc7644.claims import (
    declined_of,
    need,
    need_all_taken,
    need_groups,
    need_taken,
    need_writable,
    require_chosen,
)
from harness.certification.suites.rfc7644.reading.alike import new_alike, shared_by
from harness.scim.names import CORE_USER, ENTERPRISE_USER


def _three_terms(bench: Bench) -> None:
    need(bench, "filter")
    one, other = new_alike(bench, 2)
    is_shared = shared_by(bench, (one, other))
    is_one, is_other = (f"userName eq {encode_text(each['userName'])}" for each in (one, other))
    require_chosen(bench, f"{is_shared} and {is_one} and {is_other}", [])
    require_chosen(bench, f"{is_shared} and not ({is_one} or {is_other})", [])


def _words_in_capitals(bench: Bench) -> None:
    """A server that does not know AND may decline it, but not read the first term alone."""
    need(bench, "filter")
    one, other = new_alike(bench, 2)
    is_shared = shared_by(bench, (one, other))
    is_one, is_other = (f"userName eq {encode_text(each['userName'])}" for each in (one, other))
    conditions = {
        f"{is_shared} AND {is_one}": [one["id"]],
        f"{is_one} OR {is_other}": [one["id"], other["id"]],
        f"{is_shared} and NOT ({is_one})": [other["id"]],
    }
    need_all_taken(declined_of(bench, conditions))


def _extension(bench: Bench) -> None:
    need(bench, "filter")
    department = bench.name()
    work = {ENTERPRISE_USER: {"department": department}}
    path, made = new_user(bench, schemas=[CORE_USER, ENTERPRISE_USER], **work)
    new_user(bench)
    if value(bench.endpoint.get(path), f"{ENTERPRISE_USER}:department") != department:
        raise SkippedError("the server keeps no department")
    require_chosen(bench, f"{ENTERPRISE_USER}:department eq {encode_text(department)}", [made["id"]])


def _inactive(bench: Bench) -> None:
    need(bench, "filter")
    need_writable(bench, CORE_USER, "active")
    _, made = new_user(bench, active=False)
    name = f"userName eq {encode_text(made['userName'])}"
    require_chosen(bench, f"active eq false and {name}", [made["id"]])
    require_chosen(bench, f"active eq true and {name}", [])
    require_chosen(bench, f"active pr and {name}", [made["id"]])


def _group_operators(bench: Bench) -> None:
    need(bench, "filter")
    need_groups(bench)
    _, made = new_group(bench)
    new_group(bench)
    name = made["displayName"]
    require_chosen(bench, f"displayName sw {encode_text(name[:-1])}", [made["id"]], "Groups")
    require_chosen(bench, f"displayName co {encode_text(name[1:].upper())}", [made["id"]], "Groups")


def _begins_and_there(bench: Bench) -> None:
    need(bench, "filter")
    _, made = new_user(bench)
    name = made["userName"]
    conditions = (
        f"userName sw {encode_text(name[:-4].upper())}",
        f"displayName co {encode_text(made['displayName'][1:].upper())}",
        f"userName eq {encode_text(name)} and emails pr",
        f"userName eq {encode_text(name)} and not (phoneNumbers pr)",
    )
    need_all_taken(declined_of(bench, {condition: [made["id"]] for condition in conditions}))


def _invalid_of_groups(bench: Bench) -> None:
    need(bench, "filter")
    need_groups(bench)
    path = query("Groups", 'displayName resembles "Office"')
    require_error(f"GET {path}", bench.endpoint.ask("GET", path), 400)


def _groups_whole(bench: Bench) -> None:
    need(bench, "filter")
    need_groups(bench)
    _, member = new_user(bench)
    _, made = new_group(bench, member)
    condition = f"displayName eq {encode_text(made['displayName'])}"
    need_taken(bench, condition, "Groups")
    path = query("Groups", condition)
    group = require_first(f"GET {path}", bench.endpoint.get(path))
    require_members(f"GET {path}", group, [member["id"]])


CHECKS = (
    Check(
        "3.4.2.2 three terms",
        "RFC 7644 3.4.2.2: of three terms each counts, and not is of all that stands in its brackets",
        _three_terms,
    ),
    Check(
        "3.4.2.2 AND, OR, NOT",
        "RFC 7644 3.4.2.2 and RFC 5234 2.3: the words and, or and not ignore case",
        _words_in_capitals,
    ),
    Check(
        "3.4.2.2 extension",
        "RFC 7644 3.4.2.2 and 3.10: eq by an extension's attribute finds that user alone",
        _extension,
    ),
    Check(
        "3.4.2.2 active",
        "RFC 7644 3.4.2.2: active eq false finds who is inactive, true does not, and active pr does: false is a value",
        _inactive,
    ),
    Check(
        "3.4.2.2 sw, co in any case, pr of lists",
        "RFC 7644 3.4.2.2: sw and co ignore case where eq does, pr tells whether there is an address",
        _begins_and_there,
    ),
    Check(
        "3.4.2.2 sw, co of groups",
        "RFC 7644 3.4.2.2: sw and co of displayName choose groups in any case",
        _group_operators,
    ),
    Check(
        "3.4.2.2 invalidFilter of groups",
        "RFC 7644 3.4.2.2 and 3.12: an unknown operator is refused with 400 and a SCIM error for groups, too",
        _invalid_of_groups,
    ),
    Check(
        "3.4.2 list of groups is whole",
        "RFC 7644 3.4.2 and RFC 7643 4.2: a list shows a group with its members, as a read by id does",
        _groups_whole,
    ),
)
