"""Snapshots of a test's world: taken, named, listed, restored whole, compared; the same seed goes on giving the same bytes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.base.errors import HarnessError
from harness.testing import Refused, World

ANA = {
    "userPrincipalName": "ana@contoso.com",
    "displayName": "Ana Ruiz",
    "givenName": "Ana",
    "surname": "Ruiz",
}
BEN = {"userPrincipalName": "ben@contoso.com", "displayName": "Ben Ode", "givenName": "Ben", "surname": "Ode"}


@pytest.fixture(params=[False, True], ids=["in memory", "sockets"])
def world(request) -> Iterator[World]:
    with World(sockets=request.param, populate={"azure_ad": {"users": [ANA]}}) as world:
        world.aws_sso.enable_automatic_provisioning()
        world.azure_ad.configure_provisioning(scope="all users and groups")
        world.azure_ad.turn_provisioning_on()
        world.run_cycle()
        yield world


def change(world: World) -> None:
    world.azure_ad.create_user(**BEN)
    world.azure_ad.update_user("ana@contoso.com", {"displayName": "Ana Ruiz-Soto"})
    world.azure_ad.create_group("Office", members=["ana@contoso.com"])
    world.run_cycle()


def shown(world: World) -> list[str]:
    """Return everything that the surfaces show, ids and moments included."""
    return [
        str(world.clock.now()),
        str(world.aws_sso.users()),
        str(world.aws_sso.groups()),
        str(world.aws_sso.events()),
        str(world.azure_ad.provisioning_log()),
        str(world.azure_ad.audit_log()),
        str(world.azure_ad.job()),
    ]


def test_restoring_brings_back_both_sides_and_the_clock(world: World) -> None:
    before = shown(world)
    world.snapshot("before")
    change(world)
    assert [user.user_name for user in world.aws_sso.users()] == ["ana@contoso.com", "ben@contoso.com"]
    world.restore("before")
    assert shown(world) == before


def test_what_happens_after_a_restore_gives_the_same_bytes_again(world: World) -> None:
    """Ids, tokens and moments, on both sides: chance is at the same place as it was."""
    world.snapshot("before")
    change(world)
    first, token = shown(world), world.aws_sso.generate_access_token().body
    world.restore("before")
    change(world)
    assert shown(world) == first
    assert world.aws_sso.generate_access_token().body == token


def test_the_schedule_goes_on_from_the_moment_that_was_restored(world: World) -> None:
    world.snapshot("before")
    world.azure_ad.turn_provisioning_off()
    world.wait("10d")
    world.restore("before")
    change(world)
    assert world.aws_sso.user("ben@contoso.com") is not None


def test_a_mapping_is_the_one_that_was_in_force(world: World) -> None:
    world.snapshot("before")
    world.azure_ad.edit_mapping(delete=["displayName"])
    world.restore("before")
    change(world)
    ana = world.aws_sso.user("ana@contoso.com")
    assert ana is not None
    assert ana.display_name == "Ana Ruiz-Soto"


def test_faults_are_on_as_they_were(world: World) -> None:
    world.fault("PATCH /Users/*", answer={"status": 503}, times=2)
    world.snapshot("before")
    world.fault("POST /Users", answer={"status": 500})
    world.restore("before")
    change(world)
    assert world.aws_sso.user("ben@contoso.com") is not None
    assert [each.status for each in world.aws_sso.requests("PATCH", "/Users/*")][:1] == [503]


def test_a_token_that_came_later_is_none_any_more(world: World) -> None:
    world.snapshot("before")
    world.aws_sso.generate_access_token()
    later = world.aws_sso.token
    world.restore("before")
    assert world.aws_sso.token != later
    with pytest.raises(Refused):
        world.aws_sso.scim_request("GET", "/Users", token=later)
    world.aws_sso.scim_request("GET", "/Users")


def test_snapshots_are_listed_by_the_moment_and_deleted_by_name(world: World) -> None:
    world.snapshot("one")
    world.wait("1h")
    world.snapshot("two")
    assert [each.name for each in world.snapshots()] == ["one", "two"]
    assert world.snapshots()[0].taken < world.snapshots()[1].taken
    world.delete_snapshot("one")
    assert [each.name for each in world.snapshots()] == ["two"]


def test_a_snapshot_can_be_restored_again_and_others_stay(world: World) -> None:
    world.snapshot("before")
    before = shown(world)
    change(world)
    world.snapshot("after")
    after = shown(world)
    for _ in range(2):
        world.restore("before")
        assert shown(world) == before
        world.restore("after")
        assert shown(world) == after


@pytest.mark.slow
def test_two_snapshots_are_compared_and_one_with_now(world: World) -> None:
    world.snapshot("before")
    change(world)
    world.snapshot("after")
    lines = [str(each) for each in world.compare("before", "after")]
    assert "azure_ad user ana@contoso.com changed displayName: 'Ana Ruiz' → 'Ana Ruiz-Soto'" in lines
    assert "aws_sso user ana@contoso.com changed displayName: 'Ana Ruiz' → 'Ana Ruiz-Soto'" in lines
    assert "aws_sso user ben@contoso.com added" in lines
    assert "aws_sso membership Office: ana@contoso.com added" in lines
    assert world.compare("before") == world.compare("before", "after")
    assert world.compare("after") == []


def test_no_comparison_shows_a_secret(world: World) -> None:
    world.snapshot("before")
    world.aws_sso.generate_access_token()
    lines = "\n".join(str(each) for each in world.compare("before"))
    assert "access token" in lines
    assert world.aws_sso.token not in lines


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda world: world.restore("befor"), "there is no snapshot 'befor'; did you mean 'before'"),
        (lambda world: world.delete_snapshot("x"), "there is no snapshot 'x'; there are: before"),
        (lambda world: world.snapshot("before"), "there is a snapshot 'before' already"),
        (lambda world: world.snapshot("../out"), "'../out' is no name of a snapshot"),
        (lambda world: world.compare("before", "x"), "there is no snapshot 'x'"),
    ],
)
def test_a_name_that_is_wrong_gets_a_sentence(world: World, act, words) -> None:
    world.snapshot("before")
    with pytest.raises(HarnessError, match=words):
        act(world)
