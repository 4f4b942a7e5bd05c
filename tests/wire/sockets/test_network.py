"""When no answer comes, the error says what kind of silence it was, and soon."""

import re
import socket
import threading
from contextlib import closing, contextmanager, suppress

import pytest

from harness.wire.message import Request, TransportError
from harness.wire.sockets.network import MAX_ANSWER, Network
from harness.wire.sockets.server import Server


@pytest.fixture
def network():
    network = Network(timeout=5)
    yield network
    network.close()


@contextmanager
def peer(behave):
    """A listening socket whose first connection is handed to `behave`; yields its URL."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        listening.settimeout(10)

        def serve():
            connection, _ = listening.accept()
            with closing(connection):
                connection.settimeout(10)
                behave(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/Users"
        finally:
            thread.join()


def read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(4096)


def kind_of_failure(network, url, method="GET", headers=()):
    with pytest.raises(TransportError) as caught:
        network(Request(method, url, headers))
    assert str(caught.value)
    assert "Connection(" not in str(caught.value)  # the library's own objects are nobody's business
    assert "Pool(" not in str(caught.value)
    return caught.value.kind


def test_nobody_listening_is_refused(network):
    """A port that was just free has nobody behind it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    assert kind_of_failure(network, f"http://127.0.0.1:{port}/") == "refused"


def test_an_unknown_host_is_dns(network):
    """A name that can never resolve (RFC 6761, `.invalid`) is told apart from a closed door."""
    assert kind_of_failure(network, "http://no-such-host.invalid/") == "dns"


def test_a_connection_closed_without_an_answer_is_reset(network):
    """The peer heard the request and hung up."""
    with peer(read_request) as url:
        assert kind_of_failure(network, url) == "reset"


def test_a_connection_torn_down_is_reset(network):
    """A TCP reset is a reset."""

    def tear(connection):
        read_request(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with peer(tear) as url:
        assert kind_of_failure(network, url) == "reset"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nten bytes.",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a length\r\n",
        b"HTTP/1.1 2",
        b"no HTTP at all\r\n\r\n",
    ],
    ids=["body", "chunk", "chunk length", "status", "not HTTP"],
)
def test_half_an_answer_is_no_answer(network, answer):
    """Whatever was cut off, the caller never sees a shortened body or a made-up status."""

    def cut_off(connection):
        read_request(connection)
        connection.sendall(answer)

    with peer(cut_off) as url:
        assert kind_of_failure(network, url) == "reset"


def test_silence_is_a_timeout():
    """A peer that accepts and says nothing is given up after the time allowed."""
    done = threading.Event()
    network = Network(timeout=0.1)
    with peer(lambda _: done.wait(timeout=10)) as url:
        try:
            assert kind_of_failure(network, url) == "timeout"
        finally:
            done.set()
    network.close()


def test_speaking_tls_to_a_plain_server_is_tls(network):
    """A wrong scheme shows as a failed handshake."""

    def answer_plainly(connection):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with peer(answer_plainly) as url:
        assert kind_of_failure(network, url.replace("http:", "https:")) == "tls"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "scim.example/Users",
        "localhost:8080",
        "/Users",
        "ftp://a/",
        "http://",
        "http://[::1/",
        "http://a:99999/",
        "http://a:b/",
        "http://.example/",
        "http://" + "a" * 64 + ".example/",
    ],
)
def test_what_is_no_url_is_url(network, url):
    """A mistyped tenant URL is reported as such, without a warning and without touching the network."""
    assert kind_of_failure(network, url) == "url"


def test_a_failure_leaves_the_pool_usable(network):
    """After a reset the next request to the same place gets a fresh connection."""
    answers = iter([b"", b"HTTP/1.1 204 No Content\r\n\r\n"])

    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve():
            for answer in answers:
                connection, _ = listening.accept()
                with closing(connection):
                    read_request(connection)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        assert kind_of_failure(network, url) == "reset"
        assert network(Request("GET", url)).status == 204
        thread.join()


def test_an_answer_has_its_measure():
    """A server that never stops sending costs a bounded amount of memory, and is said to send too much."""

    def flood(environ, start):
        start("200 OK", [])
        return [b"x" * (MAX_ANSWER + 1)]

    server, network = Server(flood, "127.0.0.1", 0, threads=1), Network(timeout=10)
    server.start()
    with pytest.raises(TransportError, match="larger than 16 MiB") as caught:
        network(Request("GET", server.url))
    network.close()
    server.stop()
    assert caught.value.kind == "too large"


def test_an_answer_has_its_time():
    """A server that sends a byte now and then would never be late for any one of them."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip():
            connected, _ = listening.accept()
            with connected, suppress(OSError):
                connected.recv(65536)
                connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
                while True:
                    connected.sendall(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        network = Network(timeout=10, deadline=0.0)
        with pytest.raises(TransportError, match="had not ended after 0 seconds") as caught:
            network(Request("GET", f"http://127.0.0.1:{listening.getsockname()[1]}/"))
        network.close()
        thread.join()
    assert caught.value.kind == "timeout"


@pytest.mark.parametrize(
    ("begun", "more"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
    ],
    ids=["100 Continue", "a header", "trailers"],
)
def test_what_comes_before_and_behind_a_body_has_the_same_deadline(begun, more):
    """Each read is served in time, and the answer never comes to its end."""
    going_on = threading.Event()

    def drip(listening):
        connected, _ = listening.accept()
        with connected, suppress(OSError):
            connected.recv(65536)
            connected.sendall(begun)
            while not going_on.wait(timeout=0.01):
                connected.sendall(more)

    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        thread = threading.Thread(target=drip, args=(listening,))
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with (
            closing(Network(timeout=10, deadline=0.1)) as network,
            pytest.raises(TransportError, match=r"had not ended after 0\.1 seconds") as caught,
        ):
            network(Request("GET", url))
        going_on.set()
        thread.join()
    assert caught.value.kind == "timeout"


def answering(*pieces):
    """Return what hears one request and answers in pieces."""

    def answer(connection):
        read_request(connection)
        for piece in pieces:
            connection.sendall(piece)

    return answer


_EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"


def test_what_is_said_in_advance_is_no_answer(network):
    """Any number of 1xx may come before it (RFC 9110 section 15.2), which a cache in front of a server sends by itself."""
    said = (
        _EARLY,
        b"HTTP/1.1 100 Continue\r\n\r\n",
        _EARLY,
        b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}",
    )
    with peer(answering(*said)) as url:
        answer = network(Request("POST", url))
    assert (answer.status, answer.body, answer.header("Link")) == (201, b"{}", None)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "went over to another protocol, unasked"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}", "'-2' is no Content-Length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}", "'two' is no Content-Length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", "multiple unmatching values"),
        (b"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 2\r\n\r\n{}", "has no colon"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 101 + b"\r\n", "got more than 100 headers"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000, "got more than 65536 bytes when reading header line"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "what came is no answer in HTTP/1.1: 'SSH-2.0-OpenSSH_9.6"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", "the answer broke off before its end"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}", "the answer broke off before its end"),
        (b"", "the connection was closed before an answer came"),
    ],
)  # fmt: skip
def test_an_answer_without_a_certain_end_is_none(network, answer, reason):
    """It is said what was wrong with it, in words that a log can have."""
    with peer(answering(answer)) as url, pytest.raises(TransportError) as caught:
        network(Request("GET", url))
    assert caught.value.kind == "reset"
    assert reason in str(caught.value)
    assert not re.search(r"Error|Exception|Connection (aborted|broken)", str(caught.value))


@contextmanager
def forgetful_peer():
    """A server that hears a second request over a connection and hangs up; yields its URL and the methods it heard."""
    methods = []
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        listening.settimeout(10)

        def serve():
            for _ in range(2):
                connection, _ = listening.accept()
                with closing(connection):
                    connection.settimeout(10)
                    for answer in (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""):
                        said = connection.recv(65536)
                        if not said:
                            break
                        methods.append(said.partition(b" ")[0].decode())
                        connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/", methods
        with closing(socket.create_connection(listening.getsockname(), 10)):
            pass
        thread.join()


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_a_kept_connection_that_ends_just_then_is_no_failure(network, method):
    """Servers close idle connections at any moment; whoever sent no body asks again over another."""
    with forgetful_peer() as (url, methods):
        assert [network(Request(each, url)).status for each in ("GET", method)] == [200, 200]
        network.close()
    assert methods == ["GET", method, method]


def test_what_may_have_been_carried_out_is_not_sent_again(network):
    """Nobody knows whether a POST arrived."""
    with forgetful_peer() as (url, methods):
        assert network(Request("GET", url)).status == 200
        assert kind_of_failure(network, url, "POST") == "reset"
        network.close()
    assert methods == ["GET", "POST"]


def test_a_request_over_a_new_connection_is_sent_once(network):
    """One that was kept and ended before is opened again: that is a new one, though the pool had it already."""
    methods, ended = [], threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        listening.settimeout(10)

        def serve():
            with suppress(TimeoutError):
                for answer in (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"", b""):
                    connection, _ = listening.accept()
                    listening.settimeout(0.5)
                    with closing(connection):
                        connection.settimeout(10)
                        methods.append(connection.recv(65536).partition(b" ")[0].decode())
                        connection.sendall(answer)
                    ended.set()

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        assert network(Request("GET", url)).status == 200
        assert ended.wait(10)
        assert kind_of_failure(network, url, "DELETE") == "reset"
        thread.join()
    assert methods == ["GET", "DELETE"]
