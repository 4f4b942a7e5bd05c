"""Both portals as one: from an object to what became of it on the other side, and back; and what a log is taken home as."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

import pytest

from harness import world
from harness.aws_sso import tokens
from harness.pages import listing
from harness.wire.message import Request
from tests.pages.browser import Browser

PERSON = {"givenName": "Ana", "surname": "Ruiz", "displayName": "Ana Ruiz"}
TWO_PHONES = {"mobilePhone": "+1 425 555 0100", "businessPhones": ["+1 425 555 0101"]}


@pytest.fixture
def universe():
    """Return a world whose job ran once: ana and her group arrived, and twin, with her two phone numbers, did not."""
    universe = world.create()
    universe.populate(
        {
            "azure_ad": {
                "users": [
                    {"userPrincipalName": "ana@contoso.com", **PERSON},
                    {
                        "userPrincipalName": "twin@contoso.com",
                        **PERSON,
                        **TWO_PHONES,
                        "displayName": "=1+1",
                    },
                ],
                "groups": [{"displayName": "Office", "members": ["ana@contoso.com"]}],
            }
        }
    )
    token = tokens.enable(universe.aws).value
    secrets = {"BaseAddress": tokens.endpoint(universe.aws), "SecretToken": token, "SyncAll": "true"}
    engine = universe.azure.engine
    engine.save_secrets(universe.app_id, secrets)
    engine.start(engine.create_job(universe.app_id, "scim").id)
    universe.advance(timedelta())
    return universe


@pytest.fixture
def browser(universe):
    return Browser(universe.unrecorded, f"{universe.origins['graph']}/portal/")


def get(universe, path):
    return universe.unrecorded(Request("GET", f"{universe.origins['graph']}/portal/{path}", (), b""))


def key_of(universe, name):
    return universe.azure.directory.find("User", name)["id"]


def links(browser, words):
    return [text for text, _ in browser.page.links if words in text]


@pytest.mark.parametrize(("section", "name"), [("users", "Ana Ruiz"), ("groups", "Office")])
def test_an_object_leads_to_its_target_and_back(universe, browser, section, name):
    """A user's and a group's page names the object in AWS, whose page names its source."""
    browser.open(section)
    browser.follow(name)
    source = browser.page.url
    (there,) = links(browser, "there as")
    browser.follow(there)
    assert browser.page.url.startswith(universe.origins["console"])
    browser.follow("Its source in Microsoft Entra ID")
    assert browser.page.url == source


@pytest.mark.slow
def test_nothing_leads_to_a_stranger(universe, browser):
    """Where the target is not this world's account there is an id, and no link."""
    engine = universe.azure.engine
    engine.save_secrets(universe.app_id, {"BaseAddress": "https://scim.example.com"})
    browser.open(f"users/{key_of(universe, 'ana@contoso.com')}")
    assert "there as" in browser.page.text
    assert not links(browser, "there as")


def test_what_is_not_connected_is_not_found(browser):
    """An object of the target that nothing was provisioned to has no source."""
    assert browser.open("provisioned/nobody").status == 404


def test_a_refusal_leads_to_its_event(universe, browser):
    """The log entry of a failure leads to the one CloudTrail event which says what AWS kept to itself."""
    browser.open(f"provisioning-logs?source={key_of(universe, 'twin@contoso.com')}&status=Failure")
    browser.follow(
        next(text for text, href in browser.page.links if "/provisioning-logs/" in href and "UTC" in text)
    )
    browser.follow("The CloudTrail event of the request that was refused")
    rows = browser.page.html.partition("<tbody>")[2]
    assert rows.count('<th scope="row">') == 1
    assert "ValidationException" in rows


def test_a_success_leads_to_the_user(universe, browser):
    """The log entry of a create leads to the user's events and to the user."""
    browser.open(f"provisioning-logs?source={key_of(universe, 'ana@contoso.com')}")
    browser.follow(
        next(text for text, href in browser.page.links if "/provisioning-logs/" in href and "UTC" in text)
    )
    entry = browser.page.url
    assert "CreateUser" in browser.follow("CloudTrail events of this object").text
    browser.open(entry)
    assert "ana@contoso.com" in browser.follow("The user in IAM Identity Center").text


@pytest.mark.parametrize(
    ("section", "name", "answer"),
    [
        ("users", "Ana Ruiz", "Ana Ruiz is in AWS SSO"),
        ("users", "=1+1", "=1+1 is not in AWS SSO"),
        ("groups", "Office", "Office is in AWS SSO"),
    ],
)
def test_why(browser, section, name, answer):
    """One link away from everybody stands why they are, or are not, in the target, and what comes next."""
    browser.open(section)
    browser.follow(name)
    browser.follow("Why?")
    assert answer in browser.page.text
    assert "The next cycle" in browser.page.text
    assert not re.search(
        r"\b(inScope|targetId|assignedDirectly|accountEnabled|escrow|nextTry)\b", browser.page.text
    )


def test_the_log_as_json(universe):
    """One minified array of what Graph shows, as far as the page's filters go."""
    answer = get(universe, "provisioning-logs/download/json?status=Failure")
    assert answer.header("Content-Disposition") == 'attachment; filename="ProvisioningLogs.json"'
    entries = json.loads(answer.body)
    assert {entry["provisioningStatusInfo"]["status"] for entry in entries} == {"failure"}
    assert answer.body.decode() == json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    assert get(universe, "provisioning-logs/download/json?identity=nobody").body == b"[]"


def test_the_log_as_csv(universe):
    """Three files joined by the change ID; no cell is a formula for a spreadsheet."""
    sheets = {}
    for part in ("entries", "steps", "properties"):
        answer = get(universe, f"provisioning-logs/download/csv/{part}")
        assert answer.header("Content-Type") == "text/csv; charset=utf-8"
        sheets[part] = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
    changes = {row["Change ID"] for row in sheets["entries"]}
    assert {row["Change ID"] for part in ("steps", "properties") for row in sheets[part]} <= changes
    assert {"displayName", "userName"} <= {row["Property name"] for row in sheets["properties"]}
    assert "'=1+1" in {row["Source name"] for row in sheets["entries"]}
    assert not [
        value
        for rows in sheets.values()
        for row in rows
        for value in row.values()
        if value[:1] in "=+-@" and value
    ]
    assert get(universe, "provisioning-logs/download/csv/nothing").status == 404


def test_the_mail_box(universe, browser):
    """What was sent is read in the portal, newest first, as text."""
    assert "No mail yet" in browser.open("mail").text
    for subject in ("First", "<b>Second</b>"):
        universe.azure.mailer.send("admin@contoso.com", subject, "The job is in quarantine.")
    text = browser.open("mail").text
    assert text.index("<b>Second</b>") < text.index("First")
    assert "kept in the outbox" in text


@pytest.mark.parametrize(("origin", "path"), [("graph", "/portal/users"), ("console", "/console/users")])
def test_an_exact_name_is_found_at_once(universe, monkeypatch, origin, path):
    """However long the list is: by index, where a search through everything would have stopped before."""
    names = [f"p{number}@contoso.com" for number in range(20)]
    scim = {"name": {"givenName": "P", "familyName": "Q"}, "displayName": "P Q"}
    universe.populate(
        {
            "azure_ad": {"users": [{"userPrincipalName": name, **PERSON} for name in names]},
            "aws_sso": {"users": [{"userName": name, **scim} for name in names]},
        }
    )
    monkeypatch.setattr(listing, "_LOOKED_AT", 5)
    browser = Browser(universe.unrecorded, universe.origins[origin])
    page = browser.open(f"{path}?search=p19@contoso.com")
    assert "p19@contoso.com" in page.html.partition("<tbody>")[2]
