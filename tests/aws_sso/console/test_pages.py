"""The console's pages: what an administrator sees and presses, without a line of script."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from harness.aws_sso.accounts import permission_sets
from harness.aws_sso.console import events
from harness.aws_sso.populate import populate
from harness.wire.message import Request
from tests.pages.browser import Browser

PHONE = "+1 425 555 0100"


@pytest.fixture
def browser(account):
    return Browser(account.send, f"{account.origin}/console/", (account.token,))


def post(account, path, **form):
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    body = urlencode(form).encode()
    return account.send(Request("POST", f"{account.origin}/console{path}", (kind,), body))


def settle(account):
    """Let what was assigned come into force."""
    account.tenant.clock.advance(timedelta(minutes=1))


def names(account):
    return [event["eventName"] for event in account.events()]


def test_the_first_page_has_terraforms_provider(account):
    """Tried by hand with hashicorp/aws 5.100 on 2026-11-30: apply, `plan -detailed-exitcode` without a change, destroy.

    User, group, membership, permission set, policy and assignment; the provider asks STS first who it is.
    """
    page = account.send(Request("GET", f"{account.origin}/")).body.decode()
    provider = page.partition('provider "aws" {')[2]
    origin = account.tenant.settings.api_origin
    assert "skip_metadata_api_check = true" in provider
    for service in ("identitystore", "organizations", "ssoadmin     ", "sts          "):
        assert f'{service} = "{origin}"' in provider


def test_the_guides_first_step(open_account):
    """Enabling shows endpoint and token once; the page read again shows neither the token nor makes another."""
    account = open_account(enabled=False)
    browser = Browser(account.send, f"{account.origin}/console/")
    browser.open("")
    assert "Manual" in browser.page.text
    browser.follow("Enable automatic provisioning")
    browser.press("Enable automatic provisioning")
    account.token = browser.page.html.partition('id="issued-token">')[2].partition("<")[0]
    assert account.scim("GET", "/Users").status == 200
    assert account.base in browser.page.text
    browser.secrets = (account.token,)
    again = browser.open(browser.page.url)
    assert "shown this once" not in again.text
    browser.press("Generate token")
    assert "shown this once" in browser.page.text
    browser.press("Delete", {"Type DELETE": "no"})
    assert browser.page.status == 400
    browser.open("settings")
    for _ in range(2):
        browser.press("Delete", {"Type DELETE": "DELETE"})
    browser.press("Disable automatic provisioning", {"Type DISABLE": "DISABLE"})
    assert "Manual" in browser.page.text


def test_a_token_that_nobody_looked_at_is_not_kept(account):
    """Its page gives way to that of the next one, and no address brings a token back."""
    first = post(account, "/tokens").header("Location")
    token = account.console("GET", "automatic-provisioning").json()["tokens"][0]["tokenId"]
    post(account, f"/tokens/{token}/delete", confirm="DELETE")
    post(account, "/tokens")
    shown = account.send(Request("GET", account.origin + first, (), b"")).body.decode()
    assert "issued-token" not in shown


def test_every_attribute_of_a_user_is_shown(account, browser):
    """By its path, with groups, where the user came from, and its events."""
    user = account.user(
        "ana",
        externalId="701984",
        phoneNumbers=[{"value": PHONE, "type": "work"}],
        emails=[{"value": "ana@example.com", "type": "work", "primary": True}],
    )
    account.group("Office", members=[{"value": user["id"]}])
    browser.open("users")
    browser.follow("ana")
    for expected in ("externalId 701984", f"phoneNumbers[0].value {PHONE}", "emails[0].primary true"):
        assert expected in browser.page.text
    assert "by SCIM" in browser.page.text
    browser.follow("Office")
    assert "Members (1)" in browser.page.text
    browser.follow("ana")
    browser.follow("Events of this user")
    assert "CreateUser" in browser.page.text


def test_people_by_hand(account, browser):
    """Adding, disabling, enabling and deleting, each with its event; what SCIM refuses is refused in words."""
    browser.open("users")
    browser.follow("Add user")
    fields = {"Username": "zoe", "First name": "Zoe", "Last name": "", "Display name": "Zoe Ott"}
    page = browser.press("Add user", fields)
    assert page.status == 400
    assert browser.value("Username") == "zoe"
    browser.press("Add user", {"Last name": "Ott", "Email address": "zoe@example.com"})
    assert "The user is added." in browser.page.text
    browser.press("Disable user access")
    assert "Disabled" in browser.page.text
    browser.press("Enable user access")
    browser.press("Delete user")
    assert "The user is deleted." in browser.page.text
    assert "No users." in browser.page.text
    assert names(account)[:4] == ["DeleteUser", "EnableUser", "DisableUser", "CreateUser"]


def test_a_name_that_is_taken_is_refused(account, browser):
    """The directory's uniqueness holds for people by hand too; nothing is left behind."""
    account.user("ana")
    before = account.directory()
    browser.open("users/new")
    fields = {"Username": "ana", "First name": "A", "Last name": "B", "Display name": "A B"}
    assert browser.press("Add user", fields).status == 400
    assert "Duplicate UserName" in browser.page.text
    assert account.directory() == before


def test_groups_by_hand(account, browser):
    """A group is made, filled by user name, emptied and deleted."""
    account.user("ana")
    browser.open("groups")
    browser.follow("Create group")
    browser.press("Create group", {"Group name": "Office"})
    assert browser.press("Add user to group", {"Username": "nobody"}).status == 400
    browser.press("Add user to group", {"Username": "ana"})
    assert "Members (1)" in browser.page.text
    assert browser.press("Add user to group", {"Username": "ana"}).status == 400
    browser.open(browser.page.url.removesuffix("/members"))
    browser.press("Remove ana")
    assert "Members (0)" in browser.page.text
    browser.press("Delete group")
    assert names(account)[:4] == ["DeleteGroup", "RemoveMemberFromGroup", "AddMemberToGroup", "CreateGroup"]


def test_from_a_permission_set_to_the_users_accounts(account, browser):
    """Create a set, assign it to a group by search, see it at user, group, account and set; take it back."""
    user = account.user("ana")
    account.group("Office", members=[{"value": user["id"]}])
    browser.open("permission-sets")
    browser.follow("Create permission set")
    assert browser.press("Create", {"Permission set name": "no spaces"}).status == 400
    browser.press("Create", {"Permission set name": "Admins", "AWS managed policy": "AdministratorAccess"})
    browser.follow("AWS accounts")
    browser.follow("Management account")
    browser.follow("Assign users or groups")
    assert browser.press("Submit").status == 400
    browser.press("Search", {"Name": "OFF"})
    browser.press("Submit", {"Office Group": True, "Admins": True})
    assert "on their way" in browser.page.text
    settle(account)
    browser.open(f"users/{user['id']}")
    assert "Management account 123456789012 Admins Through Office" in browser.page.text
    browser.follow("Admins")
    assert "Provisioned" in browser.page.text
    assert browser.press("Delete").status == 409
    browser.open("accounts/123456789012")
    browser.press("Remove Admins of Office")
    settle(account)
    assert "Nobody is assigned" in browser.open("accounts/123456789012").text
    browser.open("permission-sets/new")
    twice = browser.press("Create", {"Permission set name": "Admins"})
    assert (twice.status, "There is a permission set named Admins already." in twice.text) == (400, True)
    browser.open("permission-sets")
    browser.follow("Admins")
    assert "deleted" in browser.press("Delete").text
    events = [event for event in account.events() if event["eventSource"] == "sso.amazonaws.com"]
    assert [event["eventName"] for event in events] == [
        "DeletePermissionSet", "DeleteAccountAssignment", "CreateAccountAssignment", "CreatePermissionSet",
    ]  # fmt: skip


def test_long_lists_are_shown_in_pages_both_ways(account, browser):
    """Fifty a page; the way back leads over the same rows; a search finds a name on any page at once."""
    for number in range(101):
        account.user(f"user{number}")
    first = browser.open("users")
    assert "Users (101)" in first.text
    second = browser.follow("Next page")
    assert "user50" in second.text
    third = browser.follow("Next page")
    assert "user100" in third.text
    assert "Next page" not in third.text
    assert browser.follow("Previous page").text.count("user50") == second.text.count("user50")
    assert browser.follow("First page").text.count("user49") == first.text.count("user49")
    assert "user100" in browser.press("Search", {"Search users": "user100"}).text
    assert "Next page" in browser.press("Search", {"Search users": "USER"}).text


@pytest.mark.parametrize(
    ("label", "value", "shown", "hidden"),
    [
        ("Event name", "createuser", "CreateUser", "DeleteGroup"),
        ("Event name", "Delete", "DeleteGroup", "CreateUser"),
        ("User or group", "ana", "CreateUser", "DeleteGroup"),
        ("Error", "conflict", "ConflictException", "DeleteGroup"),
        ("Event source", "sso-directory.amazonaws.com", "CreateBearerToken", "DeleteGroup"),
        ("Until (UTC)", "2026-03-02T07:00", "No events.", "CreateUser"),
        ("From (UTC)", "2026-03-02T07:00", "CreateUser", "No events."),
    ],
)
def test_event_history_is_filtered(account, browser, label, value, shown, hidden):
    """By name in any case or in part, by user, error, source and time."""
    account.user("ana")
    account.scim("POST", "/Users", account.person("ana"))
    group = account.group("Office")
    account.scim("DELETE", f"/Groups/{group['id']}")
    browser.open("events")
    page = browser.press("Filter", {label: value})
    rows = page.html.partition("<tbody>")[2]
    assert shown in rows
    assert f">{hidden}<" not in rows


def test_the_event_history_is_downloaded_as_filtered(account, browser):
    """The page's two links lead to files of the events that it shows, and of no others."""
    account.user("ana")
    account.scim("POST", "/Users", account.person("ana"))
    browser.open("events")
    page = browser.press("Filter", {"Error": "conflict"})
    links = {words: href for words, href in page.links if "Download" in words}
    files = {
        words: account.send(Request("GET", account.origin + href, (), b"")) for words, href in links.items()
    }
    names = {words: file.header("Content-Disposition") for words, file in files.items()}
    assert names == {
        "Download as CSV": 'attachment; filename="event_history.csv"',
        "Download as JSON": 'attachment; filename="event_history.json"',
    }
    rows = list(csv.DictReader(io.StringIO(files["Download as CSV"].body.decode())))
    assert [(row["Event name"], row["Error code"]) for row in rows] == [("CreateUser", "ConflictException")]
    (event,) = files["Download as JSON"].json()["Records"]
    assert event["eventID"] == rows[0]["Event ID"]


def test_events_are_downloaded_in_two_forms_alone(browser):
    """Any other form is a page that is not there."""
    assert browser.open("events/download/xml").status == 404


def test_an_event_is_found_by_its_request(account, browser, monkeypatch):
    """What an identity provider's log quotes as the request's id leads to the one event."""
    answer = account.scim("POST", "/Users", {"userName": "x"})
    request_id = answer.json()["exceptionRequestId"]
    for number in range(5):
        account.user(f"user{number}")
    monkeypatch.setattr(events, "LINES_LOOKED_AT", 2)  # it is looked up, however long ago it was
    page = browser.open(f"events?request={request_id}")
    assert page.html.partition("<tbody>")[2].count('<th scope="row">') == 1


@pytest.mark.parametrize(
    "path", ["users/nobody", "groups/x", "accounts/000000000000", "nowhere", "events?start=x"]
)
def test_what_is_not_there_is_said_in_words(browser, path):
    """A page says what is missing; nothing breaks."""
    assert browser.open(path).status in (400, 404)
    assert 'role="alert"' in browser.page.html


def test_what_people_named_themselves_is_text(account, browser):
    """Names are shown as they are, never as markup."""
    user = account.user("ana", displayName="<script>alert(1)</script>")
    account.group("<b>Dev</b>", members=[{"value": user["id"]}])
    for path in ("users", "groups", f"users/{user['id']}", "events"):
        html = browser.open(path).html
        assert "<script>alert" not in html
        assert "<b>Dev" not in html
    assert "<script>alert(1)</script>" in browser.open("users").text


def test_what_cannot_be_assigned_is_said_and_nothing_is_begun(account):
    """A form that was open while others worked: the set, the person, the account or the assignment is gone, or is not ready."""
    closed = {"id": "444455556666", "name": "Closed", "status": "SUSPENDED"}
    populate(account.tenant, {"accounts": [closed]})
    ana = account.user("ana")["id"]
    post(account, "/permission-sets/new", name="Admins", session="PT1H", policy="", description="")
    (admins,) = permission_sets.scan(account.tenant)
    chosen = {"selected": f"user|{ana}", "set": admins.arn}
    before = names(account)
    for path, form, status, reason in (
        ("/accounts/444455556666/assign", chosen, 400, "The account 444455556666 is not active."),
        ("/accounts/123456789012/assign", {**chosen, "set": f"{admins.arn}x"}, 400, "is not there any more"),
        (
            "/accounts/123456789012/assign",
            {**chosen, "selected": "user|gone"},
            400,
            "Somebody who was selected",
        ),
        (
            "/accounts/123456789012/remove",
            {"assignment": "none"},
            404,
            "This assignment is not there any more.",
        ),
        ("/permission-sets/new", {"name": "Ops", "session": "PT99H", "policy": ""}, 400, "from the lists"),
    ):
        answer = post(account, path, **form)
        assert (answer.status, reason in answer.body.decode()) == (status, True), path
    assert names(account) == before
    assert post(account, "/accounts/123456789012/assign", **chosen).status == 303
    again = post(account, "/accounts/123456789012/assign", **chosen)
    assert (again.status, "still under way" in again.body.decode()) == (400, True)
