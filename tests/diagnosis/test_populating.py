"""Exports as people to begin with: for a served world and for a scenario."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.exports.directory import Holds, directory, holds
from harness.world import create

EXPORTS = Path(__file__).parents[1] / "exports" / "samples"


def test_exported_users_and_accounts_fill_both_sides() -> None:
    world = create()
    world.populate(directory([EXPORTS / "users-graph.json", EXPORTS / "aws-list-users.json"]))
    users = {user["userPrincipalName"]: user for user in world.azure.directory.scan("User")}
    assert users["joerg.tamm@corvid.example"]["displayName"] == "Jörg Tamm"
    assert users["adaeze.lindqvist@corvid.example"]["businessPhones"] == ["+46 40 000 000"]
    assert "surname" not in users["prerana@corvid.example"]


def test_a_file_of_people_is_no_export(tmp_path: Path) -> None:
    people = tmp_path / "people.yaml"
    people.write_text("users: [{userPrincipalName: ana@contoso.com, displayName: Ana}]\n", encoding="utf-8")
    assert holds(people) is None
    assert holds(EXPORTS / "users-portal.csv") is Holds.USERS


def test_a_scenario_begins_with_an_export(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(
        f"""
scenario: Mats does not arrive, for his surname ends in a character that cannot be seen
tags: [reported]
given: {{azure_ad: {{from: {EXPORTS / "users-graph.json"}}}}}
steps:
  - enable automatic provisioning: {{}}
  - configure provisioning: {{scope: all users and groups}}
  - turn provisioning on: {{}}
    expect:
      aws users: {{$contains: {{userName: adaeze.lindqvist@corvid.example}}}}
      cloudtrail: {{$contains: {{errorCode: ValidationException}}}}
""",
        encoding="utf-8",
    )
    result = CliRunner().invoke(main, ["run", str(case)])
    assert result.exit_code == 0, result.output


def test_a_scenario_takes_the_job_as_exported_too(tmp_path: Path) -> None:
    """The sample's scoping filter lets the Platform department through; its mapping sends no first name."""
    case = tmp_path / "case.yaml"
    case.write_text(
        f"""
scenario: Only who is in Platform is sent, as the exported scoping filter says, and without a first name
tags: [reported]
given: {{azure_ad: {{from: [{EXPORTS / "users-portal.csv"}, {EXPORTS / "schema-job-aws.json"}]}}}}
steps:
  - enable automatic provisioning: {{}}
  - configure provisioning: {{scope: all users and groups}}
  - turn provisioning on: {{}}
    expect:
      aws users: []
      exchanges:
        $contains:
          - method: POST
            status: 400
            request: {{userName: joerg.tamm@corvid.example, name: {{familyName: Tamm, givenName: {{$absent: true}}}}}}
""",
        encoding="utf-8",
    )
    result = CliRunner().invoke(main, ["run", str(case)])
    assert result.exit_code == 0, result.output


def test_a_schema_that_maps_nothing_is_refused_with_what_to_export(tmp_path: Path) -> None:
    empty = tmp_path / "schema.json"
    empty.write_text('{"id": "x", "synchronizationRules": [{"id": "r"}]}', encoding="utf-8")
    result = CliRunner().invoke(
        main, ["serve", "--schema", str(empty), "--aws-port", "0", "--azure-port", "0"]
    )
    assert result.exit_code == 2, result.output
    assert "export it again: Attribute mappings" in result.output


@pytest.mark.parametrize(
    ("name", "where"), [("nobody", "user 2 ('nobody')"), ("a b@@x", "(user 2 of those to begin with)")]
)
def test_an_odd_name_in_an_export_is_told_with_its_place(name: str, where: str, tmp_path: Path) -> None:
    users = tmp_path / "users.csv"
    users.write_text(f"userPrincipalName,displayName\nana@contoso.com,Ana\n{name},Bo\n", encoding="utf-8")
    result = CliRunner().invoke(
        main, ["serve", "--populate", str(users), "--aws-port", "0", "--azure-port", "0"]
    )
    assert result.exit_code == 2, result.output
    assert where in result.output


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    result = CliRunner().invoke(main, ["populate", "--people", "8", str(tmp_path / "file" / "big")])
    assert result.exit_code == 2
    assert "users.json' cannot be written: " in result.stderr
