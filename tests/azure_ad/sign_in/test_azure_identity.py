"""azure-identity, which refuses plain http, signs in to the tenant as it does to login.microsoftonline.com."""

import base64
from contextlib import closing
from pathlib import Path

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import HttpRequest, RequestsTransport
from azure.identity import CertificateCredential, ClientSecretCredential, EnvironmentCredential
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from trustme import KeyType

from harness.wire.sockets.network import Network
from harness.wire.sockets.tls import trusting
from tests.serving.harness_process import HarnessProcess
from tests.wire.authority import Authority

pytestmark = pytest.mark.slow

FIXTURES = Path(__file__).parents[3] / "fixtures"
SCOPE = "https://graph.microsoft.com/.default"
DOMAIN = "contoso.com"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def world(authority, tmp_path_factory):
    """A harness on https with four people."""
    pair = authority.sign("127.0.0.1")
    people = str(FIXTURES / "small.yaml")
    world = HarnessProcess(tmp_path_factory.mktemp("world"), *pair.options, "--populate", people)
    world.network = Network(timeout=60, trusted={world.ready["azure_ad"]["url"]: trusting(pair.certificate)})
    yield world
    world.stop()


@pytest.fixture(scope="module")
def client(world):
    """Return client id and secret of the app registration, as an administrator gets them from Graph."""
    application, *_ = world.graph("GET", "/applications").json()["value"]
    made = world.graph("POST", f"/applications/{application['id']}/addPassword", {}).json()
    return application["appId"], made["secretText"]


@pytest.fixture
def sign_in(world, authority):
    """Return a function that makes a credential of this tenant."""
    azure = world.ready["azure_ad"]

    def credential(client, tenant=azure["tenant_id"], **more):
        # Instance discovery asks Microsoft which clouds there are; an authority of one's own is none of them.
        options = {"authority": azure["url"], "disable_instance_discovery": True} | more
        return ClientSecretCredential(tenant, *client, connection_verify=str(authority.file), **options)

    return credential


def names(world, authority, token):
    """Return who is in the directory, asked by the same transport that signed in."""
    url = f"{world.ready['azure_ad']['graph_endpoint']}/users"
    request = HttpRequest("GET", url, headers={"Authorization": f"Bearer {token}"})
    with RequestsTransport(connection_verify=str(authority.file)) as transport:
        answer = transport.send(request)
    assert answer.status_code == 200, answer.text()
    return [user["userPrincipalName"] for user in answer.internal_response.json()["value"]]


@pytest.mark.parametrize("tenant", [None, DOMAIN], ids=["by id", "by domain"])
def test_a_token_of_client_credentials_opens_graph(world, authority, client, sign_in, tenant):
    """Authority, discovery, token and Graph, with nothing switched off but the question which cloud this is."""
    with closing(sign_in(client, tenant) if tenant else sign_in(client)) as credential:
        token = credential.get_token(SCOPE)
    assert "taro.yamada@contoso.com" in names(world, authority, token.token)


def test_the_environment_says_it_all(world, authority, client, monkeypatch):
    """What a program in production is given: AZURE_AUTHORITY_HOST, and REQUESTS_CA_BUNDLE for the certificate."""
    azure = world.ready["azure_ad"]
    for name, value in (
        ("AZURE_AUTHORITY_HOST", azure["url"]),
        ("AZURE_TENANT_ID", azure["tenant_id"]),
        ("AZURE_CLIENT_ID", client[0]),
        ("AZURE_CLIENT_SECRET", client[1]),
        ("REQUESTS_CA_BUNDLE", str(authority.file)),
    ):
        monkeypatch.setenv(name, value)
    with closing(EnvironmentCredential(disable_instance_discovery=True)) as credential:
        token = credential.get_token(SCOPE)
    assert names(world, authority, token.token)


def test_a_certificate_signs_in(world, authority, client):
    """certificate-credentials: MSAL signs an assertion; the registration has the certificate among its keyCredentials."""
    azure, pair = world.ready["azure_ad"], authority.sign("client.example.com", key_type=KeyType.RSA)
    own = x509.load_pem_x509_certificate(pair.certificate.read_bytes()).public_bytes(Encoding.DER)
    key = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(own).decode()}
    (application,) = world.graph("GET", f"/applications?$filter=appId eq '{client[0]}'").json()["value"]
    world.graph("PATCH", f"/applications/{application['id']}", {"keyCredentials": [key]})
    pem = pair.key.read_bytes() + pair.certificate.read_bytes()
    options = {
        "authority": azure["url"],
        "disable_instance_discovery": True,
        "connection_verify": str(authority.file),
    }
    with closing(
        CertificateCredential(azure["tenant_id"], client[0], certificate_data=pem, **options)
    ) as credential:
        token = credential.get_token(SCOPE)
    assert "taro.yamada@contoso.com" in names(world, authority, token.token)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": "wrong"}, "AADSTS7000215: Invalid client secret provided."),
        ({"client": "nobody"}, "AADSTS700016: Application with identifier 'nobody' was not found"),
    ],
)
def test_a_refusal_reaches_the_program(client, sign_in, changes, code):
    """The sentence that people search the web for."""
    wrong = changes.get("client", client[0]), changes.get("secret", client[1])
    with closing(sign_in(wrong)) as credential, pytest.raises(ClientAuthenticationError, match=code):
        credential.get_token(SCOPE)


def test_another_tenant_has_no_configuration(client, sign_in):
    """MSAL asks for the tenant's OpenID configuration first, and says so when there is none."""
    with (
        closing(sign_in(client, "fabrikam.com")) as credential,
        pytest.raises(ClientAuthenticationError, match="Unable to get authority configuration"),
    ):
        credential.get_token(SCOPE)
