"""Who would arrive: by exported values alone, in the words of the table of causes, and as the engine itself would have it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.aws_sso import identity_store, tokens
from harness.cli import main
from harness.diagnosis.inventing.directory import invented
from harness.diagnosis.inventing.flaws import FLAWS
from harness.world import World, create

EXPORTS = Path(__file__).parents[1] / "exports" / "samples"
STORY = [
    EXPORTS / name
    for name in (
        "users-portal.csv",
        "prov-portal.json",
        "prov-graph-v1.json",
        "cloudtrail-s3.json",
        "aws-list-users.json",
    )
]


def diagnosed(tmp_path: Path, *arguments: str | Path) -> tuple[int, dict[str, Any], str]:
    """Return exit code, the JSON and what the terminal shows."""
    out = tmp_path / "out.json"
    result = CliRunner().invoke(main, ["diagnose", *map(str, arguments), "--json", str(out)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, json.loads(out.read_text(encoding="utf-8")), result.output


def users_file(tmp_path: Path, *users: dict[str, Any]) -> Path:
    """Write users with everything that a new job's mapping reads; what a test names stands instead."""
    whole = []
    for number, user in enumerate(users):
        made = next(iter(invented(1, 0, str(number)))).user
        whole.append({**made, **user})
    path = tmp_path / "users.json"
    path.write_text(json.dumps({"value": whole}), encoding="utf-8")
    return path


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {user["userPrincipalName"].partition("@")[0]: user["verdict"] for user in report["users"]}


def test_the_story_of_the_exports_is_told_as_it_was(tmp_path: Path) -> None:
    code, report, shown = diagnosed(tmp_path, *STORY)
    assert code == 1
    assert verdicts(report) == {
        "adaeze.lindqvist": "undecidable",
        "prerana": "skipped",
        "joerg.tamm": "conflicts",
        "mats.kallio": "refused",
    }
    mats = next(user for user in report["users"] if user["userPrincipalName"].startswith("mats"))
    assert (mats["attribute"], mats["value"]) == ("name.familyName", "Kallio\\u200b")
    assert mats["mapping"] == "surname → name.familyName"
    logs = {log["user_principal_name"].partition("@")[0]: log for log in report["logs"]}
    assert all(logs[name]["reproduced"] for name in ("joerg.tamm", "mats.kallio"))
    assert logs["mats.kallio"]["cloudtrail"].startswith("CreateUser: 1 validation errors detected")
    assert "mailNickname" in shown


def test_the_guides_case_ends_with_the_guides_own_cure(tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/singlesignon/latest/userguide/idp-microsoft-entra.html, of 2020, Troubleshooting."""
    users = users_file(
        tmp_path, {"userPrincipalName": "ana@corvid.example", "mobilePhone": "2", "faxNumber": "3"}
    )
    code, report, _ = diagnosed(tmp_path, users, "--mapping", "non-gallery", "--profile", "aws-sso-2020")
    (cause,) = report["causes"]
    assert code == 1
    assert (cause["verdict"], cause["attribute"], cause["count"]) == ("refused", "phoneNumbers", 1)
    assert "Delete the mappings of facsimileTelephoneNumber and mobile" in cause["remedy"]
    assert (
        report["users"][0]["sentence"]
        == "Request is unparsable, syntactically incorrect, or violates schema."
    )


def test_everybody_arrives_and_the_command_succeeds(tmp_path: Path) -> None:
    code, report, _ = diagnosed(tmp_path, users_file(tmp_path, {}, {}))
    assert code == 0
    assert report["causes"] == []


def test_nothing_is_said_of_what_was_not_exported(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    path.write_text(
        json.dumps([{"id": "1", "userPrincipalName": "a@corvid.example", "displayName": "A"}]), "utf-8"
    )
    _, report, _ = diagnosed(tmp_path, path)
    (user,) = report["users"]
    assert user["verdict"] == "undecidable"
    assert "surname" in user["attribute"]
    assert "Get-MgUser -All -Property" in user["remedy"]


@pytest.mark.slow
def test_assignments_and_members_decide_where_they_were_exported(tmp_path: Path) -> None:
    whole = (
        ("2d4b9c10-1a6f-4e83-b7d5-5c90a3f1e642", "adaeze.lindqvist@corvid.example"),
        ("7e31f8a6-9b02-4d57-8c1e-f64d0b29a7c3", "assigned@corvid.example"),
        ("00000000-0000-4000-8000-000000000000", "stranger@corvid.example"),
    )
    users = users_file(tmp_path, *({"id": key, "userPrincipalName": name} for key, name in whole))
    files = [users, EXPORTS / "app-role-assigned-to.json"]
    _, report, _ = diagnosed(tmp_path, *files)
    assert verdicts(report) == {
        "adaeze.lindqvist": "undecidable",
        "assigned": "arrives",
        "stranger": "undecidable",
    }
    members = f"AWS-Platform-Admins={EXPORTS / 'group-members-graph.json'}"
    _, report, _ = diagnosed(tmp_path, *files, "--group", members)
    assert verdicts(report)["adaeze.lindqvist"] == "arrives"
    assert verdicts(report)["stranger"] == "skipped"


@pytest.mark.slow
def test_a_scoping_filter_of_the_schema_keeps_people_out(tmp_path: Path) -> None:
    users = users_file(
        tmp_path,
        {"userPrincipalName": "in@corvid.example", "department": "Platform"},
        {"userPrincipalName": "out@corvid.example", "department": "Design"},
    )
    _, report, _ = diagnosed(tmp_path, users, EXPORTS / "schema-job-aws.json")
    assert verdicts(report)["out"] == "skipped"
    assert next(user for user in report["users"] if user["verdict"] == "skipped")["value"] == "Design"


def test_an_attribute_that_no_mapping_gives_is_a_mapping_to_add(tmp_path: Path) -> None:
    users = users_file(tmp_path, {"department": "Platform"})
    _, report, _ = diagnosed(tmp_path, users, EXPORTS / "schema-job-aws.json")
    assert "Add a mapping to" in report["causes"][0]["remedy"]


def test_all_that_no_mapping_gives_is_named_at_once(tmp_path: Path) -> None:
    """The sample's schema maps neither displayName nor givenName: one remedy is for both."""
    _, report, _ = diagnosed(tmp_path, EXPORTS / "users-portal.csv", EXPORTS / "schema-job-aws.json")
    remedies = [cause["remedy"] for cause in report["causes"] if cause["cause"] == "not-mapped"]
    assert remedies == ["Add a mapping to displayName and name.givenName (Attribute Mapping page)."]


def test_the_log_says_what_an_export_left_out(tmp_path: Path) -> None:
    """Prerana's skip names the property; AWS's state, which the conflict of Jörg needs, is asked for."""
    _, report, _ = diagnosed(tmp_path, EXPORTS / "prov-graph-v1.json", EXPORTS / "prov-stream.ndjson")
    assert verdicts(report)["prerana"] == "skipped"
    assert verdicts(report)["joerg.tamm"] == "undecidable"


def test_somebody_whom_only_the_log_knows_is_not_passed_over(tmp_path: Path) -> None:
    _, report, _ = diagnosed(tmp_path, users_file(tmp_path, {}), EXPORTS / "prov-graph-v1.json")
    assert verdicts(report)["joerg.tamm"] == "undecidable"


def test_a_spreadsheet_gets_no_formula(tmp_path: Path) -> None:
    users = users_file(tmp_path, {"userPrincipalName": "=cmd|' /C calc'!A0", "surname": None})
    sheet = tmp_path / "out.csv"
    CliRunner().invoke(main, ["diagnose", str(users), "--csv", str(sheet)])
    assert sheet.read_text(encoding="utf-8").splitlines()[1].startswith("'=cmd")


def test_the_page_escapes_what_people_are_called(tmp_path: Path) -> None:
    users = users_file(tmp_path, {"userPrincipalName": "<script>@corvid.example", "surname": None})
    page = tmp_path / "out.html"
    CliRunner().invoke(main, ["diagnose", str(users), "--html", str(page)])
    text = page.read_text(encoding="utf-8")
    assert "&lt;script&gt;@corvid.example" in text
    assert "<script>" not in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.json"], "there is no such file"),
        ([str(EXPORTS / "aws-list-groups.json")], "none of the files lists users"),
        ([str(EXPORTS / "cloudtrail-s3.json")], "none of the files lists users"),
        ([str(EXPORTS / "users-az.json"), "--quirk", "nonsense=1"], "unknown quirk 'nonsense'"),
        ([str(EXPORTS / "users-az.json"), "--column", "nonsense"], "--column 'nonsense'"),
        ([str(EXPORTS / "users-az.json"), "--profile", "1999"], "unknown profile '1999'"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_exit_code_2(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(main, ["diagnose", *arguments])
    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.slow
def test_planted_flaws_are_found_and_nobody_else_is_accused(tmp_path: Path) -> None:
    CliRunner().invoke(
        main, ["populate", "--people", "2000", "--flaws", "100", str(tmp_path)], catch_exceptions=False
    )
    _, report, _ = diagnosed(tmp_path, tmp_path / "users.json", tmp_path / "aws-users.json")
    planted = {
        each["user_principal_name"]: each
        for each in json.loads((tmp_path / "planted.json").read_text("utf-8"))
    }
    assert {each["flaw"] for each in planted.values()} == {flaw.name for flaw in FLAWS}
    for user in report["users"]:
        expected = planted.get(user["userPrincipalName"], {"verdict": "arrives"})
        assert user["verdict"] == expected["verdict"], (user, expected)
    assert sum(cause["count"] for cause in report["causes"]) == len(planted)


@pytest.mark.slow
def test_the_engine_itself_brings_those_who_arrive_and_nobody_else(tmp_path: Path) -> None:
    """A world with the same people, one initial cycle: AWS then holds exactly those, and of two with one e-mail the first."""
    everybody = [each for each in invented(300, 60, "engine") if not each.in_aws]
    users = tmp_path / "users.json"
    users.write_text(json.dumps({"value": [each.user for each in everybody]}), encoding="utf-8")
    _, report, _ = diagnosed(tmp_path, users)
    world = create()
    documents = [
        {key: value for key, value in each.user.items() if key != "id" and value is not None}
        for each in everybody
    ]
    world.populate({"azure_ad": {"users": documents}})
    arrived = synchronized(world)
    for user in report["users"]:
        if user["verdict"] == "conflicts":
            continue
        name = user["userPrincipalName"]
        assert (name.casefold() in arrived) == (user["verdict"] == "arrives"), user


def synchronized(world: World) -> set[str]:
    """Run an initial cycle over everybody, with the mapping of a new job, and return the user names that AWS holds."""
    token = tokens.enable(world.aws)
    secrets = {"BaseAddress": tokens.endpoint(world.aws), "SecretToken": token.value, "SyncAll": "true"}
    world.azure.engine.save_secrets(world.app_id, secrets)
    job = world.azure.engine.create_job(world.app_id, "aWSSingleSignon")
    world.azure.engine.start(job.id)
    world.advance(timedelta(minutes=40))
    return {
        str(record.attributes["userName"]).casefold()
        for record in identity_store.scan(world.aws, identity_store.USER)
    }
