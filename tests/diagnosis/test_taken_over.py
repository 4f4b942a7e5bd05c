"""Accounts that AWS has already: what is said of them beside what the engine does in a world that holds the same."""

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
from harness.world import World, create

ANA = next(iter(invented(1, 0, "ana"))).user | {
    "userPrincipalName": "ana@corvid.example",
    "mail": "ana@corvid.example",
    "mailNickname": "ana",
}
HAND: dict[str, Any] = {"displayName": "By Hand", "name": {"givenName": "By", "familyName": "Hand"}}


def mail(address: str) -> dict[str, Any]:
    return {"emails": [{"value": address, "type": "work", "primary": True}]}


STORIES: dict[str, tuple[dict[str, Any], list[dict[str, Any]], str]] = {
    "an account of the same name is taken over": (ANA, [{"userName": "ana@corvid.example"}], "arrives"),
    "in another case too": (ANA, [{"userName": "ANA@corvid.example"}], "arrives"),
    "with the same address": (
        ANA,
        [{"userName": "ana@corvid.example", **mail("ana@corvid.example")}],
        "arrives",
    ),
    "another name and the same address are a duplicate": (
        ANA,
        [{"userName": "a.ruiz", **mail("Ana@corvid.example")}],
        "conflicts",
    ),
    "another name and the same external id as well": (
        ANA,
        [{"userName": "a.ruiz", "externalId": "ana"}],
        "arrives",
    ),
    "a name to take over, and a third account with the address": (
        ANA,
        [{"userName": "ana@corvid.example"}, {"userName": "a.ruiz", **mail("ana@corvid.example")}],
        "conflicts",
    ),
    "what is empty here stays as it is there": (
        {**ANA, "surname": None},
        [{"userName": "ana@corvid.example"}],
        "arrives",
    ),
    "what AWS does not take it does not take in an update either": (
        {**ANA, "surname": "Ru\u200biz"},
        [{"userName": "ana@corvid.example"}],
        "refused",
    ),
    "nobody's account is no matter": (ANA, [{"userName": "bo@corvid.example"}], "arrives"),
}


def diagnosed(folder: Path, user: dict[str, Any], accounts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the verdict on the one user, by an export of both sides."""
    held = [
        {
            "UserId": str(number),
            "UserName": account["userName"],
            "Emails": [{"Value": each["value"], "Primary": True} for each in account.get("emails", ())],
            "ExternalIds": [{"Id": account["externalId"]}] if "externalId" in account else [],
        }
        for number, account in enumerate(accounts)
    ]
    for name, content in (("users", {"value": [user]}), ("aws", {"Users": held})):
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    out = folder / "out.json"
    CliRunner().invoke(
        main, ["diagnose", str(folder / "users.json"), str(folder / "aws.json"), "--json", str(out)]
    )
    (entry,) = json.loads(out.read_text(encoding="utf-8"))["users"]
    assert isinstance(entry, dict)
    return entry


def provisioned(user: dict[str, Any], accounts: list[dict[str, Any]]) -> World:
    """Run an initial cycle over everybody, with the mapping of a new job of the gallery's application."""
    world = create()
    document = {key: value for key, value in user.items() if key != "id" and value is not None}
    world.populate(
        {
            "azure_ad": {"users": [document]},
            "aws_sso": {"users": [HAND | account for account in accounts]},
        }
    )
    token = tokens.enable(world.aws)
    secrets = {"BaseAddress": tokens.endpoint(world.aws), "SecretToken": token.value, "SyncAll": "true"}
    world.azure.engine.save_secrets(world.app_id, secrets)
    world.azure.engine.start(world.azure.engine.create_job(world.app_id, "aWSSingleSignon").id)
    world.advance(timedelta(minutes=1))
    return world


@pytest.mark.parametrize("story", STORIES)
def test_the_verdict_is_what_the_engine_comes_to(story: str, tmp_path: Path) -> None:
    user, accounts, verdict = STORIES[story]
    assert diagnosed(tmp_path, user, accounts)["verdict"] == verdict
    if story == "another name and the same external id as well":
        return  # the export says that it is theirs from an earlier job, which this world did not have
    world = provisioned(user, accounts)
    arrived = [
        record
        for record in identity_store.scan(world.aws, identity_store.USER)
        if record.attributes.get("externalId") == "ana"
    ]
    assert bool(arrived) is (verdict == "arrives")


def test_a_takeover_is_said_with_what_to_look_at(tmp_path: Path) -> None:
    entry = diagnosed(tmp_path, ANA, [{"userName": "ana@corvid.example"}])
    assert entry["verdict"] == "arrives"
    out = CliRunner().invoke(main, ["diagnose", str(tmp_path / "users.json"), str(tmp_path / "aws.json")])
    assert out.exit_code == 0
    assert "taken over and brought up to date" in out.output


def test_an_account_that_bears_anothers_id_is_left_open(tmp_path: Path) -> None:
    entry = diagnosed(tmp_path, ANA, [{"userName": "ana@corvid.example", "externalId": "someone-else"}])
    assert (entry["verdict"], entry["attribute"]) == ("undecidable", "userName")
