"""RFC 7644 on queries: lists, filters, pages and attributes that are asked for.

A server may leave filters out, or some of them: then it has to say so, in ServiceProviderConfig or by invalidFilter, and
the check is skipped; the plain userName eq goes with filters at all. What it may not do is answer another question than was
asked.

Source: RFC 7644, 3.4.2 and 3.9, and RFC 7643, 4.1.1, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.certification.answers import (
    query,
    require,
    require_error,
    require_list,
    require_resources,
    require_value,
    require_values,
    require_whole_number,
    value,
)
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import new_user
from harness.certification.suites.rfc7644.claims import (
    declined_of,
    need,
    need_all_taken,
    need_two_addresses,
    require_chosen,
    require_found,
)
from harness.certification.suites.rfc7644.reading.alike import new_alike, shared_by
from harness.certification.suites.samples import DOMAIN

# What is returned of a user by default, in a list as by id.
USER_WHOLE = (
    "id",
    "userName",
    "externalId",
    "displayName",
    "name.givenName",
    "name.familyName",
    "active",
    "emails",
    "schemas",
    "meta.resourceType",
    "meta.location",
)


def _list(bench: Bench) -> None:
    new_user(bench)
    listed = bench.endpoint.get("/Users")
    total = require_list("GET /Users", listed)
    resources = require_resources("GET /Users", listed)
    require(0 < len(resources) <= total, f"GET /Users: {len(resources)} resources, totalResults {total}")
    for each in resources:
        require(isinstance(each.get("id"), str), "GET /Users: a resource has no id")


def _no_match(bench: Bench) -> None:
    need(bench, "filter")
    path = query("Users", f'userName eq "nobody-{bench.word()}"')
    listed = bench.endpoint.get(path)
    total = require_list(f"GET {path}", listed)
    require(total == 0, f"GET {path}: totalResults is {total} instead of 0")
    require(
        not require_resources(f"GET {path}", listed),
        f"GET {path}: there are resources though totalResults is 0",
    )


def _equal(bench: Bench) -> None:
    need(bench, "filter")
    new_user(bench)
    _, made = new_user(bench)
    require_found(bench, f"userName eq {encode_text(made['userName'])}", [made["id"]])


def _case_of_values(bench: Bench) -> None:
    need(bench, "filter")
    _, made = new_user(bench)
    require_found(bench, f"userName eq {encode_text(made['userName'].upper())}", [made["id"]])


def _case_of_names(bench: Bench) -> None:
    need(bench, "filter")
    _, made = new_user(bench)
    require_found(bench, f"USERNAME EQ {encode_text(made['userName'])}", [made["id"]])


def _logic(bench: Bench) -> None:
    need(bench, "filter")
    one, other = new_alike(bench, 2)
    both = shared_by(bench, (one, other))
    is_one, is_other = (f"userName eq {encode_text(each['userName'])}" for each in (one, other))
    require_chosen(bench, f"{both} and {is_one}", [one["id"]])
    require_chosen(bench, f"{is_one} or {is_other}", [one["id"], other["id"]])
    require_chosen(
        bench, f"{both} or {is_one}", [one["id"], other["id"]]
    )  # the one fits both, and is there once
    require_chosen(bench, f'{is_one} or {is_other} and userName eq "nobody"', [one["id"]])
    require_chosen(bench, f"{both} and not ({is_one})", [other["id"]])


def _operators(bench: Bench) -> None:
    need(bench, "filter")
    _, made = new_user(bench)
    name = made["userName"]
    _, around = new_user(bench, userName=f"x{name}.au")
    conditions = {
        f"userName sw {encode_text(name[:-4])}": [made["id"]],
        f"userName co {encode_text(name[1:-4])}": [made["id"], around["id"]],
        f"userName ew {encode_text(name[4:])}": [made["id"]],
        f"userName eq {encode_text(name)} and name.familyName pr": [made["id"]],
        f"userName eq {encode_text(name)} and userName ne {encode_text(name)}": [],
    }
    need_all_taken(declined_of(bench, conditions))


def _value_filter(bench: Bench) -> None:
    need(bench, "filter")
    need_two_addresses(bench)
    work, home = f"work-{bench.word()}@{DOMAIN}", f"home-{bench.word()}@{DOMAIN}"
    emails = [{"value": work, "type": "work", "primary": True}, {"value": home, "type": "home"}]
    _, made = new_user(bench, emails=emails)
    for kind, mail, ids in (
        ("work", work, [made["id"]]),
        ("home", home, [made["id"]]),
        ("home", work, []),
    ):
        require_chosen(bench, f"emails[type eq {encode_text(kind)} and value eq {encode_text(mail)}]", ids)


def _bad_filter(bench: Bench) -> None:
    unended, unknown = query("Users", "userName eq"), query("Users", 'userName regex "a"')
    response = bench.endpoint.ask("GET", unended)
    if response.status == 501:
        need(bench, "filter")
    require_error(f"GET {unended}", response, 400, "invalidFilter", None)
    require_error(f"GET {unknown}", bench.endpoint.ask("GET", unknown), 400, "invalidFilter")


def _pages(bench: Bench) -> None:
    new_user(bench)
    new_user(bench)
    ids = []
    for start in (1, 2):
        path = f"/Users?startIndex={start}&count=1"
        listed = bench.endpoint.get(path)
        total = require_list(f"GET {path}", listed)
        require(total >= 2, f"GET {path}: totalResults is {total}, with two users made for this")
        require_value(f"GET {path}", listed, "startIndex", start)
        resources = require_resources(f"GET {path}", listed)
        require(len(resources) == 1, f"GET {path}: {len(resources)} resources instead of 1")
        per_page = require_whole_number(f"GET {path}", listed, "itemsPerPage")
        require(per_page == 1, f"GET {path}: itemsPerPage is {per_page} instead of 1")
        ids.append(resources[0].get("id"))
    require(ids[0] != ids[1], f"the pages at 1 and at 2 both show {ids[0]}")


def _count_zero(bench: Bench) -> None:
    new_user(bench)
    for count in (0, -1):
        path = f"/Users?count={count}"
        listed = bench.endpoint.get(path)
        total = require_list(f"GET {path}", listed)
        require(total > 0, f"GET {path}: totalResults is {total} though there are users")
        resources = listed.get("Resources", [])
        require(resources == [], f"GET {path}: there are resources")


def _start_below_one(bench: Bench) -> None:
    for _ in range(2):  # of one user alone a page would be all, and need no startIndex
        new_user(bench)
    for start in (0, -1):
        path = f"/Users?startIndex={start}&count=1"
        listed = bench.endpoint.get(path)
        require_list(f"GET {path}", listed)
        require_value(f"GET {path}", listed, "startIndex", 1)
        resources = require_resources(f"GET {path}", listed)
        require(len(resources) == 1, f"GET {path}: {len(resources)} resources instead of 1")


def _beyond_the_end(bench: Bench) -> None:
    new_user(bench)
    path = "/Users?startIndex=1000000000&count=1"
    listed = bench.endpoint.get(path)
    total = require_list(f"GET {path}", listed)
    require(total > 0, f"GET {path}: totalResults is {total} though there are users")
    require(listed.get("Resources", []) == [], f"GET {path}: there are resources")


def _attributes(bench: Bench) -> None:
    path, made = new_user(bench)
    narrowed = f"{path}?attributes=userName,name.familyName"
    there = bench.endpoint.get(narrowed)
    require_values(
        f"GET {narrowed}",
        there,
        {
            "id": made["id"],
            "userName": made["userName"],
            "name.familyName": value(made, "name.familyName"),
            "name.givenName": None,
            "displayName": None,
            "emails": None,
        },
    )


def _excluded(bench: Bench) -> None:
    path, made = new_user(bench)
    narrowed = f"{path}?excludedAttributes=displayName,id"
    there = bench.endpoint.get(narrowed)
    require_values(
        f"GET {narrowed}", there, {"id": made["id"], "userName": made["userName"], "displayName": None}
    )


CHECKS = (
    Check(
        "3.4.2 list",
        "RFC 7644 3.4.2: GET /Users answers the ListResponse schema, totalResults as a number, and resources with an id",
        _list,
    ),
    Check(
        "3.4.2 no match", "RFC 7644 3.4.2: a query without matches answers 200 with totalResults 0", _no_match
    ),
    Check("3.4.2.2 eq", "RFC 7644 3.4.2.2: userName eq finds that user alone", _equal),
    Check(
        "3.4.2.2 case of values",
        "RFC 7644 3.4.2.2 and RFC 7643 4.1.1: userName is case insensitive, so a filter finds it in upper case",
        _case_of_values,
    ),
    Check(
        "3.4.2.2 case of names",
        "RFC 7644 3.4.2.2: names of attributes and operators ignore case (USERNAME EQ)",
        _case_of_names,
    ),
    Check(
        "3.4.2.2 and, or, not",
        "RFC 7644 3.4.2.2: and, or and not choose right, each user once; and binds before or",
        _logic,
    ),
    Check("3.4.2.2 sw, co, ew, pr, ne", "RFC 7644 3.4.2.2: the further operators choose right", _operators),
    Check(
        "3.4.2.2 value filter",
        "RFC 7644 3.4.2.2: the terms in emails[type eq … and value eq …] hold for one and the same address",
        _value_filter,
    ),
    Check(
        "3.4.2.2 invalidFilter",
        "RFC 7644 3.4.2.2 and 3.12: an unknown operator is refused with 400 and invalidFilter; so is a filter without an end, "
        "whose error may lack a scimType",
        _bad_filter,
    ),
    Check(
        "3.4.2.4 pages",
        "RFC 7644 3.4.2.4: count=1 answers one user, startIndex and itemsPerPage; startIndex=2 another user",
        _pages,
    ),
    Check(
        "3.4.2.4 count 0",
        "RFC 7644 3.4.2.4: count=0 and, the same by definition, count=-1 answer totalResults and no resources",
        _count_zero,
    ),
    Check("3.4.2.4 startIndex 0", "RFC 7644 3.4.2.4: a startIndex below 1 is taken for 1", _start_below_one),
    Check(
        "3.4.2.4 beyond the end",
        "RFC 7644 3.4.2.4: a startIndex beyond the last user answers totalResults and no resources (it follows; not said)",
        _beyond_the_end,
        mandatory=False,
    ),
    Check(
        "3.9 attributes",
        "RFC 7644 3.9: attributes=… answers those and what is always returned, nothing else by default",
        _attributes,
    ),
    Check(
        "3.9 excludedAttributes",
        "RFC 7644 3.9: excludedAttributes=… leaves those out, but not what is always returned (id)",
        _excluded,
    ),
)
