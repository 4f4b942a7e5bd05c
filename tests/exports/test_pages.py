"""Pages of one list, given as several files: what is there, what lacks, and what cannot be seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.exports.evidence import Evidence
from harness.exports.intake import take_in

NEXT = {"@odata.nextLink": "https://graph.microsoft.com/v1.0/users?$skiptoken=x"}


def taken_in(folder: Path, *pages: dict[str, Any], names: str = "0123456789") -> Evidence:
    paths = []
    for number, page in zip(names, pages, strict=False):
        paths.append(folder / f"page{number}.json")
        paths[-1].write_text(json.dumps(page), encoding="utf-8")
    return take_in(paths, renamed={}, members={})[0]


def page(*names: str, **wrapper: Any) -> dict[str, Any]:
    return {
        **wrapper,
        "value": [{"id": name, "userPrincipalName": f"{name}@corvid.example"} for name in names],
    }


@pytest.mark.parametrize(
    ("count", "pages", "words"),
    [
        (3, [["ana"], ["bo"], ["cy"]], ""),
        (4, [["ana"], ["bo"], ["cy"]], "1 of 4 users lack"),
        # The same page twice is no other page.
        (3, [["ana"], ["bo"], ["bo"]], "1 of 3 users lack"),
        (0, [["ana"], ["bo"], ["cy"]], "whether a page between them lacks cannot be seen"),
        (0, [["ana"]], "pages of users that name a next one: 1, that do not: 0"),
    ],
)
def test_a_count_tells_whether_all_pages_are_there(
    count: int, pages: list[list[str]], words: str, tmp_path: Path
) -> None:
    """https://learn.microsoft.com/en-us/graph/paging (read 2026-11-30)."""
    documents = [page(*names, **NEXT) for names in pages]
    if len(documents) > 1:
        del documents[-1]["@odata.nextLink"]
    if count:
        documents[0]["@odata.count"] = count
    evidence = taken_in(tmp_path, *documents)
    assert ("people" in evidence.incomplete) == bool(words)
    assert words in " ".join(evidence.notes)


def test_a_damaged_page_is_not_made_whole_by_a_count(tmp_path: Path) -> None:
    first = tmp_path / "first.json"
    first.write_text(json.dumps({"@odata.count": 1, **page("ana")})[:-1], encoding="utf-8")
    evidence, _ = take_in([first], renamed={}, members={})
    assert "people" in evidence.incomplete


def accounts(*names: str, more: bool) -> dict[str, Any]:
    users = [
        {"UserId": name, "UserName": f"{name}@corvid.example", "IdentityStoreId": "d-1"} for name in names
    ]
    return {"Users": users, **({"NextToken": "AAMA"} if more else {})}


FIRST, SECOND, LAST = (
    accounts("ana", "bo", more=True),
    accounts("cy", "dee", more=True),
    accounts("eve", more=False),
)


@pytest.mark.parametrize(
    ("pages", "complete", "words"),
    [
        ([FIRST, SECOND, LAST], True, "NextToken: 2, without: 1; they are taken for all"),
        ([LAST], True, ""),
        ([FIRST, SECOND], False, "NextToken: 2, without: 0; they do not show that no page lacks"),
        ([FIRST, FIRST, LAST], False, "they do not show that no page lacks"),
        ([FIRST, accounts("cy", more=True), LAST], False, "they do not show that no page lacks"),
        (
            [accounts("ana", more=True), accounts("bo", "cy", more=False)],
            False,
            "they do not show that no page lacks",
        ),
    ],
    ids=["all", "one", "no last", "twice", "one not full", "last too full"],
)
def test_pages_of_aws_users_make_one_list(
    pages: list[dict[str, Any]], complete: bool, words: str, tmp_path: Path
) -> None:
    """https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_ListUsers.html (read 2026-11)."""
    evidence = taken_in(tmp_path, *pages)
    assert evidence.accounts.complete is complete
    assert words in " ".join(evidence.notes)


@pytest.mark.parametrize(
    ("names", "complete"),
    [("12", True), ("01", True), ("13", False), ("23", False), ("21", False), ("ab", False)],
)
def test_a_page_of_aws_users_that_lacks_in_the_middle_shows_by_the_names_of_the_files(
    names: str, complete: bool, tmp_path: Path
) -> None:
    evidence = taken_in(tmp_path, FIRST, LAST, names=names)
    assert evidence.accounts.complete is complete


def test_members_of_groups_in_aws_show_that_users_lack(tmp_path: Path) -> None:
    """Whoever is a member is a user: ListGroupMemberships and ListUsers of one identity store."""
    member = {"IdentityStoreId": "d-1", "MembershipId": "m", "GroupId": "g"}
    memberships = {"GroupMemberships": [member | {"MemberId": {"UserId": name}} for name in ("eve", "cy")]}
    evidence = taken_in(tmp_path, LAST, memberships)
    assert not evidence.accounts.complete
    assert "1 members of groups in AWS are in no list of its users" in " ".join(evidence.notes)
    assert taken_in(tmp_path, SECOND | {"NextToken": None}, LAST, memberships).accounts.complete
