"""Groups arrive, are refused or skipped by what was exported of them; what was not is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.cli import main

APP = {"resourceId": "app", "resourceDisplayName": "AWS", "appRoleId": "role"}


def group(key: str, name: str | None, **values: Any) -> dict[str, Any]:
    return {"id": key, "displayName": name, "securityEnabled": True, **values}


def diagnosed(
    tmp_path: Path, groups: list[dict[str, Any]], assigned: list[str] | None = None
) -> tuple[int, Any, str]:
    files = [tmp_path / "groups.json", tmp_path / "out.json"]
    files[0].write_text(json.dumps(groups))
    users = tmp_path / "users.json"
    users.write_text(json.dumps([{"id": "1", "userPrincipalName": "ana@corvid.example"}]))
    arguments = [str(files[0]), str(users)]
    if assigned is not None:
        rows = [
            {**APP, "principalId": key, "principalType": "Group", "principalDisplayName": key}
            for key in assigned
        ]
        (tmp_path / "assigned.json").write_text(json.dumps(rows))
        arguments.append(str(tmp_path / "assigned.json"))
    result = CliRunner().invoke(main, ["diagnose", *arguments, "--json", str(files[1])])
    return result.exit_code, json.loads(files[1].read_text())["groups"], result.output


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("Platform", "arrives"),
        ("Plat\u200bform", "refused"),
        ("x" * 1025, "refused"),
        ("", "skipped"),
    ],
)
def test_a_name_decides(name: str, verdict: str, tmp_path: Path) -> None:
    _, (judged,), _ = diagnosed(tmp_path, [group("a", name)])
    assert judged["verdict"] == verdict


def test_two_of_one_name_conflict_and_are_counted_together(tmp_path: Path) -> None:
    _, groups, shown = diagnosed(tmp_path, [group("a", "Office"), group("b", "OFFICE"), group("c", "Design")])
    assert [each["verdict"] for each in groups] == ["arrives", "conflicts", "conflicts"]
    assert "3 groups: 1 arrive, 2 in conflict" in shown


def test_groups_that_are_not_assigned_or_not_security_enabled_are_skipped(tmp_path: Path) -> None:
    exported = [group("a", "In"), group("b", "Out"), group("c", "Mail", securityEnabled=False)]
    _, groups, _ = diagnosed(tmp_path, exported, ["A", "c"])
    assert {each["displayName"]: each["verdict"] for each in groups} == {
        "In": "arrives",
        "Mail": "skipped",
        "Out": "skipped",
    }


def test_a_group_that_only_the_assignments_name_goes_by_the_name_there(tmp_path: Path) -> None:
    _, groups, _ = diagnosed(tmp_path, [group("a", "In")], ["a", "zed"])
    assert [each["displayName"] for each in groups] == ["In", "zed"]
    assert groups[1]["verdict"] == "arrives"
