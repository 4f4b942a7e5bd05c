"""A job that is deleted leaves nothing behind, and the next one begins as if there had been none.

Source: https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationjob-delete (read 2026-11-29) and
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility,
"Upgrading from the older customappsso job to the SCIM job" (read 2026-11-30).
"""

import pytest

from tests.azure_ad.caller import Caller
from tests.azure_ad.scim_server import refusal

JOBS = "/servicePrincipals/{app}/synchronization/jobs"
JOB = f"{JOBS}/{{job}}"


@pytest.fixture
def graph(company, server):
    """Return a caller of a company with everything that a job keeps: links, members, an escrow, a watermark."""
    server.refuse("POST", "/Users", refusal(500), times=1)
    company.group("Office", (company.person("ana"), company.person("ben")))
    company.turn_on()
    return Caller(company)


def test_it_is_gone_and_so_is_its_schedule(graph, server):
    graph.do("DELETE", JOB)
    assert graph.get(JOBS)["value"] == []
    assert (
        graph.fail("GET", JOB)[0]
        == graph.fail("DELETE", JOB)[0]
        == graph.fail("GET", f"{JOB}/schema")[0]
        == 404
    )
    server.seen()
    graph.company.cycle(3)
    assert server.requests == []
    (entry, *_) = graph.get("/auditLogs/directoryAudits")["value"]
    assert entry["activityDisplayName"] == "Delete provisioning configuration"


def test_nothing_of_it_stays_in_the_store(graph):
    """But what the logs tell."""
    before = graph.company.job
    graph.do("DELETE", JOB)
    kept = [row for row in graph.company.rows()[:3] for row in row]
    assert [row for row in kept if before in repr(row)] == []


def test_the_next_job_matches_again(graph, server):
    """The same id, for the application is the same; its first cycle searches for everybody."""
    graph.do("DELETE", JOB)
    assert graph.do("POST", JOBS, {"templateId": "scim"}, 201)["id"] == graph.company.job
    server.seen()
    graph.company.turn_on()
    assert server.seen()[:2] == [
        'GET /Users?filter=userName eq "ana@contoso.com"',
        "POST /Users",
    ]
    assert graph.company.state == "Active"


def test_it_may_be_deleted_in_mid_cycle(found, server):
    """The object under way is the last one."""
    company = found(milliseconds_per_object=1000)
    for name in ("ana", "ben", "eve"):
        company.person(name)
    company.turn_on()
    Caller(company).do("DELETE", JOB)
    server.seen()
    company.cycle(2)
    assert server.requests == []
