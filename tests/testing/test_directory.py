"""What a world holds, as records: the directory and who is assigned, accounts of AWS and who may enter, quirks, faults."""

from __future__ import annotations

import pytest

from harness import World
from harness.testing import AccountAssignment, FaultMet

ANA, BEN = "ana@contoso.com", "ben@contoso.com"
PEOPLE = {
    "azure_ad": {
        "users": [
            {"userPrincipalName": ANA, "displayName": "Ana Ruiz", "jobTitle": "Pilot"},
            {"userPrincipalName": BEN, "displayName": "Ben", "accountEnabled": False},
        ],
        "groups": [{"displayName": "Office", "members": [ANA]}],
    },
    "aws_sso": {
        "users": [{"userName": ANA, "displayName": "Ana", "name": {"givenName": "Ana", "familyName": "R"}}],
        "accounts": [{"id": "111122223333", "name": "Production"}],
    },
}


@pytest.fixture
def world():
    with World(populate=PEOPLE) as world:
        yield world


def test_the_directory(world):
    ana, ben = sorted(world.azure_ad.users(), key=lambda user: user.user_principal_name)
    assert (ana.user_principal_name, ana.display_name, ana.enabled) == (ANA, "Ana Ruiz", True)
    assert ana.properties["jobTitle"] == "Pilot"
    assert not ben.enabled
    (office,) = world.azure_ad.groups()
    assert (office.display_name, office.members) == ("Office", (ANA,))


def test_who_is_assigned(world):
    world.azure_ad.assign(users=[BEN], groups=["Office"])
    assert {(each.kind, each.name) for each in world.azure_ad.assignments()} == {
        ("User", "Ben"),
        ("Group", "Office"),
    }


def test_a_directory_of_more_than_a_page_is_read_whole():
    people = [{"userPrincipalName": f"p{number}@contoso.com", "displayName": "P"} for number in range(230)]
    with World(populate={"azure_ad": {"users": people}}) as world:
        assert len(world.azure_ad.users()) == 230


def test_who_may_enter_which_account(world):
    aws = world.aws_sso
    instance = aws.aws_request("sso-admin", "ListInstances").body["Instances"][0]["InstanceArn"]
    made = aws.aws_request(
        "sso-admin", "CreatePermissionSet", {"InstanceArn": instance, "Name": "Reader"}
    ).body
    aws.aws_request(
        "sso-admin",
        "CreateAccountAssignment",
        {
            "InstanceArn": instance,
            "PermissionSetArn": made["PermissionSet"]["PermissionSetArn"],
            "TargetId": "111122223333",
            "TargetType": "AWS_ACCOUNT",
            "PrincipalType": "USER",
            "PrincipalId": aws.user(ANA).id,
        },
    )
    world.clock.advance("1m")
    assert aws.assignments() == [AccountAssignment("111122223333", "Reader", "USER", ANA)]


def test_quirks_and_faults():
    with World(quirks={"throttling": True}) as world:
        assert world.aws_sso.quirks["throttling"] is True
        assert world.azure_ad.quirks["cycle-interval-minutes"] == 40
        world.fault("POST /Users", answer={"status": 503}, times=2)
        assert world.faults() == [FaultMet("POST /Users", 2, 0, number=1)]


def test_what_is_looked_up_is_no_request_of_the_test(world):
    before = len(world.timeline())
    world.azure_ad.users()
    world.azure_ad.groups()
    world.azure_ad.assignments()
    assert len(world.timeline()) == before


def test_one_of_each_side_is_found_by_name_in_any_case(scim_world):
    """And nobody where there is nobody."""
    azure_ad, aws_sso = scim_world.azure_ad, scim_world.aws_sso
    azure_ad.create_user(
        userPrincipalName="ana@contoso.com", displayName="Ana", givenName="Ana", surname="Ruiz"
    )
    azure_ad.create_group("Office", members=["ana@contoso.com"])
    scim_world.populate({"aws_sso": {"groups": [{"displayName": "Office"}]}})
    assert azure_ad.user("ANA@contoso.com").display_name == "Ana"
    assert azure_ad.group("office").members == ("ana@contoso.com",)
    assert aws_sso.group("OFFICE").display_name == "Office"
    assert azure_ad.user("ben") is azure_ad.group("ben") is aws_sso.group("ben") is None
