"""Throttling: budgets by operation that fill again on the clock, and nothing at all while it is off."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.aws_sso.refusals import Refused
from harness.aws_sso.scim import throttle
from harness.aws_sso.scim.call import Answer, Call, Operation
from tests.aws_sso.conftest import Account

WRITES, READS = 25, 40


def statuses(send, count):
    return [send(number).status for number in range(count)]


def create(account, new_person):
    return lambda number: account.scim("POST", "/Users", new_person(f"user{number}"))


def test_off_unless_asked_for(account, new_person):
    """Any number of requests in one instant is taken, and nothing is counted."""
    assert statuses(create(account, new_person), 60) == [201] * 60
    assert account.tenant.memory.spent == {}


def test_the_twenty_sixth_write_in_an_instant_is_429(open_account, new_person):
    """25 are taken; then the era's envelope, no Retry-After, an event, and no user."""
    account = open_account(throttling=True)
    assert statuses(create(account, new_person), WRITES) == [201] * WRITES
    answer = account.scim("POST", "/Users", new_person("late"))
    assert answer.status == 429
    assert list(answer.json()) == [
        "schema", "schemas", "detail", "status", "exceptionRequestId", "timeStamp",
    ]  # fmt: skip
    assert (answer.json()["detail"], answer.json()["status"]) == ("Rate exceeded", "429")
    assert answer.header("Retry-After") is None
    event = account.events()[0]
    assert (event["eventName"], event["errorCode"]) == ("CreateUser", "ThrottlingException")
    assert len(account.console("GET", "users").json()["users"]) == WRITES


def test_reads_have_a_rate_of_their_own(open_account):
    """40 lists a second, beside 40 of another reading operation."""
    account = open_account(throttling=True)
    assert statuses(lambda _: account.scim("GET", "/Users"), READS + 1) == [200] * READS + [429]
    assert statuses(lambda _: account.scim("GET", "/Groups"), READS + 1) == [200] * READS + [429]


def test_a_budget_fills_again_as_time_passes(open_account, new_person):
    """A twenty-fifth of a second gives one write; a long pause gives a second's worth, not more."""
    account = open_account(throttling=True)
    send = create(account, new_person)
    statuses(send, WRITES)
    account.tenant.clock.advance(timedelta(milliseconds=39))
    assert send(100).status == 429
    account.tenant.clock.advance(timedelta(milliseconds=1))
    assert [send(101).status, send(102).status] == [201, 429]
    account.tenant.clock.advance(timedelta(hours=1))
    assert statuses(lambda number: send(200 + number), WRITES + 1) == [201] * WRITES + [429]


def test_every_member_counts(open_account):
    """CreateGroup and PatchGroup draw on one budget; a rename draws nothing from it."""
    account = open_account(throttling=True)
    member = {"value": account.user()["id"]}
    group = account.group(members=[member] * 60)["id"]
    add = {"op": "add", "path": "members", "value": [member] * 40}
    remove = {"op": "remove", "path": f'members[value eq "{member["value"]}"]'}
    assert account.patch(f"/Groups/{group}", add).status == 204
    assert account.patch(f"/Groups/{group}", remove).status == 429
    assert (
        account.patch(f"/Groups/{group}", {"op": "replace", "path": "displayName", "value": "x"}).status
        == 204
    )
    account.tenant.clock.advance(timedelta(milliseconds=10))
    assert account.patch(f"/Groups/{group}", remove).status == 204


def test_what_a_full_budget_cannot_pay_still_passes_once(open_account):
    """A request with more members than the budget ever holds costs all of it, and is not refused for ever."""
    account = open_account(throttling=True, membership_changes_per_second=10)
    member = {"value": account.user()["id"]}
    assert account.scim("POST", "/Groups", {"displayName": "a", "members": [member] * 50}).status == 201
    assert account.scim("POST", "/Groups", {"displayName": "b", "members": [member]}).status == 429


@pytest.mark.parametrize(
    "body", [None, [], {}, {"Operations": 1}, {"Operations": [{"op": "add", "path": "members"}]}]
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/Groups"), ("PATCH", "/Groups/x"), ("POST", "/Users")]
)
def test_junk_is_refused_as_ever(open_account, method, path, body):
    """Bodies that nobody can count are 400, or 404 where the group is looked for first."""
    account = open_account(throttling=True)
    assert account.scim(method, path, body).status in (400, 404)


def test_who_has_no_token_uses_no_budget(open_account):
    """Unauthorized calls are 401 however many, and leave the budget to others."""
    account = open_account(throttling=True)
    assert statuses(lambda _: account.scim("GET", "/Users", token="x"), READS + 1) == [401] * (READS + 1)
    assert account.scim("GET", "/Users").status == 200


def test_a_write_may_happen_and_be_answered_429(open_account, new_person):
    """Then the same request again finds the user there."""
    account = open_account(throttling=True, writes_per_second=1, throttled_writes_happen=True)
    send = create(account, new_person)
    assert [send(1).status, send(2).status] == [201, 429]
    account.tenant.clock.advance(timedelta(seconds=1))
    assert send(2).status == 409


@given(st.lists(st.integers(0, 3_000), max_size=120))
def test_no_second_ever_sees_more_than_twice_the_rate(pauses):
    """Whatever the pauses (in milliseconds): a full bucket and one second's filling bound what any second lets through."""
    account = Account("identity-center", {"throttling": True})
    operation = Operation("CreateUser", lambda _: Answer(201))
    passed = []
    for pause in pauses:
        account.tenant.clock.advance(timedelta(milliseconds=pause))
        try:
            throttle.enforce(Call(account.tenant, "", {}, {}), operation)
        except Refused:
            continue
        passed.append(account.tenant.clock.now())
    second = timedelta(seconds=1)
    assert all(sum(start <= moment < start + second for moment in passed) <= 2 * WRITES for start in passed)
