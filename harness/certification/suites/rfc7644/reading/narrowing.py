"""RFC 7644 on what of a resource is answered: in lists, after a change, and by an attribute's full name.

Source: RFC 7644, 3.4.2, 3.4.3 and 3.9, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

from typing import Any

from harness.base.json_text import encode_text
from harness.base.store import Document
from harness.certification.answers import (
    address,
    query,
    require,
    require_document,
    require_list,
    require_resource,
    require_resources,
    require_status,
    require_values,
    value,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.suite import Check
from harness.certification.suites.people import new_user, user
from harness.certification.suites.rfc7644.claims import need, need_claim, searched
from harness.certification.suites.rfc7644.reading.alike import new_alike, shared_by
from harness.certification.suites.rfc7644.reading.queries import USER_WHOLE
from harness.scim.names import CORE_USER

_NOBODY = {"filter": 'userName eq "nobody"', "count": 1}


def _as_read(bench: Bench) -> None:
    need(bench, "filter")
    path, made = new_user(bench)
    there = bench.endpoint.get(path)
    (listed,) = _matching(bench, made)
    require_values(f"GET /Users, {path} in it", listed, {name: value(there, name) for name in USER_WHOLE})


def _matching(bench: Bench, made: Document, further: str = "") -> list[Document]:
    """Return the one user whom a query by userName answers."""
    path = query("Users", f"userName eq {encode_text(made['userName'])}") + further
    resources = require_resources(f"GET {path}", bench.endpoint.get(path))
    require(len(resources) == 1, f"GET {path}: {len(resources)} users instead of one")
    return resources


def _attributes_in_lists(bench: Bench) -> None:
    need(bench, "filter")
    _, made = new_user(bench)
    (there,) = _matching(bench, made, "&attributes=userName")
    wanted: dict[str, Any] = {"id": made["id"], "userName": made["userName"], "displayName": None}
    require_values("GET /Users with attributes=userName", there, {**wanted, "emails": None})
    (there,) = _matching(bench, made, "&excludedAttributes=displayName")
    require_values("GET /Users with excludedAttributes=displayName", there, wanted)


def _attributes_when_written(bench: Bench) -> None:
    sent = user(bench)
    label = "POST /Users?attributes=userName"
    response = bench.endpoint.ask("POST", "/Users?attributes=userName", sent)
    require_status(label, response, 201)
    made = require_resource(label, response)
    require_values(label, made, {"userName": sent["userName"], "displayName": None, "emails": None})
    path = f"{address('/Users', made)}?attributes=userName"
    response = bench.endpoint.ask("PUT", path, sent)
    require_status(f"PUT {path}", response, 200)
    there = require_document(f"PUT {path}", response)
    require_values(f"PUT {path}", there, {"userName": sent["userName"], "displayName": None})


def _full_names(bench: Bench) -> None:
    path, made = new_user(bench)
    narrowed = f"{path}?attributes={CORE_USER}:userName"
    wanted = {"id": made["id"], "userName": made["userName"], "displayName": None}
    require_values(f"GET {narrowed}", bench.endpoint.get(narrowed), wanted)


def _search_pages(bench: Bench) -> None:
    need(bench, "filter")
    searched(bench, "POST /Users/.search", _NOBODY)  # where there is none, no filter need be taken
    condition = shared_by(bench, new_alike(bench, 2))
    seen = []
    for start in (1, 2):
        label = f"POST /Users/.search with startIndex {start} and count 1"
        options = {"filter": condition, "startIndex": start, "count": 1}
        page = searched(bench, label, options)
        resources = require_resources(label, page)
        require(
            require_list(label, page) == 2 and len(resources) == 1,
            f"{label}: {len(resources)} users of {written(page.get('totalResults'))} instead of one of two",
        )
        seen.append(resources[0].get("id"))
    require(seen[0] != seen[1], f"POST /Users/.search: both pages show {written(seen[0])}")


def _search_as_asked(bench: Bench) -> None:
    need(bench, "filter")
    searched(bench, "POST /Users/.search", _NOBODY)
    people = new_alike(bench, 2)
    condition = shared_by(bench, people)
    label = f"POST /Users/.search for {condition}, without emails"
    options = {
        "filter": condition,
        "excludedAttributes": ["emails"],
        "sortBy": "userName",
        "sortOrder": "descending",
    }
    listed = require_resources(label, searched(bench, label, options))
    require(not any("emails" in each for each in listed), f"{label}: there are emails")
    need_claim(bench, "sort")
    there, names = (
        [each.get("userName") for each in listed],
        sorted((each["userName"] for each in people), reverse=True),
    )
    require(there == names, f"{label}: the order is {encode_text(there)} instead of {encode_text(names)}")


CHECKS = (
    Check(
        "3.4.3 search as asked",
        "RFC 7644 3.4.3: a search, where there is such a thing, is ordered if sort is claimed, and leaves out what it is to",
        _search_as_asked,
    ),
    Check(
        "3.4.2 list is whole",
        "RFC 7644 3.4.2: a list shows a user as a read by id does",
        _as_read,
    ),
    Check(
        "3.9 attributes in lists",
        "RFC 7644 3.9: attributes=… and excludedAttributes=… narrow the resources of a list",
        _attributes_in_lists,
    ),
    Check(
        "3.9 attributes when written",
        "RFC 7644 3.9: attributes=… narrows what POST and PUT answer",
        _attributes_when_written,
        mandatory=False,
    ),
    Check(
        "3.9 full names",
        "RFC 7644 3.9 and 3.10: attributes=… takes an attribute's full name (SHALL; hardly any client asks so)",
        _full_names,
        mandatory=False,
    ),
    Check(
        "3.4.3 search pages",
        "RFC 7644 3.4.3: startIndex and count of a search, where there is such a thing, are those of the query",
        _search_pages,
    ),
)
