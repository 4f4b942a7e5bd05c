"""Which bearer token reaches the target, by what is saved; never an empty one.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups,
"Authorization" (read 2026-11).
"""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from harness.azure_ad.applications.gallery import NON_GALLERY_TEMPLATE, application_templates
from harness.azure_ad.provisioning.connection_test import CredentialsError
from harness.wire.message import Request
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
    assert company.apps.is_of_gallery(app)
    with pytest.raises(CredentialsError):
        company.engine.validate(app, {"BaseAddress": BASE})
    assert server.requests == []


def test_a_blank_secret_token_becomes_one_that_the_tenant_issues(company, server):
    """It names tenant and audience as documented, and verifies against the published key."""
    (header,) = bearers(company, server, SecretToken="")
    head, claims, signature = header.removeprefix("Bearer ").split(".")
    parts = json.loads(decoded(head)), json.loads(decoded(claims))
    assert parts[0]["alg"] == "RS256"
    assert parts[1]["iss"] == f"https://sts.windows.net/{company.tenant.settings.tenant_id}/"
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
