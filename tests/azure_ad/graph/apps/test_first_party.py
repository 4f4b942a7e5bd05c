"""Microsoft's own applications: every tenant shows the service principal of Microsoft Graph, whose permissions are granted."""

from __future__ import annotations

import pytest

from tests.azure_ad.caller import EVENTUAL, Caller

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
# permissions-reference, "All permissions", the ids of the application permissions
ROLES = {
    "Application.ReadWrite.All": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    "Directory.ReadWrite.All": "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
    "Synchronization.ReadWrite.All": "9b50c33d-700f-43b1-b2eb-87e89b703581",
    "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
}


@pytest.fixture
def graph(company):
    return Caller(company)


@pytest.fixture
def microsoft_graph(graph):
    (principal,) = graph.get(f"/servicePrincipals?$filter=appId eq '{GRAPH_APP_ID}'")["value"]
    return principal


def test_it_is_shown_as_a_tenant_shows_it(graph, microsoft_graph):
    """As `Get-MgServicePrincipal -Filter "appId eq '…'"` prints it, with the permissions that provisioning needs."""
    assert {
        name: microsoft_graph[name]
        for name in ("displayName", "appOwnerOrganizationId", "signInAudience", "appRoleAssignmentRequired")
    } == {
        "displayName": "Microsoft Graph",
        "appOwnerOrganizationId": "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
        "signInAudience": "AzureADMultipleOrgs",
        "appRoleAssignmentRequired": False,
    }
    roles = {role["value"]: role["id"] for role in microsoft_graph["appRoles"]}
    assert roles.items() >= ROLES.items()
    scopes = {scope["value"]: scope for scope in microsoft_graph["oauth2PermissionScopes"]}
    assert (scopes["User.Read"]["id"], scopes["User.Read"]["type"]) == (
        "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
        "User",
    )


@pytest.mark.parametrize(
    "address",
    [
        f"/servicePrincipals(appId='{GRAPH_APP_ID}')",
        "/servicePrincipals?$filter=displayName eq 'Microsoft Graph'",
        '/servicePrincipals?$search="displayName:Microsoft Graph"',
        "/servicePrincipals?$filter=servicePrincipalNames/any(n:n eq 'https://graph.microsoft.com')",
    ],
)
def test_it_is_looked_up_in_every_usual_way(graph, microsoft_graph, address):
    answer = graph.get(address, headers=EVENTUAL)
    (entry,) = answer.get("value", [answer])
    assert entry["id"] == microsoft_graph["id"]


def test_a_permission_is_granted_and_taken_back(graph, microsoft_graph):
    """As a role of the client's service principal (New-MgServicePrincipalAppRoleAssignment), from both sides."""
    body = {"principalId": graph.company.app, "resourceId": microsoft_graph["id"]}
    held = "/servicePrincipals/{app}/appRoleAssignments"
    for role in ROLES.values():
        made = graph.do("POST", held, {**body, "appRoleId": role}, 201)
    assert (made["resourceDisplayName"], made["principalType"]) == ("Microsoft Graph", "ServicePrincipal")
    assert {each["appRoleId"] for each in graph.get(held)["value"]} == set(ROLES.values())
    assigned = f"/servicePrincipals/{microsoft_graph['id']}/appRoleAssignedTo"
    assert len(graph.get(assigned)["value"]) == len(ROLES)
    graph.do("DELETE", f"{assigned}/{made['id']}")
    assert len(graph.get(held)["value"]) == len(ROLES) - 1
    unknown = {**body, "appRoleId": "00000000-0000-0000-0000-00000000abcd"}
    assert graph.fail("POST", held, unknown)[0] == 404


def test_nobody_changes_or_deletes_it(graph, microsoft_graph):
    """It belongs to Microsoft: no property, secret, job or deletion. That it is 403 is inferred."""
    own = f"/servicePrincipals/{microsoft_graph['id']}"
    for method, path, body in (
        ("PATCH", own, {"accountEnabled": False}),
        ("DELETE", own, None),
        ("POST", f"{own}/addPassword", {}),
        ("POST", f"{own}/synchronization/jobs", {"templateId": "scim"}),
        ("PUT", f"{own}/synchronization/secrets", {"value": [{"key": "SecretToken", "value": "x"}]}),
    ):
        assert graph.fail(method, path, body)[:2] == (403, "Authorization_RequestDenied"), (method, path)
    assert graph.get(own)["accountEnabled"] is True
    assert graph.fail("GET", f"/applications(appId='{GRAPH_APP_ID}')")[0] == 404
    assert GRAPH_APP_ID not in {each["appId"] for each in graph.get("/applications")["value"]}


def test_the_portal_lists_the_tenants_own(graph, microsoft_graph):
    """Its enterprise applications are filtered to those, as the portal's list begins."""
    assert microsoft_graph["id"] not in {app["id"] for app in graph.company.tenant.applications.scan()}
