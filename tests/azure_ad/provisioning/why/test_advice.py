"""What `harness why` ends with: each state of somebody who does not arrive has a cause and a remedy."""

from datetime import timedelta

import pytest

from harness.azure_ad.provisioning.log import provisioning_log as logs
from harness.azure_ad.provisioning.why.advice import advice_on_entry, why_with_advice
from harness.azure_ad.provisioning.why.foreign import no_account
from harness.remedies.target import TargetEvent
from tests.azure_ad.provisioning.why.test_why import PILOTS, only
from tests.azure_ad.scim_server import refusal, reply

REQUEST = "0b1c2d3e-0000-4000-8000-000000000001"
SURNAME = "1 validation errors detected: Value at 'name.familyName' failed to satisfy constraint: Member must have length greater than or equal to 1"


def nothing(_: str) -> None:
    return None


def advice(company, name="ana", event_of=nothing, kind="User"):
    job, session = company.engine.inspect(company.job)
    schema = company.engine.schema(company.job)
    return why_with_advice(session, job, kind, name, schema=schema, event_of=event_of, account_of=no_account)[
        "advice"
    ]


def refused(company, server):
    """Let AWS refuse ana as it does today: no reason in the answer, one in CloudTrail."""
    detail = "Request is unparsable, syntactically incorrect, or violates schema."
    server.refuse("POST", "/Users", reply(400, {"detail": detail, "exceptionRequestId": REQUEST}))
    company.person("ana")
    company.turn_on()
    company.wait(timedelta(minutes=10))


def logged(request_id: str) -> TargetEvent:
    assert request_id == REQUEST
    return TargetEvent("e1", "CreateUser", "2026-03-02T08:00:00Z", "ValidationException", SURNAME)


def test_the_event_of_the_request_that_was_refused_names_the_attribute_and_its_mapping(company, server):
    refused(company, server)
    said = advice(company, event_of=logged)
    assert said["event"]["message"] == SURNAME
    assert said["attribute"] == "name.familyName"
    assert said["mappings"] == ({"source": "surname", "target": "name.familyName"},)
    assert said["remedy"].startswith("Fill in surname of these users")
    assert said["scenarios"]


def test_without_the_event_it_is_said_where_the_reason_is(company, server):
    refused(company, server)
    said = advice(company)
    assert said["event"] is None
    assert "CloudTrail" in said["remedy"]


def test_an_entry_of_the_log_has_the_same_advice(company, server):
    refused(company, server)
    (entry, *_) = logs.entries(company.engine.inspect(company.job)[1].store)
    words = advice_on_entry(entry, company.engine.schema(company.job), logged)
    assert words is not None
    assert words.document() == advice(company, event_of=logged)


@pytest.mark.parametrize(
    "state",
    [
        lambda company: company.person("ana", assigned=False),
        lambda company: company.person("ana", accountEnabled=False),
        lambda company: (company.person("ana"), only(company, PILOTS)),
    ],
    ids=["not assigned", "disabled", "out of the filter"],
)
def test_an_entry_of_the_log_says_why_somebody_was_kept_out_as_why_does(company, state):
    state(company)
    company.turn_on()
    (entry,) = logs.entries(company.engine.inspect(company.job)[1].store)
    assert advice_on_entry(entry, company.engine.schema(company.job), nothing).document() == advice(company)


def test_a_manager_who_is_not_there_is_to_come_into_scope(company):
    manager, ana = company.person("ben", assigned=False), company.person("ana")
    company.directory.set_manager(ana, manager)
    company.turn_on()
    assert advice(company)["remedy"].startswith("Bring the manager into scope")


def test_with_whom_all_is_well_there_is_nothing_to_advise(company):
    company.person("ana")
    company.turn_on()
    assert advice(company) is None


@pytest.mark.parametrize(
    ("state", "remedy"),
    [
        (lambda company: company.person("ana", assigned=False), "Assign them"),
        (lambda company: company.person("ana", accountEnabled=False), "Enable the account"),
        (lambda company: (company.person("ana"), only(company, PILOTS)), "Change the scoping filter"),
    ],
)
def test_whoever_is_out_is_told_how_to_come_in(company, state, remedy):
    state(company)
    assert advice(company)["remedy"].startswith(remedy)


def test_a_job_that_was_never_started_is_to_be_started(company):
    company.person("ana")
    assert advice(company)["remedy"].startswith("Start provisioning")


def test_quarantine_counts_before_whatever_failed_earlier(company, server):
    server.refuse("GET", "/Users", refusal(401))
    company.person("ana")
    company.turn_on()
    assert "Generate an access token" in advice(company)["remedy"]


def test_why_a_member_failed_is_no_advice_on_the_group(company, server):
    """Of a group that is there, one of whose members is not, nothing is to be mended but the member."""
    server.refuse("POST", "/Users", refusal(409, "taken"))
    company.group("Office", [company.person("ana")])
    company.turn_on()
    assert advice(company)
    assert advice(company, "Office", kind="Group") is None
