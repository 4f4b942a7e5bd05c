"""A token of an issuer that an application trusts stands in for its secret: workload identity federation."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import msgspec
import pytest

from harness.wire.message import Request, Response, TransportError
from tests.azure_ad.caller import Caller
from tests.azure_ad.keys import Key
from tests.azure_ad.provisioning.company import GRAPH

ISSUER = "https://127.0.0.1:9/issuer"
SUBJECT, AUDIENCE = "repo:o/r:ref:refs/heads/main", "api://AzureADTokenExchange"
pytestmark = pytest.mark.slow  # a key is made
ASSERTED = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Issuer:
    """An identity provider on the wire, with one key, and the tokens that it signs."""

    def __init__(self, company):
        self.signer, self.now = Key(company, "issuer"), company.clock.now
        self.documents = {
            f"{ISSUER}/.well-known/openid-configuration": {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"},
            f"{ISSUER}/keys": {"keys": [{"kty": "EC"}, {"kty": "RSA", "n": 5}, self.signer.key.public()]},
        }

    def __call__(self, request):
        document = self.documents.get(request.url)
        if document is None:
            raise TransportError("refused", "nobody listens")
        return Response(200, (), json.dumps(document).encode())

    def token(self, **changes):
        now = int(self.now().timestamp())
        claims = {"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "nbf": now, "exp": now + 300, **changes}
        return self.signer.key.token(claims)


@pytest.fixture
def issuer(company):
    issuer = Issuer(company)
    company.tenant = msgspec.structs.replace(company.tenant, send=issuer)
    return issuer


@pytest.fixture
def graph(company):
    return Caller(company)


@pytest.fixture
def client(graph):
    """Return the client id of an application that trusts the issuer and has no secret."""
    made = graph.do("POST", "/applications", {"displayName": "Pipeline"}, 201)
    trust = {"name": "main", "issuer": ISSUER, "subject": SUBJECT, "audiences": [AUDIENCE]}
    graph.do("POST", f"/applications/{made['id']}/federatedIdentityCredentials", trust, 201)
    return made["appId"]


def signed_in(graph, client, assertion):
    form = {
        "grant_type": "client_credentials",
        "client_id": client,
        "client_assertion_type": ASSERTED,
        "client_assertion": assertion,
        "scope": "https://graph.microsoft.com/.default",
    }
    address = f"{GRAPH}/{graph.company.tenant.settings.tenant_id}/oauth2/v2.0/token"
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    return graph.ask(Request("POST", address, headers, urlencode(form).encode()))


def test_its_token_opens_graph(graph, issuer, client):
    """v2-oauth2-client-creds-grant-flow, third case."""
    answer = signed_in(graph, client, issuer.token())
    assert answer.status == 200, answer.body
    graph.get("/users", token=answer.json()["access_token"])
    assert signed_in(graph, client, issuer.token(aud=["other", AUDIENCE])).status == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": f"{ISSUER}/"}, 700211),
        ({"sub": SUBJECT.upper()}, 700213),
        ({"aud": "api://other"}, 700212),
        ({"exp": 1}, 700024),
        ({"iss": None}, 700211),
        ({"sub": ["x"]}, 700213),
    ],
)
def test_what_no_credential_is_of_is_refused(graph, issuer, client, changes, code):
    """Letter by letter (reference-breaking-changes), and only while it is valid."""
    assert signed_in(graph, client, issuer.token(**changes)).json()["error_codes"] == [code]


def test_the_refusal_names_what_was_presented(graph, issuer, client):
    """As users paste it, Azure/login issue 517."""
    assert (
        signed_in(graph, client, issuer.token(sub="repo:o/r:other"))
        .json()["error_description"]
        .startswith(
            "AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:o/r:other'. "
        )
    )


def test_somebody_elses_signature_is_refused(graph, issuer, client):
    """The issuer publishes a key that is another one, though by the same id."""
    key = issuer.signer.key.public()
    issuer.documents[f"{ISSUER}/keys"] = {"keys": [{**key, "n": f"{key['n'][:-4]}AAAB"}]}
    assert signed_in(graph, client, issuer.token()).json()["error_codes"] == [700027]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"issuer": "https://elsewhere.example.com", "jwks_uri": f"{ISSUER}/keys"}, 501661),
        ({"issuer": ISSUER}, 501661),
        ([], 501661),
        (None, 501661),
        ({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/none"}, 501661),
    ],
)
def test_an_issuer_that_publishes_no_keys_is_refused(graph, issuer, client, document, code):
    issuer.documents[f"{ISSUER}/.well-known/openid-configuration"] = document
    assert signed_in(graph, client, issuer.token()).json()["error_codes"] == [code]


@pytest.mark.parametrize(
    "keys", [None, [], [5, {}, {"kty": "RSA", "n": "AQ", "e": "AQ"}, {"kty": "RSA", "n": "A" * 2000}]]
)
def test_odd_keys_are_passed_over(graph, issuer, client, keys):
    issuer.documents[f"{ISSUER}/keys"] = {"keys": keys}
    assert signed_in(graph, client, issuer.token()).json()["error_codes"] in ([501661], [700027])


def test_a_token_of_the_tenant_itself_is_not_taken(graph, issuer, client, company):
    """workload-identity-federation-considerations, "Microsoft Entra issuers aren't supported"."""
    own = f"{GRAPH}/{company.tenant.settings.tenant_id}/v2.0"
    made = graph.get(f"/applications(appId='{client}')")
    trust = {"name": "own", "issuer": own, "subject": SUBJECT, "audiences": [AUDIENCE]}
    graph.do("POST", f"/applications/{made['id']}/federatedIdentityCredentials", trust, 201)
    assert signed_in(graph, client, issuer.token(iss=own)).json()["error_codes"] == [700211]
