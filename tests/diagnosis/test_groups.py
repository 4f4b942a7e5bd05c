"""Groups arrive, are refused or skipped by what was exported of them; what was not is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.cli import main

EXPORTS = Path(__file__).parents[1] / "exports" / "samples"
APP = {"resourceId": "app", "resourceDisplayName": "AWS", "appRoleId": "role"}


def group(key: str, name: str | None, **values: Any) -> dict[str, Any]:
    return {"id": key, "displayName": name, "securityEnabled": True, **values}


def diagnosed(
    tmp_path: Path,
    groups: list[dict[str, Any]],
    assigned: list[str] | None = None,
    schema: Path | None = None,
) -> tuple[int, Any, str]:
    files = [tmp_path / "groups.json", tmp_path / "out.json"]
    files[0].write_text(json.dumps(groups))
    users = tmp_path / "users.json"
    users.write_text(json.dumps([{"id": "1", "userPrincipalName": "ana@corvid.example"}]))
    arguments = [str(files[0]), str(users), *([str(schema)] if schema else [])]
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


def mapping(*attributes: tuple[str, str], scope: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the samples' schema with such mappings of groups, target and source, the first one to match by."""
    document: dict[str, Any] = json.loads((EXPORTS / "schema-job-aws.json").read_text(encoding="utf-8"))
    mappings = document["synchronizationRules"][0]["objectMappings"]
    groups = next(each for each in mappings if each["sourceObjectName"] == "Group")
    groups["scope"] = scope
    groups["attributeMappings"] = [
        {
            "targetAttributeName": target,
            "matchingPriority": int(number == 0),
            "source": {"expression": f"[{name}]", "name": name, "type": "Attribute", "parameters": []},
            "flowType": "Always",
        }
        for number, (target, name) in enumerate(attributes)
    ]
    return document


OFFICE = {
    "groups": [
        {
            "name": "g",
            "clauses": [
                {
                    "operatorName": "EQUALS",
                    "sourceOperandName": "mailNickname",
                    "targetOperand": {"values": ["office"]},
                }
            ],
        }
    ]
}


@pytest.mark.parametrize(
    ("schema", "values", "verdict", "attribute"),
    [
        (mapping(("displayName", "mailNickname")), {"mailNickname": "platform"}, "arrives", None),
        (mapping(("displayName", "mailNickname")), {"mailNickname": "a\u200bb"}, "refused", "displayName"),
        (mapping(("displayName", "mailNickname")), {"mailNickname": None}, "skipped", "displayName"),
        (mapping(("displayName", "mailNickname")), {}, "undecidable", "mailNickname"),
        (
            mapping(("displayName", "displayName"), ("externalId", "mailNickname")),
            {},
            "undecidable",
            "mailNickname",
        ),
        (mapping(("externalId", "objectId")), {}, "refused", "displayName"),
        (
            mapping(("displayName", "displayName"), ("description", "mailNickname")),
            {"mailNickname": "x"},
            "refused",
            "description",
        ),
        (
            mapping(("displayName", "displayName"), scope=OFFICE),
            {"mailNickname": "office"},
            "arrives",
            None,
        ),
        (
            mapping(("displayName", "displayName"), scope=OFFICE),
            {"mailNickname": "design"},
            "skipped",
            "mailNickname EQUALS 'office'",
        ),
        (mapping(("displayName", "displayName"), scope=OFFICE), {}, "undecidable", "mailNickname"),
    ],
    ids=[
        "other name",
        "refused",
        "empty",
        "not exported",
        "external id",
        "no name",
        "not taken",
        "in",
        "out",
        "unknown",
    ],
)
def test_what_the_mapping_of_groups_reads_decides(
    schema: dict[str, Any], values: dict[str, Any], verdict: str, attribute: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(schema))
    _, (judged,), _ = diagnosed(tmp_path, [group("a", "Platform", **values)], schema=path)
    assert (judged["verdict"], judged["attribute"]) == (verdict, attribute)
