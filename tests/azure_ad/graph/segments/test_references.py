"""Relations by addresses and numbers, and properties by their own addresses.

Source: https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html, 4.6 to 4.9 (read 2026-11-29).
"""

import pytest

from harness.wire.message import Request
from tests.azure_ad.caller import EVENTUAL, Caller
from tests.azure_ad.provisioning.company import GRAPH


@pytest.fixture
def graph(company):
    """Return a caller, and in `company` somebody who owns, leads and belongs to a group."""
    company.ana, company.ben = company.person("ana"), company.person("ben")
    company.office = company.group("Office", ("ana@contoso.com",))
    caller = Caller(company)
    owner = {"@odata.id": f"{GRAPH}/v1.0/users/{company.ana}"}
    for path in (f"/groups/{company.office}/owners/$ref", f"/servicePrincipals/{company.app}/owners/$ref"):
        caller.do("POST", path, owner)
    caller.do("PUT", f"/users/{company.ben}/manager/$ref", owner)
    return caller


def of(graph, path):
    return path.format(ana=graph.company.ana, office=graph.company.office, app=graph.company.app)


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("/groups/{office}/members", "ana"),
        ("/groups/{office}/owners", "ana"),
        ("/users/{ana}/memberOf", "office"),
        ("/users/{ana}/directReports", "ben"),
        ("/servicePrincipals/{app}/owners", "ana"),
    ],
)
def test_a_relation_is_told_by_addresses_and_by_number(graph, path, other):
    path, key = of(graph, path), getattr(graph.company, other)
    address = f"{GRAPH}/v1.0/directoryObjects/{key}"
    assert graph.get(f"{path}/$ref")["value"] == [{"@odata.id": address}]
    assert graph.get(f"{path}/{key}/$ref")["@odata.id"] == address
    assert graph("GET", f"{path}/$count", headers=EVENTUAL).body == b"1"
    assert graph.fail("GET", f"{path}/{graph.company.app}/$ref")[0] == 404


def test_what_somebody_owns_is_counted(graph):
    assert graph("GET", of(graph, "/users/{ana}/ownedObjects/$count"), headers=EVENTUAL).body == b"2"
    assert len(graph.get(of(graph, "/users/{ana}/ownedObjects/$ref"))["value"]) == 2


@pytest.mark.parametrize(
    ("path", "value", "raw"),
    [
        ("/users/{ana}/userPrincipalName", "ana@contoso.com", b"ana@contoso.com"),
        ("/users/{ana}/ACCOUNTENABLED", True, b"true"),
        ("/groups/{office}/displayName", "Office", b"Office"),
        ("/servicePrincipals/{app}/servicePrincipalType", "Application", b"Application"),
    ],
)
def test_a_property_has_an_address(graph, path, value, raw):
    answer = graph.get(of(graph, path))
    assert answer["value"] == value
    assert answer["@odata.context"].startswith(f"{GRAPH}/v1.0/$metadata#")
    assert graph("GET", of(graph, f"{path}/$value")).body == raw


def test_null_has_no_content_and_a_list_no_text(graph):
    assert graph("GET", of(graph, "/users/{ana}/jobTitle")).status == 204
    assert graph.get(of(graph, "/users/{ana}/businessPhones"))["value"] == []
    assert graph.fail("GET", of(graph, "/users/{ana}/businessPhones/$value"))[0] == 404
    assert graph.fail("GET", of(graph, "/users/{ana}/nickname"))[:2] == (404, "ResourceNotFound")


def test_a_guest_is_invited_once(graph):
    """invitation-post: the guest is there at once; who was invited before stays one person."""
    body = {"invitedUserEmailAddress": "yy@test.com", "inviteRedirectUrl": "https://myapp.contoso.com"}
    guest = graph.do("POST", "/invitations", body, 201)["invitedUser"]["id"]
    names = "displayName,userPrincipalName,userType,externalUserState,mail,creationType"
    shown = graph.get(f"/users/{guest}?$select={names}")
    assert [shown[name] for name in names.split(",")] == [
        "yy",
        "yy_test.com#EXT#@contoso.onmicrosoft.com",
        "Guest",
        "PendingAcceptance",
        "yy@test.com",
        "Invitation",
    ]
    assert graph.do("POST", "/invitations", body, 201)["invitedUser"]["id"] == guest
    assert graph.fail("POST", "/invitations", {**body, "invitedUserEmailAddress": "nobody"})[2] == (
        "Invalid value specified for property 'invitedUserEmailAddress' of resource 'Invitation'."
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "https://x.example/\r\nSet-Cookie: a=b",
        "https://x\0.example",
        "https://[::1",
        "https://" + "y" * 64 + ".example",
        "https://x.example/" + "y" * 5000,
        "",
    ],
)
def test_an_invitation_leads_somewhere(graph, address):
    """A browser is sent there: no header of its own, no script, nothing that no browser reads."""
    body = {"invitedUserEmailAddress": "yy@test.com", "inviteRedirectUrl": address}
    status, _, message = graph.fail("POST", "/invitations", body)
    assert (status, "inviteRedirectUrl" in message) == (400, True)


def test_a_guest_redeems_the_invitation(graph):
    """redemption-experience, "Consent experience for the guest": Accept, then to where the invitation leads."""
    body = {"invitedUserEmailAddress": "yy@test.com", "inviteRedirectUrl": "https://myapp.contoso.com/start"}
    invitation = graph.do("POST", "/invitations", body, 201)
    page = graph.ask(Request("GET", invitation["inviteRedeemUrl"]))
    assert (page.status, b"yy@test.com" in page.body) == (200, True)
    for method in ("POST", "POST", "GET"):
        answer = graph.ask(Request(method, invitation["inviteRedeemUrl"]))
        assert (answer.status, answer.header("Location")) == (302, "https://myapp.contoso.com/start")
    guest = graph.get(f"/users/{invitation['invitedUser']['id']}?$select=externalUserState")
    assert guest["externalUserState"] == "Accepted"
    assert graph.do("POST", "/invitations", body, 201)["status"] == "Accepted"
    for key in ("", "nobody", "%00"):
        assert graph.ask(Request("POST", f"{GRAPH}/redeem?user={key}")).status == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/invitations", {"invitedUserEmailAddress": "y@test.com", "inviteRedirectUrl": "https://x.example"}),
        ("/domains", {"id": "new.example.com"}),
        ("/policies/claimsMappingPolicies", {"definition": ["{}"], "displayName": "x"}),
        (
            "/applications/{application}/extensionProperties",
            {"name": "x", "dataType": "String", "targetObjects": ["User"]},
        ),
        (
            "/servicePrincipals/{app}/delegatedPermissionClassifications",
            {
                "permissionId": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
                "permissionName": "User.Read",
                "classification": "low",
            },
        ),
    ],
)
def test_what_is_refused_is_not_made(graph, path, body):
    """A query that cannot be answered: not half a change."""
    application = graph.get("/applications")["value"][0]["id"]
    path = path.replace("{application}", application)
    before = graph.company.rows()
    assert graph.fail("POST", f"{path}?$select=nothing", body)[0] == 400
    assert graph.company.rows() == before


@pytest.mark.parametrize(
    "path", ["/groups/{office}", "/servicePrincipals/{app}", "/groups", "/servicePrincipals"]
)
def test_owners_are_expanded(graph, path):
    """resources/group and resources/serviceprincipal: owners, "Supports $expand"."""
    shown = graph.get(of(graph, f"{path}?$expand=owners($select=id,displayName)"))
    item = shown if "{" in path else shown["value"][0]
    ana = {"@odata.type": "#microsoft.graph.user", "id": graph.company.ana, "displayName": "ana"}
    assert [owner["id"] for owner in item["owners"]] == [ana["id"]]
    assert item["owners"][0].keys() == ana.keys()


def test_an_application_shows_its_owners(graph):
    made = graph.do("POST", "/applications", {"displayName": "Shop"}, 201)["id"]
    assert graph.get(f"/applications/{made}?$expand=owners")["owners"] == []
    owner = {"@odata.id": f"{GRAPH}/v1.0/servicePrincipals/{graph.company.app}"}
    graph.do("POST", f"/applications/{made}/owners/$ref", owner)
    (program,) = graph.get(f"/applications/{made}?$expand=owners")["owners"]
    assert (program["@odata.type"], program["id"]) == ("#microsoft.graph.servicePrincipal", graph.company.app)


@pytest.mark.parametrize("kind", ["directoryRole", "administrativeUnit"])
def test_nobody_has_a_role(graph, kind):
    path = of(graph, f"/users/{{ana}}/transitiveMemberOf/microsoft.graph.{kind}")
    assert graph.get(path)["value"] == []
    assert graph("GET", f"{path}/$count", headers=EVENTUAL).body == b"0"


def test_what_is_deleted_is_counted(graph):
    graph.do("DELETE", of(graph, "/users/{ana}"))
    answer = graph("GET", "/directory/deletedItems/microsoft.graph.user/$count", headers=EVENTUAL)
    assert answer.body == b"1"


@pytest.mark.parametrize("only", ["group", "servicePrincipal"])
def test_what_somebody_owns_is_told_by_type(graph, only):
    items = graph.get(of(graph, f"/users/{{ana}}/ownedObjects/microsoft.graph.{only}"))["value"]
    assert [item["@odata.type"] for item in items] == [f"#microsoft.graph.{only}"]


@pytest.mark.parametrize(
    ("path", "owned"), [("/groups", "office"), ("/servicePrincipals", "app"), ("/applications", "")]
)
def test_what_nobody_owns_is_found(graph, path, owned):
    """aad-advanced-queries: `owners/$count` in a filter."""
    graph.company.group("Lost", assigned=False)
    key = getattr(graph.company, owned) if owned else ""
    every = {item["id"] for item in graph.get(path)["value"]}
    for condition, wanted in (("eq 0", every - {key}), ("ge 1", every & {key}), ("ne 0", every & {key})):
        query = f"{path}?$filter=owners/$count%20{condition.replace(' ', '%20')}&$count=true"
        assert {item["id"] for item in graph.get(query, headers=EVENTUAL)["value"]} == wanted
