"""Single sign-on by hand in a real browser: both metadata files handed over, sign-in begun on either side, and undone."""

import pytest

from tests.pages.test_in_browser import PEOPLE, choose, provision

pytestmark = pytest.mark.slow


def downloaded(page, name, folder):
    """Follow a link to a file and return where the file lies."""
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return str(path)


def test_people_sign_in_with_their_azure_ad_credentials(served, page, tmp_path):
    """The guide's last sentence, from two files to the user portal; after changing back nobody is led anywhere."""
    served.populate(PEOPLE)
    aws, azure = served.urls
    provision(served, page)
    choose(page, "Single sign-on")
    theirs = downloaded(page, "Download Federation Metadata XML", tmp_path)
    page.goto(f"{aws}/console/settings")
    page.get_by_text("Change to an external identity provider").click()
    page.get_by_label("IdP SAML metadata file").set_input_files(theirs)
    page.get_by_label("Type ACCEPT").fill("ACCEPT")
    choose(page, "Change identity source")
    page.get_by_text("The identity source is changed.").wait_for()
    ours = downloaded(page, "Download metadata file", tmp_path)
    page.goto(f"{azure}/portal/")
    choose(page, "AWS SSO", "Single sign-on")
    page.get_by_label("Upload metadata file").set_input_files(ours)
    choose(page, "Save")
    page.get_by_text("Your changes are saved.").wait_for()

    page.goto(f"{aws}/start")
    assert page.url.startswith(azure)
    choose(page, "ana@contoso.com")
    page.wait_for_url(f"{aws}/start")
    page.get_by_text("No account assignments exist yet").wait_for()
    choose(page, "Sign out")

    page.goto(f"{azure}/portal/")
    choose(page, "AWS SSO", "Single sign-on", "Sign in as somebody")
    page.get_by_label("User principal name").fill("bo@contoso.com")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{aws}/start")
    page.get_by_text("Bo Ruiz").first.wait_for()

    page.goto(f"{aws}/console/settings")
    page.get_by_text("Change to the Identity Center directory").click()
    page.get_by_label("Type ACCEPT").fill("ACCEPT")
    page.get_by_role("button", name="Change identity source").last.click()
    page.get_by_text("The identity source is changed.").wait_for()
    page.context.clear_cookies()
    page.goto(f"{aws}/start")
    page.get_by_text("You are not signed in").wait_for()
