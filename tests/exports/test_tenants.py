"""Lists of users of two tenants: one clear line, an error where it is certain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.base.errors import HarnessError
from harness.exports.intake import take_in

HERE = {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users"}
BETA = {"@odata.context": "https://graph.microsoft.com/beta/$metadata#users"}
CHINA = {"@odata.context": "https://microsoftgraph.chinacloudapi.cn/v1.0/$metadata#users"}


def older(tenant: str) -> dict[str, str]:
    return {"odata.metadata": f"https://graph.windows.net/{tenant}/$metadata#directoryObjects"}


OLDER = older("6f0c2a51-3b7e-4c19-9d84-0a1be5c7d2f3")
OTHER = older("1d9e4b77-52c8-4f3a-8e60-7b2ac5d3f914")


def notes(folder: Path, *lists: tuple[dict[str, str], list[str]]) -> str:
    paths = []
    for number, (wrapper, names) in enumerate(lists):
        users = [{"id": f"{number}-{name}", "userPrincipalName": name} for name in names]
        paths.append(folder / f"list{number}.json")
        paths[-1].write_text(json.dumps({**wrapper, "value": users}), encoding="utf-8")
    evidence, _ = take_in(paths, renamed={}, members={})
    return " ".join(note for note in evidence.notes if "tenant" in note)


@pytest.mark.parametrize(("one", "another"), [(HERE, CHINA), (OLDER, OTHER)], ids=["clouds", "tenants"])
def test_users_of_two_tenants_are_not_judged_together(
    one: dict[str, str], another: dict[str, str], tmp_path: Path
) -> None:
    """https://learn.microsoft.com/en-us/graph/deployments (read 2026-11-29): clouds have tenants of their own."""
    with pytest.raises(
        HarnessError, match=r"users of two tenants: .*list0.*list1.*; give the exports of one"
    ):
        notes(tmp_path, (one, ["ana@corvid.example"]), (another, ["bo@corvid.example"]))


@pytest.mark.parametrize(
    ("one", "another"),
    [(HERE, BETA), (OLDER, older("myorganization")), (OLDER, older("corvid.example")), (HERE, OLDER)],
    ids=["beta", "own", "domain", "both services"],
)
def test_services_that_may_be_one_tenants_are_no_two(
    one: dict[str, str], another: dict[str, str], tmp_path: Path
) -> None:
    assert notes(tmp_path, (one, ["ana@corvid.example"]), (another, ["bo@corvid.example"])) == ""


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        (
            [["ana@corvid.onmicrosoft.com"], ["bo_x.example#EXT#@jackdaw.onmicrosoft.com"]],
            "of 2 tenants (corvid",
        ),
        ([["ana@corvid.onmicrosoft.com"], ["bo@corvid.mail.onmicrosoft.com"]], ""),
        ([["ana@corvid.onmicrosoft.com"], ["bo@corvid.example"]], "no domain in common"),
        ([["ana@corvid.example"], ["bo@jackdaw.example"]], "(corvid.example, jackdaw.example), and nothing"),
        ([["ana@corvid.example", "bo@jackdaw.example"], ["cy@jackdaw.example"]], ""),
        (
            [
                ["ana@corvid.onmicrosoft.com", "bo@corvid.example"],
                ["cy@jackdaw.onmicrosoft.com", "dee@corvid.example"],
            ],
            "",
        ),
        ([["ana@corvid.example"], ["bo"]], ""),
        # One tenant has both, as a file that has both shows.
        (
            [
                ["ana@corvid.onmicrosoft.com"],
                ["bo@jackdaw.onmicrosoft.com"],
                ["cy@corvid.onmicrosoft.com", "dee@jackdaw.onmicrosoft.com"],
            ],
            "",
        ),
    ],
    ids=[
        "two",
        "mail",
        "own domain",
        "two own domains",
        "own domain in both",
        "own domain joins",
        "no domain at all",
        "one has both",
    ],
)
def test_domains_that_no_file_shares_are_pointed_out(
    lists: list[list[str]], words: str, tmp_path: Path
) -> None:
    line = notes(tmp_path, *[({}, names) for names in lists])
    assert words in line
    assert bool(line) == bool(words)
