"""The portals in a real browser: the guide from its first step, and pages that follow a cycle."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from harness.aws_sso import cloudtrail
from harness.aws_sso.console import events

pytestmark = pytest.mark.slow
PEOPLE = {
    "azure_ad": {
        "users": [
            {
                "userPrincipalName": f"{name}@contoso.com",
                "displayName": f"{name.title()} Ruiz",
                "givenName": name.title(),
                "surname": "Ruiz",
                "mobilePhone": "+1 425 555 0100",
            }
            for name in ("ana", "bo", "cleo")
        ],
        "groups": [{"displayName": "Office", "members": ["bo@contoso.com"]}],
    }
}


def choose(page, *names):
    """Follow links or press buttons, by what they are called."""
    for name in names:
        page.get_by_role("link", name=name, exact=True).or_(
            page.get_by_role("button", name=name, exact=True)
        ).first.click()


def copied(page, name):
    """Press a copy button and return what the clipboard then holds."""
    page.get_by_role("button", name=f"Copy {name}").first.click()
    page.get_by_role("button", name="Copied").last.wait_for()
    return page.evaluate("navigator.clipboard.readText()")


def provision(served, page):
    """Follow the guide by hand up to the first cycle, and return the application's Provisioning page."""
    aws, azure = served.urls
    page.goto(f"{aws}/console/")
    choose(page, "Enable automatic provisioning")
    page.get_by_role("button", name="Enable automatic provisioning").first.click()
    endpoint, token = copied(page, "the SCIM endpoint"), copied(page, "the access token")
    page.reload()
    assert "shown this once" not in page.content()
    page.goto(f"{azure}/portal/")
    choose(page, "AWS SSO", "Provision User Accounts", "Get started")
    page.get_by_label("Provisioning Mode").select_option("Automatic")
    page.get_by_label("Tenant URL").fill(endpoint)
    page.get_by_label("Secret Token").fill(token)
    choose(page, "Test Connection")
    page.get_by_text("The supplied credentials are authorized").wait_for()
    page.get_by_label("Tenant URL").press("Enter")
    choose(page, "Provision Microsoft Entra ID Users", "mailNickname")
    page.get_by_label("Source attribute").select_option("objectId")
    choose(page, "OK", "Save", "Users and groups", "Add user")
    page.get_by_role("searchbox").fill("ruiz")
    page.keyboard.press("Enter")
    for name in ("Ana Ruiz ana@contoso.com", "Bo Ruiz bo@contoso.com"):
        page.get_by_label(name).check()
    choose(page, "Select", "Assign", "Provisioning", "Start provisioning")
    page.get_by_text("Cycle completed").wait_for()
    return page.url


def created_by_hand(page, azure):
    """Make two people, as somebody does whose directory is empty."""
    for name in ("Ana", "Bo"):
        page.goto(f"{azure}/portal/")
        choose(page, "Users", "New user")
        page.get_by_label("User principal name").fill(f"{name.lower()}@contoso.com")
        page.get_by_label("Display name").fill(f"{name} Ruiz")
        page.get_by_label("First name").fill(name)
        page.get_by_label("Last name").fill("Ruiz")
        page.keyboard.press("Enter")
        page.get_by_text("It is created.").wait_for()


def downloaded(page, name):
    """Follow a link to a file; return its name and what it holds, as a file chooser takes them."""
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    content = Path(download.value.path()).read_bytes()
    return {"name": download.value.suggested_filename, "mimeType": "text/xml", "buffer": content}


def trust_each_other(page):
    """Exchange the metadata files of both sides, from the application's page on."""
    choose(page, "Single sign-on")
    of_provider = downloaded(page, "Download Federation Metadata XML")
    there = page.url
    choose(page, "IAM Identity Center", "Settings")
    of_service = downloaded(page, "Download metadata file")
    page.get_by_text("Change to an external identity provider").click()
    page.get_by_label("IdP SAML metadata file").set_input_files(of_provider)
    page.get_by_label("Type ACCEPT").fill("ACCEPT")
    choose(page, "Change identity source")
    page.get_by_text("External identity provider").wait_for()
    page.goto(there)
    page.get_by_label("Upload metadata file").set_input_files(of_service)
    choose(page, "Save")
    page.get_by_text("Your changes are saved.").wait_for()


def assign_an_account(page):
    """Give ana the permission set Administrators in the management account, from any page of the console on."""
    page.get_by_role("navigation", name="IAM Identity Center").get_by_text("Permission sets").click()
    choose(page, "Create permission set")
    page.get_by_label("Permission set name").fill("Administrators")
    page.get_by_label("AWS managed policy").select_option(label="AdministratorAccess")
    page.keyboard.press("Enter")
    choose(page, "AWS accounts", "Management account", "Assign users or groups")
    page.get_by_role("searchbox").fill("ana")
    page.keyboard.press("Enter")
    page.get_by_label("ana@contoso.com User").check()
    page.get_by_label("Administrators").check()
    choose(page, "Submit")
    page.locator(".clock summary").click()
    page.get_by_label("Let time pass").fill("1m")
    choose(page, "Let it pass")


def test_the_guide_by_hand(served, page):
    """From Enable automatic provisioning to the account list of somebody signed in: all of it in the browser."""
    _, azure = served.urls
    created_by_hand(page, azure)
    provision(served, page)
    choose(page, "IAM Identity Center", "Users", "ana@contoso.com")
    page.get_by_text("Its source in Microsoft Entra ID").click()
    assert page.get_by_role("heading", level=1).text_content() == "Ana Ruiz"
    choose(page, "Enterprise applications", "AWS SSO")
    trust_each_other(page)
    choose(page, "IAM Identity Center")
    assign_an_account(page)
    page.get_by_role("link", name="ana@contoso.com").click()
    row = page.get_by_role("row", name="Management account")
    assert "Administrators" in row.text_content()
    assert "Directly" in row.text_content()
    choose(page, "Microsoft Entra ID", "My Apps")
    page.get_by_role("main").get_by_role("link", name="AWS SSO").click()
    page.get_by_role("button", name="ana@contoso.com").click()
    page.get_by_role("heading", name="AWS accounts (1)").wait_for()
    assert "Management account" in page.locator("summary strong").first.text_content()
    assert "Administrators" in page.get_by_role("listitem").filter(has_text="Access keys").text_content()


def test_the_provisioning_page_follows_the_cycle(served, page):
    """A page that is left open shows the next cycle without being read anew, and the mapping's details stay as opened."""
    served.populate(PEOPLE)
    provision(served, page)
    page.get_by_text("View technical information").click()
    before = page.locator("dt:has-text('Completed') + dd").text_content()
    page.evaluate("window.untouched = true")
    served.world.azure.directory.update("User", "ana@contoso.com", {"jobTitle": "Clerk"})
    due = served.world.azure.next_cycle()
    served.advance(due - served.clock.now())
    page.wait_for_function(
        "before => [...document.querySelectorAll('dt')].find(dt => dt.textContent == 'Completed')"
        ".nextElementSibling.textContent != before",
        arg=before,
    )
    assert page.evaluate("window.untouched")
    assert not page.get_by_text("Job ID").is_visible()


@pytest.mark.parametrize("is_there", [True, False])
def test_a_search_goes_on_until_it_meets_something(served, page, monkeypatch, is_there):
    """A page of the server's looks at so many lines; nobody need choose Next page where it met nothing."""
    monkeypatch.setattr(events, "LINES_LOOKED_AT", 2)
    aws, _ = served.urls
    keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
    api = boto3.client("organizations", endpoint_url=aws, region_name="us-east-1", **keys)
    for _ in range(7):
        api.list_accounts()
    oldest = list(cloudtrail.lookup(served.world.aws))[-1].body["requestID"]
    page.goto(f"{aws}/console/events?request={oldest if is_there else 'none'}")
    page.locator("[data-searching]").wait_for(state="detached")
    table = page.get_by_role("table").text_content()
    assert ("ListAccounts" in table, "No events." in table) == (is_there, not is_there)
