"""RFC 7644 on whole lists: every page of them, filters by every attribute, searches by POST.

Source: RFC 7644, 3.4.2 and 3.4.3, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import (
    address,
    query,
    require,
    require_list,
    require_resources,
    require_whole_number,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import group, new_group, new_user, new_users
from harness.certification.suites.rfc7644.claims import (
    declined_of,
    need,
    need_all_taken,
    need_groups,
    need_writable,
    require_chosen,
    searched,
)
from harness.certification.suites.rfc7644.reading.alike import new_alike, shared_by
from harness.scim.names import CORE_USER, LIST_RESPONSE

_PAGE = 2
_CAP = 10


def _union(bench: Bench) -> None:
    need(bench, "filter")
    made = new_alike(bench, 5)
    ids = [each["id"] for each in made]
    one_by_one = " or ".join(f"userName eq {encode_text(each['userName'])}" for each in made)
    path = query("Users", shared_by(bench, made, one_by_one))
    seen = [each.get("id") for each in _walked(bench, path, len(ids))]
    require(
        sorted(map(encode_text, seen)) == sorted(map(encode_text, ids)),
        f"GET {path} page by page: {len(seen)} users, {len(set(map(encode_text, seen)) & set(map(encode_text, ids)))} of the "
        f"{len(ids)} that fit",
    )


def _walked(bench: Bench, path: str, total: int) -> Iterator[Document]:
    """Yield what pages of two hold. Raises FailedError for a total that is not that of all."""
    start = 1
    while start <= total:
        page_path = f"{path}&startIndex={start}&count={_PAGE}"
        page = bench.endpoint.get(page_path)
        resources = require_resources(f"GET {page_path}", page)
        counted = require_list(f"GET {page_path}", page)
        require(counted == total, f"GET {page_path}: totalResults is {counted} instead of {total}")
        per_page = require_whole_number(f"GET {page_path}", page, "itemsPerPage")
        require(
            0 < len(resources) <= _PAGE and per_page == len(resources),
            f"GET {page_path}: {len(resources)} resources, and itemsPerPage is {per_page}",
        )
        yield from resources
        start += len(resources)


def _everybody(bench: Bench) -> None:
    need(bench, "filter")
    made = [each["id"] for each in new_users(bench, 3)]
    page = bench.endpoint.get("/Users")
    total, resources = require_list("GET /Users", page), require_resources("GET /Users", page)
    require(total >= len(resources), f"GET /Users: totalResults is {total}, of {len(resources)} resources")
    require(total >= len(made), f"GET /Users: totalResults is {total}, with {len(made)} users made for this")
    if len(resources) < total:
        path = f"/Users?startIndex={len(resources) + 1}"
        rest = require_resources(f"GET {path}", bench.endpoint.get(path))
        require(
            bool(rest),
            f"GET {path}: no resources, though {total} are told of and {len(resources)} came before",
        )
        return
    missing = [key for key in made if key not in [each.get("id") for each in resources]]
    require(not missing, f"GET /Users: {len(missing)} of the {len(made)} users made for this are missing")


def _capped(bench: Bench) -> None:
    new_users(bench, _CAP)
    path = f"/Users?count={_CAP}"
    resources = require_resources(f"GET {path}", bench.endpoint.get(path))
    require(len(resources) == _CAP, f"GET {path}: {len(resources)} resources, of {_CAP} users and more")


def _each_attribute(bench: Bench) -> None:
    need(bench, "filter")
    word = bench.word()
    names = {"givenName": f"Given-{word}", "familyName": f"Family-{word}"}
    _, made = new_user(bench, displayName=f"Display-{word}", name=names)
    new_user(bench)
    mail = encode_text(made["emails"][0]["value"])
    conditions = (
        f"externalId eq {encode_text(made['externalId'])}",
        f"id eq {encode_text(made['id'])}",
        f"displayName eq {encode_text(made['displayName'])}",
        f"name.familyName eq {encode_text(names['familyName'])}",
        f"name.givenName eq {encode_text(names['givenName'])}",
        f"emails.value eq {mail}",
        f"emails eq {mail}",
        f"urn:ietf:params:scim:schemas:core:2.0:User:userName eq {encode_text(made['userName'])}",
    )
    need_all_taken(declined_of(bench, {condition: [made["id"]] for condition in conditions}))
    need_writable(bench, CORE_USER, "active")
    require_chosen(bench, f"active eq true and userName eq {encode_text(made['userName'])}", [made["id"]])
    require_chosen(bench, f"active eq false and userName eq {encode_text(made['userName'])}", [])


def _group_attributes(bench: Bench) -> None:
    need(bench, "filter")
    need_groups(bench)
    (_, member), (_, stranger) = new_user(bench), new_user(bench)
    _, made = new_group(bench, member)
    new_group(bench, stranger)
    conditions = (
        f"displayName eq {encode_text(made['displayName'])}",
        f"displayName eq {encode_text(made['displayName'].upper())}",
        f"id eq {encode_text(made['id'])}",
        f"members.value eq {encode_text(member['id'])}",
    )
    need_all_taken(declined_of(bench, {condition: [made["id"]] for condition in conditions}, "Groups"))


def _group_external_id(bench: Bench) -> None:
    need(bench, "filter")
    need_groups(bench)
    name = bench.name()
    made = bench.endpoint.post("/Groups", {**group(bench), "externalId": name})
    if bench.endpoint.get(address("/Groups", made)).get("externalId") != name:
        raise SkippedError("groups keep no externalId")
    new_group(bench)
    require_chosen(bench, f"externalId eq {encode_text(name)}", [made["id"]], "Groups")
    require_chosen(bench, f"externalId eq {encode_text(bench.name())}", [], "Groups")


def _search(bench: Bench) -> None:
    need(bench, "filter")
    _, made = new_user(bench)
    new_user(bench)
    condition = f"userName eq {encode_text(made['userName'])}"
    label = f"POST /Users/.search for {condition}"
    options = {"filter": condition, "attributes": ["userName"], "startIndex": 1, "count": 10}
    page = searched(bench, label, options)
    resources = require_resources(label, page)
    require(
        require_list(label, page) == len(resources) == 1, f"{label}: {len(resources)} users instead of one"
    )
    values = {name: resources[0].get(name) for name in ("id", "userName", "displayName")}
    right_values = {"id": made["id"], "userName": made["userName"], "displayName": None}
    require(values == right_values, f"{label}: {written(values)} instead of {written(right_values)}")
    require(page.get("schemas") == [LIST_RESPONSE], f"{label}: schemas is {written(page.get('schemas'))}")


CHECKS = (
    Check(
        "3.4.2 everybody",
        "RFC 7644 3.4.2: totalResults counts all users, and a list that is whole has each of them",
        _everybody,
    ),
    Check(
        "3.4.2.4 all pages",
        "RFC 7644 3.4.2.4: the pages of a query have, put together, each result once, and the same totalResults",
        _union,
    ),
    Check(
        "3.4.2.4 count is met",
        "RFC 7644 3.4.2.4: a page of ten has ten users where there are as many (fewer are allowed)",
        _capped,
        mandatory=False,
    ),
    Check(
        "3.4.2.2 each attribute",
        "RFC 7644 3.4.2.2: eq by externalId, id, displayName, name, emails, active and a full name finds that user alone",
        _each_attribute,
    ),
    Check(
        "3.4.2.2 groups",
        "RFC 7644 3.4.2.2: eq by displayName in any case, id and members finds that group alone",
        _group_attributes,
    ),
    Check(
        "3.4.2.2 externalId of groups",
        "RFC 7644 3.4.2.2: eq by externalId, where groups keep one, finds that group alone",
        _group_external_id,
    ),
    Check(
        "3.4.3 search",
        "RFC 7644 3.4.3: POST to /Users/.search, where there is such a thing, answers as the query would",
        _search,
    ),
)
