"""Client credentials: a secret, an access token, and how long either is good."""

import base64
import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.wire.message import Request
from harness.wire.recording.exchanges import recording
from tests.azure_ad.caller import Caller, checked_refusal
from tests.azure_ad.provisioning.company import GRAPH, GRAPH_TOKEN

TENANT = "7584ba9c-dd91-4745-9b7e-b4de9da3be7b"
FORM = ("Content-Type", "application/x-www-form-urlencoded")
SCOPE = "https://graph.microsoft.com/.default"


@pytest.fixture
def graph(company):
    return Caller(company)


@pytest.fixture
def client(graph):
    """Return the client id and a fresh secret, as an administrator gets them."""
    application, *_ = graph.get("/applications")["value"]
    made = graph.do("POST", f"/applications/{application['id']}/addPassword", {}, 200)
    return application["appId"], made["secretText"]


def ask(graph, form, *headers, tenant=TENANT):
    url = f"{GRAPH}/{tenant}/oauth2/v2.0/token"
    return graph.ask(Request("POST", url, (FORM, *headers), urlencode(form).encode()))


def credentials(client, **changes):
    form = {"grant_type": "client_credentials", "scope": SCOPE}
    form |= {"client_id": client[0], "client_secret": client[1], **changes}
    return {name: value for name, value in form.items() if value is not None}


class TestTokens:
    def test_a_token_opens_graph_for_an_hour(self, graph, client):
        """v2-oauth2-client-creds-grant-flow: 3599 seconds on the clock, then 401."""
        answer = ask(graph, credentials(client))
        assert (answer.status, answer.header("Cache-Control")) == (200, "no-store, no-cache")
        document = answer.json()
        token = document.pop("access_token")
        assert document == {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599}
        graph.get("/users", token=token)
        graph.company.wait(timedelta(seconds=3598))
        graph.get("/users", token=token)
        graph.company.wait(timedelta(seconds=1))
        assert graph.fail("GET", "/users", token=token) == (
            401,
            "InvalidAuthenticationToken",
            "Lifetime validation failed, the token is expired.",
        )

    def test_a_token_says_whose_it_is(self, graph, client):
        """access-token-claims-reference: what people look at in a decoder."""
        token = ask(graph, credentials(client)).json()["access_token"]
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        assert (claims["appid"], claims["tid"], claims["aud"]) == (
            client[0],
            TENANT,
            "https://graph.microsoft.com",
        )
        assert claims["exp"] - claims["iat"] == 3599
        assert "Synchronization.ReadWrite.All" in claims["roles"]

    def test_basic_authentication_and_the_domain_will_do(self, graph, client):
        """client_secret_basic, and the tenant by its domain name."""
        pair = base64.b64encode(f"{client[0]}:{client[1]}".encode()).decode()
        form = credentials(client, client_id=None, client_secret=None)
        answer = ask(graph, form, ("Authorization", f"Basic {pair}"), tenant="contoso.com")
        graph.get("/users", token=answer.json()["access_token"])

    def test_a_changed_token_is_refused(self, graph, client):
        """Neither a later end nor another signature passes."""
        token = ask(graph, credentials(client)).json()["access_token"]
        head, body, signed = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "==")) | {"exp": 2**40}
        forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        for wrong in (
            f"{head}.{forged}.{signed}",
            f"{head}.{body}.",
            f"{head}.{body}",
            token[:-1],
            "..",
            ".",
        ):
            assert graph.fail("GET", "/users", token=wrong)[:2] == (401, "InvalidAuthenticationToken")

    def test_a_token_outlives_a_restart(self, graph, client):
        """Secret and token are as good after the process was started again."""
        token = ask(graph, credentials(client)).json()["access_token"]
        graph.company.reopen()
        graph.get("/users", token=token)
        assert ask(graph, credentials(client)).status == 200


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "status", "name", "code", "message"),
        [
            ({"client_secret": "wrong"}, 401, "invalid_client", 7000215, "Invalid client secret provided."),
            (
                {"client_secret": None},
                401,
                "invalid_client",
                7000218,
                "'client_assertion' or 'client_secret'",
            ),
            ({"client_id": "nobody"}, 400, "unauthorized_client", 700016, "'nobody' was not found"),
            ({"client_id": None}, 400, "invalid_request", 900144, "parameter: 'client_id'"),
            ({"grant_type": None}, 400, "invalid_request", 900144, "parameter: 'grant_type'"),
            ({"grant_type": "implicit"}, 400, "unsupported_grant_type", 70003, "grant type 'implicit'"),
            ({"scope": None}, 400, "invalid_request", 900144, "parameter: 'scope'"),
            ({"scope": "User.Read"}, 400, "invalid_scope", 1002012, "scope User.Read is not valid"),
            ({"scope": "https://x.com/.default"}, 400, "invalid_resource", 500011, "named https://x.com was"),
        ],
    )
    def test_what_is_wrong_has_its_code(self, graph, client, changes, status, name, code, message):
        """reference-error-codes: an OAuth error, an AADSTS code, and a sentence with trace and time."""
        answer = ask(graph, credentials(client, **changes))
        document = answer.json()
        assert list(document) == [
            *(
                "error",
                "error_description",
                "error_codes",
                "timestamp",
                "trace_id",
                "correlation_id",
                "error_uri",
            ),
        ]
        assert (answer.status, document["error"], document["error_codes"]) == (status, name, [code])
        assert document["error_description"].startswith(f"AADSTS{code}: ")
        assert message in document["error_description"]
        assert document["error_description"].endswith(
            f"\r\nTrace ID: {document['trace_id']}\r\nCorrelation ID: {document['correlation_id']}"
            "\r\nTimestamp: 2026-03-02 08:00:00Z"
        )

    def test_another_tenant_is_not_found(self, graph, client):
        answer = ask(graph, credentials(client), tenant="fabrikam.com")
        assert (answer.status, answer.json()["error_codes"]) == (400, [90002])
        assert "Tenant 'fabrikam.com' not found." in answer.json()["error_description"]

    def test_broken_basic_authentication_is_refused(self, graph, client):
        assert ask(graph, credentials(client), ("Authorization", "Basic ä")).status == 400


class TestSecrets:
    def test_a_secret_is_shown_once_and_kept_as_a_digest(self, graph, client):
        """application-addpassword: secretText comes with the first answer only."""
        application, *_ = graph.get("/applications")["value"]
        (credential,) = application["passwordCredentials"]
        assert (credential["secretText"], credential["hint"]) == (None, client[1][:3])
        assert client[1] not in str(graph.company.rows())
        assert graph.get(f"/applications/{application['id']}")["appId"] == client[0]

    def test_a_secret_ends(self, graph, client):
        """After its endDateTime AADSTS7000222, and nothing once it is taken away."""
        key = graph.get("/applications")["value"][0]["id"]
        ends = {"passwordCredential": {"displayName": "CI", "endDateTime": "2026-03-02T09:00:00Z"}}
        made = graph.do("POST", f"/applications/{key}/addPassword", ends, 200)
        form = credentials((client[0], made["secretText"]))
        assert ask(graph, form).status == 200
        graph.company.wait(timedelta(hours=1))
        assert ask(graph, form).json()["error_codes"] == [7000222]
        graph.do("POST", f"/applications/{key}/removePassword", {"keyId": made["keyId"]})
        assert ask(graph, form).json()["error_codes"] == [7000215]
        assert graph.fail("POST", f"/applications/{key}/removePassword", {"keyId": made["keyId"]})[0] == 404

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"passwordCredential": {"displayName": 5}}, 400),
            ({"passwordCredential": "x"}, 400),
            ({"passwordCredential": {"endDateTime": "never"}}, 400),
            ({"passwordCredential": {"endDateTime": "2027-01-01T00:00:00"}}, 400),
        ],
    )
    def test_a_bad_request_makes_no_secret(self, graph, client, body, status):
        key = graph.get("/applications")["value"][0]["id"]
        before = graph.company.rows()
        assert graph.fail("POST", f"/applications/{key}/addPassword", body)[0] == status
        assert graph.fail("POST", f"/applications/{key}/removePassword", {})[0] == 400
        assert graph.fail("POST", "/applications/x/addPassword", {})[0] == 404
        assert graph.company.rows() == before

    def test_nothing_of_it_is_recorded(self, graph, client):
        """A timeline has neither the secret, in the form or as Basic, nor a token, nor the answer that shows one."""
        kept = []
        company = graph.company
        send = recording(
            company.ask,
            lambda sent: kept.append(sent.exchange()),
            company.clock,
            "Administrator",
            lambda url: url,
        )
        key = graph.get("/applications")["value"][0]["id"]
        url = f"{GRAPH}/{TENANT}/oauth2/v2.0/token"
        bearer = ("Authorization", f"Bearer {GRAPH_TOKEN}")
        made = send(Request("POST", f"{GRAPH}/v1.0/applications/{key}/addPassword", (bearer,), b"{}")).json()
        pair = base64.b64encode(f"{client[0]}:{made['secretText']}".encode()).decode()
        form = credentials((client[0], made["secretText"]))
        token = send(Request("POST", url, (FORM,), urlencode(form).encode())).json()["access_token"]
        form = credentials(client, client_id=None, client_secret=None)
        basic = ("Authorization", f"Basic {pair}")
        assert send(Request("POST", url, (FORM, basic), urlencode(form).encode())).status == 200
        send(Request("GET", f"{GRAPH}/v1.0/users", (("Authorization", f"Bearer {token}"),)))
        assert len(kept) == 4
        for secret in (made["secretText"], token, pair, GRAPH_TOKEN):
            assert secret not in repr(kept)


class TestDiscovery:
    @pytest.mark.parametrize("path", ["v2.0/.well-known", ".well-known"])
    def test_the_token_endpoint_can_be_found(self, graph, path):
        """v2-protocols-oidc: what credential classes read before they ask for a token."""
        document = graph.ask(Request("GET", f"{GRAPH}/{TENANT}/{path}/openid-configuration")).json()
        assert document["token_endpoint"] == f"{GRAPH}/{TENANT}/oauth2/v2.0/token"
        assert document["issuer"] == f"{GRAPH}/{TENANT}/v2.0"
        keys = graph.ask(Request("GET", document["jwks_uri"]))
        (key,) = keys.json()["keys"]
        assert (key["kty"], key["use"], len(key["x5c"])) == ("RSA", "sig", 1)

    def test_another_tenant_has_none(self, graph):
        answer = graph.ask(Request("GET", f"{GRAPH}/x/v2.0/.well-known/openid-configuration"))
        assert (answer.status, answer.json()["error_codes"]) == (400, [90002])

    def test_the_page_shows_the_client_and_no_secret(self, graph, client):
        page = graph.ask(Request("GET", f"{GRAPH}/")).body.decode()
        assert client[0] in page
        assert f"/{TENANT}/oauth2/v2.0/token" in page
        assert client[1] not in page
        assert "addPassword" in page


@given(st.text(max_size=20) | st.binary(max_size=20).map(lambda raw: base64.b64encode(raw).decode()))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_a_token(company, text):
    """Whatever is sent as a bearer token is refused, in Graph's form."""
    header = (
        "Authorization",
        f"Bearer {text}".encode().decode("latin-1").replace("\n", " ").replace("\r", " "),
    )
    answer = company.ask(Request("GET", f"{GRAPH}/v1.0/users", (header,)))
    assert checked_refusal(answer)[:2] == (401, "InvalidAuthenticationToken")
