"""The loopback server: finishes what it began, says plainly when it cannot listen, hides nothing of the address."""

import socket
import threading
from contextlib import closing

import pytest

from harness.base.errors import HarnessError
from harness.wire.message import Request
from harness.wire.sockets.network import Network
from harness.wire.sockets.server import Server


def quiet(environ, start):
    start("204 No Content", [])
    return []


def test_stop_finishes_the_request_under_way():
    """Whoever has asked gets the answer, although the server was told to stop meanwhile."""
    entered, stopping = threading.Event(), threading.Event()
    answers = []

    def app(environ, start):
        entered.set()
        assert stopping.wait(timeout=10)
        start("200 OK", [("Content-Length", "4")])
        return [b"done"]

    server = Server(app, "127.0.0.1", 0, threads=1)
    server.start()
    network = Network(timeout=10)
    asking = threading.Thread(target=lambda: answers.append(network(Request("GET", server.url))))
    asking.start()
    assert entered.wait(timeout=10)
    stop = threading.Thread(target=server.stop)
    stop.start()
    stopping.set()
    stop.join()
    asking.join()
    network.close()
    assert [answer.body for answer in answers] == [b"done"]


def test_a_stopped_server_frees_its_port():
    """After `stop` nobody listens, and another server may take the place."""
    first = Server(quiet, "127.0.0.1", 0, threads=1)
    first.start()
    first.stop()
    port = int(first.url.rpartition(":")[2])
    second = Server(quiet, "127.0.0.1", port, threads=1)
    second.start()
    network = Network(timeout=10)
    assert network(Request("GET", second.url)).status == 204
    network.close()
    second.stop()


def test_a_server_never_started_can_be_stopped():
    """When the second of two servers cannot listen, the first is put away without ado."""
    Server(quiet, "127.0.0.1", 0, threads=1).stop()


def test_a_port_in_use_is_a_message():
    """The address and what to do about it, no traceback."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(HarnessError, match=f"cannot listen on 127.0.0.1:{port}: .*choose another port"):
            Server(quiet, "127.0.0.1", port)


def test_an_unknown_address_is_a_message():
    """A host that is not this machine cannot be listened on."""
    with pytest.raises(HarnessError, match=r"cannot listen on 203\.0\.113\.1:0"):
        Server(quiet, "203.0.113.1", 0)


def hello(environ, start):
    start("200 OK", [("Content-Length", "5")])
    return [environ["PATH_INFO"].encode()]


@pytest.fixture
def connection():
    """A bare connection to a server that answers with the path it was asked for."""
    server = Server(hello, "127.0.0.1", 0, threads=1)
    server.start()
    with closing(
        socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), 10)
    ) as connection:
        yield connection
    server.stop()


def request_for(path):
    return f"GET {path} HTTP/1.1\r\nHost: harness\r\n\r\n".encode()


def test_an_answer_goes_out_in_one_piece(connection):
    """Headers and body are one packet, so that the client need not wait for a second."""
    connection.sendall(request_for("/half"))
    assert connection.recv(65536).endswith(b"\r\n\r\n/half")


def test_requests_sent_ahead_are_answered_in_turn(connection):
    """Whoever does not wait for answers gets them all the same, in order, over the same connection."""
    paths = [f"/{number:04}" for number in range(300)]
    connection.sendall(b"".join(map(request_for, paths)))
    received = b""
    while received.count(b"\r\n\r\n/") < len(paths):
        received += connection.recv(65536)
    bodies = [part.partition(b"\r\n\r\n")[2].decode() for part in received.split(b"HTTP/1.1 ")[1:]]
    assert bodies == paths


def test_an_idle_connection_keeps_no_thread(connection):
    """One thread serves a second client while the first keeps its connection open and says nothing."""
    connection.sendall(request_for("/idle"))
    assert connection.recv(65536).endswith(b"/idle")
    with closing(socket.create_connection(connection.getpeername(), 10)) as second:
        second.sendall(request_for("/busy"))
        assert second.recv(65536).endswith(b"/busy")


def test_several_requests_at_once():
    """As many are under way as there are threads."""
    together = threading.Barrier(3)

    def app(environ, start):
        together.wait(timeout=10)
        return quiet(environ, start)

    server, network = Server(app, "127.0.0.1", 0, threads=3), Network(timeout=10)
    server.start()
    statuses = []
    threads = [
        threading.Thread(target=lambda: statuses.append(network(Request("GET", server.url)).status))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    network.close()
    server.stop()
    assert statuses == [204, 204, 204]
