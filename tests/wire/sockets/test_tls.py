"""https on both ends: what a server shows, whom a client believes, and what becomes of those who cannot greet."""

import io
import socket
import ssl
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from harness.base.clock import Stopwatch
from harness.base.errors import HarnessError
from harness.wire.message import Request, TransportError
from harness.wire.sockets.limits import Limits
from harness.wire.sockets.network import Network
from harness.wire.sockets.server import Server
from harness.wire.sockets.tls import identity, trusting
from tests.wire.authority import Authority, Pair
from tests.wire.transport_contract import OverASocket, Stage

THREADS = 2


def say_path(environ, start):
    path = environ["PATH_INFO"].encode()
    start("200 OK", [("Content-Length", str(len(path)))])
    return [path]


def request_for(path):
    return f"GET {path} HTTP/1.1\r\nHost: harness\r\n\r\n".encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def authority(folder):
    return Authority(folder)


@pytest.fixture(scope="module")
def pair(authority):
    return authority.sign("localhost")


def pem_of(key, protection=None):
    shape = BestAvailableEncryption(protection) if protection else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, shape)


def self_signed(folder, **bounds):
    """Return what `openssl req -x509` makes: a certificate that nobody but itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    days = {"not_valid_before": 2020, "not_valid_after": 2100} | bounds
    builder = x509.CertificateBuilder(
        subject_name=name, issuer_name=name, public_key=key.public_key(), serial_number=1,
        **{bound: datetime(year, 1, 1, tzinfo=UTC) for bound, year in days.items()},
    )  # fmt: skip
    pair = Pair(folder / "self.pem", folder / "self.key")
    pair.certificate.write_bytes(builder.sign(key, SHA256()).public_bytes(Encoding.PEM))
    pair.key.write_bytes(pem_of(key))
    return pair


@pytest.fixture
def serve():
    """Return a function that starts an https server for a pair of files."""
    with ExitStack() as stack:

        def start(pair, host="127.0.0.1"):
            server = Server(say_path, host, 0, THREADS, identity(pair.certificate, pair.key))
            stack.callback(server.stop)
            server.start()
            return server

        yield start


def ask(url, trusted=None):
    network = Network(timeout=5, trusted=trusted or {})
    with closing(network):
        return network(Request("GET", f"{url}/Users"))


def refused(url, trusted=None):
    with pytest.raises(TransportError) as caught:
        ask(url, trusted)
    return caught.value.kind, str(caught.value)


@pytest.fixture(scope="module")
def stage(pair):
    stage = Stage("https")
    server = Server(stage, "127.0.0.1", 0, THREADS, identity(pair.certificate, pair.key))
    server.start()
    network = Network(timeout=10, trusted={server.url: trusting(pair.certificate)})
    yield stage, network, server.url
    network.close()
    server.stop()


class TestOverTls(OverASocket):
    """The law that holds in process and over plain sockets holds over TLS."""


class TestTrust:
    def test_the_certificate_itself_is_enough_under_any_name(self, serve, pair):
        """Nobody vouches for the authority, and the certificate does not name 127.0.0.1; it is the one we know."""
        server = serve(pair)
        assert server.url.startswith("https://127.0.0.1:")
        assert ask(server.url, {server.url: trusting(pair.certificate)}).body == b"/Users"

    def test_a_self_signed_certificate_will_do(self, serve, folder):
        pair = self_signed(folder)
        server = serve(pair)
        assert ask(server.url, {server.url: trusting(pair.certificate)}).status == 200

    def test_somebody_else_behind_the_address_is_refused(self, serve, authority, pair):
        """Another certificate passes neither by the same authority nor by the same name."""
        impostor = serve(authority.sign("localhost"))
        kind, why = refused(impostor.url, {impostor.url: trusting(pair.certificate)})
        assert (kind, "certificate verify failed" in why) == ("tls", True)

    def test_other_origins_are_judged_as_ever(self, serve, pair):
        """What is known of one address is good for that one alone."""
        ours, other = serve(pair), serve(pair)
        assert refused(other.url, {ours.url: trusting(pair.certificate)})[0] == "tls"

    def test_an_authority_of_ones_own_is_named_by_the_environment(self, serve, authority, monkeypatch):
        """SSL_CERT_FILE, as OpenSSL reads it: a SCIM server inside a company; its name still has to be right."""
        server, misnamed = serve(authority.sign("127.0.0.1")), serve(authority.sign("scim.example"))
        assert refused(server.url)[0] == "tls"
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        assert ask(server.url).status == 200
        kind, why = refused(misnamed.url)
        assert (kind, "not valid for '127.0.0.1'" in why) == ("tls", True)

    def test_names(self, authority):
        """As clients check them: a name, an address, and nothing else."""
        pair = authority.sign("localhost", "::1", "*.corp.example")
        found = identity(pair.certificate, pair.key)
        names = ("localhost", "::1", "scim.corp.example", "127.0.0.1", "0.0.0.0", "corp.example")
        assert [name for name in names if found.names(name)] == ["localhost", "::1", "scim.corp.example"]


@pytest.fixture(scope="module")
def files(folder, authority, pair):
    """Return every file that the cases name."""
    key, another = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    texts = {
        "junk": b"nothing of the kind",
        "empty": b"",
        "torn": f"{ssl.PEM_HEADER}\nMIIB\n{ssl.PEM_FOOTER}\n".encode(),
        "binary": f"{ssl.PEM_HEADER}\n\xff\n{ssl.PEM_FOOTER}\n".encode("latin-1"),
        "another": pem_of(another),
        "rsa": pem_of(rsa.generate_private_key(65537, 2048)),
        "protected": pem_of(key, b"secret"),
        "torn behind": pair.certificate.read_bytes() + f"{ssl.PEM_HEADER}\nMIIB\n{ssl.PEM_FOOTER}\n".encode(),
        "backwards": authority.file.read_bytes() + pair.certificate.read_bytes(),
    }
    for name, text in texts.items():
        (folder / name).write_bytes(text)
    past = datetime(2020, 1, 1, tzinfo=UTC)
    old = authority.sign("localhost", not_before=past.replace(year=2019), not_after=past)
    return {name: folder / name for name in (*texts, "missing")} | {
        "certificate": pair.certificate, "key": pair.key, "folder": folder,
        "old": old.certificate, "old key": old.key,
    }  # fmt: skip


class TestFiles:
    @pytest.mark.parametrize(
        ("certificate", "key", "says"),
        [
            ("missing", "key", "cannot read .*missing: No such file"),
            ("certificate", "missing", "cannot read .*missing: No such file"),
            ("folder", "key", "cannot read .*: Is a directory"),
            ("junk", "key", "junk holds no certificate in PEM"),
            ("empty", "key", "empty holds no certificate in PEM"),
            ("key", "certificate", "key holds no certificate in PEM"),
            ("torn", "key", "the certificate in .*torn cannot be read"),
            ("binary", "key", "the certificate in .*binary cannot be read"),
            ("torn behind", "key", "certificate 3 of 3 in .*torn behind cannot be read"),
            (
                "backwards",
                "key",
                "in .*backwards; the server's own comes first there, those that signed it behind",
            ),
            ("certificate", "junk", "junk holds no private key in PEM"),
            ("certificate", "empty", "empty holds no private key in PEM"),
            ("certificate", "certificate", "pem holds no private key in PEM"),
            ("certificate", "another", "the key in .*another is not that of the certificate in"),
            ("certificate", "rsa", "the key in .*rsa is not that of the certificate in"),
            ("certificate", "protected", "the key in .*protected is protected by a password"),
            ("old", "old key", "no client would accept the certificate in .*: certificate has expired"),
        ],
    )
    def test_what_cannot_be_served_is_told(self, files, certificate, key, says):
        """Which file it is and what is the matter with it; nobody is asked for a password."""
        with pytest.raises(HarnessError, match=says):
            identity(files[certificate], files[key])

    def test_key_and_certificate_may_share_a_file(self, folder, pair):
        """Some tools write both into one, in either order."""
        both = folder / "both.pem"
        both.write_bytes(pair.key.read_bytes() + pair.certificate.read_bytes())
        assert identity(both, both).names("localhost")

    @given(st.binary(max_size=80), st.binary(max_size=80), st.booleans())
    def test_no_bytes_break_the_reader(self, tmp_path_factory, before, inside, framed):
        """Whatever a file holds, it is a certificate or it is told that it is none."""
        path = tmp_path_factory.getbasetemp() / "any.pem"
        path.write_bytes(
            before + ssl.PEM_HEADER.encode() + inside + ssl.PEM_FOOTER.encode() if framed else before
        )
        with pytest.raises(HarnessError, match=r"holds no certificate|cannot be read"):
            trusting(path)


@pytest.fixture(scope="module")
def server(pair):
    server = Server(say_path, "127.0.0.1", 0, THREADS, identity(pair.certificate, pair.key))
    server.start()
    yield server
    server.stop()


class TestGreeting:
    @pytest.fixture
    def connect(self, server):
        """Return a function that opens a bare connection to the https port."""
        port = int(server.url.rpartition(":")[2])
        with ExitStack() as stack:
            yield lambda: stack.enter_context(closing(socket.create_connection(("127.0.0.1", port), 10)))

    @pytest.fixture
    def greet(self, connect, pair):
        """Return a function that opens a connection over TLS."""
        context = trusting(pair.certificate)
        with ExitStack() as stack:
            yield lambda: stack.enter_context(
                closing(context.wrap_socket(connect(), suppress_ragged_eofs=False))
            )

    def test_plain_http_is_told_so(self, connect):
        """A wrong scheme gets a plain answer, and the connection ends."""
        plain = connect()
        plain.sendall(request_for("/Users"))
        answer = b""
        while more := plain.recv(65536):
            answer += more
        assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert answer.endswith(b"\r\n\r\nThis port speaks https only.\n")

    @pytest.mark.parametrize(
        "said",
        [b"", b"\x16\x03\x01\x02\x00\x01", b"\x16\x03\x01\x00\x05hello", b"\0" * 99],
        ids=["nothing", "half", "no hello", "no TLS"],
    )
    def test_greetings_that_break_off_cost_no_thread(self, server, connect, pair, said):
        """More of them than there are threads, and the next client is served."""
        for _ in range(3 * THREADS):
            broken = connect()
            broken.sendall(said)
            broken.close()
        assert ask(server.url, {server.url: trusting(pair.certificate)}).status == 200

    @pytest.mark.slow
    def test_a_client_that_does_not_trust_costs_no_thread(self, server, pair):
        for _ in range(3 * THREADS):
            assert refused(server.url)[0] == "tls"
        assert ask(server.url, {server.url: trusting(pair.certificate)}).status == 200

    def test_a_client_that_never_greets_keeps_nobody_out(self, server, connect, pair):
        """Browsers open connections ahead; the thread that accepts does not wait for them."""
        connect()
        assert ask(server.url, {server.url: trusting(pair.certificate)}).status == 200

    def test_requests_sent_ahead_are_answered_in_turn(self, greet):
        """What came in one record is served, although the socket has nothing more to show for it."""
        client = greet()
        first = request_for("/first")[:-2]
        padding = io.DEFAULT_BUFFER_SIZE - len(first) - len("X: \r\n\r\n")  # the server has read so far
        client.sendall(first + f"X: {'x' * padding}\r\n\r\n".encode() + request_for("/second"))
        received = b""
        while received.count(b"\r\n\r\n/") < 2:
            received += client.recv(65536)
        assert received.endswith(b"/second")

    def test_an_idle_connection_keeps_no_thread(self, greet):
        """More have greeted, and then been served, than there are threads; each is heard when it speaks."""
        idle = [greet() for _ in range(2 * THREADS)]
        for client in (*idle, *idle):
            client.sendall(request_for("/again"))
            received = client.recv(65536)
            while not received.endswith(b"/again"):
                received += client.recv(65536)

    def test_the_end_is_said(self, greet):
        """RFC 8446 section 6.1: an answer is known to be whole, for the server says that no more comes."""
        client = greet()
        client.sendall(b"GET /last HTTP/1.1\r\nHost: harness\r\nConnection: close\r\n\r\n")
        received = b""
        while more := client.recv(65536):  # else ssl.SSLEOFError
            received += more
        assert received.endswith(b"/last")

    def test_the_name_asked_for_is_the_name_told(self, serve, pair):
        """Served as localhost, the URL says so: that is what the certificate is for."""
        server = serve(pair, host="localhost")
        assert server.url.startswith("https://localhost:")


@pytest.fixture
def refuse_body(pair):
    """Return a function that has a server refuse a client's body before it comes, and returns the client."""
    with ExitStack() as stack:

        def start(limits):
            server = Server(
                say_path, "127.0.0.1", 0, identity=identity(pair.certificate, pair.key), limits=limits
            )
            stack.callback(server.stop)
            server.start()
            bare = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), 10)
            client = stack.enter_context(closing(trusting(pair.certificate).wrap_socket(bare)))
            client.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 50000000\r\n\r\n")
            return client

        yield start


def test_who_reads_only_after_sending_has_the_answer_over_tls_too(refuse_body):
    """It may take longer over it than asyncio waits for the end of a connection (`ssl_shutdown_timeout`, 1 s)."""
    client, watch = refuse_body(Limits()), Stopwatch()
    while watch.seconds() < 1.3:
        client.sendall(b"x")
    assert client.recv(65536)[9:12] == b"413"


def test_who_has_the_answer_and_is_quiet_is_told_the_end(refuse_body):
    client = refuse_body(Limits(quiet=0.05))
    answer = b""
    while more := client.recv(65536):
        answer += more
    assert answer[9:12] == b"413"


def test_who_never_stops_sending_over_tls_is_not_waited_for(refuse_body):
    client, watch = refuse_body(Limits(body=0.05)), Stopwatch()
    with suppress(OSError):
        while watch.seconds() < 10:
            client.sendall(b"x")
    assert watch.seconds() < 10
