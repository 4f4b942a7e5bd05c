"""Which bearer token reaches the target, by what is saved; never an empty one.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups,
"Authorization" (read 2026-11).
"""

import base64
import json
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from harness.azure_ad.applications.enterprise_applications import is_of_gallery
from harness.azure_ad.applications.gallery import NON_GALLERY_TEMPLATE, application_templates
from harness.azure_ad.provisioning.connection_test import CredentialsError
from harness.wire.message import Request
from tests.azure_ad.caller import Caller
from tests.azure_ad.provisioning.company import GRAPH, Company
from tests.azure_ad.scim_server import BASE, reply

GRANT = {
    "Oauth2ClientId": "client",
    "Oauth2ClientSecret": "secret",
    "Oauth2TokenExchangeUri": "https://login.example.com/token",
}


@pytest.fixture
def server():
    return Listener()


@pytest.fixture
def company(server):
    return Company(server)


class Listener:
    """A SCIM server that takes any token and holds nobody."""

    def __init__(self):
        self.requests = []

    def __call__(self, request):
        self.requests.append(request)
        return reply(200, {"totalResults": 0, "Resources": []})


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def bearers(company, server, **secrets):
    """Test the connection with these credentials alone, and return the tokens that came."""
    server.requests.clear()
    company.engine.validate(company.app, {"BaseAddress": BASE, **secrets})
    return {request.header("Authorization") for request in server.requests}


def test_the_seeded_access_token_of_a_grant_is_sent(company, server):
    """As the secret token is, which comes first where both are there."""
    assert bearers(company, server, **GRANT, Oauth2AccessToken="SEEDED") == {"Bearer SEEDED"}
    assert bearers(company, server, SecretToken="T", Oauth2AccessToken="SEEDED") == {"Bearer T"}


@pytest.mark.parametrize("secrets", [GRANT, {"Oauth2RefreshToken": "r"}])
def test_a_grant_without_an_access_token_is_refused_before_anything_is_sent(company, server, secrets):
    with pytest.raises(CredentialsError) as error:
        bearers(company, server, **secrets)
    assert error.value.message == "Please provide a valid secret token for your application."
    assert server.requests == []


def test_a_gallery_application_needs_a_token(company, server):
    gallery = next(row["id"] for row in application_templates() if row["id"] != NON_GALLERY_TEMPLATE)
    app = company.apps.instantiate("Gallery", gallery)["id"]
    assert is_of_gallery(company.apps.find(app))
    with pytest.raises(CredentialsError):
        company.engine.validate(app, {"BaseAddress": BASE})
    assert server.requests == []


@pytest.mark.slow
def test_a_blank_secret_token_becomes_one_that_the_tenant_issues(company, server):
    """It names tenant and audience as documented, and verifies against the published key."""
    (header,) = bearers(company, server, SecretToken="")
    head, claims, signature = header.removeprefix("Bearer ").split(".")
    parts = json.loads(decoded(head)), json.loads(decoded(claims))
    assert parts[0]["alg"] == "RS256"
    assert parts[1]["iss"] == f"https://sts.windows.net/{company.tenant.settings.tenant_id}/"
    assert parts[1]["appid"] == "00000014-0000-0000-c000-000000000000"
    assert parts[1]["aud"] == "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
    assert parts[1]["exp"] > parts[1]["nbf"] == int(company.clock.now().timestamp())
    url = f"{GRAPH}/{company.tenant.settings.tenant_id}/discovery/v2.0/keys"
    (key,) = company.ask(Request("GET", url)).json()["keys"]
    assert key["kid"] == parts[0]["kid"]
    numbers = (int.from_bytes(decoded(key[name]), "big") for name in ("e", "n"))
    public = rsa.RSAPublicNumbers(*numbers).public_key()
    public.verify(decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())


def test_a_cycle_without_a_token_puts_the_job_into_quarantine(company, server):
    company.engine.save_secrets(company.app, {"SecretToken": "", **GRANT})
    company.person("ana")
    company.turn_on()
    assert server.requests == []
    assert company.status["quarantine"]["error"]["code"].endswith("InvalidCredentials")


class TestGrants:
    """An access token is asked for at the token endpoint, saved, and renewed when its time is over."""

    @pytest.fixture
    def endpoint(self, server):
        """Return the forms that the token endpoint was sent; it answers a new token each time, good for an hour."""
        forms, target = [], server.__class__.__call__

        def answer(request):
            if request.url != GRANT["Oauth2TokenExchangeUri"]:
                return target(server, request)
            forms.append(dict(parse_qsl(request.body.decode())))
            token = {"access_token": f"T{len(forms)}", "refresh_token": "R2", "expires_in": 3600}
            return reply(self.status, token, "application/json")

        self.status, self.answer = 200, answer
        return forms

    @pytest.fixture
    def graph(self, endpoint):
        return Caller(Company(self.answer))

    def acquire(self, graph, status=204, **secrets):
        body = {"credentials": [{"key": key, "value": value} for key, value in secrets.items()]}
        path = "/servicePrincipals/{app}/synchronization/acquireAccessToken"
        return graph.do("POST", path, body, status)

    @pytest.mark.parametrize(
        ("more", "form"),
        [
            ({}, {"grant_type": "client_credentials"}),
            ({"Oauth2RefreshToken": "R1"}, {"grant_type": "refresh_token", "refresh_token": "R1"}),
            (
                {"Oauth2AuthorizationCode": "C", "Oauth2RedirectUri": "https://portal.example.com"},
                {
                    "grant_type": "authorization_code",
                    "code": "C",
                    "redirect_uri": "https://portal.example.com",
                },
            ),
        ],
    )
    def test_a_token_is_acquired_and_saved(self, graph, endpoint, more, form):
        """synchronization-acquireaccesstoken, RFC 6749, 4.1.3, 4.4.2 and 6."""
        self.acquire(graph, **GRANT, **more)
        assert endpoint == [{**form, "client_id": "client", "client_secret": "secret"}]
        saved = graph.company.apps.secrets(graph.company.app)
        assert (saved["Oauth2AccessToken"], saved["Oauth2RefreshToken"]) == ("T1", "R2")
        assert (saved["Oauth2AccessTokenCreationTime"], saved["TokenExpiration"]) == (
            "2026-03-02T08:00:00Z",
            "3600",
        )
        assert "Oauth2AuthorizationCode" not in saved

    def test_it_is_renewed_when_its_time_is_over(self, graph, endpoint, server):
        """The cycle behind the hour comes with a new token, got by the refresh token."""
        graph.company.engine.save_secrets(graph.company.app, {"SecretToken": ""})
        self.acquire(graph, **GRANT)
        graph.company.person("ana")
        graph.company.turn_on()
        assert {each.header("Authorization") for each in server.requests} == {"Bearer T1"}
        server.requests.clear()
        graph.company.cycle()
        assert (len(endpoint), {each.header("Authorization") for each in server.requests}) == (
            1,
            {"Bearer T1"},
        )
        server.requests.clear()
        graph.company.cycle()
        assert endpoint[1]["grant_type"] == "refresh_token"
        assert {each.header("Authorization") for each in server.requests} == {"Bearer T2"}

    def test_where_none_comes_the_old_one_is_sent(self, graph, endpoint, server):
        graph.company.engine.save_secrets(graph.company.app, {"SecretToken": ""})
        self.acquire(graph, **GRANT)
        self.status = 503
        graph.company.turn_on()
        server.requests.clear()
        graph.company.cycle(2)
        assert len(endpoint) > 1
        assert {each.header("Authorization") for each in server.requests} == {"Bearer T1"}

    @pytest.mark.parametrize(
        "secrets",
        [
            {},
            {"Oauth2TokenExchangeUri": "https://login.example.com/token"},
            {**GRANT, "Oauth2TokenExchangeUri": "file:///etc/passwd"},
            {**GRANT, "Oauth2ClientSecret": ""},
        ],
    )
    def test_without_a_grant_nothing_is_asked_for(self, graph, endpoint, secrets):
        before = graph.company.rows()
        path = "/servicePrincipals/{app}/synchronization/acquireAccessToken"
        body = {"credentials": [{"key": key, "value": value} for key, value in secrets.items()]}
        assert graph.fail("POST", path, body)[0] == 400
        assert (endpoint, graph.company.rows()) == ([], before)

    @pytest.mark.parametrize(
        "answer",
        [
            reply(200, b"no JSON"),
            reply(200, []),
            reply(200, {}),
            reply(200, {"access_token": 5}),
            reply(400, {}),
        ],
    )
    def test_an_endpoint_that_gives_none_is_told(self, answer):
        graph = Caller(Company(lambda _: answer))
        before = graph.company.rows()
        path = "/servicePrincipals/{app}/synchronization/acquireAccessToken"
        body = {"credentials": [{"key": key, "value": value} for key, value in GRANT.items()]}
        status, _, message = graph.fail("POST", path, body)
        assert (status, "token endpoint" in message, "secret" in message) == (400, True, False)
        assert graph.company.rows() == before

    def test_both_versions_have_it(self, graph):
        """With a body that is none, so that nothing is asked for."""
        path = "/servicePrincipals/{app}/synchronization/acquireAccessToken"
        for version in ("v1.0", "beta"):
            assert graph.fail("POST", path, {"credentials": "none"}, version=version)[0] == 400
