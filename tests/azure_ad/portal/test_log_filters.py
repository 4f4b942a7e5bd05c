"""The filters of the three log pages: period, people, errors, ids; alone, together, and in a long log by halves."""

import csv
import io
import json

import pytest

from harness.azure_ad.graph.logs.sign_in_log import Failure, write_sign_in
from harness.azure_ad.portal.log import audits, logs, sign_ins
from harness.wire.message import Request
from tests.azure_ad.browser import Browser
from tests.azure_ad.scim_server import refusal

MORNING = "2026-03-02T08:00"  # when the company's clock begins


@pytest.fixture
def browser(company):
    return Browser(company)


@pytest.fixture
def lived_in(company, browser, server):
    """Return a company in which Ana was refused at eight and taken at twenty to nine, when Bob came as well."""
    company.person("ana")
    server.refuse("POST", "/Users", refusal(409, "taken"))
    company.turn_on()
    server.rules.clear()
    company.person("bob")
    company.cycle()
    return company


def rows(page):
    return page.html.count('<th scope="row">')


def log(company):
    return company.graph("GET", "/auditLogs/provisioning").json()["value"]


@pytest.mark.parametrize(
    ("period", "count"),
    [
        ("end=2026-03-02T07:59", 0),
        ("end=2026-03-02T08:10", 1),
        ("start=2026-03-02T08:10", 2),
        (f"start={MORNING}&end=2026-03-02T09:00", 3),
        ("end=2026-03-02T09:10%2B01:00", 1),
    ],
)
def test_provisioning_logs_of_a_period(lived_in, browser, period, count):
    """Both bounds count; a moment without an offset is in UTC."""
    assert rows(browser.open(f"provisioning-logs?{period}")) == count


def test_provisioning_logs_by_what_an_entry_says(lived_in, browser):
    """Error code, ids of source, target, job, cycle and change, in whatever case; all that is given must be so."""
    failed = next(entry for entry in log(lived_in) if entry["provisioningStatusInfo"]["status"] == "failure")
    made = next(entry for entry in log(lived_in) if entry["sourceIdentity"]["displayName"].startswith("Bob"))
    code = failed["provisioningStatusInfo"]["errorInformation"]["errorCode"]
    for query, count in (
        (f"error={code.upper()}", 1),
        (f"error={code}&status=Success", 0),
        (f"target={made['targetIdentity']['id']}", 1),
        (f"source={failed['sourceIdentity']['id']}", 2),
        (f"job={lived_in.job}", 3),
        (f"cycle={failed['cycleId']}", 1),
        (f"change={made['changeId']}", 1),
        (f"change={made['changeId']}&cycle={failed['cycleId']}", 0),
    ):
        assert rows(browser.open(f"provisioning-logs?{query}")) == count, query
    browser.open("provisioning-logs")
    assert rows(browser.press("Apply", {"Error code": code, "Until (UTC)": "2026-03-02T08:30"})) == 1


def test_audit_logs_by_service_category_actor_and_period(lived_in, browser):
    """The directory's activities and the job's; who began them, in part and in whatever case."""
    lived_in.graph("PATCH", "/users/bob@contoso.com", {"jobTitle": "Pilot"})
    page = browser.open("audit-logs")
    page = browser.press("Apply", {"Service": "Core Directory", "Activity": "Update user"})
    assert rows(page) == 1
    by_service = rows(browser.open("audit-logs?actor=provisioning+service"))
    everything = rows(browser.open("audit-logs"))
    assert 0 < by_service < everything
    assert rows(browser.open("audit-logs?actor=nobody")) == 0
    assert rows(browser.open("audit-logs?category=UserManagement")) >= 1
    early, late = (rows(browser.open(f"audit-logs?{bound}=2026-03-02T08:20")) for bound in ("end", "start"))
    assert early
    assert late
    assert early + late == everything


def test_sign_in_logs_by_user_status_error_and_period(lived_in, browser):
    """Everybody's and an application's; an error by its number, with or without AADSTS."""
    tenant, service = lived_in.tenant, lived_in.tenant.applications.find(lived_in.app)
    ana, bob = (lived_in.directory.find("User", f"{name}@contoso.com") for name in ("ana", "bob"))
    write_sign_in(tenant, ana, service)
    write_sign_in(tenant, bob, service, Failure(50057, "The user account is disabled."))
    for query, count in (
        ("", 2),
        (f"app={lived_in.app}", 2),
        ("user=ANA", 1),
        ("status=Failure", 1),
        ("error=AADSTS50057", 1),
        ("error=50105", 0),
        (f"end={MORNING}", 0),
        (f"start={MORNING}&user=bob@contoso.com", 1),
    ):
        assert rows(browser.open(f"sign-in-logs?{query}")) == count, query
    assert "The user account is disabled." in browser.open("sign-in-logs").text


def download(company, path):
    url = f"https://graph.microsoft.com/portal/provisioning-logs/download/{path}"
    return company.ask(Request("GET", url, ())).body.decode()


def test_the_provisioning_logs_download_as_the_page_filters_them(lived_in, browser):
    """JSON has Graph's entries; the three CSV files are joined by the change id; a part that there is not is refused."""
    whole = json.loads(download(lived_in, "json"))
    assert whole == log(lived_in)
    assert json.loads(download(lived_in, "json?error=none-such")) == []
    (failed,) = [entry for entry in whole if entry["provisioningStatusInfo"]["status"] == "failure"]
    query = f"change={failed['changeId']}"
    sheets = {
        part: list(csv.DictReader(io.StringIO(download(lived_in, f"csv/{part}?{query}"))))
        for part in ("entries", "steps", "properties")
    }
    assert [(row["Status"], row["Action"]) for row in sheets["entries"]] == [("Failure", "Create")]
    assert [row["Name"] for row in sheets["steps"]] == [step["name"] for step in failed["provisioningSteps"]]
    changes = {change["displayName"]: change["newValue"] for change in failed["modifiedProperties"]}
    assert {row["Property name"]: row["New value"] for row in sheets["properties"]} == changes
    assert {row["Change ID"] for sheet in sheets.values() for row in sheet} == {failed["changeId"]}
    assert browser.open("provisioning-logs/download/csv/mails").status == 404


@pytest.mark.parametrize(
    "page", ["provisioning-logs", "audit-logs", "sign-in-logs", "provisioning-logs/download/json"]
)
def test_what_is_no_moment_is_refused_in_words(lived_in, browser, page):
    answer = browser.open(f"{page}?start=yesterday")
    assert answer.status == 400
    assert "'yesterday' is no moment; write it as" in answer.text


def test_a_period_in_a_long_log_is_found_at_once(lived_in, browser, monkeypatch):
    """By halves, however much came later."""
    for module in (logs, audits, sign_ins):
        monkeypatch.setattr(module, "LINES_LOOKED_AT", 2)
    assert rows(browser.open("provisioning-logs?identity=an&end=2026-03-02T08:10")) == 1
    assert "The search has not been through everything yet" not in browser.page.text
