"""What the synchronization service says that only it says, and what it takes beside what its pages print."""

import json

import pytest

from tests.azure_ad.caller import Caller

JOB = "/servicePrincipals/{app}/synchronization/jobs/{job}"


@pytest.fixture
def graph(company):
    company.ana = company.person("ana")
    return Caller(company)


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/schema"), ("POST", "/stop"), ("GET", "/nothing")])
def test_an_address_it_does_not_have_is_told_in_json(graph, method, path):
    """microsoft-graph-docs-contrib 3539: 404 UnknownError, whose message is itself a JSON text."""
    status, code, message = graph.fail(method, JOB + path, {})
    assert (status, code) == (404, "UnknownError")
    assert json.loads(message)["Message"].startswith(
        "No HTTP resource was found that matches the request URI 'https:"
    )


def test_a_rule_that_the_job_does_not_have(graph):
    """microsoft-graph-docs-contrib 4247: job and rule are named."""
    subject = {"objectId": graph.company.ana, "objectTypeName": "User"}
    for rule in ("", "11111111-2222-3333-4444-555555555555"):
        body = {"parameters": [{"ruleId": rule, "subjects": [subject]}]}
        status, code, message = graph.fail("POST", f"{JOB}/provisionOnDemand", body)
        assert (status, code) == (400, "RequestParameterInvalid")
        assert message.endswith(f"rule: {rule}.  However, the job does not include the rule.")
        assert graph.company.job in message


def test_a_restart_needs_no_body(graph):
    """azure-docs: `Start-MgServicePrincipalSynchronizationJob` sends none."""
    assert graph("POST", f"{JOB}/restart").status == 204


@pytest.mark.parametrize(
    ("written", "saved"), [("1", "True"), ("0", "False"), ("true", "true"), ("False", "False")]
)
def test_a_switch_is_a_word_or_a_number(graph, written, saved):
    """skip-out-of-scope-deletions: 1 and 0 beside true and false."""
    pairs = {"value": [{"key": "SkipOutOfScopeDeletions", "value": written}]}
    graph.do("PUT", "/servicePrincipals/{app}/synchronization/secrets", pairs)
    assert graph.company.apps.secrets(graph.company.app)["SkipOutOfScopeDeletions"] == saved


def test_an_application_has_the_jobs_of_its_service_principal(graph):
    """synchronization-synchronizationtemplate-list: below `/applications/{id}` too, whichever key is used."""
    app_id = graph.get("/servicePrincipals/{app}")["appId"]
    for key in (f"(appId='{app_id}')", "/" + graph.get(f"/applications(appId='{app_id}')")["id"]):
        (job,) = graph.get(f"/applications{key}/synchronization/jobs")["value"]
        assert job["id"] == graph.company.job
        assert graph.get(f"/applications{key}/synchronization/templates")["value"]
    assert graph.fail("GET", "/applications/nobody/synchronization/jobs")[0] == 404


def test_the_directories_of_a_schema_are_read_and_discovered(graph):
    """synchronization-directorydefinition-discover: the target's objects are those of the schema."""
    first, second = graph.get(f"{JOB}/schema/directories")["value"]
    assert graph.get(f"{JOB}/schema/directories/{first['id']}")["name"] == first["name"]
    assert graph.do("POST", f"{JOB}/schema/directories/{second['id']}/discover", {}, 200)["objects"]
    assert graph.fail("GET", f"{JOB}/schema/directories/x")[0] == 404
