"""Tokens for APIs of one's own, and clients that show who they are by a certificate: what a federated SCIM server checks."""

import base64
import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from harness.azure_ad.signing import signing_key
from harness.base.ids import Ids
from harness.base.sqlite import Database
from harness.wire.message import Request
from tests.azure_ad.caller import Caller
from tests.azure_ad.provisioning.company import GRAPH

TENANT = "7584ba9c-dd91-4745-9b7e-b4de9da3be7b"
FORM = ("Content-Type", "application/x-www-form-urlencoded")
V2, V1 = f"{GRAPH}/{TENANT}/oauth2/v2.0/token", f"{GRAPH}/{TENANT}/oauth2/token"
ASSERTED = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
def graph(company):
    return Caller(company)


class App:
    """An app registration with a secret and a service principal, as the portal makes it."""

    def __init__(self, graph, name):
        self.graph = graph
        self.key, self.client = made(graph.do("POST", "/applications", {"displayName": name}, 201))
        self.secret = graph.do("POST", f"/applications/{self.key}/addPassword", {}, 200)["secretText"]
        self.principal = graph.do("POST", "/servicePrincipals", {"appId": self.client}, 201)["id"]

    def change(self, **properties):
        self.graph.do("PATCH", f"/applications/{self.key}", properties)

    def ask(self, url=V2, **more):
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client,
            "client_secret": self.secret,
            **more,
        }
        form = {name: value for name, value in form.items() if value is not None}
        return self.graph.ask(Request("POST", url, (FORM,), urlencode(form).encode()))


def made(application):
    return application["id"], application["appId"]


@pytest.fixture
def api(graph):
    """Return an API with an Application ID URI."""
    app = App(graph, "SCIM federation")
    app.change(identifierUris=[f"api://{app.client}"])
    return app


def checked(graph, answer):
    """Return the claims of a token, once its signature is the tenant's."""
    assert answer.status == 200, answer.body
    head, claims, signature = answer.json()["access_token"].split(".")
    (key,) = graph.ask(Request("GET", f"{GRAPH}/{TENANT}/discovery/v2.0/keys")).json()["keys"]
    public = x509.load_der_x509_certificate(base64.b64decode(key["x5c"][0])).public_key()
    public.verify(decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    return json.loads(decoded(claims))


def claims_of(answer):
    """Return the claims of a token that nobody but Graph checks."""
    assert answer.status == 200, answer.body
    return json.loads(decoded(answer.json()["access_token"].split(".")[1]))


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class TestAudiences:
    def test_the_federated_application_gets_a_token_for_itself(self, graph, api):
        """SCIMTests_WorkloadIdentityFederation_Setup.md: requestedAccessTokenVersion 2; iss ends in v2.0, aud is the client id."""
        api.change(api={"requestedAccessTokenVersion": 2})
        claims = checked(graph, api.ask(scope=f"api://{api.client}/.default"))
        assert claims["iss"] == f"{GRAPH}/{TENANT}/v2.0"
        assert (claims["aud"], claims["azp"], claims["azpacr"], claims["ver"]) == (
            api.client,
            api.client,
            "1",
            "2.0",
        )
        assert claims["sub"] == claims["oid"] == api.principal
        assert claims["exp"] - claims["nbf"] == 3599
        assert "appid" not in claims

    def test_without_a_version_it_is_the_first(self, graph, api):
        """access-token-claims-reference: aud is the URI asked for; appid instead of azp."""
        claims = checked(graph, api.ask(scope=f"api://{api.client}/.default"))
        assert (claims["iss"], claims["aud"]) == (f"https://sts.windows.net/{TENANT}/", f"api://{api.client}")
        assert (claims["appid"], claims["appidacr"], claims["ver"]) == (api.client, "1", "1.0")
        assert "azp" not in claims

    def test_the_first_version_of_the_endpoint_takes_a_resource(self, graph, api):
        """v1-oauth2-client-creds-grant-flow: numbers are texts, the resource comes back."""
        answer = api.ask(V1, resource=f"api://{api.client}")
        assert checked(graph, answer)["aud"] == f"api://{api.client}"
        shown = {name: value for name, value in answer.json().items() if name != "access_token"}
        now = int(graph.company.clock.now().timestamp())
        assert shown == {
            "token_type": "Bearer",
            "expires_in": "3599",
            "ext_expires_in": "3599",
            "expires_on": str(now + 3599),
            "not_before": str(now),
            "resource": f"api://{api.client}",
        }

    def test_the_first_version_opens_graph_too(self, graph, api):
        token = api.ask(V1, resource="https://graph.microsoft.com/").json()["access_token"]
        graph.get("/users", token=token)
        assert api.ask(V1).json()["error_codes"] == [900144]
        assert api.ask(V1, grant_type="password", resource="x").json()["error_codes"] == [70003]

    def test_granted_permissions_are_the_roles_of_tokens_for_graph(self, graph, api):
        """access-token-claims-reference, roles: none without a grant, gone with it; a token issued before stays as it is."""
        scope = "https://graph.microsoft.com/.default"
        assert "roles" not in claims_of(api.ask(scope=scope))
        microsofts = "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')"
        principal = graph.get(microsofts)
        role = next(each["id"] for each in principal["appRoles"] if each["value"] == "User.Read.All")
        grant = {"principalId": api.principal, "resourceId": principal["id"], "appRoleId": role}
        path = f"/servicePrincipals/{api.principal}/appRoleAssignments"
        made = graph.do("POST", path, grant, 201)
        assert claims_of(api.ask(scope=scope))["roles"] == ["User.Read.All"]
        assert claims_of(api.ask(V1, resource="https://graph.microsoft.com/"))["roles"] == ["User.Read.All"]
        graph.do("DELETE", f"{path}/{made['id']}")
        assert "roles" not in claims_of(api.ask(scope=scope))

    def test_roles_of_another_program_are_named(self, graph, api):
        """The app roles that its service principal has there; without one none, and refused where one is required."""
        role = {
            "id": "b3a5a1c0-0000-4000-8000-000000000001",
            "allowedMemberTypes": ["Application"],
            "displayName": "Writer",
            "description": "Writes",
            "isEnabled": True,
            "value": "Users.Write",
        }
        api.change(appRoles=[role])
        other, scope = App(graph, "A client"), f"api://{api.client}/.default"
        assert "roles" not in checked(graph, other.ask(scope=scope))
        graph.do("PATCH", f"/servicePrincipals/{api.principal}", {"appRoleAssignmentRequired": True})
        refusal = other.ask(scope=scope)
        assert refusal.status == 400
        assert refusal.json()["error_description"].startswith(
            f"AADSTS501051: Application '{other.client}'(A client) is not assigned to a role for the application "
            f"'api://{api.client}'("
        )
        grant = {"principalId": other.principal, "resourceId": api.principal, "appRoleId": role["id"]}
        graph.do("POST", f"/servicePrincipals/{other.principal}/appRoleAssignments", grant, 201)
        claims = checked(graph, other.ask(scope=scope))
        assert (claims["roles"], claims["appid"], claims["oid"]) == (
            ["Users.Write"],
            other.client,
            other.principal,
        )

    def test_an_unknown_resource_is_refused(self, graph, api):
        """reference-error-codes, AADSTS500011: no such name, or nobody installed it."""
        assert api.ask(scope="api://nobody/.default").json()["error_codes"] == [500011]
        graph.do("DELETE", f"/servicePrincipals/{api.principal}")
        assert api.ask(scope=f"api://{api.client}/.default").json()["error_codes"] == [500011]

    @pytest.mark.parametrize(
        "resource", ["https://management.core.windows.net/", "https://management.azure.com"]
    )
    def test_azures_management_is_in_every_tenant(self, graph, api, resource):
        """`az login` asks for a token of it; the token is for nobody here."""
        answer = api.ask(scope=f"{resource}/.default")
        token, claims = answer.json()["access_token"], claims_of(answer)
        assert (claims["aud"], claims["appid"], "roles" in claims) == (resource, api.client, False)
        assert graph.fail("GET", "/users", token=token)[:2] == (401, "InvalidAuthenticationToken")

    def test_a_token_for_an_api_does_not_open_graph(self, graph, api):
        token = api.ask(scope=f"api://{api.client}/.default").json()["access_token"]
        assert graph.fail("GET", "/users", token=token)[:2] == (401, "InvalidAuthenticationToken")


class Signer:
    """A client's own certificate, which signs assertions."""

    def __init__(self, company, seed):
        self.now = company.clock.now
        self.key = signing_key(Database().tenant(seed), company.clock, Ids(seed))

    @property
    def credential(self):
        return {"type": "AsymmetricX509Cert", "usage": "Verify", "key": self.key.certificate}

    def assertion(self, client, **changes):
        now = int(self.now().timestamp())
        claims = {
            "iss": client,
            "sub": client,
            "aud": V2,
            "nbf": now,
            "exp": now + 300,
            "jti": "1",
            **changes,
        }
        return {
            "client_secret": None,
            "client_assertion_type": ASSERTED,
            "client_assertion": self.key.token(claims),
        }


@pytest.mark.slow
class TestAssertions:
    def test_a_certificate_stands_in_for_a_secret(self, graph, api):
        """certificate-credentials: what appidacr says is 2."""
        signer = Signer(graph.company, "own")
        api.change(keyCredentials=[signer.credential])
        answer = api.ask(scope=f"api://{api.client}/.default", **signer.assertion(api.client))
        assert checked(graph, answer)["appidacr"] == "2"
        at_graph = api.ask(scope="https://graph.microsoft.com/.default", **signer.assertion(api.client))
        graph.get("/users", token=at_graph.json()["access_token"])

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"sub": "somebody"}, 700021),
            ({"iss": "somebody"}, 700021),
            ({"aud": "https://elsewhere.example.com"}, 700023),
            ({"exp": 1}, 700024),
            ({"nbf": 1 << 33}, 700024),
            ({"exp": "soon"}, 50027),
            ({"nbf": float("nan")}, 50027),
        ],
    )
    def test_a_wrong_assertion_is_refused(self, graph, api, changes, code):
        signer = Signer(graph.company, "own")
        api.change(keyCredentials=[signer.credential])
        answer = api.ask(
            scope="https://graph.microsoft.com/.default", **signer.assertion(api.client, **changes)
        )
        assert answer.json()["error_codes"] == [code]

    def test_somebody_elses_signature_is_refused(self, graph, api):
        """AADSTS700027; a changed signature, and a text that is no token."""
        scope, signer = {"scope": "https://graph.microsoft.com/.default"}, Signer(graph.company, "own")
        assert api.ask(**scope, **signer.assertion(api.client)).json()["error_codes"] == [700027]
        api.change(keyCredentials=[Signer(graph.company, "other").credential])
        assert api.ask(**scope, **signer.assertion(api.client)).json()["error_codes"] == [700027]
        api.change(keyCredentials=[signer.credential])
        form = signer.assertion(api.client)
        head, claims, signature = form["client_assertion"].split(".")
        changed = {**form, "client_assertion": f"{head}.{claims}.{signature[::-1]}"}
        assert api.ask(**scope, **changed).json()["error_codes"] in ([700027], [50027])
        for text in ("x", "a.b", "e30.e30", "W10.W10.W10", "e30.e30.e30.e30"):
            assert api.ask(**scope, **{**form, "client_assertion": text}).json()["error_codes"] in (
                [50027],
                [700021],
            )

    def test_an_assertion_ends(self, graph, api):
        signer = Signer(graph.company, "own")
        api.change(keyCredentials=[signer.credential])
        form = signer.assertion(api.client)
        graph.company.wait(timedelta(seconds=300))
        refusal = api.ask(scope="https://graph.microsoft.com/.default", **form).json()
        assert re.match(
            r"AADSTS700024: Client assertion is not within its valid time range\. Current time: [\d-]+T[\d:]+\.\d{7}Z, "
            r"assertion valid from [\d-]+T[\d:]+\.\d{7}Z, expiry time of assertion [\d-]+T[\d:]+\.\d{7}Z\. "
            r"Review the documentation at https://learn\.microsoft\.com/entra/identity-platform/certificate-credentials \.",
            refusal["error_description"],
        )


def test_a_signature_is_really_checked(graph, api):
    """The test's own check can fail."""
    answer = api.ask(scope=f"api://{api.client}/.default")
    head, claims, signature = answer.json()["access_token"].split(".")
    (key,) = graph.ask(Request("GET", f"{GRAPH}/{TENANT}/discovery/v2.0/keys")).json()["keys"]
    public = x509.load_der_x509_certificate(base64.b64decode(key["x5c"][0])).public_key()
    with pytest.raises(InvalidSignature):
        public.verify(decoded(signature), f"{head}.{claims}x".encode(), padding.PKCS1v15(), hashes.SHA256())
