"""`harness serve` over https: both apps, the hop between them, the commands and clients that accept nothing else."""

import socket
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.wire.message import Request
from harness.wire.sockets.network import Network
from harness.wire.sockets.tls import trusting
from tests.wire.authority import Authority

pytestmark = pytest.mark.slow

FIXTURES = Path(__file__).parents[2] / "fixtures"
SMALL = ("--populate", str(FIXTURES / "small.yaml"))


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def serve_tls(serve):
    """Start `harness serve` with a pair of files; its calls know the certificate by the ready file."""

    def start(pair, *options):
        world = serve(*pair.options, *options)
        known = trusting(Path(world.ready["tls"]["certificate"]))
        urls = world.ready["aws_sso"]["url"], world.ready["azure_ad"]["url"]
        world.network = Network(timeout=60, trusted=dict.fromkeys(urls, known))
        return world

    return start


@pytest.mark.parametrize(("names", "hint"), [(("127.0.0.1", "localhost"), 0), (("localhost",), 1)])
def test_people_arrive_over_https(serve_tls, authority, names, hint):
    """The engine reaches AWS SSO whoever signed the certificate; a name that clients will miss is told."""
    world = serve_tls(authority.sign(*names), *SMALL)
    assert len([line for line in world.said if line.startswith("tls ")]) == hint
    for person in world.graph("GET", "/users").json()["value"]:
        world.assign(person["id"])
    world.graph("POST", world.job("/start"))
    world.settle()
    assert len(world.console("/users")["users"]) == 4
    assert world.stop() == 0


def test_a_folder_served_over_http_before(serve, serve_tls, authority, tmp_path):
    """The job's Tenant URL follows from one scheme to the other."""
    data = "--data", str(tmp_path / "data")
    assert serve(*data, *SMALL).stop() == 0
    world = serve_tls(authority.sign("localhost"), *data)
    world.assign(world.graph("GET", "/users").json()["value"][0]["id"])
    world.graph("POST", world.job("/start"))
    world.settle()
    assert len(world.console("/users")["users"]) == 1


def test_every_address_told_is_https(serve_tls, authority):
    """Terminal, ready file, pages, OAuth and SCIM: nobody is sent to an address that does not answer."""
    world = serve_tls(authority.sign("localhost"), "--host", "localhost", *SMALL)
    aws, azure = world.ready["aws_sso"], world.ready["azure_ad"]
    assert aws["url"].startswith("https://localhost:")
    assert azure["url"].startswith("https://localhost:")
    discovery = f"{azure['url']}/{azure['tenant_id']}/v2.0/.well-known/openid-configuration"
    pages = [
        f"{aws['url']}/",
        f"{aws['url']}/console/",
        f"{azure['url']}/",
        f"{azure['url']}/portal/",
        discovery,
    ]
    told = [world.network(Request("GET", url)) for url in pages]
    told += [world.graph("GET", "/users?$top=1"), world.scim("GET", "/ServiceProviderConfig")]
    assert [answer.status for answer in told] == [200] * len(told)
    text = "".join(world.said) + str(world.ready) + "".join(answer.body.decode() for answer in told)
    assert "https://localhost:" in text
    for command in (
        "export AWS_CA_BUNDLE=",
        "az login --service-principal",
        f'adapter.base_url = "{azure["url"]}/v1.0"',
    ):
        assert command in text
    for plain in ("http://localhost", "http://127.0.0.1"):
        assert plain not in text


def test_the_commands_know_the_certificate_by_the_ready_file(serve_tls, authority):
    """`harness job` and `harness why` ask over https, too."""
    world = serve_tls(authority.sign("localhost"), *SMALL)
    for command in (("job", "status"), ("why", "taro.yamada@contoso.com")):
        result = CliRunner().invoke(main, [*command, "--ready-file", str(world.ready_file)])
        assert result.exit_code == 0, result.output


def test_boto3_accepts_the_aws_apis(serve_tls, authority):
    """With `verify` naming the authority, as in any company that has one."""
    world = serve_tls(authority.sign("127.0.0.1"))
    aws = world.ready["aws_sso"]
    store = boto3.client(
        "identitystore", endpoint_url=aws["url"], verify=str(authority.file), region_name="us-east-1",
        aws_access_key_id="any", aws_secret_access_key="any",
    )  # fmt: skip
    with closing(store):
        made = store.create_user(
            IdentityStoreId=aws["identity_store_id"], UserName="ana", DisplayName="Ana Ruiz",
            Name={"GivenName": "Ana", "FamilyName": "Ruiz"},
        )  # fmt: skip
        listed = store.list_users(IdentityStoreId=aws["identity_store_id"])["Users"]
    assert [user["UserId"] for user in listed] == [made["UserId"]]


@pytest.mark.parametrize(("known", "status"), [(True, 204), (False, 400)])
def test_a_scim_server_with_a_private_authority(serve, serve_tls, authority, monkeypatch, known, status):
    """The engine tests the connection to somebody else's server: SSL_CERT_FILE says whom it trusts beside ours."""
    target = serve_tls(authority.sign("127.0.0.1")).ready["aws_sso"]
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    world = serve()
    credentials = [
        {"key": "BaseAddress", "value": target["scim_endpoint"]},
        {"key": "SecretToken", "value": target["access_token"]},
    ]
    answer = world.graph("POST", world.job("/validateCredentials"), {"credentials": credentials})
    assert answer.status == status, answer.body


def test_strangers_at_the_door_are_not_talked_about(serve_tls, authority):
    """Plain http, noise and hang-ups leave no word on the terminal, and nobody the worse."""
    world = serve_tls(authority.sign("localhost"))
    url = world.ready["azure_ad"]["url"]
    for said in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"noise\n" * 9, b"") * 5:
        with closing(socket.create_connection(("127.0.0.1", urlsplit(url).port), 10)) as stranger:
            stranger.sendall(said)
    with closing(Network(timeout=10)) as plain:
        answer = plain(Request("GET", url.replace("https:", "http:") + "/"))
    assert (answer.status, answer.body) == (400, b"This port speaks https only.\n")
    assert world.graph("GET", "/users").status == 200
    spoken = len(world.said)
    assert world.stop() == 0
    assert world.said[spoken:] == ["stopped\n"]


class TestMistakes:
    @staticmethod
    def ended(*options):
        """Return what the command says, with a port that is taken: it must not come to listening."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            command = [sys.executable, "-m", "harness", "serve", "--aws-port", port, "--azure-port", "0"]
            done = subprocess.run(
                [*command, *map(str, options)], capture_output=True, text=True, timeout=60, check=False
            )
        assert (done.returncode, done.stdout) == (2, "")
        (line,) = done.stderr.splitlines()
        return line

    def test_one_without_the_other(self, authority):
        pair = authority.sign("localhost")
        told = "error: --tls-certificate and --tls-key go together"
        assert self.ended("--tls-certificate", pair.certificate) == told
        assert self.ended("--tls-key", pair.key) == told

    def test_files_that_do_not_fit(self, authority, tmp_path):
        """One sentence each, before anything listens."""
        pair, other = authority.sign("localhost"), authority.sign("localhost")
        past = datetime(2020, 1, 1, tzinfo=UTC)
        old = authority.sign("localhost", not_before=past.replace(year=2019), not_after=past)
        missing, junk = tmp_path / "missing.pem", tmp_path / "junk.pem"
        junk.write_text("nothing of the kind", encoding="utf-8")
        order = "the server's own comes first there, those that signed it behind"
        cases = (
            (missing, pair.key, f"cannot read {missing}: No such file or directory"),
            (junk, pair.key, f"{junk} holds no certificate in PEM"),
            (pair.certificate, other.key, f"the key in {other.key} is not that of the certificate in {pair.certificate}; {order}"),
            (old.certificate, old.key, f"no client would accept the certificate in {old.certificate}: certificate has expired"),
        )  # fmt: skip
        for certificate, key, says in cases:
            assert self.ended("--tls-certificate", certificate, "--tls-key", key) == f"error: {says}"
