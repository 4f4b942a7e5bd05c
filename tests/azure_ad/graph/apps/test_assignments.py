"""Who is assigned to an application: the same assignments from both sides, in v1.0's and beta's names."""

import pytest

from tests.azure_ad.caller import Caller
from tests.azure_ad.provisioning.company import GRAPH
from tests.azure_ad.scim_server import BASE

ASSIGNED = "/servicePrincipals/{app}/appRoleAssignedTo"


@pytest.fixture
def graph(company):
    return Caller(company)


@pytest.fixture
def ana(graph):
    return graph.company.person("ana", assigned=False)


def test_an_assignment_is_shown_as_documented(graph, ana):
    """serviceprincipal-post-approleassignedto: createdDateTime in v1.0, creationTimestamp in beta."""
    role = graph.get("/servicePrincipals/{app}?$select=appRoles")["appRoles"][0]["id"]
    body = {"principalId": ana, "resourceId": graph.company.app, "appRoleId": role}
    made = graph.do("POST", ASSIGNED, body, 201)
    assert made == {
        "@odata.context": f"{GRAPH}/v1.0/$metadata#appRoleAssignments/$entity",
        "id": made["id"],
        "deletedDateTime": None,
        "appRoleId": role,
        "createdDateTime": "2026-03-02T08:00:00Z",
        "principalDisplayName": "Ana",
        "principalId": ana,
        "principalType": "User",
        "resourceDisplayName": "AWS SSO",
        "resourceId": graph.company.app,
    }
    (shown,) = graph.get(ASSIGNED, version="beta")["value"]
    assert shown["creationTimestamp"] == "2026-03-02T08:00:00Z"
    assert "createdDateTime" not in shown


@pytest.mark.parametrize("side", ["application", "application as the gallery validation", "principal"])
@pytest.mark.parametrize("which", ["users", "groups"])
def test_both_sides_make_see_and_take_away_the_same(graph, ana, which, side):
    """Users and groups, from their side and from the application's."""
    key = ana if which == "users" else graph.company.group("Office", assigned=False)
    mine = f"/{which}/{key}/appRoleAssignments"
    role = graph.get("/servicePrincipals/{app}")["appRoles"][0]["id"]
    body = {"principalId": key, "resourceId": graph.company.app, "appRoleId": role}
    made = graph.do("POST", mine if side == "principal" else ASSIGNED, body, 201)
    for path in (mine, ASSIGNED):
        assert [item["id"] for item in graph.get(path)["value"]] == [made["id"]]
    path = {
        "application": f"{ASSIGNED}/{made['id']}",
        "application as the gallery validation": f"/servicePrincipals/{{app}}/appRoleAssignments/{made['id']}",
        "principal": f"{mine}/{made['id']}",
    }[side]
    graph.do("DELETE", path)
    assert graph.get(mine)["value"] == graph.get(ASSIGNED)["value"] == []
    assert graph.fail("DELETE", path)[0] == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/users/{ana}/appRoleAssignments", {}, 400),
        ("/users/{ana}/appRoleAssignments", {"resourceId": "x"}, 404),
        ("/users/{ana}/appRoleAssignments", {"resourceId": "{app}", "principalId": "x"}, 400),
        ("/users/{ana}/appRoleAssignments", {"resourceId": "{app}", "appRoleId": "x"}, 404),
        ("/users/{ana}/appRoleAssignments", {"resourceId": "{app}", "appRoleId": 5}, 400),
        ("/users/nobody/appRoleAssignments", {"resourceId": "{app}"}, 404),
        (ASSIGNED, {"principalId": "{ana}", "resourceId": "x"}, 400),
    ],
)
def test_a_bad_assignment_is_refused(graph, ana, path, body, status):
    names = {"{app}": graph.company.app, "{ana}": ana}
    body = {key: names.get(value, value) if isinstance(value, str) else value for key, value in body.items()}
    before = graph.company.rows()
    assert graph.fail("POST", path.replace("{ana}", ana), body)[0] == status
    assert graph.company.rows() == before


def test_somebody_elses_assignment_is_not_found(graph, ana):
    """Neither under another person nor under another application."""
    graph.company.assign(ana)
    ben = graph.company.person("ben", assigned=False)
    (made,) = graph.get(ASSIGNED)["value"]
    other = graph.company.apps.instantiate("Other")["id"]
    for path in (
        f"/users/{ben}/appRoleAssignments/{made['id']}",
        f"/servicePrincipals/{other}/appRoleAssignedTo/{made['id']}",
    ):
        assert graph.fail("DELETE", path)[0] == 404
    assert graph.get(f"/users/{ben}/appRoleAssignments")["value"] == []
    assert graph.get("/servicePrincipals/{app}/appRoleAssignments")["value"] == []


def test_assignments_are_filtered(graph, ana):
    """Unknown properties are named here too."""
    graph.company.assign(ana)
    found = graph.get(f"{ASSIGNED}?$filter=principalId%20eq%20'{ana}'")["value"]
    assert [item["principalId"] for item in found] == [ana]
    assert graph.fail("GET", f"{ASSIGNED}?$filter=principal%20eq%20'x'")[0] == 400


def test_connectivity_parameters_are_beta_alone_and_without_secrets(graph):
    """Key and value of the saved settings; the token's value is never shown."""
    path = "/servicePrincipals/{app}/synchronization/connectivityParameters"
    shown = graph.get(path, version="beta")["value"]
    assert shown == [
        {"key": "BaseAddress", "value": BASE},
        {"key": "SecretToken", "value": None},
    ]
    assert graph.fail("GET", path)[0] == 404
