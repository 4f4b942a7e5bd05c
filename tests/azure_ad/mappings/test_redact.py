"""Redact: the value reaches the target, and no log.

https://learn.microsoft.com/en-us/entra/identity/app-provisioning/functions-for-customizing-application-data
"""

import json

import pytest

from harness.azure_ad.mappings.templates import attribute_mapping
from harness.azure_ad.provisioning.log import audit_log as audit
from tests.azure_ad.scim_server import refusal

SECRET, LATER = 'Kön"igs/weg & 7', "Sperlingsgasse 1"
FORMS = [
    form
    for secret in (SECRET, LATER)
    for form in (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
]


@pytest.fixture
def discreet(company):
    """Return a company whose people's street addresses are not for the logs."""
    row = attribute_mapping('addresses[type eq "work"].streetAddress', "Redact([streetAddress])")
    company.edit(row["targetAttributeName"], source=row["source"])
    return company


def kept(company):
    """Return all that the logs hold: as Graph and the portal show them, and the store's own lines."""
    assert list(company.store.read("provisioning"))
    lines = company.database.connection.execute("SELECT * FROM log").fetchall()
    shown = [
        company.log(),
        list(audit.entries(company.store, reason_form="full-sentence")),
        list(audit.entries(company.store, reason_form="web-response")),
        [
            entry.body
            for log in ("provisioning", "audit", "directory-changes")
            for entry in company.store.read(log)
        ],
    ]
    return json.dumps(shown, ensure_ascii=False) + repr(lines)


def assert_discreet(company):
    told = kept(company)
    assert not [form for form in FORMS if form in told]
    assert "[Redact]" in told


def test_a_whole_life_leaves_no_trace_of_it(discreet, server):
    """Created, read, changed, skipped, disabled, deleted: the target has the value, the logs do not."""
    key = discreet.person("ana", streetAddress=SECRET)
    discreet.turn_on()
    assert server.user("ana@contoso.com")["addresses"][0]["streetAddress"] == SECRET
    discreet.change(key, usageLocation="DE")
    discreet.cycle()
    discreet.change(key, streetAddress=LATER, jobTitle="Pilot")
    discreet.cycle()
    assert server.user("ana@contoso.com")["addresses"][0]["streetAddress"] == LATER
    discreet.unassign(key)
    discreet.cycle()
    discreet.assign(key)
    discreet.cycle()
    discreet.directory.delete("User", key)
    discreet.cycle()
    assert_discreet(discreet)


def test_the_log_says_that_there_was_a_value(discreet, server):
    """Old and new value of modifiedProperties, source and target of the steps."""
    key = discreet.person("ana", streetAddress=SECRET)
    discreet.turn_on()
    discreet.log()
    discreet.change(key, streetAddress=LATER)
    discreet.cycle()
    (entry,) = discreet.log()
    (change,) = entry["modifiedProperties"]
    assert (change["oldValue"], change["newValue"]) == ("[Redact]", "[Redact]")
    steps = {step["name"]: step["details"] for step in entry["provisioningSteps"]}
    assert steps["EntryImportUpdate"]["streetAddress"] == "[Redact]"
    assert steps["EntryImport"]['addresses[type eq "work"]streetAddress'] == "[Redact]"
    assert steps["EntryExportUpdate"]['addresses[type eq "work"]streetAddress'] == "[Redact]"
    assert steps["EntryImport"]["userName"] == "ana@contoso.com"


def test_a_server_that_repeats_it_does_not_put_it_there(discreet, server):
    """What a refusal says is logged, without the values that it quotes, old and new."""
    key = discreet.person("ana", streetAddress=SECRET)
    server.refuse("POST", "/Users", refusal(400, f"'{SECRET}' is no street"), times=1)
    discreet.turn_on()
    assert discreet.told()[0][2] == "SystemForCrossDomainIdentityManagementServiceIncompatible"
    discreet.cycle()
    server.refuse("PATCH", "/Users", refusal(400, f"cannot change {SECRET} to {LATER}"))
    discreet.change(key, streetAddress=LATER)
    discreet.cycle()
    assert_discreet(discreet)
    assert "cannot change [Redact] to [Redact]" in kept(discreet)


def test_the_reason_of_a_quarantine_does_not_tell_it(discreet, server):
    """A refused token ends in the audit log and in the job's status, with the words of the server."""
    discreet.person("ana", streetAddress=SECRET)
    server.refuse("POST", "/Users", refusal(401, f"no token for {SECRET}"))
    discreet.turn_on()
    told = json.dumps(discreet.status, ensure_ascii=False)
    assert "no token for [Redact]" in told
    assert not [form for form in FORMS if form in told]
    assert_discreet(discreet)


def test_what_cannot_be_evaluated_does_not_tell_it(company, server):
    """The message names the mapping, and not what the function could not take."""
    company.edit(
        "title", source=attribute_mapping("title", "Left([jobTitle], Redact([streetAddress]))")["source"]
    )
    company.person("ana", streetAddress=SECRET + "!" * 60, jobTitle="Pilot")
    company.turn_on()
    assert_discreet(company)


def test_a_matching_attribute_that_is_not_told(company, server):
    """Several matches are named by their filter; not here."""
    for name in ("x", "y"):
        server.add("Users", {"userName": name, "title": SECRET})
    company.edit(
        "title", source=attribute_mapping("title", "Redact([jobTitle])")["source"], matchingPriority=1
    )
    company.edit("userName", matchingPriority=0)
    company.person("ana", jobTitle=SECRET)
    company.turn_on()
    (entry,) = company.log()
    assert entry["provisioningStatusInfo"]["errorInformation"]["errorCode"].endswith(
        "MultipleEntriesInResponse"
    )
    company._read = 0
    assert_discreet(company)
