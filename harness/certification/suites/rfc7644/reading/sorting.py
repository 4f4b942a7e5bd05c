"""RFC 7644 on sorting beyond one page: the order is that of the whole list, and has a place for who lacks the value.

Source: RFC 7644, 3.4.2.3 and 3.4.2.4, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.base.store import Document
from harness.certification.answers import (
    objects,
    query,
    require,
    require_resource,
    require_resources,
    written,
)
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import new_user, user
from harness.certification.suites.rfc7644.claims import need, need_claim
from harness.certification.suites.rfc7644.reading.alike import in_common, shared_by
from harness.certification.suites.samples import DOMAIN


def _pages(bench: Bench) -> None:
    """Neither the order in which they are made nor the reverse is right, so that no page is in order by chance."""
    need_claim(bench, "sort")
    need(bench, "filter")
    shared = bench.name()
    made = [new_user(bench, **in_common(shared, letter))[1] for letter in "bac"]
    names, condition = [each["userName"] for each in made], shared_by(bench, made)
    pages = [
        _page(bench, condition, f"&sortBy=userName&sortOrder=descending&startIndex={start}&count=1")
        for start in (1, 2, 3)
    ]
    order, right_order = (
        [each.get("userName") for page in pages for each in page],
        sorted(names, reverse=True),
    )
    require(
        order == right_order,
        f"GET /Users by sortBy=userName, descending, in pages of one: the order is {written(order)} instead of "
        f"{written(right_order)}; sort the whole list, then take the page",
    )


def _without_a_value(bench: Bench) -> None:
    need_claim(bench, "sort")
    need(bench, "filter")
    shared = bench.name()
    made = [
        new_user(bench, **in_common(shared, bench.word()), **more)[1] for more in ({"title": "Pilot"}, {})
    ]
    ids, condition = [each["id"] for each in made], shared_by(bench, made)
    listed = _sorted(bench, condition, "&sortBy=title")
    if not any(each.get("title") for each in listed):
        raise SkippedError("the server keeps no title")
    _require_order(listed, ids, "sortBy=title, ascending, where who has none is last")
    listed = _sorted(bench, condition, "&sortBy=title&sortOrder=descending")
    _require_order(listed, ids[::-1], "sortBy=title, descending, where who has none is first")


def _by_primary(bench: Bench) -> None:
    need_claim(bench, "sort")
    need(bench, "filter")
    shared, word = bench.name(), bench.word()
    lists = (
        [_mail(word, "c", "work", primary=True)],
        [_mail(word, "d", "home"), _mail(word, "b", "work", primary=True)],
    )
    bodies = [user(bench, **in_common(shared, bench.word()), emails=each) for each in lists]
    responses = [bench.endpoint.ask("POST", "/Users", each) for each in bodies]
    if 400 in [each.status for each in responses]:
        raise SkippedError("a user with two addresses is refused")
    made = [
        {**body, "id": require_resource("POST /Users", each)["id"]}
        for body, each in zip(bodies, responses, strict=True)
    ]
    ids = [each["id"] for each in made]
    listed = _sorted(bench, shared_by(bench, made), "&sortBy=emails.value")
    if any(len(objects(each.get("emails"))) > 1 for each in listed):
        _require_order(listed, ids[::-1], "sortBy=emails.value, where the primary address counts")
    else:
        raise SkippedError("the server keeps no two addresses")


def _mail(word: str, letter: str, kind: str, *, primary: bool = False) -> Document:
    return {"value": f"{letter}-{word}@{DOMAIN}", "type": kind, **({"primary": True} if primary else {})}


def _page(bench: Bench, condition: str, further: str) -> list[Document]:
    path = query("Users", condition) + further
    return require_resources(f"GET {path}", bench.endpoint.get(path))


def _sorted(bench: Bench, condition: str, further: str) -> list[Document]:
    return bench.endpoint.get_all(query("Users", condition) + further)


def _require_order(listed: Sequence[Document], ids: Sequence[str], order: str) -> None:
    there = [each.get("id") for each in listed]
    require(
        there == list(ids), f"GET /Users by {order}: the order is {written(there)} instead of {written(ids)}"
    )


CHECKS = (
    Check(
        "3.4.2.3 sorted pages",
        "RFC 7644 3.4.2.3 and 3.4.2.4: if sort is claimed, pages one after the other are in order, not each for itself",
        _pages,
    ),
    Check(
        "3.4.2.3 sort without a value",
        "RFC 7644 3.4.2.3: if sort is claimed, who lacks the value is last in ascending and first in descending order",
        _without_a_value,
        mandatory=False,
    ),
    Check(
        "3.4.2.3 sort by the primary",
        "RFC 7644 3.4.2.3: if sort is claimed, a list counts by its primary value, not by the first",
        _by_primary,
        mandatory=False,
    ),
)
