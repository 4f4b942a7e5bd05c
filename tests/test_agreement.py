"""One verdict over both sides, whoever brought the people: who is missing, kept, doubled, changed, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.agreement.records import NOBODY_IN_SCOPE, Kind
from harness.base.errors import HarnessError
from harness.scenario.events import Failure, ScenarioFinished
from harness.scenario.run import run
from harness.testing import World

ANA, BEN = "ana@contoso.com", "ben@contoso.com"


def user(name: str) -> dict[str, Any]:
    given = name.partition("@")[0].title()
    return {
        "userPrincipalName": name,
        "displayName": given,
        "givenName": given,
        "surname": "Ruiz",
        "mailNickname": given.lower(),
    }


def resource(name: str) -> dict[str, Any]:
    given = name.partition("@")[0].title()
    return {
        "userName": name,
        "displayName": given,
        "name": {"givenName": given, "familyName": "Ruiz", "formatted": f"{given} Ruiz"},
        "externalId": given.lower(),
        "active": True,
    }


@pytest.fixture
def world() -> Iterator[World]:
    """Two people in a group that is assigned; provisioning is configured, its schedule off: a tool is to bring them."""
    holdings = {"users": [user(ANA), user(BEN)], "groups": [{"displayName": "Office", "members": [ANA, BEN]}]}
    with World(populate={"azure_ad": holdings}) as world:
        world.aws_sso.enable_automatic_provisioning()
        world.azure_ad.configure_provisioning()
        world.azure_ad.assign(groups=["Office"])
        yield world


def tool(world: World, *, members: tuple[str, ...] = (ANA, BEN)) -> dict[str, str]:
    """Do what a right tool does; return the ids in AWS."""
    aws = world.aws_sso
    ids = {name: aws.scim_request("POST", "/Users", body=resource(name)).body["id"] for name in (ANA, BEN)}
    (group,) = world.azure_ad.graph_request("GET", "/groups").body["value"]
    resource_of_group = {"displayName": "Office", "externalId": group["id"]}
    office = aws.scim_request("POST", "/Groups", body=resource_of_group).body["id"]
    for name in members:
        operation = {"op": "add", "path": "members", "value": [{"value": ids[name]}]}
        aws.scim_request("PATCH", f"/Groups/{office}", body=patch(operation))
    return ids


def patch(operation: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}


def kinds(world: World) -> list[tuple[Kind, str]]:
    return [(each.kind, each.whose) for each in world.differences()]


def test_our_own_provisioning_agrees(world: World) -> None:
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    world.assert_both_sides_agree()


def test_a_right_tool_agrees(world: World) -> None:
    tool(world)
    world.assert_both_sides_agree()


def test_before_the_tool_everybody_is_missing(world: World) -> None:
    assert kinds(world) == [
        (Kind.MISSING, f"user {ANA}"),
        (Kind.MISSING, f"user {BEN}"),
        (Kind.MISSING, "group Office"),
    ]
    assert {each.reason for each in world.differences()} == {"nobody saw to it"}


def test_a_tool_that_loses_a_member(world: World) -> None:
    tool(world, members=(ANA,))
    assert kinds(world) == [(Kind.MEMBER_MISSING, "group Office")]
    (difference,) = world.differences()
    assert difference.reason.startswith(
        "nobody saw to it; AWS's last change of the group: PatchGroup (ADD) at "
    )
    with pytest.raises(AssertionError, match=f"member missing '{BEN}'"):
        world.assert_both_sides_agree()


def test_a_tool_that_keeps_a_leaver(world: World) -> None:
    ids = tool(world)
    world.azure_ad.remove_member("Office", [BEN])
    assert kinds(world) == [(Kind.UNEXPECTED, f"user {BEN}"), (Kind.MEMBER_LEFT, "group Office")]
    world.aws_sso.scim_request("DELETE", f"/Users/{ids[BEN]}")
    world.assert_both_sides_agree()


def test_a_leaver_of_our_own_provisioning_waits_for_the_cycle_or_the_retry_that_disables_him(
    world: World,
) -> None:
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    world.azure_ad.remove_member("Office", [BEN])
    account = world.differences()[0]
    assert (account.kind, account.whose, account.waiting) == (Kind.UNEXPECTED, f"user {BEN}", True)
    assert account.reason == "not assigned to the application; the next cycle sees to it"
    world.fault("PATCH /Users/*", answer={"status": 503})
    world.run_cycle()
    account = world.differences()[0]
    assert (account.kind, account.waiting) == (Kind.UNEXPECTED, True)
    assert RETRY in account.reason
    world.azure_ad.turn_provisioning_off()
    assert not world.differences()[0].waiting
    world.azure_ad.turn_provisioning_on()
    world.end_faults()
    world.clock.advance("1d")
    world.assert_both_sides_agree()


def test_a_leaver_whose_deletion_is_skipped_waits_for_nothing(world: World) -> None:
    world.azure_ad.configure_provisioning(skip_out_of_scope_deletions=True)
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    world.azure_ad.remove_member("Office", [BEN])
    world.run_cycle()
    (account,) = world.differences()
    assert (account.kind, account.whose, account.waiting) == (Kind.UNEXPECTED, f"user {BEN}", False)


def test_a_leaver_who_is_disabled_is_as_good_as_gone(world: World) -> None:
    ids = tool(world, members=(ANA,))
    world.azure_ad.remove_member("Office", [BEN])
    world.aws_sso.scim_request(
        "PATCH", f"/Users/{ids[BEN]}", body=patch({"op": "replace", "path": "active", "value": False})
    )
    world.assert_both_sides_agree()


def test_a_tool_that_doubles_a_person(world: World) -> None:
    tool(world)
    again = {**resource("ana.ruiz@contoso.com"), "externalId": "ana-2"}
    world.aws_sso.scim_request("POST", "/Users", body=again)
    assert kinds(world) == [(Kind.UNEXPECTED, "user ana.ruiz@contoso.com")]


def test_an_attribute_that_was_not_brought_along(world: World) -> None:
    tool(world)
    world.azure_ad.update_user(ANA, {"displayName": "Ana Maria"})
    (difference,) = world.differences()
    assert (difference.kind, difference.attribute) == (Kind.ATTRIBUTE, "displayName")
    assert (difference.wanted, difference.actual) == ("Ana Maria", "Ana")


@pytest.mark.parametrize("attribute", ["displayName", "userName"])
def test_a_value_in_another_case_is_another_value(world: World, attribute: str) -> None:
    """Provisioning would leave it so, for it takes both for the same; the verdict is about the mapping's value."""
    ids = tool(world)
    wanted = str(resource(ANA)[attribute])
    operation = {"op": "replace", "path": attribute, "value": wanted.upper()}
    world.aws_sso.scim_request("PATCH", f"/Users/{ids[ANA]}", body=patch(operation))
    (difference,) = world.differences()
    assert (difference.kind, difference.attribute) == (Kind.ATTRIBUTE, attribute)
    assert (difference.wanted, difference.actual, difference.waiting) == (wanted, wanted.upper(), False)
    assert difference.reason.startswith(
        "they differ only in case, which provisioning takes for the same (caseExact is false in its schema); AWS's last change"
    )


def test_a_person_renamed_at_the_source_alone_is_hinted_at(world: World) -> None:
    """The tool does not follow the new user name: somebody is missing and somebody is too many, and it is one person."""
    tool(world)
    world.azure_ad.update_user(ANA, {"userPrincipalName": "ana.lind@contoso.com", "surname": "Lind"})
    missing, kept, *_ = world.differences()
    assert (missing.kind, missing.whose) == (Kind.MISSING, "user ana.lind@contoso.com")
    assert (kept.kind, kept.whose) == (Kind.UNEXPECTED, f"user {ANA}")
    assert kept.reason == (
        "no user of Azure AD is called so; it has the external id of ana.lind@contoso.com, who is missing: perhaps renamed"
    )


def test_a_leaver_who_was_deleted_is_told_with_what_comes_next(world: World) -> None:
    """Whoever brought the account: from the recycle bin somebody can be restored for thirty days; a security group cannot."""
    tool(world)
    world.azure_ad.delete_user(ANA)
    left = "deleted at 2026-03-02 08:00:00 and in the recycle bin until 2026-04-01 08:00:00"
    assert [each.reason for each in world.differences() if each.whose == f"user {ANA}"] == [left]


def test_whom_our_own_provisioning_brought_is_told_by_what_became_of_them(world: World) -> None:
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    world.azure_ad.update_user(BEN, {"userPrincipalName": "ben.lind@contoso.com"})
    (group,) = world.azure_ad.graph_request("GET", "/groups").body["value"]
    world.azure_ad.graph_request("DELETE", f"/groups/{group['id']}")
    reasons = {each.whose: each.reason for each in world.differences() if each.kind is Kind.UNEXPECTED}
    assert reasons[f"user {BEN}"].startswith("called ben.lind@contoso.com by now; ")
    assert reasons["group Office"] == "deleted for good; the next cycle sees to it"


def test_an_account_made_by_hand_for_somebody_of_azure_ad_is_told(world: World) -> None:
    """So are those of a tool of the Identity Store API, which AWS calls manual, too: a leaver, and a person doubled."""
    tool(world)
    world.azure_ad.create_user(**user("eve@contoso.com"))
    world.populate({"aws_sso": {"users": [resource("eve@contoso.com")]}})
    (leaver,) = world.differences()
    assert leaver.reason == "not assigned to the application; it was made by hand"
    twin = {**resource("a.ruiz@contoso.com"), "displayName": "Ana"}
    world.populate({"aws_sso": {"users": [twin]}})
    (twice,) = [each for each in world.differences() if each.whose == "user a.ruiz@contoso.com"]
    assert twice.reason.endswith(
        "it has the display name of ana@contoso.com: perhaps the same twice; it was made by hand"
    )


def test_a_wrong_manager_is_told_by_names(world: World) -> None:
    ids = tool(world)
    world.azure_ad.update_user(ANA, {"manager": BEN})
    manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"
    operation = {"op": "replace", "path": manager, "value": ids[ANA]}
    world.aws_sso.scim_request("PATCH", f"/Users/{ids[ANA]}", body=patch(operation))
    (difference,) = world.differences()
    assert str(difference).startswith(
        f"user {ANA} manager: '{ANA}' instead of '{BEN}'; wrong: nobody saw to it; AWS's last "
    )


def test_an_account_made_by_hand_for_nobody_of_azure_ad_is_nobodys_business(world: World) -> None:
    tool(world)
    world.populate({"aws_sso": {"users": [resource("eve@contoso.com")]}})
    world.assert_both_sides_agree()


def test_what_the_next_cycle_brings_is_waiting_and_not_wrong(world: World) -> None:
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    world.azure_ad.create_user(**user("eve@contoso.com"))
    world.azure_ad.add_member("Office", ["eve@contoso.com"])
    assert {each.waiting for each in world.differences()} == {True}


def test_a_person_who_is_there_twice_is_told_from_one_who_should_have_gone(world: World) -> None:
    tool(world)
    twin = {**resource("ana.ruiz@contoso.com"), "displayName": "Ana", "externalId": "ana-2"}
    world.aws_sso.scim_request("POST", "/Users", body=twin)
    (difference,) = world.differences()
    assert difference.reason.endswith("it has the display name of ana@contoso.com: perhaps the same twice")


@pytest.mark.parametrize(
    ("name", "changes", "trait"),
    [
        ("ana.ruiz@contoso.com", {"displayName": "A. Ruiz"}, "first and last name of ana@contoso.com"),
        (
            "ana@example.org",
            {"displayName": "A. R.", "name": {"givenName": "A.", "familyName": "R."}},
            "user name before the @ of ana@contoso.com",
        ),
    ],
)
def test_a_person_who_is_there_twice_under_other_names_is_hinted_at(
    world: World, name: str, changes: dict[str, Any], trait: str
) -> None:
    world.azure_ad.update_user(BEN, {"surname": "Lind"})
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    twin = {**resource(ANA), "externalId": "ana-2", "userName": name, **changes}
    world.aws_sso.scim_request("POST", "/Users", body=twin)
    (difference,) = world.differences()
    assert difference.reason.endswith(f"it has the {trait}: perhaps the same twice")


def test_who_failed_is_told_in_the_words_of_why(world: World) -> None:
    """AWS refuses somebody without a family name; the reason is what `harness why` says first."""
    world.populate({"azure_ad": {"users": [{**user("eve@contoso.com"), "surname": None}]}})
    world.azure_ad.assign(users=["eve@contoso.com"])
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    (difference,) = [each for each in world.differences() if each.whose == "user eve@contoso.com"]
    assert not difference.waiting
    assert difference.reason.startswith("Eve is ")
    assert "failed" in difference.reason
    assert "in vain until somebody mends it: BadRequest: " in difference.reason


RETRY = "waits for a retry: the first cycle from 2026-03-02 "


@pytest.mark.parametrize(
    ("request_", "differing"),
    [
        ("POST /Users", [(Kind.MISSING, f"user {ANA}"), (Kind.MISSING, f"user {BEN}")]),
        ("POST /Groups", [(Kind.MISSING, "group Office")]),
        ("PATCH /Groups/*", [(Kind.MEMBER_MISSING, "group Office")] * 2),
    ],
)
def test_what_failed_because_the_service_was_down_waits_for_its_retry(
    world: World, request_: str, differing: list[tuple[Kind, str]]
) -> None:
    world.fault(request_, answer={"status": 503})
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    assert kinds(world) == differing
    for each in world.differences():
        assert each.waiting
        assert RETRY in each.reason
    world.azure_ad.turn_provisioning_off()
    assert not any(each.waiting for each in world.differences())
    world.azure_ad.turn_provisioning_on()
    world.end_faults()
    world.clock.advance("1d")
    world.assert_both_sides_agree()


@pytest.mark.slow
def test_what_was_given_up_is_wrong_although_the_service_was_only_down(world: World) -> None:
    world.fault("PATCH /Users/*", answer={"status": 503})
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    world.azure_ad.update_user(ANA, {"displayName": "Ana Maria"})
    world.run_cycle()
    (waiting,) = world.differences()
    assert waiting.waiting
    world.clock.advance("30d")
    (given_up,) = world.differences()
    assert not given_up.waiting
    assert given_up.reason.startswith("no cycle looks at it until it changes at the source")


def test_a_member_whom_another_client_took_out_waits_for_no_cycle(world: World) -> None:
    """AWS does not return members, so provisioning never sees that; the reason names CloudTrail's event."""
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    office, ana = world.aws_sso.group("Office"), world.aws_sso.user(ANA)
    assert office is not None
    assert ana is not None
    operation = {"op": "remove", "path": "members", "value": [{"value": ana.id}]}
    world.aws_sso.scim_request("PATCH", f"/Groups/{office.id}", body=patch(operation))
    world.run_cycle()
    (difference,) = world.differences()
    event = world.aws_sso.events("PatchGroup")[-1].event
    assert (difference.kind, difference.wanted, difference.waiting) == (Kind.MEMBER_MISSING, ANA, False)
    assert difference.reason == (
        "provisioning sent this member, another client changed that; AWS's last change of the group: "
        f"PatchGroup (REMOVE) at {event['eventTime'].replace('T', ' ')[:19]} by token "
        f"{event['userIdentity']['accessKeyId']}, request {event['requestID']}"
    )


def test_a_member_whom_another_client_put_in_waits_for_no_cycle(world: World) -> None:
    world.azure_ad.assign(users=[ANA])
    world.azure_ad.remove_member("Office", [ANA])
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    office, ana = world.aws_sso.group("Office"), world.aws_sso.user(ANA)
    assert office is not None
    assert ana is not None
    operation = {"op": "add", "path": "members", "value": [{"value": ana.id}]}
    world.aws_sso.scim_request("PATCH", f"/Groups/{office.id}", body=patch(operation))
    (difference,) = world.differences()
    assert (difference.kind, difference.actual, difference.waiting) == (Kind.MEMBER_LEFT, ANA, False)
    assert difference.reason.startswith("provisioning does not know this member, another client ")


def test_a_value_that_another_client_changed_is_told_with_its_call(world: World) -> None:
    """Provisioning looks at nobody who did not change at the source; CloudTrail says who was at it, and when."""
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    ana = world.aws_sso.user(ANA)
    assert ana is not None
    operation = {"op": "replace", "path": "title", "value": "Pilot"}
    world.azure_ad.update_user(ANA, {"jobTitle": "Clerk"})
    world.run_cycle()
    world.aws_sso.scim_request("PATCH", f"/Users/{ana.id}", body=patch(operation))
    world.run_cycle()
    (difference,) = world.differences()
    event = world.aws_sso.events("PatchUser")[-1].event
    assert (difference.attribute, difference.actual, difference.waiting) == ("title", "Pilot", False)
    assert "AWS's last change of the user: PatchUser (REPLACE) at " in difference.reason
    assert difference.reason.endswith(
        f" by token {event['userIdentity']['accessKeyId']}, request {event['requestID']}"
    )


def test_an_account_that_another_client_deleted_is_told_with_its_call(world: World) -> None:
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    ana = world.aws_sso.user(ANA)
    assert ana is not None
    world.aws_sso.scim_request("DELETE", f"/Users/{ana.id}")
    missing = world.differences()[0]
    assert (missing.kind, missing.whose, missing.waiting) == (Kind.MISSING, f"user {ANA}", False)
    assert "AWS's last change of the user: DeleteUser at " in missing.reason


def test_a_person_in_scope_whose_account_was_made_by_hand_is_answered_as_why_does(world: World) -> None:
    """Provisioning finds it by its user name and takes it over; until then what differs waits."""
    world.populate({"aws_sso": {"users": [{**resource(ANA), "displayName": "Ana by hand"}]}})
    world.azure_ad.turn_provisioning_on()
    (difference,) = [each for each in world.differences() if each.whose == f"user {ANA}"]
    account = world.azure_ad.why(user=ANA).account["match"]["foreign"]
    assert (difference.attribute, difference.waiting) == ("displayName", True)
    assert difference.reason == f"its account was made by hand; {account['says']}"
    world.run_cycle()
    world.assert_both_sides_agree()


def test_in_quarantine_what_did_not_fail_itself_waits_for_the_next_attempt(world: World) -> None:
    """Where the service was down; credentials that are refused wait for somebody who mends them."""
    world.azure_ad.turn_provisioning_on()
    world.run_cycle()
    world.azure_ad.update_user(ANA, {"displayName": "Ana Maria"})
    world.fault("* *", answer={"status": 503})
    world.run_cycle()
    (difference,) = world.differences()
    assert difference.waiting
    assert difference.reason.startswith("the job is in quarantine (")
    assert ": its attempt at 2026-03-02 09:25:00 sees to it" in difference.reason
    world.end_faults()
    world.fault("* *", answer={"status": 401})
    world.clock.advance("1d")
    (difference,) = world.differences()
    assert not difference.waiting
    assert difference.reason.startswith("the job is in quarantine, in vain until somebody mends it: ")


def test_to_agree_about_nobody_is_no_proof(tmp_path, world: World) -> None:
    """Whoever forgot to assign would have a test that cannot fail; `differences` says that nobody is left."""
    world.azure_ad.unassign(groups=["Office"])
    assert world.differences() == []
    with pytest.raises(AssertionError, match=NOBODY_IN_SCOPE):
        world.assert_both_sides_agree()
    story = tmp_path / "story.yaml"
    story.write_text(
        """
scenario: Nobody is assigned
steps:
  - enable automatic provisioning: {}
  - configure provisioning: {}
    expect: {both sides agree: true}
""",
        encoding="utf-8",
    )
    (failure,) = failures(story)
    assert NOBODY_IN_SCOPE in str(failure)


def failures(story: Path) -> list[Failure]:
    finished = [event for event in run([story], seed="1") if isinstance(event, ScenarioFinished)]
    return [failure for event in finished for failure in event.failures]


def test_a_scenario_that_expects_agreement_fails_with_every_difference(tmp_path) -> None:
    story = tmp_path / "story.yaml"
    story.write_text(
        """
scenario: Nobody brings Ana
given: {azure_ad: {users: [{userPrincipalName: ana@contoso.com, givenName: Ana, surname: Ruiz, displayName: Ana Ruiz}]}}
steps:
  - enable automatic provisioning: {}
  - configure provisioning: {scope: all users and groups}
    expect: {both sides agree: true}
""",
        encoding="utf-8",
    )
    (failure,) = failures(story)
    assert (failure.expected, failure.actual) == ("true", "false")
    assert '"kind": "missing", "whose": "user ana@contoso.com"' in failure.nearest
    assert "nobody saw to it" in failure.nearest


def test_without_provisioning_no_side_says_who_should_be_there() -> None:
    with World() as world, pytest.raises(HarnessError, match="provisioning is not configured"):
        world.differences()
