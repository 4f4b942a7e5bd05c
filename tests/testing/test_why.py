"""Why somebody is not there, as a record: cause, event, mappings, remedy, scenario; and of an account that somebody else made."""

from __future__ import annotations

import pytest

from harness import World

ANA, EVA = "ana@contoso.com", "eva@contoso.com"
RESOURCE = {"userName": ANA, "displayName": "Ana", "name": {"givenName": "Ana", "familyName": "Ruiz"}}


@pytest.fixture
def world():
    """Ana, and Eva without a last name, both assigned; the schedule is off."""
    people = [
        {"userPrincipalName": ANA, "displayName": "Ana Ruiz", "givenName": "Ana", "surname": "Ruiz"},
        {"userPrincipalName": EVA, "displayName": "Eva", "givenName": "Eva"},
    ]
    with World(populate={"azure_ad": {"users": people}}) as world:
        world.azure_ad.configure_provisioning()
        world.azure_ad.assign(users=[ANA, EVA])
        yield world


def run(world: World) -> None:
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()


def test_a_failure_comes_with_all_that_harness_why_prints(world):
    run(world)
    why = world.azure_ad.why(user=EVA)
    assert why.summary.startswith("Eva is not in AWS SSO: provisioning failed (")
    assert why.cause == "AWS requires name.familyName, and the mapping gives nothing."
    assert (why.event.name, why.event.code) == ("CreateUser", "ValidationException")
    assert [(each.source, each.target) for each in why.mappings] == [("surname", "name.familyName")]
    assert why.remedy.startswith("Fill in surname of these users")
    assert why.scenarios == ("scenarios/refusals/names.yaml",)
    assert str(why).splitlines() == [why.summary, why.cause, why.remedy]


def test_where_all_is_well_there_is_no_advice(world):
    run(world)
    why = world.azure_ad.why(user=ANA)
    assert (why.cause, why.event, why.mappings, why.remedy, why.scenarios) == ("", None, (), "", ())
    assert why.account["match"]["foreign"] is None


def test_an_account_of_another_client_is_named_and_taken_over(world):
    world.aws_sso.scim_request("POST", "/Users", body=RESOURCE)
    why = world.azure_ad.why(user=ANA)
    assert why.summary == (
        "Ana Ruiz is in AWS SSO with an account 'ana@contoso.com' made by another client; this job has not brought it: "
        "in scope, but the job's schedule is off."
    )
    assert "finds it by userName, takes it over" in why.account["match"]["foreign"]["says"]
    run(world)
    assert world.azure_ad.why(user=ANA).summary.startswith("Ana Ruiz is in AWS SSO with the account '")
    assert len(world.aws_sso.users()) == 1


def test_an_account_that_the_search_does_not_find_is_a_conflict(world):
    world.populate({"aws_sso": {"users": [RESOURCE]}})
    world.azure_ad.edit_mapping(match_on=["externalId"])
    foreign = world.azure_ad.why(user=ANA).account["match"]["foreign"]
    assert (foreign["createdBy"], foreign["foundBy"]) == ("Manual", None)
    assert "searches by externalId, does not find it, and is refused" in foreign["says"]
    run(world)
    assert world.azure_ad.why(user=ANA).cause.startswith("An account in AWS that is not tied to them")


def test_an_account_of_nobody_in_scope_is_left_alone(world):
    world.aws_sso.scim_request("POST", "/Users", body=RESOURCE)
    world.azure_ad.unassign(users=[ANA])
    foreign = world.azure_ad.why(user=ANA).account["match"]["foreign"]
    assert foreign["says"] == "provisioning leaves it alone as long as nobody of this name is in scope"
