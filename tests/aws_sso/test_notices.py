"""Warnings before an access token expires: the banner and the AWS Health events, on the clock."""

from collections import Counter
from datetime import timedelta

import pytest

from harness.base.clock import from_iso
from harness.wire.message import Request

YEAR = 365


def view(account):
    return account.console("GET", "automatic-provisioning").json()


def test_the_banner_comes_ninety_days_before_and_stays_until_the_token_is_deleted(account):
    """To the second; expiry does not end it, a second token does not either."""
    (token,) = view(account)["tokens"]
    account.tenant.clock.advance(timedelta(days=YEAR - 90, seconds=-1))
    assert view(account)["expiryBanner"] == []
    account.tenant.clock.advance(timedelta(seconds=1))
    assert view(account)["expiryBanner"] == [token]
    account.tenant.clock.advance(timedelta(days=91))
    account.console("POST", "tokens")
    assert view(account)["expiryBanner"] == [token]
    account.console("DELETE", f"tokens/{token['tokenId']}", {"confirm": "DELETE"})
    assert view(account)["expiryBanner"] == view(account)["healthEvents"] == []


def test_health_events_come_ever_more_often(account):
    """Weekly from 90 days before, twice a week from 60, three times a week from 30, daily in the last 15."""
    account.tenant.clock.advance(timedelta(days=2 * YEAR))
    events = view(account)["healthEvents"]
    left = [(from_iso(each["expiresAt"]) - from_iso(each["sentAt"])) / timedelta(days=1) for each in events]
    assert left == sorted(left, reverse=True)
    assert left[0] == 90
    assert left[-15:] == [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    weeks = Counter(int((90 - days) // 7) for days in left if days > 62)
    assert set(weeks.values()) == {1}
    assert [sum(low < days <= low + 7 for days in left) for low in (50, 43, 36)] == [2, 2, 2]
    assert [sum(low < days <= low + 7 for days in left) for low in (23, 16)] == [3, 3]


def test_both_tokens_are_written_of(account):
    """Events of two tokens stand in the order they were sent."""
    account.tenant.clock.advance(timedelta(days=5))
    account.console("POST", "tokens")
    account.tenant.clock.advance(timedelta(days=YEAR - 80))
    events = view(account)["healthEvents"]
    first, second = (token["tokenId"] for token in view(account)["tokens"])
    assert [event["tokenId"] for event in events] == [first, second, first, second, first]
    assert [event["sentAt"] for event in events] == sorted(event["sentAt"] for event in events)


def test_a_token_is_not_written_of_before_it_exists(open_account):
    """A token with a life of ten days gets the notices of its last ten days only."""
    account = open_account(token_life_days=10)
    assert len(view(account)["healthEvents"]) == 1
    account.tenant.clock.advance(timedelta(days=20))
    assert len(view(account)["healthEvents"]) == 10


@pytest.mark.parametrize(("days", "words"), [(YEAR - 89, "expires on"), (YEAR, "expired on")])
def test_the_settings_page_warns(account, days, words):
    """A person sees the banner and the list of events, and never the token."""
    settings = Request("GET", account.origin + "/console/settings")
    assert "alert" not in account.send(settings).body.decode()
    account.tenant.clock.advance(timedelta(days=days))
    shown = account.send(settings).body.decode()
    assert 'role="alert"' in shown
    assert words in shown
    assert "AWS Health events" in shown
    assert account.token not in shown
