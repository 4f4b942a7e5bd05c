"""An application that has a role of another one: granted, listed on both sides, taken away, and provisioned to nobody.

Source: https://learn.microsoft.com/en-us/graph/api/serviceprincipal-post-approleassignments (read 2026-11-29).
"""

import pytest

from tests.azure_ad.caller import Caller

ROLE = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def graph(company):
    return Caller(company)


@pytest.fixture
def client(graph):
    application = graph.do("POST", "/applications", {"displayName": "Joiner"}, 201)
    return graph.do("POST", "/servicePrincipals", {"appId": application["appId"]}, 201)["id"]


def grant(graph, client):
    body = {"principalId": client, "resourceId": graph.company.app, "appRoleId": ROLE}
    return graph.do("POST", f"/servicePrincipals/{client}/appRoleAssignments", body, 201)


def test_it_stands_on_both_sides(graph, client):
    made = grant(graph, client)
    assert (made["principalType"], made["principalDisplayName"]) == ("ServicePrincipal", "Joiner")
    for path in (
        f"/servicePrincipals/{client}/appRoleAssignments",
        "/servicePrincipals/{app}/appRoleAssignedTo",
    ):
        assert [item["id"] for item in graph.get(path)["value"]] == [made["id"]]
    assert graph.fail("POST", f"/servicePrincipals/{client}/appRoleAssignments", {
        "principalId": client, "resourceId": graph.company.app, "appRoleId": ROLE,
    })[0] == 400  # fmt: skip


def test_it_is_taken_away_from_either_side(graph, client):
    for holder in (client, graph.company.app):
        made = grant(graph, client)
        graph.do("DELETE", f"/servicePrincipals/{holder}/appRoleAssignments/{made['id']}")
    assert graph.get("/servicePrincipals/{app}/appRoleAssignedTo")["value"] == []
    (entry,) = graph.get("/auditLogs/directoryAudits?$top=1")["value"]
    assert entry["activityDisplayName"] == "Remove app role assignment from service principal"


def test_nobody_is_provisioned_for_it(graph, client):
    """The cycle comes to users and groups alone; deleting the client takes the assignment along."""
    grant(graph, client)
    graph.company.turn_on()
    assert graph.get("/auditLogs/provisioning")["value"] == []
    graph.do("DELETE", f"/servicePrincipals/{client}")
    assert graph.get("/servicePrincipals/{app}/appRoleAssignedTo")["value"] == []
