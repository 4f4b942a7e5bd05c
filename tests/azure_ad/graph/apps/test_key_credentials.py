"""Keys of applications and service principals: written, rolled with a proof, made for SAML."""

import base64
import hashlib
import re
from datetime import timedelta
from html import unescape

import pytest
from lxml import etree
from signxml.verifier import XMLVerifier

from harness.wire.message import Request, json_request
from tests.azure_ad.caller import Caller
from tests.azure_ad.keys import Key
from tests.azure_ad.provisioning.company import GRAPH


@pytest.fixture
def graph(company):
    return Caller(company)


@pytest.fixture
def first(company):
    return Key(company, "first")


@pytest.fixture
def second(company):
    return Key(company, "second")


@pytest.fixture(params=["applications", "servicePrincipals"])
def holder(request, graph):
    """Return the address of an application, then of a service principal."""
    if request.param == "servicePrincipals":
        return f"/servicePrincipals/{graph.company.app}"
    key = graph.do("POST", "/applications", {"displayName": "Robot"}, 201)["id"]
    return f"/applications/{key}"


def keys(graph, holder):
    return graph.get(f"{holder}?$select=keyCredentials")["keyCredentials"]


def test_a_certificate_says_the_rest(graph, holder, first):
    """resources/keycredential: thumbprint, dates, name; the bytes are shown to whoever selects them."""
    graph.do("PATCH", holder, {"keyCredentials": [first.credential]})
    (shown,) = keys(graph, holder)
    assert shown["key"] == first.key.certificate
    assert shown["customKeyIdentifier"] == first.identifier
    assert shown["displayName"] == "CN=Microsoft Azure Federated SSO Certificate"
    assert (shown["startDateTime"], shown["endDateTime"]) == ("2026-03-02T08:00:00Z", "2029-03-01T08:00:00Z")
    (hidden,) = graph.get(holder)["keyCredentials"]
    assert hidden == {**shown, "key": None}
    listed = graph.get(f"/{holder.split('/')[1]}")["value"]
    assert [key["key"] for item in listed for key in item["keyCredentials"]] == [None]


def test_a_key_is_kept_by_its_id(graph, holder, first, second):
    """application-update: whoever adds one sends those that are there back, without their bytes."""
    graph.do("PATCH", holder, {"keyCredentials": [first.credential]})
    (present,) = graph.get(holder)["keyCredentials"]
    graph.do("PATCH", holder, {"keyCredentials": [present, second.credential]})
    assert [key["customKeyIdentifier"] for key in keys(graph, holder)] == [
        first.identifier,
        second.identifier,
    ]
    assert keys(graph, holder)[0]["key"] == first.key.certificate


def test_a_private_key_is_taken_and_nothing_of_it_told(graph):
    """As people set up SAML by hand: Sign, Verify, and the password of the first; neither is in an answer or the log."""
    private = base64.b64encode(b"a private key").decode()
    secret = {
        "customKeyIdentifier": "aWQ=",
        "keyId": "4c266507-3e74-4b91-aeba-18a25b450f6e",
        "secretText": "Pa55word",
    }
    sign = {"type": "X509CertAndPassword", "usage": "Sign", "key": private, "customKeyIdentifier": "aWQ="}
    graph.do("PATCH", "/servicePrincipals/{app}", {"keyCredentials": [sign], "passwordCredentials": [secret]})
    shown = graph.get("/servicePrincipals/{app}")
    assert (shown["keyCredentials"][0]["key"], shown["passwordCredentials"][0]["secretText"]) == (None, None)
    log = str(graph.get("/auditLogs/directoryAudits"))
    assert private not in log
    assert "Pa55word" not in log + str(graph.company.rows())


@pytest.mark.parametrize("key", ["", "x", "MIIDYDCCAki...", base64.b64encode(b"no certificate").decode()])
def test_what_is_no_certificate_is_refused(graph, holder, key):
    before = graph.company.rows()
    bad = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": key}
    assert graph.fail("PATCH", holder, {"keyCredentials": [bad]})[0] == 400
    assert graph.company.rows() == before


def test_a_key_is_rolled(graph, holder, first, second):
    """Rolled: addKey with a proof by the old one, removeKey with a proof by the new one."""
    graph.do("PATCH", holder, {"keyCredentials": [first.credential]})
    own = holder.rpartition("/")[2]
    body = {"keyCredential": second.credential, "passwordCredential": None, "proof": first.proof(own)}
    made = graph.do("POST", f"{holder}/addKey", body, 200)
    assert made["@odata.context"].endswith("#microsoft.graph.keyCredential")
    assert (made["customKeyIdentifier"], made["key"]) == (second.identifier, None)
    old = keys(graph, holder)[0]["keyId"]
    graph.do("POST", f"{holder}/removeKey", {"keyId": old, "proof": second.proof(own)})
    assert [key["keyId"] for key in keys(graph, holder)] == [made["keyId"]]
    assert graph.fail("POST", f"{holder}/removeKey", {"keyId": old, "proof": second.proof(own)})[0] == 404


def test_a_wrong_proof_is_refused(graph, holder, first, second):
    """application-rollkey-prooftoken: audience, issuer, ten minutes, a key that is registered and valid."""
    graph.do("PATCH", holder, {"keyCredentials": [first.credential]})
    own, now = holder.rpartition("/")[2], int(first.now().timestamp())
    proofs = [
        first.proof(own, aud="x"),
        first.proof("x"),
        first.proof(own, exp=now + 601),
        first.proof(own, exp=now),
        first.proof(own, nbf=now + 1),
        first.proof(own, exp="x"),
        second.proof(own),
        "eyJ0eXAiOiJ...",
        "",
        None,
    ]
    for proof in proofs:
        body = {"keyCredential": second.credential, "proof": proof}
        assert graph.fail("POST", f"{holder}/addKey", body)[:2] == (401, "Authentication_MissingOrMalformed")
    assert [key["customKeyIdentifier"] for key in keys(graph, holder)] == [first.identifier]
    late = first.proof(own)
    graph.company.wait(timedelta(minutes=10))
    assert (
        graph.fail("POST", f"{holder}/addKey", {"keyCredential": second.credential, "proof": late})[0] == 401
    )


def test_without_a_key_nothing_can_be_proven(graph, holder, first):
    """application-addkey: "won't be able to use this service action"."""
    body = {"keyCredential": first.credential, "proof": first.proof(holder.rpartition("/")[2])}
    assert graph.fail("POST", f"{holder}/addKey", body)[:2] == (403, "Authorization_RequestDenied")


@pytest.mark.slow
class TestTokenSigning:
    """serviceprincipal-addtokensigningcertificate."""

    def test_a_certificate_is_made(self, graph):
        body = {"displayName": "CN=AWS Contoso", "endDateTime": "2027-01-25T00:00:00Z"}
        made = graph.do("POST", "/servicePrincipals/{app}/addTokenSigningCertificate", body, 200)
        raw = base64.b64decode(made["key"])
        assert made["thumbprint"] == hashlib.sha1(raw).hexdigest().upper()
        assert (made["displayName"], made["endDateTime"]) == ("CN=AWS Contoso", "2027-01-25T00:00:00Z")
        assert (made["type"], made["usage"]) == ("AsymmetricX509Cert", "Verify")
        present = keys(graph, "/servicePrincipals/{app}")
        assert [(key["usage"], key["key"] is None) for key in present] == [("Sign", True), ("Verify", False)]
        principal = graph.get("/servicePrincipals/{app}")
        assert [each["keyId"] for each in principal["passwordCredentials"]] == [present[0]["keyId"]]
        assert {key["customKeyIdentifier"] for key in present} == {made["customKeyIdentifier"]}

    def test_the_preferred_one_signs_the_assertions(self, graph):
        """It is in the metadata of this application, and no longer the tenant's."""
        graph.company.person("ana")
        addresses = {
            "replyUrls": ["https://acs.example.com/"],
            "servicePrincipalNames": ["https://aws.example.com"],
        }
        graph.do("PATCH", "/servicePrincipals/{app}", addresses)
        path = "/servicePrincipals/{app}/addTokenSigningCertificate"
        made = graph.do("POST", path, {"displayName": "CN=AWS"}, 200)
        assert made["endDateTime"] == "2029-03-01T08:00:00Z"
        assert signed_with(graph) != made["key"]
        graph.do(
            "PATCH",
            "/servicePrincipals/{app}",
            {"preferredTokenSigningKeyThumbprint": made["thumbprint"].lower()},
        )
        assert signed_with(graph) == made["key"]
        app_id = graph.get("/servicePrincipals/{app}")["appId"]
        assert certificate_of_metadata(graph, f"?appid={app_id}") == made["key"]
        assert certificate_of_metadata(graph, "") != made["key"]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"displayName": "AWS"},
            {"displayName": "CN="},
            {"displayName": 5},
            {"displayName": "CN=x", "endDateTime": "2029-03-02T08:00:01Z"},
            {"displayName": "CN=x", "endDateTime": "2026-03-02T08:00:00Z"},
            {"displayName": "CN=x", "endDateTime": "never"},
        ],
    )
    def test_half_a_request_is_refused(self, graph, body):
        before = graph.company.rows()
        assert graph.fail("POST", "/servicePrincipals/{app}/addTokenSigningCertificate", body)[0] == 400
        assert graph.company.rows() == before


def signed_with(graph):
    """Return the certificate in a signed assertion, whose signature holds."""
    url = f"{GRAPH}/{graph.company.tenant.settings.tenant_id}/saml2/sign-on"
    page = graph.company.ask(
        json_request("POST", url, {"user": "ana@contoso.com", "servicePrincipalId": graph.company.app})
    )
    value = re.search(r'name="SAMLResponse" value="([^"]+)"', page.body.decode())[1]
    document = base64.b64decode(unescape(value))
    text = etree.fromstring(document).findtext(".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate")
    certificate = "".join(text.split())
    pem = f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"
    XMLVerifier().verify(document, x509_cert=pem)
    return certificate


def certificate_of_metadata(graph, query):
    tenant_id = graph.company.tenant.settings.tenant_id
    url = f"{GRAPH}/{tenant_id}/federationmetadata/2007-06/federationmetadata.xml{query}"
    text = graph.company.ask(Request("GET", url)).body
    return "".join(
        etree.fromstring(text).findtext(".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate").split()
    )
