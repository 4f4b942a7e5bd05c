"""Policies of sign-in, as scripts that set up SAML for AWS make and assign them."""

import base64
import json
import re
from html import unescape

import pytest

from harness.wire.message import json_request
from tests.azure_ad.caller import Caller
from tests.azure_ad.provisioning.company import GRAPH

CLAIMS = "/policies/claimsMappingPolicies"
KINDS = {
    "claimsMappingPolicies": "servicePrincipals",
    "homeRealmDiscoveryPolicies": "servicePrincipals",
    "tokenIssuancePolicies": "applications",
    "tokenLifetimePolicies": "applications",
}


@pytest.fixture
def graph(company):
    return Caller(company)


def definition(*entries):
    schema = {"ClaimsMappingPolicy": {"Version": 1, "IncludeBasicClaimSet": "true", "ClaimsSchema": entries}}
    return [json.dumps(schema)]


def policy(graph, path=CLAIMS, **more):
    body = {"definition": definition(), "displayName": "AWS", **more}
    return graph.do("POST", path, body, 201)["id"]


def ref(path, key):
    return {"@odata.id": f"{GRAPH}/v1.0{path}/{key}"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_is_made_assigned_and_taken_away(graph, kind):
    """…policies-post, -list, -get, -update, -delete, list-appliesTo, and those of what holds it."""
    path = f"/policies/{kind}"
    key = policy(graph, path, description="d")
    application = graph.get(
        "/applications(appId='{}')".format(graph.get("/servicePrincipals/{app}")["appId"])
    )["id"]
    holder = (
        "/servicePrincipals/{app}" if KINDS[kind] == "servicePrincipals" else f"/applications/{application}"
    )
    graph.do("POST", f"{holder}/{kind}/$ref", ref(path, key))
    assert [item["id"] for item in graph.get(f"{holder}/{kind}")["value"]] == [key]
    assert graph.fail("POST", f"{holder}/{kind}/$ref", ref(path, key))[0] == 400
    (owner,) = graph.get(f"{path}/{key}/appliesTo")["value"]
    assert owner["id"] == (graph.company.app if KINDS[kind] == "servicePrincipals" else application)
    graph.do("PATCH", f"{path}/{key}", {"displayName": "AWS 2"})
    assert graph.get(f"{path}/{key}")["displayName"] == "AWS 2"
    graph.do("DELETE", f"{holder}/{kind}/{key}/$ref")
    assert graph.fail("DELETE", f"{holder}/{kind}/{key}/$ref")[0] == 404
    graph.do("POST", f"{holder}/{kind}/$ref", ref(path, key))
    graph.do("DELETE", f"{path}/{key}")
    assert graph.get(f"{holder}/{kind}")["value"] == []
    assert graph.fail("GET", f"{path}/{key}")[0] == 404


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"displayName": "AWS"}, "definition"),
        ({"definition": ["{}"]}, "displayName"),
        ({"definition": "{}", "displayName": "AWS"}, "definition"),
        ({"definition": [5], "displayName": "AWS"}, "definition"),
        ({"definition": ["{}"], "displayName": "AWS", "isOrganizationDefault": 1}, "isOrganizationDefault"),
        ({"definition": ["{}"], "displayName": "AWS", "colour": "red"}, "colour"),
    ],
)
def test_half_a_policy_is_refused(graph, body, reason):
    before = graph.company.rows()
    status, _, message = graph.fail("POST", CLAIMS, body)
    assert (status, reason in message) == (400, True)
    assert graph.company.rows() == before


def test_a_policy_is_of_its_own_kind(graph):
    """A claims mapping policy is no home realm discovery policy, and for service principals alone."""
    key = policy(graph)
    assert graph.fail("GET", f"/policies/homeRealmDiscoveryPolicies/{key}")[0] == 404
    body = ref(CLAIMS, key)
    assert graph.fail("POST", "/servicePrincipals/{app}/homeRealmDiscoveryPolicies/$ref", body)[0] == 404
    application = graph.get("/applications")["value"][0]["id"]
    assert graph.fail("POST", f"/applications/{application}/claimsMappingPolicies/$ref", body)[0] == 404
    assert graph.fail("GET", "/policies/nothing")[0] == 404


def test_the_organization_has_one_default(graph):
    """homerealmdiscoverypolicy, "isOrganizationDefault": only one can be activated."""
    path = "/policies/homeRealmDiscoveryPolicies"
    first, second = (policy(graph, path, isOrganizationDefault=True) for _ in range(2))
    assert [graph.get(f"{path}/{key}")["isOrganizationDefault"] for key in (first, second)] == [False, True]
    graph.do("PATCH", f"{path}/{first}", {"isOrganizationDefault": True})
    assert [graph.get(f"{path}/{key}")["isOrganizationDefault"] for key in (first, second)] == [True, False]


def assertion(graph):
    """Return the SAML response of a sign-on, as text."""
    url = f"{GRAPH}/{graph.company.tenant.settings.tenant_id}/saml2/sign-on"
    body = {"user": "ana@contoso.com", "servicePrincipalId": graph.company.app}
    page = graph.company.ask(json_request("POST", url, body))
    assert page.status == 200, page.body
    value = re.search(r'name="SAMLResponse" value="([^"]+)"', page.body.decode())[1]
    return base64.b64decode(unescape(value)).decode()


@pytest.mark.slow
def test_its_claims_are_in_the_assertion(graph):
    """claimsmappingpolicy: a property of the person, a constant; what the person lacks is left out."""
    graph.company.person("ana", employeeId="7", country="ES")
    addresses = {
        "replyUrls": ["https://acs.example.com/"],
        "servicePrincipalNames": ["https://aws.example.com"],
    }
    graph.do("PATCH", "/servicePrincipals/{app}", addresses)
    entries = (
        {
            "Source": "user",
            "ID": "employeeid",
            "SamlClaimType": "https://aws.amazon.com/SAML/Attributes/RoleSessionName",
        },
        {"Value": "3600", "SamlClaimType": "https://aws.amazon.com/SAML/Attributes/SessionDuration"},
        {"Source": "user", "ID": "department", "SamlClaimType": "department"},
        {"Source": "transformation", "ID": "DataJoin", "TransformationId": "x", "SamlClaimType": "joined"},
    )
    key = policy(graph, definition=[*definition(*entries), "no JSON", "[]"])
    assert "RoleSessionName" not in assertion(graph)
    graph.do("POST", "/servicePrincipals/{app}/claimsMappingPolicies/$ref", ref(CLAIMS, key))
    text = assertion(graph)
    assert 'RoleSessionName"><AttributeValue>7<' in text
    assert 'SessionDuration"><AttributeValue>3600<' in text
    assert "department" not in text
    assert "joined" not in text
