"""In process and over a socket: one law for both ways to an application."""

import pytest

from harness.wire.inprocess import inprocess
from harness.wire.message import Request
from harness.wire.sockets.network import Network
from harness.wire.sockets.server import Server
from tests.wire.transport_contract import OverASocket, Stage, TransportContract, echo


class TestInProcess(TransportContract):
    @pytest.fixture
    def reach(self):
        return lambda app: (inprocess(app), "http://127.0.0.1:8080")

    @pytest.mark.parametrize(
        ("given", "arrives"), [("é", "%C3%A9"), ("\ud800", "%ED%A0%80"), ("%e9 x", "%e9 x")]
    )
    def test_a_query_arrives_in_ascii(self, given, arrives):
        """Applications decode their query strictly; a client on a socket encodes what it sends."""

        def app(environ, start):
            start("200 OK", [])
            return [environ["QUERY_STRING"].encode("ascii")]

        answer = inprocess(app)(Request("GET", f"http://h/?filter={given}"))
        assert answer.body.decode() == f"filter={arrives}"


@pytest.fixture(scope="module")
def stage():
    """One server for the module, on a port the system chooses."""
    stage, network = Stage("http"), Network(timeout=10)
    server = Server(stage, "127.0.0.1", 0, threads=2)
    server.start()
    yield stage, network, server.url
    network.close()
    server.stop()


class TestOverTheNetwork(OverASocket):
    """A server and a pool of connections."""


def test_the_context_joins_every_request():
    """Which tenant is served is told with the request and not kept in the application."""

    def app(environ, start):
        start("200 OK", [])
        return [environ["harness.tenant"].encode()]

    ours, theirs = inprocess(app, {"harness.tenant": "ours"}), inprocess(app, {"harness.tenant": "theirs"})
    request = Request("GET", "https://scim.example/")
    assert (ours(request).body, theirs(request).body) == (b"ours", b"theirs")


def test_the_application_knows_the_address_it_was_called_by():
    """Links that an application builds carry the scheme, host and port of the request."""
    seen = []

    def app(environ, start):
        seen.append((environ["wsgi.url_scheme"], environ["HTTP_HOST"], environ["SERVER_PORT"]))
        return echo(environ, start)

    send = inprocess(app)
    send(Request("GET", "https://scim.us-east-1.amazonaws.com/t/scim/v2/Users"))
    send(Request("GET", "http://user:word@127.0.0.1:8080/"))
    send(Request("GET", "http://127.0.0.1/", (("Host", "other.example"),)))
    assert seen == [
        ("https", "scim.us-east-1.amazonaws.com", "443"),
        ("http", "127.0.0.1:8080", "8080"),
        ("http", "other.example", "80"),
    ]


def test_what_an_application_complains_of_is_raised():
    """Nobody reads a log in a test: what goes to `wsgi.errors` comes out as an exception."""

    def app(environ, start):
        environ["wsgi.errors"].write("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        inprocess(app)(Request("GET", "http://127.0.0.1/"))


def test_an_answer_is_closed_even_when_it_breaks_off():
    """The application's clean-up runs although its body failed half-way."""

    class Body:
        closed = False

        def __iter__(self):
            yield b"half"
            raise ZeroDivisionError

        def close(self):
            self.closed = True

    body = Body()

    def app(environ, start):
        start("200 OK", [])
        return body

    with pytest.raises(ZeroDivisionError):
        inprocess(app)(Request("GET", "http://127.0.0.1/"))
    assert body.closed
