"""What a signed-in person finds in the user portal: accounts, permission sets, access keys, and the way out."""

import re
from datetime import timedelta
from html import unescape

import pytest

from harness.aws_sso.accounts import assignments, permission_sets
from harness.aws_sso.accounts.assignments import Target
from harness.aws_sso.populate import populate
from harness.aws_sso.user_portal import sessions
from harness.wire.message import Request

PRODUCTION, SANDBOX = "111122223333", "444455556666"


class Browser:
    """A browser in which somebody is signed in to an account's portal."""

    def __init__(self, account, user):
        self.account = account
        with account.tenant.store.transaction():
            secret, _ = sessions.begin(account.tenant, user)
        self.cookie = ("Cookie", f"x-amz-sso_authn={secret}")

    def open(self, path="/start", method="GET"):
        origin = self.account.tenant.settings.signin_origin
        return self.account.send(Request(method, origin + path, (self.cookie,)))


@pytest.fixture
def account(open_account):
    """Return an account whose organization has two more, and in which assigning is done at once."""
    opened = open_account(assignment_seconds=0)
    accounts = [{"id": PRODUCTION, "name": "Production"}, {"id": SANDBOX, "name": "Sandbox <1>"}]
    populate(opened.tenant, {"accounts": accounts})
    return opened


def give(account, principal, role, where=PRODUCTION, kind="USER"):
    """Assign a permission set, which is made if there is none of the name; return it."""
    tenant = account.tenant
    with tenant.store.transaction():
        held = next((each for each in permission_sets.scan(tenant) if each.name == role), None)
        held = held or permission_sets.create(tenant, role, ())
        assignments.create(tenant, tenant.ids.uuid(), Target(where, held.arn, kind, principal), held)
    return held


def take(account, principal, held, where=PRODUCTION, kind="USER"):
    with account.tenant.store.transaction():
        assignments.delete(
            account.tenant, account.tenant.ids.uuid(), Target(where, held.arn, kind, principal)
        )


def listed(page):
    """Return what the page lists, as (account's name, its permission sets)."""
    accounts = re.findall(r"<summary><strong>([^<]+)</strong>.*?</details>", page.body.decode(), re.DOTALL)
    rows = re.findall(r"<summary>.*?</details>", page.body.decode(), re.DOTALL)
    roles = [re.findall(r"<li><a [^>]*>(\S+)</a> \|", row) for row in rows]
    return list(zip(accounts, roles, strict=True))


def test_direct_and_group_assignments_are_listed(account):
    """Accounts by name, permission sets by name; what is held twice shows once; a name is never markup."""
    ana, bo = account.user("ana", active=True)["id"], account.user("bo", active=True)["id"]
    group = account.group("Dev", members=[{"value": ana}])["id"]
    give(account, ana, "Viewer")
    give(account, group, "Viewer", kind="GROUP")
    give(account, group, "Admin", kind="GROUP")
    give(account, ana, "Admin", SANDBOX)
    assert listed(Browser(account, ana).open()) == [
        ("Production", ["Admin", "Viewer"]),
        ("Sandbox &lt;1&gt;", ["Admin"]),
    ]
    assert "No account assignments exist yet." in Browser(account, bo).open().body.decode()


def test_what_was_taken_back_is_gone(account):
    """An assignment that ended, a group left, and an account never named before: it shows under its number."""
    ana = account.user("ana", active=True)["id"]
    group = account.group("Dev", members=[{"value": ana}])["id"]
    direct, shared = give(account, ana, "Viewer"), give(account, group, "Admin", "777788889999", "GROUP")
    browser = Browser(account, ana)
    assert listed(browser.open()) == [("Account 777788889999", ["Admin"]), ("Production", ["Viewer"])]
    take(account, ana, direct)
    assert listed(browser.open()) == [("Account 777788889999", ["Admin"])]
    remove = {"op": "remove", "path": "members", "value": [{"value": ana}]}
    assert account.patch(f"/Groups/{group}", remove).status == 204
    assert listed(browser.open()) == []
    assert shared.name == "Admin"


def test_a_suspended_account_is_not_offered(account):
    """What the organization has suspended cannot be entered."""
    ana = account.user("ana", active=True)["id"]
    give(account, ana, "Viewer")
    populate(account.tenant, {"accounts": [{"id": "999900001111", "name": "Old", "status": "SUSPENDED"}]})
    give(account, ana, "Viewer", "999900001111")
    assert listed(Browser(account, ana).open()) == [("Production", ["Viewer"])]


def test_a_user_made_again_has_nothing(account):
    """The assignment belongs to the dead id."""
    ana = account.user("ana", active=True)["id"]
    give(account, ana, "Viewer")
    browser = Browser(account, ana)
    assert account.scim("DELETE", f"/Users/{ana}").status == 204
    assert browser.open().status == 401
    again = account.user("ana", active=True)["id"]
    assert listed(Browser(account, again).open()) == []


def test_access_keys_are_new_each_time(account):
    """Of the real form, not the same twice, and the call is in the event history as AWS prints it."""
    ana = account.user("ana", active=True)["id"]
    give(account, ana, "Viewer")
    browser = Browser(account, ana)
    path = f"/start/access-keys?account_id={PRODUCTION}&role_name=Viewer"
    pages = [browser.open(path).body.decode() for _ in range(2)]
    keys = [re.search(r'AWS_ACCESS_KEY_ID=&?[^A]*(ASIA[A-Z0-9]{16})"', page)[1] for page in pages]
    assert keys[0] != keys[1]
    assert "2026-03-02T09:00:00Z" in pages[0]
    event = account.events()[0]
    assert (event["eventName"], event["eventSource"]) == ("GetRoleCredentials", "sso.amazonaws.com")
    assert event["serviceEventDetails"] == {"role_name": "Viewer", "account_id": PRODUCTION}
    assert event["userIdentity"]["onBehalfOf"]["userId"] == ana
    assert (event["eventVersion"], event["readOnly"]) == ("1.11", True)
    assert keys[0] not in repr(account.events())


def test_a_permission_sets_name_leads_into_the_account(account):
    """A page stands for the console, and the event history says who went where as which role."""
    ana = account.user("ana", active=True)["id"]
    give(account, ana, "Viewer")
    browser = Browser(account, ana)
    (link,) = re.findall(r'<li><a href="([^"]+)">Viewer</a>', browser.open().body.decode())
    page = browser.open(unescape(link))
    assert (page.status, f"in account {PRODUCTION} with" in page.body.decode()) == (200, True)
    event = account.events()[0]
    assert (event["eventName"], event["eventSource"]) == ("Federate", "sso.amazonaws.com")
    assert (event["eventType"], event["readOnly"]) == ("AwsServiceEvent", False)
    assert event["serviceEventDetails"] == {"role_name": "Viewer", "account_id": PRODUCTION}
    assert event["userIdentity"]["onBehalfOf"]["userId"] == ana


@pytest.mark.parametrize("page", ["access-keys", "console"])
@pytest.mark.parametrize("query", ["", f"account_id={SANDBOX}&role_name=Viewer", "account_id=x&role_name=y"])
def test_what_others_may_enter_is_refused(account, page, query):
    """An account or permission set that the person does not have: 403, and an event that says so."""
    ana = account.user("ana", active=True)["id"]
    give(account, ana, "Viewer")
    answer = Browser(account, ana).open(f"/start/{page}?{query}")
    assert (answer.status, account.events()[0]["errorCode"]) == (403, "ForbiddenException")


def test_the_session_ends_at_sign_out(account):
    """The cookie is taken back and opens nothing any more; signing out twice is fine."""
    browser = Browser(account, account.user("ana", active=True)["id"])
    answer = browser.open("/start/sign-out", "POST")
    assert answer.status == 303
    assert "x-amz-sso_authn=;" in answer.header("Set-Cookie")
    assert account.events()[0]["eventName"] == "Logout"
    assert browser.open(answer.header("Location")).status == 200
    assert [browser.open(path).status for path in ("/start", "/start/access-keys", "/start/console")] == [
        401
    ] * 3
    assert browser.open("/start/sign-out", "POST").status == 303


def test_what_is_only_coming_is_not_listed(open_account):
    """An assignment shows when its time has come, which is five seconds later."""
    slow = open_account()
    ana = slow.user("ana", active=True)["id"]
    give(slow, ana, "Viewer")
    browser = Browser(slow, ana)
    assert listed(browser.open()) == []
    slow.tenant.clock.advance(timedelta(seconds=5))
    assert listed(browser.open()) == [(f"Account {PRODUCTION}", ["Viewer"])]


def test_words_and_versions_are_quirks(open_account):
    """What no page prints can be set otherwise: the empty page, the refusal, the events' version and identity."""
    account = open_account("aws-sso-2020", portal_without_assignments="Nothing.")
    browser = Browser(account, account.user("ana", active=True)["id"])
    assert "<p>Nothing.</p>" in browser.open().body.decode()
    assert "No access" in browser.open("/start/access-keys").body.decode()
    browser.open("/start/sign-out", "POST")
    event = account.events()[0]
    assert (event["eventVersion"], event["userIdentity"]["type"]) == ("1.08", "Unknown")
    assert event["userIdentity"]["userName"] == "ana"
