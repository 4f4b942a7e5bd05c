"""Event history: the documented shapes, what is hidden, and that log and change are one."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from harness.aws_sso import cloudtrail
from harness.aws_sso.cloudtrail.lookup import refused
from harness.wire.message import Request

DOCUMENTED = json.loads((Path(__file__).parents[1] / "documented_user.json").read_text())
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"


def test_a_successful_createuser_is_the_documented_event(account, new_person):
    """The sample of AWS's page, member for member, with English dates and personal values hidden."""
    body = {"schemas": [CORE], **new_person("ana"), "externalId": "7", "active": True}
    made = account.scim("POST", "/Users", body, headers=(("User-Agent", "Go-http-client/2.0"),))
    event = account.events()[0]
    (token,) = account.console("GET", "automatic-provisioning").json()["tokens"]
    hidden_name = {"familyName": HIDDEN, "givenName": HIDDEN}
    assert re.fullmatch(r"[0-9a-f-]{36}", event.pop("eventID"))
    assert event == {
        "eventVersion": "1.10",
        "userIdentity": {
            "type": "WebIdentityUser",
            "accountId": "123456789012",
            "accessKeyId": token["tokenId"],
        },
        "eventTime": "2026-03-02T08:00:00Z",
        "eventSource": "identitystore-scim.amazonaws.com",
        "eventName": "CreateUser",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "Go-http-client/2.0",
        "requestParameters": {
            "httpBody": {
                "schemas": [CORE],
                "userName": HIDDEN,
                "name": hidden_name,
                "displayName": HIDDEN,
                "active": True,
            },
            "tenantId": account.tenant.settings.tenant_id,
        },
        "responseElements": {
            "id": made.json()["id"],
            "meta": {
                "created": "Mar 2, 2026, 8:00:00 AM",
                "lastModified": "Mar 2, 2026, 8:00:00 AM",
                "resourceType": "User",
            },
            "schemas": [CORE],
            "userName": HIDDEN,
            "name": hidden_name,
            "displayName": HIDDEN,
            "active": True,
        },
        "requestID": made.header("x-amzn-RequestId"),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
        "tlsDetails": {"clientProvidedHostHeader": "scim.us-east-1.amazonaws.com"},
    }


@pytest.mark.parametrize(
    ("operation", "code", "message", "shown"),
    [
        (
            {"op": "remove", "value": {"displayName": "x"}},
            "ValidationException",
            "Missing path in PATCH request",
            {"op": "REMOVE", "value": HIDDEN},
        ),
        (
            {"op": "replace", "path": "members", "value": []},
            "ValidationException",
            "Replacing group memberships is not supported.",
            {"op": "REPLACE", "path": "members", "value": HIDDEN},
        ),
    ],
)
def test_a_refused_patch_is_the_documented_event(account, operation, code, message, shown):
    """Failures say type Unknown, hide the schemas too, and name operations in lower case with upper-case ops."""
    group = account.group()
    account.patch(f"/Groups/{group['id']}", operation)
    event = account.events()[0]
    assert event["eventName"] == "PatchGroup"
    assert event["userIdentity"]["type"] == "Unknown"
    assert (event["errorCode"], event["errorMessage"]) == (code, message)
    assert event["responseElements"] is None
    assert event["requestParameters"] == {
        "httpBody": {"operations": [shown], "schemas": [HIDDEN]},
        "tenantId": account.tenant.settings.tenant_id,
        "id": group["id"],
    }


def test_nothing_personal_is_kept(any_account):
    """No value of a person's record stands in any event of its life."""
    user = any_account.made("/Users", DOCUMENTED)
    any_account.scim("POST", "/Users", DOCUMENTED)
    any_account.patch(f"/Users/{user['id']}", {"op": "replace", "path": "nickName", "value": "Babette"})
    any_account.scim("GET", "/Users?filter=userName+eq+%22bjensen%22")
    stored = json.dumps(any_account.events())
    for personal in (
        "bjensen",
        "Barbara",
        "Babs",
        "Babette",
        "701984",
        "Hollywood",
        "555-",
        "Researcher",
        "Tour",
    ):
        assert personal not in stored


def test_reads_are_logged_today_and_were_not(account, old_account):
    """Today all fifteen operations leave an event; in 2020 a list left none."""
    for each in (account, old_account):
        each.scim("GET", "/Users?filter=userName+eq+%22x%22")
    event = account.events()[0]
    assert (event["eventName"], event["readOnly"]) == ("ListUsers", True)
    assert event["requestParameters"] == {"tenantId": account.tenant.settings.tenant_id, "filter": HIDDEN}
    assert not [event for event in old_account.events() if event["eventName"] == "ListUsers"]


def test_the_directory_of_2020_called_it_update(old_account):
    """PATCHing a user was an UpdateUser of sso-directory."""
    user = old_account.user()
    old_account.patch(f"/Users/{user['id']}", {"op": "replace", "path": "title", "value": "x"})
    event = old_account.events()[0]
    assert (event["eventName"], event["eventSource"]) == ("UpdateUser", "sso-directory.amazonaws.com")
    assert event["userIdentity"]["type"] == "Unknown"


def test_an_event_shows_once_it_has_been_delivered(open_account, new_person):
    """With a delay of five minutes the history ends five minutes ago, on the page and for LookupEvents alike."""
    account = open_account(cloudtrail_delivery_minutes=5, enabled=False)
    account.enable()
    account.scim("POST", "/Users", new_person("ana"))
    page = Request("GET", account.origin + "/console/events?eventName=CreateUser")
    assert account.events() == []
    assert "requestParameters" not in account.send(page).body.decode()
    account.tenant.clock.advance(timedelta(minutes=5))
    assert account.events()[0]["eventName"] == "CreateUser"
    assert "requestParameters" in account.send(page).body.decode()
    long_ago = account.tenant.clock.now() - timedelta(hours=1)
    assert list(cloudtrail.lookup(account.tenant, end=long_ago)) == []


def test_a_change_without_its_event_is_undone(account, new_person, monkeypatch):
    """When the event cannot be written the change is not made either."""
    before = account.directory()
    monkeypatch.setattr("harness.aws_sso.cloudtrail.scim_calls.keep_line", lambda *_: 1 // 0)
    assert account.scim("POST", "/Users", new_person("ana")).status == 500
    assert account.directory() == before


def test_a_refusal_writes_its_event_and_nothing_else(account, new_person):
    """One event more, and the directory as it was."""
    events, before = len(account.events()), account.directory()
    account.scim("POST", "/Users", new_person("with space"))
    assert len(account.events()) == events + 1
    assert account.directory() == before


@pytest.mark.parametrize(("minute", "count"), [(-1, 0), (0, 1), (3, 4), (9, 5)])
def test_the_history_before_a_moment_is_found_without_reading_what_came_later(
    account, new_person, minute, count
):
    """Of events a minute apart, those of the moment asked for and before it, newest first."""
    begin = account.tenant.clock.now()
    for number in range(5):
        account.scim("POST", "/Users", new_person(f"u{number}", displayName=f"u{number}"))
        account.tenant.clock.advance(timedelta(minutes=1))
    made = [
        (entry.body["eventTime"], entry.body["eventName"])
        for entry in cloudtrail.lookup(account.tenant, end=begin + timedelta(minutes=minute))
        if entry.body["eventName"] == "CreateUser"
    ]
    assert len(made) == count
    assert made == sorted(made, reverse=True)


def test_refusals_are_found_as_such(account, new_person):
    """What was refused is looked up by index, and nothing else with it."""
    account.scim("POST", "/Users", new_person("ana"))
    account.scim("POST", "/Users", new_person("ana"))
    events = [entry.body for entry in cloudtrail.lookup(account.tenant, by=refused())]
    assert [event["errorCode"] for event in events] == ["ConflictException"]
    assert events == [event for event in account.events() if "errorCode" in event]
