"""From real exports to the smallest scenario: it fails as the original did, ends in the remedy, and names nobody."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from harness.azure_ad.mappings.templates import build
from harness.base.ids import Ids
from harness.cli import main
from harness.diagnosis.inventing.directory import invented
from harness.diagnosis.inventing.flaws import FLAWS
from harness.diagnosis.reproducing.masking import Mask

pytestmark = pytest.mark.slow  # each makes a case and plays it

EXPORTS = Path(__file__).parents[2] / "exports" / "samples"


def reproduced(tmp_path: Path, *arguments: str | Path) -> tuple[dict[str, Any], str]:
    """Return the scenario, once it has been played by `harness run`, and its text."""
    case = tmp_path / "case.yaml"
    result = CliRunner().invoke(main, ["reproduce", *map(str, arguments), "-o", str(case)])
    assert result.exit_code == 0, result.output
    played = CliRunner().invoke(main, ["run", str(case)])
    assert played.exit_code == 0, played.output
    text = case.read_text(encoding="utf-8")
    return yaml.safe_load(text), text


def exported(tmp_path: Path, *users: dict[str, Any]) -> Path:
    path = tmp_path / "users.json"
    whole = [{**next(iter(invented(1, 0, str(n)))).user, **user} for n, user in enumerate(users)]
    path.write_text(json.dumps({"value": whole}), encoding="utf-8")
    return path


@pytest.mark.slow
def test_the_guides_case_becomes_a_scenario_of_a_few_lines_with_the_guides_remedy(tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/singlesignon/latest/userguide/idp-microsoft-entra.html, of 2020, Troubleshooting."""
    users = exported(
        tmp_path,
        {"userPrincipalName": "katherine.brandt@corvid.example", "mobilePhone": "22", "faxNumber": "333"},
    )
    scenario, text = reproduced(tmp_path, users, "--mapping", "non-gallery", "--profile", "aws-sso-2020")
    (user,) = scenario["given"]["azure_ad"]["users"]
    # Two numbers are enough to fail.
    assert len({"mobile", "telephoneNumber", "facsimileTelephoneNumber"} & user.keys()) == 2
    assert {
        "edit mapping": {
            "delete": ['phoneNumbers[type eq "mobile"].value', 'phoneNumbers[type eq "fax"].value']
        }
    } in scenario["steps"]
    assert len(text.splitlines()) < 40


def test_all_that_no_mapping_gives_is_taken_away_in_the_scenario_and_added_by_the_remedy(
    tmp_path: Path,
) -> None:
    users = exported(tmp_path, {"department": "Platform"})
    scenario, _ = reproduced(tmp_path, users, EXPORTS / "schema-job-aws.json")
    edits = [step["edit mapping"] for step in scenario["steps"] if "edit mapping" in step]
    added = [
        {"target": "displayName", "source": "displayName"},
        {"target": "name.givenName", "source": "givenName"},
    ]
    assert edits == [{"delete": ["displayName", "name.givenName"]}, {"set": added}]


def test_real_people_do_not_leave_the_house(tmp_path: Path) -> None:
    real = {"displayName": "Penelope Featherstone", "givenName": "Penelope", "surname": "Featherstone\u200b"}
    users = exported(tmp_path, {"userPrincipalName": "penelope.featherstone@corvid.example", **real})
    scenario, text = reproduced(tmp_path, users)
    assert not {"penelope", "featherstone", "corvid"} & set(
        text.lower().replace(".", " ").replace("@", " ").split()
    )
    assert "\\u200B" in text
    (user,) = scenario["given"]["azure_ad"]["users"]
    assert user.keys() == {"userPrincipalName", "displayName", "givenName", "surname"}


def test_the_key_to_the_made_up_words_is_written_on_request(tmp_path: Path) -> None:
    users = exported(
        tmp_path, {"userPrincipalName": "penelope@corvid.example", "surname": "Featherstone\u200b"}
    )
    key = tmp_path / "key.json"
    reproduced(tmp_path, users, "--key", str(key))
    words = json.loads(key.read_text(encoding="utf-8"))
    assert len(words["featherstone"]) == len("featherstone")
    assert key.stat().st_mode & 0o077 == 0


def test_the_account_in_the_way_comes_along(tmp_path: Path) -> None:
    """Jörg's account was made by hand: his search finds nobody, and creating him is refused."""
    users = exported(
        tmp_path, {"userPrincipalName": "joerg.tamm@corvid.example", "mail": "joerg.tamm@corvid.example"}
    )
    scenario, _ = reproduced(tmp_path, users, EXPORTS / "aws-list-users.json", EXPORTS / "prov-graph-v1.json")
    (account,) = scenario["given"]["aws_sso"]["users"]
    (user,) = scenario["given"]["azure_ad"]["users"]
    assert account["userName"] == user["userPrincipalName"]


def test_a_mapping_of_the_schema_comes_along_where_it_matters(tmp_path: Path) -> None:
    schema = json.loads((EXPORTS / "schema-job-aws.json").read_text(encoding="utf-8"))
    mapping = next(
        m for m in schema["synchronizationRules"][0]["objectMappings"] if m["sourceObjectName"] == "User"
    )
    mapping["scope"] = None
    for target, source in (
        ("displayName", "displayName"),
        ("name.givenName", "givenName"),
        ("title", "department"),
    ):
        expression = {"expression": f"[{source}]", "name": source, "type": "Attribute", "parameters": []}
        mapping["attributeMappings"].append(
            {"targetAttributeName": target, "source": expression, "matchingPriority": 0}
        )
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(schema), encoding="utf-8")
    users = exported(tmp_path, {"department": "Design\u200b"})
    scenario, _ = reproduced(tmp_path, users, path)
    edit = next(step["edit mapping"] for step in scenario["steps"] if "edit mapping" in step)
    assert edit["set"] == [{"target": "title", "source": "department"}]


def schema_file(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Write the schema of a new job of the gallery application, with its mapping of users changed."""
    schema = build("aWSSingleSignon", "aWSSingleSignon.t.a", "t", "Microsoft Entra ID")
    change(
        next(
            m for m in schema["synchronizationRules"][0]["objectMappings"] if m["sourceObjectName"] == "User"
        )
    )
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(schema), encoding="utf-8")
    return path


def mapped(target: str, source: str, priority: int = 0) -> dict[str, Any]:
    expression = {"expression": f"[{source}]", "name": source, "type": "Attribute", "parameters": []}
    return {"targetAttributeName": target, "source": expression, "matchingPriority": priority}


def test_a_second_failure_behind_the_first_is_left_out(tmp_path: Path) -> None:
    """Who is disabled and has no surname either would not arrive for being enabled."""
    users = exported(tmp_path, {"accountEnabled": False, "surname": None})
    scenario, _ = reproduced(tmp_path, users)
    (user,) = scenario["given"]["azure_ad"]["users"]
    assert user["accountEnabled"] is False
    assert user["surname"]


def test_a_guest_keeps_the_mark_of_guests_in_the_directory(tmp_path: Path) -> None:
    users = exported(
        tmp_path,
        {"userPrincipalName": "genoveva_home.com#EXT#@corvid.onmicrosoft.com", "surname": "Ek\u200b"},
    )
    scenario, text = reproduced(tmp_path, users)
    (user,) = scenario["given"]["azure_ad"]["users"]
    assert "#EXT#@" in user["userPrincipalName"]
    assert "genoveva" not in text


def test_an_attribute_that_was_added_to_the_targets_list_is_added_in_the_scenario(tmp_path: Path) -> None:
    fax = 'phoneNumbers[type eq "fax"].value'
    schema = schema_file(
        tmp_path,
        lambda mapping: mapping["attributeMappings"].append(mapped(fax, "facsimileTelephoneNumber")),
    )
    users = exported(tmp_path, {"faxNumber": "333"})
    scenario, _ = reproduced(tmp_path, users, schema, "--profile", "aws-sso-2020")
    edit = next(step["edit mapping"] for step in scenario["steps"] if "edit mapping" in step)
    assert edit["attribute list"] == [{"name": fax}]


def test_matching_by_what_aws_cannot_be_searched_by_fails_and_matching_by_name_mends_it(
    tmp_path: Path,
) -> None:
    """https://docs.aws.amazon.com/singlesignon/latest/developerguide/listusers.html, "Constraints" (read 2026-11-29)."""

    def by_title(mapping: dict[str, Any]) -> None:
        for entry in mapping["attributeMappings"]:
            entry["matchingPriority"] = int(entry["targetAttributeName"] == "title")

    scenario, _ = reproduced(tmp_path, exported(tmp_path, {}), schema_file(tmp_path, by_title))
    edits = [step["edit mapping"] for step in scenario["steps"] if "edit mapping" in step]
    assert "title" in edits[0]["match on"]
    assert edits[-1]["match on"] == ["userName"]


def test_where_create_is_off_the_remedy_turns_it_on(tmp_path: Path) -> None:
    schema = schema_file(tmp_path, lambda mapping: mapping.update(flowTypes="Update,Delete"))
    accounts = tmp_path / "aws.json"
    accounts.write_text('{"Users": [{"UserId": "1", "UserName": "somebody.else"}]}', encoding="utf-8")
    scenario, _ = reproduced(tmp_path, exported(tmp_path, {}), schema, accounts)
    edits = [step["edit mapping"] for step in scenario["steps"] if "edit mapping" in step]
    assert edits[-1] == {"target object actions": ["Create", "Update", "Delete"]}


def test_the_scenario_names_page_and_section_of_the_rule(tmp_path: Path) -> None:
    scenario, _ = reproduced(tmp_path, exported(tmp_path, {"surname": "Ek\u200b"}))
    assert scenario["source"].keys() == {"title", "url", "section", "read"}
    assert all(scenario["source"].values())


@pytest.mark.slow
@pytest.mark.parametrize("name", [flaw.name for flaw in FLAWS])
def test_every_kind_of_flaw_fails_in_a_scenario_as_in_the_directory_and_arrives_after_the_remedy(
    name: str, tmp_path: Path
) -> None:
    CliRunner().invoke(
        main, ["populate", "--people", "200", "--flaws", "20", str(tmp_path)], catch_exceptions=False
    )
    planted = json.loads((tmp_path / "planted.json").read_text(encoding="utf-8"))
    user = next(each["user_principal_name"] for each in planted if each["flaw"] == name)
    scenario, _ = reproduced(tmp_path, tmp_path / "users.json", tmp_path / "aws-users.json", "--user", user)
    assert "expect" in scenario["steps"][-1]


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ("nobody@corvid.example", "none of the files has a user or group 'nobody@corvid.example'"),
        ("fine@corvid.example", "is arrives: there is no failure to reproduce"),
        ("", "nobody fails"),
    ],
)
def test_without_a_failure_nothing_is_written(user: str, words: str, tmp_path: Path) -> None:
    users = exported(tmp_path, {"userPrincipalName": "fine@corvid.example"})
    named = ["--user", user] if user else []
    result = CliRunner().invoke(main, ["reproduce", str(users), *named, "-o", str(tmp_path / "case.yaml")])
    assert result.exit_code == 2
    assert words in result.output
    assert not (tmp_path / "case.yaml").exists()


@pytest.mark.parametrize(
    "text", ["Ångström-Öberg", "山田 太郎", "o'Connor\u200b", "+46 40 000 001", "ANNA anna Anna", "Ивано́в"]
)
def test_a_made_up_text_is_like_the_real_one(text: str) -> None:
    made_up = Mask(Ids("1")).text(text)
    assert len(made_up) == len(text)
    assert [c.isupper() for c in made_up] == [c.isupper() for c in text]
    assert [c for c in made_up if not c.isalnum()] == [c for c in text if not c.isalnum()]


def test_what_was_equal_stays_equal() -> None:
    mask = Mask(Ids("1"))
    assert mask.text("Anna Berg").casefold().replace(" ", ".") == mask.text("anna.berg")


ROLE, DEFAULT_ACCESS = "8774f594-1d59-4279-b9d9-59ef09a23530", "00000000-0000-0000-0000-000000000000"


def assignments(folder: Path, *rows: tuple[str, str, str]) -> Path:
    """Write assignments: principal, its type, the role."""
    common = {"resourceId": "9", "resourceDisplayName": "AWS IAM Identity Center"}
    listed = [
        {**common, "principalId": p, "principalType": kind, "appRoleId": role} for p, kind, role in rows
    ]
    path = folder / "assigned.json"
    path.write_text(json.dumps({"value": listed}), encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("group", "remedy"),
    [
        ({"securityEnabled": False}, "update group"),
        ({}, "assign"),
        ({"displayName": "Her\u200bon"}, "update group"),
        ({"displayName": "H" * 1025}, "update group"),
        ({"twice": True}, "update group"),
    ],
    ids=["not security enabled", "not assigned", "invisible character", "too long", "same name"],
)
def test_a_groups_failure_becomes_a_scenario_too(group: dict[str, Any], remedy: str, tmp_path: Path) -> None:
    row = {"id": "77", "displayName": "Heron", "securityEnabled": True, "groupTypes": []} | group
    rows = [row, {**row, "id": "78"}] if row.pop("twice", False) else [row]
    groups = tmp_path / "groups.json"
    groups.write_text(json.dumps({"value": rows}), encoding="utf-8")
    files = [exported(tmp_path, {"id": "1"}), groups]
    if remedy == "assign":
        files.append(assignments(tmp_path, ("1", "User", ROLE)))
    scenario, text = reproduced(tmp_path, *files, "--user", str(row["displayName"]))
    assert remedy in [verb for step in scenario["steps"] for verb in step]
    assert "eron" not in text
    assert "users" not in scenario["given"]["azure_ad"]


def test_a_group_that_arrives_has_no_failure_to_reproduce(tmp_path: Path) -> None:
    groups = tmp_path / "groups.json"
    groups.write_text(
        json.dumps([{"id": "7", "displayName": "Heron", "securityEnabled": True, "groupTypes": []}])
    )
    case = str(tmp_path / "case.yaml")
    files = [str(exported(tmp_path, {"id": "1"})), str(groups)]
    result = CliRunner().invoke(main, ["reproduce", *files, "--user", "heron", "-o", case])
    assert result.exit_code == 2
    assert "the group 'Heron' is arrives: there is no failure to reproduce" in result.output
    result = CliRunner().invoke(main, ["reproduce", *files, "--user", "egret", "-o", case])
    assert "none of the files has a user or group 'egret'" in result.output


def test_default_access_fails_by_the_rule_of_its_day_and_arrives_with_a_role(tmp_path: Path) -> None:
    users = exported(tmp_path, {"id": "1"}, {"id": "2"})
    assigned = assignments(tmp_path, ("1", "User", ROLE), ("2", "User", DEFAULT_ACCESS))
    scenario, _ = reproduced(tmp_path, users, assigned, "--quirk", "default-access=skipped")
    given, mended = (step["assign"] for step in scenario["steps"] if "assign" in step)
    assert given["role"] == "Default Access"
    assert "role" not in mended
    assert scenario["quirks"] == {"default-access": "skipped"}
