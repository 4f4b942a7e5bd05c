"""The Azure portal: the walkthrough of the guide with a browser, and what must never be on a page."""

import sqlite3
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.azure_ad.portal.log import logs
from harness.azure_ad.provisioning.log import audit_log
from harness.scim.names import LIST_RESPONSE
from harness.wire.message import Request
from tests.azure_ad.browser import Browser
from tests.azure_ad.provisioning.company import CYCLE, GRAPH
from tests.azure_ad.scim_server import BASE, TOKEN, refusal, reply

AUTHORIZED = "The supplied credentials are authorized to enable provisioning"
MARKUP = "<b>Ana</b> & \"co\" '{{ 7*7 }}'"


@pytest.fixture
def browser(company):
    return Browser(company)


@pytest.fixture
def provisioned(company, browser):
    """Return a browser at the portal of a company whose job ran once, with Ana assigned."""
    company.person("ana")
    company.turn_on()
    return browser


def provisioning(company, rest=""):
    return f"apps/{company.app}/provisioning{rest}"


def welcome_everybody(server):
    """Have the server answer any credentials with an empty list."""
    empty = {
        "schemas": [LIST_RESPONSE],
        "totalResults": 0,
        "Resources": [],
        "startIndex": 1,
        "itemsPerPage": 0,
    }
    server.rules.append(lambda _: reply(200, empty))


def rows(page):
    """Count the rows of a page's table."""
    return page.html.partition("<tbody>")[2].count("<tr>")


def activities(company):
    entries = company.graph("GET", "/auditLogs/directoryAudits?$top=100").json()["value"]
    return [entry["activityDisplayName"] for entry in entries][::-1]


def post(company, path, pairs=(), *headers):
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    body = urlencode(pairs).encode()
    return company.ask(Request("POST", f"{GRAPH}/portal/{path}", (kind, *headers), body))


def test_the_walkthrough_of_the_guide(company, browser, server):
    """Steps 2 and 3 of the guide, from a fresh application to a user in AWS SSO, by buttons and fields alone.

    https://github.com/awsdocs/aws-single-sign-on-user-guide/blob/master/doc_source/azure-ad-idp.md (read 2026-11-29)
    """
    ana = company.person("ana", assigned=False, mobilePhone="+1 425 555 0150", faxNumber="+1 425 555 0151")
    browser.open("apps")
    browser.follow("New application")
    browser.press("Create", {"What's the name of your app?": "AWS SSO of Contoso"})
    browser.open("")
    browser.follow("Enterprise applications")
    browser.press("Search", {"Search applications": "contoso"})
    browser.follow("AWS SSO of Contoso")
    browser.follow("Provision User Accounts")
    browser.follow("Get started")
    secret = {"Provisioning Mode": "Automatic", "Tenant URL": BASE, "Secret Token": TOKEN}
    assert AUTHORIZED in browser.press("Test Connection", secret).text
    browser.press("Save")
    notification = {
        "Notification Email": "admin@contoso.com",
        "Send an email notification when a failure occurs": True,
    }
    browser.press("Save", notification)
    browser.follow("Provision Microsoft Entra ID Users")
    for number in ("fax", "mobile"):
        browser.press(f'Delete phoneNumbers[type eq "{number}"].value')
    browser.follow("mailNickname")
    browser.press("OK", {"Source attribute": "objectId"})
    assert "unsaved changes" in browser.page.text
    browser.press("Save")
    browser.follow("Edit provisioning")
    browser.press("Save", {"On": True})
    browser.follow("Users and groups")
    browser.follow("Add user")
    browser.press("Search", {"Users and groups": "ana"})
    browser.press("Select", {"Ana ana@contoso.com": True})
    browser.press("Assign")
    company.wait(timedelta())
    (user,) = server.resources["Users"].values()
    assert user["userName"] == "ana@contoso.com"
    assert user["externalId"] == ana
    assert "phoneNumbers" not in user
    browser.follow("Provisioning")
    assert "Cycle completed" in browser.page.text
    browser.follow("View provisioning logs")
    assert "Create Success" in browser.page.text


def test_the_first_page_opens_on_a_full_disk(company, monkeypatch):
    """It shows the app registration that programs sign in as, which is made when first asked for."""

    def no_room(_):
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    before = company.ask(Request("GET", f"{GRAPH}/"))
    monkeypatch.setattr("harness.azure_ad.applications.registrations.Registrations.registration", no_room)
    full = company.ask(Request("GET", f"{GRAPH}/"))
    assert (before.status, b"Client ID" in before.body) == (200, True)
    assert (full.status, b"Client ID" in full.body, b"Users" in full.body) == (200, False, True)


def test_nothing_is_configured_before_it_is_saved(company, browser, server):
    """Test Connection tries what was typed and changes neither credentials nor audit log."""
    welcome_everybody(server)
    before = company.apps.secrets(company.app), activities(company)
    browser.open(provisioning(company, "/edit"))
    browser.press(
        "Test Connection", {"Tenant URL": "https://other.example.com/scim", "Secret Token": "typed"}
    )
    assert server.requests[-1].url.startswith("https://other.example.com/scim/")
    assert (company.apps.secrets(company.app), activities(company)) == before


def test_a_tested_token_need_not_be_pasted_again(company, browser, server):
    """What Test Connection got is what Save saves, though no page held it; a page opened anew knows nothing of it."""
    welcome_everybody(server)
    browser.open(provisioning(company, "/edit"))
    browser.press("Test Connection", {"Tenant URL": BASE, "Secret Token": "another-token"})
    assert "another-token" not in browser.page.html
    browser.press("Save")
    assert company.apps.secrets(company.app)["SecretToken"] == "another-token"
    browser.press("Test Connection", {"Secret Token": "a-third-token"})
    browser.open(provisioning(company, "/edit"))
    browser.press("Save", {"Notification Email": "x@contoso.com"})
    assert company.apps.secrets(company.app)["SecretToken"] == "another-token"


def test_enter_in_a_field_saves(company, browser):
    """Browsers press a form's first button then: it must be Save, not Test Connection, which stands above it."""
    browser.open(provisioning(company, "/edit"))
    assert browser.page.forms[-1].buttons[0] == (
        "Save",
        {"class": "unseen", "tabindex": "-1", "aria-hidden": "true", "name": "do", "value": "save"},
    )


def test_a_connection_that_fails_is_told_in_the_portals_words(company, browser, server):
    """The sentence about invalid credentials, the code and the details of the answer; the typed URL stays."""
    server.refuse("GET", "/Users", refusal(401, "no such token"))
    browser.open(provisioning(company, "/edit"))
    page = browser.press("Test Connection", {"Tenant URL": BASE + "/"})
    assert page.status == 400
    assert "You appear to have entered invalid credentials." in page.text
    assert "SystemForCrossDomainIdentityManagementCredentialValidationFailure" in page.text
    assert browser.value("Tenant URL") == BASE + "/"


def test_settings_are_what_graph_then_shows(company, browser):
    """Each field of Edit provisioning is where the engine reads it, and comes back on the page."""
    browser.open(provisioning(company, "/edit"))
    settings_ = {
        "Notification Email": "admin@contoso.com",
        "Send an email notification when a failure occurs": True,
        "Prevent accidental deletion": True,
        "Accidental deletion threshold": "7",
        "Scope": "Sync all users and groups",
    }
    browser.press("Save", settings_)
    assert company.apps.notification(company.app)[:2] == ("admin@contoso.com", True)
    assert company.apps.notification(company.app).prevents_deletions
    assert company.apps.secrets(company.app)["SyncAll"] == "true"
    job = company.engine.job(company.job)
    assert job.settings["QuarantineTooManyDeletesThreshold"] == "7"
    assert browser.value("Accidental deletion threshold") == "7"
    assert browser.value("Scope") == "all"
    assert browser.ticked("Prevent accidental deletion")
    before = activities(company)
    browser.press("Save")
    assert activities(company) == before, "nothing changed, nothing told"


def test_settings_that_cannot_be_are_refused_and_stay_typed(company, browser):
    """A wrong threshold saves nothing of the form."""
    browser.open(provisioning(company, "/edit"))
    page = browser.press("Save", {"Accidental deletion threshold": "many", "Notification Email": "a@b.c"})
    assert page.status == 400
    assert "must be a number of objects, not 'many'" in page.text
    assert browser.value("Notification Email") == "a@b.c"
    assert company.apps.notification(company.app)[:2] == ("", False)
    assert "no e-mail address" in browser.press("Save", {"Notification Email": "nobody"}).text


def test_manual_mode_is_not_configured(company, browser):
    """Without Automatic there is no job; with a job there is no way back to Manual."""
    app = company.apps.instantiate("Other")["id"]
    browser.open(f"apps/{app}/provisioning/edit")
    assert "Select Automatic" in browser.press("Save", {"Provisioning Mode": "Manual"}).text
    assert company.engine.jobs(app) == []
    browser.press("Save", {"Provisioning Mode": "Automatic", "Tenant URL": BASE})
    assert "Provisioning Mode: Automatic" in browser.page.text


def test_start_stop_and_restart(company, browser, server):
    """The buttons do to the job what Graph's actions do."""
    company.person("ana")
    browser.open(provisioning(company))
    assert "Stopped" in browser.page.text
    browser.press("Start provisioning")
    company.wait(timedelta())
    browser.open(provisioning(company))
    assert "Cycle completed, the next one is incremental" in browser.page.text
    assert "1 exported" in browser.page.text
    browser.press("Stop provisioning")
    assert company.state == "Disabled"
    browser.press("Restart provisioning")
    assert company.state == "Active"
    assert "Initial cycle not run" in browser.page.text
    assert activities(company)[-1] == "Enable/restart provisioning configuration"


def test_a_cycle_in_progress_is_shown_in_objects(found):
    """Who looks in the middle of a cycle sees how far it is."""
    company = found(milliseconds_per_object=1000)
    for name in ("ana", "bob", "eve"):
        company.person(name)
    company.turn_on()
    page = Browser(company).open(provisioning(company))
    assert "Initial cycle in progress" in page.text
    assert "1 of 3 objects" in page.text


def test_quarantine_says_why_and_when_next(provisioned, company, server):
    """The box has reason, error and next attempt; restarting lifts it."""
    server.refuse("GET", "/Users", refusal(401, "expired"), times=1)
    company.cycle()
    page = provisioned.open(provisioning(company))
    quarantine = company.status["quarantine"]
    for expected in ("In quarantine", quarantine["reason"], quarantine["error"]["code"], "Unauthorized"):
        assert expected in page.text
    assert f"Next attempt {quarantine['nextAttempt'][:19].replace('T', ' ')} UTC" in page.text
    provisioned.press("Restart provisioning")
    assert company.status["quarantine"] is None


def test_the_provisioning_logs_lead_to_the_quarantine(company, browser, server):
    """In quarantine nothing is logged for anybody: the page says so and leads to the reason."""
    server.refuse("GET", "/Users", refusal(401, "expired"))
    company.person("ana")
    company.turn_on()
    page = browser.open("provisioning-logs")
    assert "is in quarantine, and nothing is sent" in page.text
    assert "Unauthorized" in browser.follow("see why").text
    browser.press("Restart provisioning")
    assert "is in quarantine" not in browser.open("provisioning-logs").text


def test_deletes_held_back_can_be_allowed(company, browser, server):
    """Accidental deletion prevention leads to the objects and to Allow deletes."""
    keys = [company.person(name) for name in ("ana", "bob")]
    browser.open(provisioning(company, "/edit"))
    browser.press(
        "Save", {"Prevent accidental deletion": True, "Accidental deletion threshold": "1", "On": True}
    )
    company.wait(timedelta())
    for key in keys:
        company.directory.delete("User", key)
    company.cycle()
    browser.open(provisioning(company))
    assert "TooManyDeletes" in browser.page.text
    assert browser.follow("objects that would be deleted").text.count("StagedDelete Success") == 2
    browser.open(provisioning(company))
    browser.press("Allow deletes")
    company.wait(timedelta())
    assert [user["active"] for user in server.resources["Users"].values()] == [False, False]


def test_mappings_are_a_draft_until_saved(provisioned, company, server):
    """OK and Delete change the page alone; Discard forgets, Save commits and has everybody looked at again."""
    before = company.engine.schema(company.job)
    provisioned.open(provisioning(company, "/mappings/users"))
    provisioned.press("Delete title")
    assert company.engine.schema(company.job) == before
    provisioned.press("Discard")
    assert "There are unsaved changes" not in provisioned.page.text
    provisioned.follow("mailNickname")
    provisioned.press("OK", {"Mapping type": "Expression", "Expression": 'Append([mailNickname], "-x")'})
    provisioned.press("Save")
    assert "There are unsaved changes" not in provisioned.page.text
    company.wait(CYCLE)
    (user,) = server.resources["Users"].values()
    assert user["externalId"] == "ana-x"
    assert activities(company).count("Update attribute mappings or scope") == 1


def test_every_kind_of_mapping_can_be_made(company, browser):
    """A constant, an expression with a default value for creation alone, and a second matching attribute."""
    browser.open(provisioning(company, "/mappings/users/add"))
    browser.press(
        "OK", {"Mapping type": "Constant", "Constant value": "Europe/Madrid", "Target attribute": "timezone"}
    )
    browser.follow("Add New Mapping")
    made = {
        "Mapping type": "Direct",
        "Source attribute": "department",
        "Default value if null (optional)": "none",
        "Target attribute": "userType",
        "Matching precedence": "2",
        "Apply this mapping": "Only during object creation",
    }
    browser.press("OK", made)
    browser.press("Save")
    entries = company.engine.schema(company.job)["synchronizationRules"][0]["objectMappings"][0][
        "attributeMappings"
    ]
    constant, direct = entries[-2:]
    assert (constant["source"], constant["defaultValue"]) == (None, "Europe/Madrid")
    assert direct["source"]["name"] == "department"
    wanted = {"matchingPriority": 2, "flowType": "ObjectAddOnly", "defaultValue": "none"}
    assert {name: direct[name] for name in wanted} == wanted
    browser.open(provisioning(company, "/mappings/users/edit?target=userType"))
    assert browser.value("Matching precedence") == "2"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"Mapping type": "Expression", "Expression": "Jion([mail])"}, "unknown function 'Jion'"),
        ({"Mapping type": "Expression", "Expression": "[nothing]"}, "unknown source attribute 'nothing'"),
        ({"Mapping type": "Expression"}, "needs its expression field"),
        ({"Source attribute": ""}, "needs its source field"),
        ({"Target attribute": "title"}, "'title' is mapped already"),
        ({"Matching precedence": "first"}, "must be a number"),
    ],
)
def test_a_mapping_that_cannot_run_is_refused_in_words(company, browser, typed, expected):
    """The form says what is wrong, keeps what was typed, and nothing reaches the draft."""
    browser.open(provisioning(company, "/mappings/users"))
    browser.follow("mailNickname")
    page = browser.press("OK", typed)
    assert page.status == 400
    assert expected in page.text
    for label, value in typed.items():
        assert browser.value(label) == value
    assert "unsaved" not in browser.open(provisioning(company, "/mappings/users")).text


def test_the_only_matching_attribute_stays(company, browser):
    """Deleting it is refused: no object could be matched."""
    browser.open(provisioning(company, "/mappings/users"))
    page = browser.press("Delete userName")
    assert page.status == 400
    assert "no matching attribute" in page.text


def test_groups_can_be_left_out_users_cannot(company, browser):
    """Enabled and Target Object Actions are saved; users cannot be disabled."""
    browser.open(provisioning(company, "/mappings/groups"))
    browser.press("Save", {"No": True, "Delete": False})
    mappings = company.engine.schema(company.job)["synchronizationRules"][0]["objectMappings"]
    assert (mappings[1]["enabled"], mappings[1]["flowTypes"]) == (False, "Add,Update")
    browser.open(provisioning(company, "/mappings/users"))
    assert "cannot be disabled" in browser.press("Save", {"No": True}).text


def test_default_mappings_come_back(company, browser):
    """Restore default mappings with Save puts the template's mappings back."""
    before = company.engine.schema(company.job)
    company.edit("title")
    browser.open(provisioning(company, "/edit"))
    browser.press("Save", {"Restore default mappings": True})
    assert company.engine.schema(company.job) == before


def test_a_mapping_saved_through_graph_as_a_tree_is_shown(company, browser):
    """Graph takes sources without their expression; the page words them all the same."""
    tree = {"type": "Function", "name": "ToUpper", "parameters": [
        {"key": "source", "value": {"type": "Attribute", "name": "mail"}}]}  # fmt: skip
    schema = company.engine.schema(company.job)
    entry = schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"][3]
    entry.pop("defaultValue")
    entry["source"] = tree
    assert company.graph(
        "PUT", f"/servicePrincipals/{company.app}/synchronization/jobs/{company.job}/schema", schema
    ).status < 300  # fmt: skip
    browser.open(provisioning(company, "/mappings/users"))
    browser.follow("ToUpper([mail])")
    assert browser.value("Expression") == "ToUpper([mail])"


def test_provision_on_demand_shows_its_four_steps(company, browser, server):
    """A user is there at once, without a running job; the steps are named as the portal names them."""
    company.person("ana")
    browser.open(provisioning(company, "/on-demand"))
    browser.press("Search", {"Select a user or group": "ana"})
    browser.follow("Ana")
    page = browser.press("Provision")
    for step in (
        "Import user Success",
        "Determine if user is in scope Success",
        "Match user between source and target system Success",
        "Perform action Success",
    ):
        assert step in page.text
    assert "Test connection" not in page.text
    assert server.created
    assert "Skipped" in browser.press("Retry").text


def test_provision_on_demand_tells_of_a_bad_connection(company, browser, server):
    """Test connection is a step when it fails, and the others were not reached."""
    key = company.person("ana")
    server.refuse("GET", "/Users", refusal(401, "expired"))
    browser.open(provisioning(company, f"/on-demand?subject={key}"))
    page = browser.press("Provision")
    assert "Test connection Failure" in page.text
    assert "Perform action Not reached" in page.text


def test_provision_on_demand_takes_five_members_and_not_too_often(company, browser, server):
    """A group with chosen members; six are refused, and so are more requests than ten seconds allow."""
    keys = [company.person(f"user{number}") for number in range(6)]
    group = company.group("Dev", tuple(keys))
    browser.open(provisioning(company, f"/on-demand?subject={keys[0]}"))
    browser.press("Provision")
    browser.open(provisioning(company, f"/on-demand?subject={group}"))
    page = browser.press("Provision", {f"User{number}": True for number in range(6)})
    assert "Select up to 5 members" in page.text
    browser.press("Provision", {"User0": True})
    (made,) = server.resources["Groups"].values()
    assert len(made["members"]) == 1
    while "requests in ten seconds" not in browser.page.text:
        browser.press("Retry")
    assert browser.page.status == 429


def test_an_entry_of_the_provisioning_logs_has_four_tabs(company, browser, server):
    """Steps, why it failed, what was to change, and the ids; each leads on to the object."""
    server.refuse("POST", "/Users", refusal(409, "taken"))
    company.person("ana")
    company.turn_on()
    browser.open("provisioning-logs?status=Failure")
    browser.follow("2026-03-02 08:00:00 UTC")
    assert "EntryExportAdd (export) Failure" in browser.page.text
    browser.follow("Troubleshooting & Recommendations")
    assert "StatusCode: Conflict" in browser.page.text
    assert "taken" in browser.page.text
    assert f"Request POST {BASE}/Users answered 409" in browser.page.text
    advice = "Delete that account in AWS if it was made by hand"
    assert advice in browser.page.text
    assert advice in browser.follow("Why is it, or is it not, in the target?").text
    browser.open("provisioning-logs?status=Failure")
    browser.follow("2026-03-02 08:00:00 UTC")
    browser.follow("Modified Properties")
    assert "userName ana@contoso.com" in browser.page.text
    browser.follow("Summary")
    assert company.job in browser.page.text
    assert "Ana" in browser.follow("All entries of this object").text


def test_the_provisioning_logs_are_filtered(provisioned, company):
    """By name, id, status and action; what does not pass is not there."""
    company.person("bob", assigned=False)
    company.cycle()
    assert "Bob" in provisioned.open("provisioning-logs").text
    for wanted in ("BOB@", "bob"):
        page = provisioned.press("Apply", {"Identity": wanted})
        assert "Bob" in page.text
        assert "Ana" not in page.text
    provisioned.open("provisioning-logs")
    assert "Bob" not in provisioned.press("Apply", {"Status": "Success"}).text
    assert rows(provisioned.page) == 1
    company.change(company.directory.find("User", "ana@contoso.com")["id"], jobTitle="Engineer")
    company.cycle()
    for action in ("Create", "Update"):
        assert f"{action} Success" in provisioned.press("Apply", {"Action": action}).text
        assert rows(provisioned.page) == 1
    assert "No entries" in provisioned.open("provisioning-logs?status=Failure").text


def test_the_audit_logs_tell_who_did_what(provisioned, company):
    """The administrator's own actions and what the service did, by activity, status and target."""
    page = provisioned.open(f"audit-logs?app={company.app}")
    assert "Enable/start provisioning configuration" in page.text
    page = provisioned.press("Apply", {"Activity": "Export", "Target": "ana"})
    assert "was created in customappsso" in page.text
    assert rows(page) == 1
    assert rows(provisioned.press("Apply", {"Activity": "All", "Target": "ana"})) == 4
    assert "No activities" in provisioned.press("Apply", {"Target": "bob"}).text
    assert "No activities" in provisioned.press("Apply", {"Status": "Failure"}).text


def test_long_lists_come_in_pages(company, browser):
    """Users, logs and audit logs hold fifty rows and lead to the rest; a search is kept."""
    for number in range(60):
        company.person(f"user{number:02}")
    company.turn_on()
    for path, missing, last in (  # what the first page has not and the second has
        ("users?search=user", "user55@", "user55@"),
        ("provisioning-logs", "User05", "User05"),
        (f"apps/{company.app}/users", "User55", "User55"),
    ):
        assert missing not in browser.open(path).text
        assert rows(browser.page) == 50
        assert last in browser.follow("Next page").text
        assert "Next page" not in browser.page.text
    browser.open("audit-logs")
    assert "Add provisioning configuration" not in browser.page.html.partition("<table>")[2]
    count = rows(browser.page)
    while "Next page" in browser.page.text:
        count += rows(browser.follow("Next page"))
    assert "Add provisioning configuration" in browser.page.html.partition("<table>")[2]
    assert count == len(list(audit_log.entries(company.store, reason_form="full-sentence")))


def test_what_is_rare_in_a_long_log_is_found_at_once(company, browser, server, monkeypatch):
    """Failures, and the entries of somebody named in full, are looked up, however many entries came later."""
    company.person("ana")
    server.refuse("POST", "/Users", refusal(409, "taken"))
    company.turn_on()
    server.rules.clear()
    company.cycle()
    for number in range(5):
        company.person(f"user{number}")
    company.cycle()
    monkeypatch.setattr(logs, "LINES_LOOKED_AT", 2)
    for query in ("status=Failure", "identity=ana@contoso.com"):
        assert "Ana" in browser.open(f"provisioning-logs?{query}").text
    assert "Ana" not in browser.open("provisioning-logs?identity=na@conto").text
    assert "The search has not been through everything yet" in browser.page.text


def test_a_users_life(company, browser, server):
    """Create, edit, disable, enable, delete, restore, delete permanently: the directory follows each button."""
    browser.open("users/new")
    page = browser.press("Create", {"User principal name": "nobody", "First name": "Ana"})
    assert page.status == 400
    assert "userPrincipalName of the form name@domain" in page.text
    browser.press(
        "Create", {"User principal name": "ana@contoso.com", "Display name": "Ana Ruiz", "Fax number": "1"}
    )
    key = browser.page.url.rpartition("/")[2].partition("?")[0]
    assert company.directory.find("User", key)["givenName"] == "Ana"
    browser.press("Save", {"Fax number": "", "Business phone": "2"})
    assert "faxNumber" not in company.directory.find("User", key)
    assert company.directory.find("User", key)["businessPhones"] == ["2"]
    browser.press("Disable account")
    assert "sign-in is blocked" in browser.page.text
    browser.press("Enable account")
    assert company.directory.find("User", key)["accountEnabled"]
    browser.press("Delete")
    assert company.directory.get("User", key) is None
    browser.press("Restore user")
    assert company.directory.find("User", "ana@contoso.com")["id"] == key
    browser.press("Delete")
    browser.press("Delete permanently")
    assert "No deleted users" in browser.page.text


def test_users_are_found_by_name_or_address(company, browser):
    """A search shows who has the text somewhere, in whatever case, and says when nobody has."""
    company.person("ana", displayName="Somebody")
    company.person("bob")
    browser.open("users")
    page = browser.press("Search", {"Search users": "ANA@"})
    assert "Somebody" in page.text
    assert "Bob" not in page.text
    assert "No users found." in browser.press("Search", {"Search users": "eve"}).text


def test_phones_that_the_form_does_not_show_stay(company, browser):
    """The form has the first of several business phones; saving something else keeps them all."""
    key = company.person("ana", businessPhones=["1", "2"])
    browser.open(f"users/{key}")
    assert browser.value("Business phone") == "1"
    browser.press("Save", {"City": "Madrid"})
    assert company.directory.find("User", key)["businessPhones"] == ["1", "2"]


def test_a_name_that_is_taken_is_refused_in_words(company, browser):
    """Also when a deleted user is restored whose name is somebody else's by now."""
    first = company.person("ana")
    browser.open("users/new")
    page = browser.press("Create", {"User principal name": "ana@contoso.com"})
    assert "already exists" in page.text
    company.directory.delete("User", first)
    company.person("ana")
    browser.open("users/deleted")
    page = browser.press("Restore user")
    assert page.status == 409
    assert "already exists" in page.text


def test_a_groups_life(company, browser):
    """Create, add a member, remove it, delete; odd members are refused in words."""
    company.person("ana")
    browser.open("groups/new")
    assert "needs a displayName" in browser.press("Create").text
    browser.press("Create", {"Group name": "Dev"})
    label = "User principal name, group name or object ID"
    assert "does not exist" in browser.press("Add member", {label: "nobody"}).text
    browser.press("Add member", {label: "ana@contoso.com"})
    assert "Ana" in browser.page.text
    assert "already exist" in browser.press("Add member", {label: "ana@contoso.com"}).text
    browser.press("Remove")
    assert "No members." in browser.page.text
    browser.press("Delete")
    assert "No groups found." in browser.page.text


def test_assignments_are_made_together_and_taken_away(company, browser):
    """Those selected stay so while one searches on; one that is assigned already leaves all as it was."""
    company.person("ana", assigned=False)
    company.group("Dev", assigned=False)
    browser.open(f"apps/{company.app}/users/add")
    assert "Select at least one" in browser.press("Assign").text
    browser.press("Search", {"Users and groups": "ana"})
    browser.press("Search", {"Users and groups": "dev", "Ana ana@contoso.com": True})
    browser.press("Assign", {"Dev Group": True})
    assigned = company.apps.assignments(company.app)
    assert {entry["principalDisplayName"] for entry in assigned} == {"Ana", "Dev"}
    assert "Select who is to be removed" in browser.press("Remove").text
    browser.press("Remove", {"Ana": True})
    assert [entry["principalDisplayName"] for entry in company.apps.assignments(company.app)] == ["Dev"]
    browser.follow("Add user")
    browser.press("Search", {"Users and groups": "dev"})
    browser.press("Search", {"Users and groups": "ana", "Dev Group": True})
    assert "already exists" in browser.press("Assign", {"Ana ana@contoso.com": True}).text
    assert len(company.apps.assignments(company.app)) == 1


def test_names_with_markup_are_text_on_every_page(company, server):
    """Whatever people, groups and applications are called, and whatever a server answers, it is shown as text."""
    browser = Browser(company)
    server.refuse("POST", "/Users", reply(400, MARKUP.encode(), "text/html"))
    user = company.person("ana", displayName=MARKUP, jobTitle=MARKUP)
    group = company.group(MARKUP, (user,))
    company.apps.instantiate(MARKUP)
    company.edit("title", defaultValue=MARKUP)
    company.turn_on()
    entry = next(each for each in company.log() if each["sourceIdentity"]["id"] == user)
    assert "<b>" in entry["provisioningStatusInfo"]["errorInformation"]["reason"]
    company.directory.delete("User", company.person("bob", displayName=MARKUP))
    for path in (
        "", "users", "users/deleted", f"users/{user}", "groups", f"groups/{group}", "apps", "audit-logs",
        f"apps/{company.app}/users", f"apps/{company.app}/users/add?search=ana&selected={user}",
        provisioning(company, f"/on-demand?subject={group}"), provisioning(company, "/on-demand?search=ana"),
        "provisioning-logs", f"users?search={MARKUP.replace('&', '%26')}",
        *(f"provisioning-logs/{user}/{entry['id']}?tab={tab}" for tab in ("steps", "troubleshooting", "modified", "summary")),
    ):  # fmt: skip
        html = browser.open(path.replace(" ", "%20")).html
        assert browser.page.status == 200
        assert "&lt;b&gt;" in html, path
        assert "<b>Ana" not in html
        assert "'49'" not in html


PATHS = (
    "nothing", "users/x", "users/%00", "groups/x", "apps/x", "apps/x/users", "apps/x/users/add", "apps/x/provisioning",
    "apps/x/provisioning/edit", "apps/x/provisioning/on-demand", "apps/{app}/provisioning/mappings/devices",
    "apps/{app}/provisioning/mappings/users/edit?target=nothing", "apps/{app}/provisioning/on-demand?subject=x",
    "provisioning-logs/x/y", "provisioning-logs?app=x", "audit-logs?app=x",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_unknown_ids_are_a_page_in_words(company, browser, path):
    """404 and a sentence, with the frame around it to go on from."""
    page = browser.open(path.format(app=company.app))
    assert page.status == 404
    assert "Not found" in page.text
    browser.follow("Back to the overview")


@pytest.mark.parametrize(
    "path",
    [
        "users/x", "users/x/disable", "users/x/delete", "users/deleted/x/restore", "users/deleted/x/purge",
        "groups/x/delete", "groups/x/members", "groups/x/members/y/remove", "apps/x/users/remove", "apps/x/users/add",
        "apps/x/provisioning/start", "apps/x/provisioning/edit", "apps/x/provisioning/on-demand",
        "apps/{app}/provisioning/on-demand", "apps/{app}/provisioning/mappings/users/delete",
        "apps/x/provisioning/mappings/users",
    ],
)  # fmt: skip
def test_orders_for_unknown_ids_are_a_page_in_words(company, path):
    """The same for buttons whose object is gone by now."""
    assert post(company, path.format(app=company.app), [("subject", "x")]).status == 404


def test_an_application_without_job_has_nothing_to_start(company, browser):
    """The buttons of a job that is not there say how to get one."""
    app = company.apps.instantiate("Other")["id"]
    answer = post(company, f"apps/{app}/provisioning/start")
    assert answer.status == 404
    assert b"Get started" in answer.body


FOREIGN = [
    [("Sec-Fetch-Site", "cross-site")],
    [("Sec-Fetch-Site", "same-site"), ("Origin", GRAPH)],
    [("Origin", "https://evil.example.com")],
    [("Origin", "null")],
    [("Origin", "https://[")],
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_orders_from_other_sites_are_refused(company, headers):
    """A page of another site in the same browser cannot press a button, and is told so in words."""
    answer = post(company, provisioning(company, "/start"), (), *headers)
    assert answer.status == 403
    assert b"no orders from other sites" in answer.body
    assert company.state == "Disabled"


def test_a_frame_of_another_site_shows_nothing(company):
    """Nor can it show the portal in a frame and have somebody press there; and pages stay in no cache."""
    for path in ("", "nothing"):
        answer = company.ask(Request("GET", f"{GRAPH}/portal/{path}", (), b""))
        assert "frame-ancestors 'none'" in answer.header("Content-Security-Policy")
        assert answer.header("Cache-Control") == "no-store"


@pytest.mark.slow
def test_every_link_of_the_portal_leads_somewhere(provisioned, company, server):
    """From the overview on, every page that a link leads to is there, sound, and free of the token."""
    company.group("Dev", (company.person("bob"),))
    server.refuse("GET", "/Users", refusal(401), times=1)
    company.cycle()
    waiting, seen = ["/portal/"], set()
    while waiting:
        path = waiting.pop()
        if path.partition("#")[0] in seen:
            continue
        seen.add(path.partition("#")[0])
        page = provisioned.open(path)
        assert page.status == 200, path
        pages = (href for _, href in page.links if "/download/" not in href)
        waiting += [href for href in pages if href.startswith("/portal")]
        inside = ("/portal", "#", f"/{company.tenant.settings.tenant_id}/saml2/")
        elsewhere = {href for _, href in page.links if not href.startswith(inside)} - {"/"}
        assert all(href.endswith("/federationmetadata.xml") for href in elsewhere)
    assert len(seen) > 50


def test_the_start_page_of_the_app_leads_to_the_portal(company):
    """Who opens the address finds it."""
    assert b'href="/portal/"' in company.ask(Request("GET", f"{GRAPH}/", (), b"")).body


def test_other_methods_are_refused_on_a_page(company):
    """405 below the portal is a page, not Graph's JSON."""
    answer = company.ask(Request("DELETE", f"{GRAPH}/portal/users", (), b""))
    assert answer.status == 405
    assert answer.header("Content-Type").startswith("text/html")


JUNK = st.dictionaries(
    st.sampled_from(
        ["do", "mode", "url", "token", "email", "threshold", "scope", "status", "restore", "target", "edited", "type",
         "source", "constant", "expression", "default", "match", "flow", "enabled", "action", "subject", "member",
         "selected", "role", "assignment", "userPrincipalName", "displayName", "businessPhones", "search"]
    ),
    st.text(max_size=12) | st.sampled_from(["test", "On", "Automatic", "Expression", "Constant", "title", "²", "-1"]),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JUNK)
@pytest.mark.slow
@pytest.mark.slow
def test_no_form_breaks_a_page(company, junk):
    """Whatever a form holds, the answer is a page: never an error of the server."""
    user = (
        company.person("ana")
        if company.store.owner("userPrincipalName", "ana@contoso.com") is None
        else "ana@contoso.com"
    )
    for path in (
        "users/new", f"users/{user}", "groups/new", "apps/new", f"apps/{company.app}/users/add",
        f"apps/{company.app}/users/remove", provisioning(company, "/edit"), provisioning(company, "/on-demand"),
        provisioning(company, "/mappings/users"), provisioning(company, "/mappings/users/edit"),
        provisioning(company, "/mappings/users/delete"),
    ):  # fmt: skip
        assert post(company, path, list(junk.items())).status < 500, path
