"""The console: the provisioning switch, tokens, and the pages for people."""

import re
from datetime import timedelta

import pytest

from harness.wire.message import Request, json_request


def page(account, path, method="GET", form="", *headers):
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    return account.send(Request(method, f"{account.origin}/console{path}", (kind, *headers), form.encode()))


def test_enabling_hands_out_endpoint_and_token_once(open_account):
    """Manual becomes SCIM; the token is shown this once, opaque, on one line, 500 to 620 characters."""
    account = open_account(enabled=False)
    before = account.console("GET", "automatic-provisioning").json()
    nothing = {"tokens": [], "expiryBanner": [], "healthEvents": []}
    assert before == {"provisioningMethod": "Manual", "scimEndpoint": None, **nothing}
    made = account.console("POST", "automatic-provisioning").json()
    assert list(made) == [
        "provisioningMethod", "scimEndpoint", "accessToken", "tokenId", "createdAt", "expiresAt",
    ]  # fmt: skip
    assert re.fullmatch(r"[0-9a-zA-Z/=+\\-]{500,620}", made["accessToken"])
    assert made["scimEndpoint"] == account.base
    after = account.console("GET", "automatic-provisioning")
    assert after.json()["provisioningMethod"] == "SCIM"
    assert after.json()["tokens"] == [{key: made[key] for key in ("tokenId", "createdAt", "expiresAt")}]
    assert made["accessToken"].encode() not in after.body


def test_the_token_is_kept_as_a_digest_only(account):
    """Neither the store nor the event history holds the token."""
    stored = repr(account.directory()) + repr(account.events())
    assert account.token not in stored


def test_the_endpoint_of_2020_ends_in_a_slash(old_account):
    """The console printed the endpoint with a trailing slash then."""
    assert (
        old_account.console("GET", "automatic-provisioning").json()["scimEndpoint"] == old_account.base + "/"
    )


def test_enabling_twice_is_declined(account):
    """A second enable answers 409 in words and makes no token."""
    answer = account.console("POST", "automatic-provisioning")
    assert answer.status == 409
    assert "already enabled" in answer.json()["message"]
    assert len(account.console("GET", "automatic-provisioning").json()["tokens"]) == 1


def test_a_token_lives_for_one_year(account):
    """To the second: it works until then and is 401 from then on."""
    account.tenant.clock.advance(timedelta(days=365, seconds=-1))
    assert account.scim("GET", "/Users").status == 200
    account.tenant.clock.advance(timedelta(seconds=1))
    assert account.scim("GET", "/Users").status == 401


def test_rotation_without_a_gap(account):
    """A second token works beside the first, a third is declined, the first is deleted by typing DELETE."""
    second = account.console("POST", "tokens").json()
    assert account.console("POST", "tokens").status == 409
    assert account.scim("GET", "/Users", token=second["accessToken"]).status == 200
    first = account.console("GET", "automatic-provisioning").json()["tokens"][0]["tokenId"]
    assert account.console("DELETE", f"tokens/{first}", {"confirm": "delete"}).status == 400
    assert account.scim("GET", "/Users").status == 200
    assert account.console("DELETE", f"tokens/{first}", {"confirm": "DELETE"}).status == 204
    assert account.scim("GET", "/Users").status == 401
    assert account.scim("GET", "/Users", token=second["accessToken"]).status == 200
    assert account.console("DELETE", f"tokens/{first}", {"confirm": "DELETE"}).status == 404


def test_disabling_needs_the_tokens_gone_and_keeps_users(account):
    """Tokens first, then DISABLE; users stay, and enabling again gives the same endpoint."""
    account.user()
    assert account.console("DELETE", "automatic-provisioning", {"confirm": "DISABLE"}).status == 409
    (token,) = account.console("GET", "automatic-provisioning").json()["tokens"]
    account.console("DELETE", f"tokens/{token['tokenId']}", {"confirm": "DELETE"})
    assert account.console("DELETE", "automatic-provisioning", {}).status == 400
    assert account.console("DELETE", "automatic-provisioning", {"confirm": "DISABLE"}).status == 204
    assert account.console("POST", "tokens").status == 409
    assert [user["userName"] for user in account.console("GET", "users").json()["users"]] == ["bjensen"]
    account.enable()
    assert account.scim("GET", "/Users").json()["totalResults"] == 1


def test_console_actions_are_events(account):
    """Each action leaves an event with the directory's source and its own name."""
    account.console("POST", "tokens")
    (token, _) = account.console("GET", "automatic-provisioning").json()["tokens"]
    account.console("DELETE", f"tokens/{token['tokenId']}", {"confirm": "DELETE"})
    assert [event["eventName"] for event in account.events()] == [
        "DeleteBearerToken", "CreateBearerToken", "CreateBearerToken", "CreateProvisioningTenant",
    ]  # fmt: skip
    assert {event["eventSource"] for event in account.events()} == {"sso-directory.amazonaws.com"}


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff", b'{"confirm":["DELETE"]}', b"[" * 100_000])
def test_junk_to_the_console_is_a_message(account, body):
    """Odd confirmations are 4xx with a message."""
    answer = account.send(Request("DELETE", f"{account.origin}/console/api/automatic-provisioning", (), body))
    assert 400 <= answer.status < 500
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nothing", 404),
        ("PATCH", "users", 405),
        ("GET", "users/", 200),
        ("GET", "users//", 404),
        ("POST", "tokens/x/y", 404),
        ("DELETE", "tokens//x", 404),
        ("DELETE", "tokens//", 404),
    ],
)
def test_unknown_console_calls_are_messages_too(account, method, path, status):
    """404 and 405 of the JSON surface are JSON; one slash more at an end is nothing, within an address it is another one."""
    answer = account.console(method, path)
    assert answer.status == status
    assert answer.json()["users" if status == 200 else "message"] is not None


def test_orders_from_other_sites_are_refused(account):
    """A page of another site in the same browser cannot press the buttons, whatever the browser tells of it."""
    foreign = ("Sec-Fetch-Site", "cross-site")
    for origin in ("https://evil.example", "null", "http://["):
        assert page(account, "/tokens", "POST", "", ("Origin", origin)).status == 403
    assert page(account, "/", "GET", "", foreign).status == 200
    assert page(account, "/tokens", "POST", "", foreign).status == 403
    request = json_request("POST", f"{account.origin}/console/api/tokens", headers=(foreign,))
    assert account.send(request).status == 403
    assert len(account.console("GET", "automatic-provisioning").json()["tokens"]) == 1


def test_the_start_page_says_what_runs_here_and_no_secret(account):
    """Endpoint, region, identity store and example calls are there; the token is not."""
    shown = account.send(Request("GET", account.origin + "/")).body.decode()
    for expected in (account.base, "us-east-1", "d-9067729b3d", "curl", "aws --endpoint-url"):
        assert expected in shown
    assert account.token not in shown
