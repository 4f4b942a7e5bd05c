"""RFC 7644 on filters that order and that hold unusual texts: gt, ge, lt, le, moments, brackets, signs, case.

Source: RFC 7644, 3.4.2.2, and RFC 7643, 3.1, https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

from harness.base.json_text import encode_text
from harness.certification.answers import require_resource, require_status, value, written
from harness.certification.bench.bench import Bench
from harness.certification.outcomes import SkippedError
from harness.certification.suite import Check
from harness.certification.suites.people import group, new_user, user
from harness.certification.suites.rfc7644.claims import (
    declined_of,
    need,
    need_groups,
    need_one_taken,
    require_chosen,
    require_found,
)
from harness.certification.suites.rfc7644.reading.alike import filtered_by, new_alike, shared_by
from harness.certification.suites.samples import DOMAIN

_LONG_AGO, _FAR_AHEAD = "2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
# Each with signs that an address, a form or a filter might take for its own.
_SIGNS = ("Anna+Ben", "Salt & Pepper", "O'Brien", "50% of it", "a;b=c", "one  two")


def _order(bench: Bench) -> None:
    need(bench, "filter")
    low, middle, high = sorted(new_alike(bench, 3), key=lambda each: str(each["userName"]))
    shared = shared_by(bench, (low, middle, high))
    for operator, people in (
        ("gt", [high]),
        ("ge", [middle, high]),
        ("lt", [low]),
        ("le", [low, middle]),
    ):
        condition = f"{shared} and userName {operator} {encode_text(middle['userName'])}"
        require_chosen(bench, condition, [each["id"] for each in people])


def _whole(bench: Bench) -> None:
    """The others begin or end as the one does, or fit it where a database takes _ and % for wildcards."""
    need(bench, "filter")
    word = bench.word()
    name_sought = f"{word}_1@{DOMAIN}"
    others = (f"{word}x1@{DOMAIN}", f"{name_sought}.au", f"x{name_sought}")
    made, *_ = (
        new_user(bench, userName=similar, externalId=similar, displayName=similar)[1]
        for similar in (name_sought, *others)
    )
    need_one_taken(
        [
            declined_of(
                bench,
                {
                    f"{attribute} eq {encode_text(name_sought)}": [made["id"]],
                    f"{attribute} eq {encode_text(word + '%')}": [],
                    f"{attribute} eq {encode_text(word)}": [],
                },
            )
            for attribute in ("userName", "externalId", "displayName")
        ]
    )


def _whole_of_groups(bench: Bench) -> None:
    need(bench, "filter")
    need_groups(bench)
    name = bench.name()
    name_sought = f"{name}_1"
    ids = [
        bench.endpoint.post("/Groups", {**group(bench), "displayName": each})["id"]
        for each in (name_sought, f"{name}x1", f"{name_sought}0", f"x{name_sought}")
    ]
    require_chosen(bench, f"displayName eq {encode_text(name_sought)}", ids[:1], "Groups")
    require_chosen(bench, f"displayName eq {encode_text(name)}", [], "Groups")


def _moments(bench: Bench) -> None:
    need(bench, "filter")
    path, made = new_user(bench)
    if value(bench.endpoint.get(path), "meta.lastModified") is None:
        raise SkippedError("users have no meta.lastModified")
    name = f"userName eq {encode_text(made['userName'])}"
    for operator, moment, ids in (
        ("gt", _LONG_AGO, [made["id"]]),
        ("ge", _FAR_AHEAD, []),
        ("lt", _FAR_AHEAD, [made["id"]]),
        ("le", _LONG_AGO, []),
    ):
        require_chosen(bench, f'{name} and meta.lastModified {operator} "{moment}"', ids)


def _brackets(bench: Bench) -> None:
    need(bench, "filter")
    one, other = new_alike(bench, 2)
    shared = shared_by(bench, (one, other))
    is_one, is_other = (f"userName eq {encode_text(each['userName'])}" for each in (one, other))
    require_chosen(bench, f"{shared} and ({is_one} or {is_other})", [one["id"], other["id"]])
    # Who takes brackets takes them in front, and around all.
    require_found(bench, f'({is_one} or {is_other}) and userName eq "nobody"', [])
    require_found(bench, f"({is_one} or {is_other})", [one["id"], other["id"]])


def _signs(bench: Bench) -> None:
    need(bench, "filter")
    attribute = filtered_by(bench, "displayName", "userName")
    refused: list[str] = []
    for text in _SIGNS:
        name = f"{bench.name()}-{text}" + (f"@{DOMAIN}" if attribute == "userName" else "")
        response = bench.endpoint.ask("POST", "/Users", user(bench, **{attribute: name}))
        if attribute == "userName" and response.status == 400:  # a server may want an address
            refused.append(text)
            continue
        require_status("POST /Users", response, 200, 201)
        made = require_resource("POST /Users", response)
        require_found(bench, f"{attribute} eq {encode_text(name)}", [made["id"]])
    if len(refused) == len(_SIGNS):
        raise SkippedError(f"the server filters by userName alone, and refuses one with {written(refused)}")


def _case_exact(bench: Bench) -> None:
    need(bench, "filter")
    _, made = new_user(bench)
    require_chosen(bench, f"externalId eq {encode_text(made['externalId'])}", [made["id"]])
    require_chosen(bench, f"externalId eq {encode_text(made['externalId'].upper())}", [])


CHECKS = (
    Check(
        "3.4.2.2 eq is whole",
        "RFC 7644 3.4.2.2: eq finds who has the very text, not who begins or ends with it; _ and % stand for themselves",
        _whole,
    ),
    Check(
        "3.4.2.2 eq of groups is whole",
        "RFC 7644 3.4.2.2: eq finds the group that has the very name alone",
        _whole_of_groups,
    ),
    Check("3.4.2.2 gt, ge, lt, le", "RFC 7644 3.4.2.2: texts are compared by their order", _order),
    Check("3.4.2.2 moments", "RFC 7644 3.4.2.2: moments are compared as such", _moments),
    Check("3.4.2.2 brackets", "RFC 7644 3.4.2.2: what stands in brackets is chosen first", _brackets),
    Check(
        "3.4.2.2 signs",
        "RFC 7644 3.4.2.2: a filter with plus, ampersand, apostrophe, percent and the like finds the user",
        _signs,
    ),
    Check(
        "7643 3.1 externalId",
        "RFC 7643 3.1: externalId is caseExact, so a filter does not find it in upper case (hardly any client minds)",
        _case_exact,
        mandatory=False,
    ),
)
