"""The API of object connections, of which each ties one object of the directory to one of the target.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/manage-object-connections (read 2026-11-29).
"""

import pytest

from tests.azure_ad.caller import Caller

ALL = "/servicePrincipals/{app}/synchronization/jobs/{job}/objectConnections"
BETA = {"version": "beta"}


def of(key):
    return f"{ALL}('{key}')"


@pytest.fixture
def graph(company):
    return Caller(company)


def test_a_connection_is_read(graph):
    ana = graph.company.person("ana")
    assert graph.fail("GET", of(ana), **BETA)[0] == 404
    graph.company.turn_on()
    shown = graph.get(of(ana), **BETA)
    assert {name: value for name, value in shown.items() if not name.startswith("@")} == {
        "objectId": ana,
        "sourceAnchor": ana,
        "targetAnchor": "u1",
        "displayName": "Ana",
        "objectTypeName": "User",
    }


def test_one_that_is_deleted_is_matched_again(graph, server):
    """The job must be paused; deleting twice is deleting once."""
    ana = graph.company.person("ana")
    graph.company.turn_on()
    assert graph.fail("DELETE", of(ana), **BETA)[:2] == (409, "Conflict")
    graph.company.engine.pause(graph.company.job)
    for _ in range(2):
        graph.do("DELETE", of(ana), **BETA)
    assert graph.fail("GET", of(ana), **BETA)[0] == 404
    graph.company.change(ana, jobTitle="Captain")
    server.seen()
    graph.company.turn_on()
    assert server.seen() == ['GET /Users?filter=userName eq "ana@contoso.com"', "PATCH /Users/u1"]
    assert graph.get(of(ana), **BETA)["targetAnchor"] == "u1"


def test_they_cannot_be_listed_and_are_not_in_v1(graph):
    assert graph.fail("GET", ALL, **BETA)[0] == 400
    assert graph.fail("GET", of("x"))[0] == 404
    assert graph.fail("DELETE", of("x"))[0] == 404
