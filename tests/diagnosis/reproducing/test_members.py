"""A group that arrives without one of its members: diagnose says whom it lacks, and a scenario shows that they come with the remedy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from harness.cli import main
from harness.diagnosis.inventing.directory import invented

ANA, BO = (next(iter(invented(1, 0, key))).user | {"id": key} for key in ("ana", "bo"))
OFFICE = {
    "principalId": "office",
    "principalType": "Group",
    "principalDisplayName": "Office",
    "appRoleId": "role",
    "resourceId": "app",
    "resourceDisplayName": "AWS",
}


def called(command: str, folder: Path, spoiled: dict[str, Any], *options: str) -> Result:
    """Call a command on exports of two members of one assigned group, one of them with spoiled values."""
    exports: dict[str, Any] = {
        "users.json": {"value": [ANA, BO | spoiled]},
        "assigned.json": [OFFICE],
        "members.json": {
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#directoryObjects",
            "value": [
                {"id": user["id"], "userPrincipalName": user["userPrincipalName"]} for user in (ANA, BO)
            ],
        },
    }
    for name, content in exports.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    files = [str(folder / name) for name in exports]
    return CliRunner().invoke(
        main, [command, *files, "--group", f"Office={folder / 'members.json'}", *options]
    )


def test_diagnose_names_the_members_that_a_group_lacks(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    result = called("diagnose", tmp_path, {"surname": None}, "--json", str(out))
    assert f"Office arrives without 1 of its members, who do not: {BO['userPrincipalName']}" in result.output
    (group,) = json.loads(out.read_text(encoding="utf-8"))["groups"]
    assert (group["verdict"], group["missingMembers"]) == ("arrives", [BO["userPrincipalName"]])


@pytest.mark.parametrize(
    ("spoiled", "returns"),
    [({"surname": "Li\u200b"}, True), ({"surname": None}, True), ({"accountEnabled": False}, False)],
    ids=["refused", "skipped", "disabled"],
)
def test_a_scenario_shows_the_membership_before_and_after_the_remedy(
    spoiled: dict[str, Any], returns: bool, tmp_path: Path
) -> None:
    case = tmp_path / "case.yaml"
    result = called("reproduce", tmp_path, spoiled, "--user", "Office", "-o", str(case))
    assert result.exit_code == 0, result.output
    document = yaml.safe_load(case.read_text(encoding="utf-8"))
    ((group,), (user,)) = (document["given"]["azure_ad"][kind] for kind in ("groups", "users"))
    assert group["members"] == [user["userPrincipalName"]]
    expected = [step["expect"].get("aws memberships") for step in document["steps"] if "expect" in step]
    arrived = {group["displayName"]: [user["userPrincipalName"]]} if returns else None
    assert expected == [{group["displayName"]: []}, arrived]
    assert CliRunner().invoke(main, ["run", str(case)]).exit_code == 0


def test_a_group_with_all_its_members_has_nothing_to_reproduce(tmp_path: Path) -> None:
    result = called("reproduce", tmp_path, {}, "--user", "Office", "-o", str(tmp_path / "case.yaml"))
    assert result.exit_code == 2
    assert "there is no failure to reproduce" in result.output
