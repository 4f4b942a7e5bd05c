"""Clients that are slow, silent, malformed or too many: they keep nobody out, and are told what is wrong."""

import socket
import statistics
import threading
from contextlib import ExitStack, closing, suppress

import pytest

from harness.base.clock import Stopwatch
from harness.wire.message import MAX_BODY, Request
from harness.wire.sockets.limits import Limits
from harness.wire.sockets.network import Network
from harness.wire.sockets.parsing import MAX_HEADERS
from harness.wire.sockets.server import Server
from harness.wire.sockets.tls import identity, trusting
from tests.wire.authority import Authority
from tests.wire.crowd import crowd

MANY = 300
SOON = 0.1  # seconds
AT_ONCE = Limits(connections=4, first=0.05, headers=0.05, body=0.05, idle=1)


def length(environ, start):
    body = str(len(environ["wsgi.input"].read())).encode()
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def serve():
    """Return a function that starts a server and returns its port."""
    with ExitStack() as stack:

        def start(app=length, **options):
            server = Server(app, "127.0.0.1", 0, threads=2, **options)
            stack.callback(server.stop)
            server.start()
            return int(server.url.rpartition(":")[2])

        yield start


class Held:
    """An application that answers, with `length`, once `going_on` is set; `entered` says that it was asked."""

    def __init__(self):
        self.entered, self.going_on = threading.Event(), threading.Event()

    def __call__(self, environ, start):
        self.entered.set()
        assert self.going_on.wait(timeout=10)
        return length(environ, start)


def say(port, *pieces):
    """Return all that a server answers until it closes the connection."""
    with closing(socket.create_connection(("127.0.0.1", port), 10)) as client:
        for piece in pieces:
            client.sendall(piece)
        answer = b""
        while more := client.recv(65536):
            answer += more
    return answer


@pytest.mark.slow
@pytest.mark.parametrize("is_quick", [True, False])
def test_hundreds_of_strangers_leave_a_request_quick(serve, is_quick):
    """Silent, half-sent and idle connections wait in the loop; none of them has a thread, and places are found."""
    port = serve(quick=lambda _: is_quick)
    with closing(Network(timeout=10)) as network, crowd(port, MANY):
        seconds = []
        for _ in range(20):
            watch = Stopwatch()
            assert network(Request("GET", f"http://127.0.0.1:{port}/")).status == 200
            seconds.append(watch.seconds())
    assert statistics.median(seconds) < SOON


def test_hundreds_who_never_greet_leave_a_tls_client_quick(serve, tmp_path):
    """The same before the TLS handshake."""
    pair = Authority(tmp_path).sign("localhost")
    port = serve(identity=identity(pair.certificate, pair.key))
    url = f"https://127.0.0.1:{port}"
    seconds = []
    with ExitStack() as stack:
        for place in range(MANY):
            stranger = stack.enter_context(closing(socket.create_connection(("127.0.0.1", port), 10)))
            stranger.sendall(b"\x16\x03\x01" if place % 2 else b"")
        for _ in range(9):
            network = Network(timeout=10, trusted={url: trusting(pair.certificate)})
            with closing(network):
                watch = Stopwatch()
                assert network(Request("GET", url)).status == 200
                seconds.append(watch.seconds())
    assert statistics.median(seconds) < SOON


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"", None),
        (b"GET / HTT", 408),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf", 408),
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nha", 408),
    ],
    ids=["nothing", "half the headers", "half the body", "half a chunk"],
)
@pytest.mark.parametrize("is_quick", [True, False])
def test_a_request_has_its_time(serve, said, status, is_quick):
    """Whoever does not come to the end of it is told so, and the connection ends."""
    answer = say(serve(limits=AT_ONCE, quick=lambda _: is_quick), said)
    assert answer[9:12] == (b"" if status is None else str(status).encode())


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: one\r\nHost: two\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nNo colon\r\n\r\n",
        b"no request at all\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a b/@c\r\n\r\n",
        b"GET / HTTP/1.1\nHost: h\n\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: folded\r\n line\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
    ],
    ids=[
        "no Host", "two Hosts", "two lengths", "a length twice", "length and chunks", "minus one", "no colon", "noise",
        "a Host that is none", "bare line feeds", "a folded line", "a chunk's size in C",
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_quick", [True, False])
def test_a_malformed_request_is_refused(serve, said, is_quick):
    """400 and the end: nothing behind it can be understood for sure (RFC 9112 sections 3.2 and 6.3)."""
    assert say(serve(quick=lambda _: is_quick), said).startswith(b"HTTP/1.1 400 Bad Request\r\n")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", b"501"),
        (b"GET / HTTP/2.0\r\n\r\n", b"505"),
    ],
)
def test_what_is_not_spoken_here_is_said(serve, said, status):
    """Codings but chunked would reach the application as they are; what HTTP/2.0 in this form means nobody has said."""
    assert say(serve(), said)[9:12] == status


def test_an_older_client_is_not_told_to_go_on(serve):
    """HTTP/1.0 knows no 100 (RFC 9110 section 10.1.1): it would take it for the answer."""
    said = b"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
    assert say(serve(), said, b"body")[9:12] == b"200"


@pytest.mark.parametrize("is_quick", [True, False])
def test_headers_that_come_in_one_piece_have_their_measure(serve, is_quick):
    """However the network cuts them: 431 for the one request, whatever came before it is answered."""
    first = b"GET /%b HTTP/1.1\r\nHost: h\r\n\r\n"
    long = b"GET / HTTP/1.1\r\nHost: h\r\nX: %b\r\n\r\n"
    port = serve(quick=lambda _: is_quick)
    answers = say(port, first % b"y" + long % (b"x" * MAX_HEADERS))
    assert [answers[9:12], answers.count(b"HTTP/1.1 431 ")] == [b"200", 1]
    nearly = say(port, long.replace(b"Host", b"Connection: close\r\nHost") % (b"x" * (MAX_HEADERS - 100)))
    assert nearly[9:12] == b"200"


@pytest.mark.slow
def test_headers_have_their_measure(serve):
    """More of them than anybody needs are not collected: the connection ends, though its client goes on talking."""
    more = b"X-Much: and more\r\n" * (MAX_HEADERS // 15)
    with closing(socket.create_connection(("127.0.0.1", serve()), 10)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n")
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            client.sendall(more * 1000)


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_beyond_all_measure_is_not_read(serve, chunked):
    """413 before it has all come; twice the limit is read for the applications to refuse in their own words."""
    head = b"POST / HTTP/1.1\r\nHost: h\r\n"
    if chunked:
        piece = b"x" * 65536
        chunk = b"%x\r\n%b\r\n" % (len(piece), piece)
        answer = say(
            serve(), head + b"Transfer-Encoding: chunked\r\n\r\n", chunk * (2 * MAX_BODY // len(piece)), chunk
        )
    else:
        answer = say(serve(), head + b"Content-Length: 999999999\r\n\r\n")
    assert answer[9:12] == b"413"


@pytest.mark.parametrize("framing", [b"Content-Length: 50000000", b"Transfer-Encoding: chunked"])
def test_who_reads_only_after_sending_has_the_answer(serve, framing):
    """The end of a refused body is read and dropped: with it unread, the system would reset the connection, answer and all."""
    piece = b"x" * 1_000_000
    if b"chunked" in framing:
        piece = b"%x\r\n%b\r\n" % (len(piece), piece)
    answer = say(serve(), b"POST / HTTP/1.1\r\nHost: h\r\n%b\r\n\r\n" % framing, *[piece] * 50)
    assert answer[9:12] == b"413"


def test_who_never_stops_sending_is_not_waited_for(serve):
    """What comes after the last answer has as long as a body."""
    with closing(socket.create_connection(("127.0.0.1", serve(limits=AT_ONCE)), 10)) as client:
        client.sendall(b"no request at all\r\n\r\n")
        assert client.recv(65536)[9:12] == b"400"
        watch = Stopwatch()
        with suppress(ConnectionResetError, BrokenPipeError):
            while watch.seconds() < 10:
                client.sendall(b"x")
        assert watch.seconds() < 10


def test_a_chunked_body_is_whole_and_has_a_length(serve):
    """Applications see what was sent, however it was cut."""
    said = b"POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert say(serve(), said, b"4\r\nfour\r\n", b"3\r\nabc\r\n0\r\n\r\n").endswith(b"\r\n\r\n7")


def test_who_waits_longest_gives_way(serve):
    """With every place taken a newcomer is served, and the oldest idle connection is closed."""
    port = serve(limits=Limits(connections=2))
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", port), 10))) for _ in range(2)
        )
        for client in (first, second):
            client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            assert client.recv(65536).endswith(b"0")
        assert say(port, b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").endswith(b"0")
        with suppress(ConnectionResetError):
            assert first.recv(1) == b""
        second.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert second.recv(65536).endswith(b"0")


def test_a_client_that_stops_sending_is_answered(serve):
    """`nc -N` and its like shut their side down behind the request, however long the answer takes."""
    app = Held()
    with closing(socket.create_connection(("127.0.0.1", serve(app)), 10)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert app.entered.wait(timeout=10)
        client.shutdown(socket.SHUT_WR)
        app.going_on.set()
        answer = b""
        while more := client.recv(65536):
            answer += more
    assert answer.endswith(b"\r\n\r\n0")


def test_what_is_quick_waits_for_no_thread(serve):
    """The loop answers while every thread is at work."""
    at_work, going_on = threading.Semaphore(0), threading.Event()

    def app(environ, start):
        if environ["PATH_INFO"] == "/slow":
            at_work.release()
            assert going_on.wait(timeout=10)
        return length(environ, start)

    port = serve(app, quick=lambda environ: environ["PATH_INFO"] == "/quick")
    with ExitStack() as stack:
        for _ in range(2):
            client = stack.enter_context(closing(socket.create_connection(("127.0.0.1", port), 10)))
            client.sendall(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
            assert at_work.acquire(timeout=10)
        answer = say(port, b"GET /quick HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        going_on.set()
    assert answer.endswith(b"\r\n\r\n0")


@pytest.mark.parametrize("is_quick", [True, False])
def test_requests_sent_together_are_answered_in_their_order(serve, is_quick):
    """Three in one packet: one that is quick, one that may take time, one more; the last ends the connection."""

    def app(environ, start):
        name = environ["PATH_INFO"].encode()
        start("200 OK", [("Content-Length", str(len(name)))])
        return [name]

    def asked(name, more=b""):
        return b"POST /%b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n%b\r\nab" % (name, more)

    port = serve(app, quick=lambda environ: is_quick and environ["PATH_INFO"] != "/second")
    answers = say(port, asked(b"first") + asked(b"second") + asked(b"third", b"Connection: close\r\n"))
    assert [piece.rpartition(b"\r\n")[2] for piece in answers.split(b"HTTP/1.1 200 OK")] == [
        b"",
        b"/first",
        b"/second",
        b"/third",
    ]
    assert answers.count(b"connection: close\r\n") == 1


def test_a_newcomer_waits_for_no_heap_of_requests(serve):
    """Thirty clients have sent a hundred each in advance: one more is asked about before the most of those."""
    paths, going_on = [], threading.Event()

    def app(environ, start):
        assert going_on.wait(timeout=10)
        paths.append(environ["PATH_INFO"])
        return length(environ, start)

    port = serve(app, quick=lambda _: True)
    with ExitStack() as stack:
        for said in [b"GET /heap HTTP/1.1\r\nHost: h\r\n\r\n" * 100] * 30:
            client = stack.enter_context(closing(socket.create_connection(("127.0.0.1", port), 10)))
            client.sendall(said)
        newcomer = stack.enter_context(closing(socket.create_connection(("127.0.0.1", port), 10)))
        newcomer.sendall(b"GET /newcomer HTTP/1.1\r\nHost: h\r\n\r\n")
        going_on.set()
        assert newcomer.recv(65536)
    assert paths.index("/newcomer") < 100


@pytest.mark.parametrize("pieces", ["GET", "POST in halves", "chunks"])
def test_a_quick_request_waits_for_the_slow_one_before_it(serve, pieces):
    """It comes in a packet of its own, or with the end of the slow one's body: its answer is the second all the same."""
    entered, going_on = threading.Event(), threading.Event()

    def app(environ, start):
        if environ["PATH_INFO"] == "/slow":
            entered.set()
            assert going_on.wait(timeout=10)
        name = environ["PATH_INFO"].encode()
        start("200 OK", [("Content-Length", str(len(name)))])
        return [name]

    head, body = {
        "GET": (b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n", b""),
        "POST in halves": (b"POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nha", b"lf"),
        "chunks": (b"POST /slow HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n"),
    }[pieces]
    port = serve(app, quick=lambda environ: environ["PATH_INFO"] != "/slow")
    other = b"GET /other HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", port), 10)) as client:
        client.sendall(head)
        assert body or entered.wait(timeout=10)
        assert say(port, other)  # so the loop has read what was sent
        client.sendall(body + b"GET /quick HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        assert entered.wait(timeout=10)
        assert say(port, other)
        going_on.set()
        answers = b""
        while more := client.recv(65536):
            answers += more
    assert [piece.rpartition(b"\r\n")[2] for piece in answers.split(b"HTTP/1.1 200 OK")] == [
        b"",
        b"/slow",
        b"/quick",
    ]


def test_a_malformed_request_waits_for_the_slow_one_before_it(serve):
    """Its refusal is the second answer, though it is known first."""
    app = Held()
    with closing(socket.create_connection(("127.0.0.1", serve(app)), 10)) as client:
        client.sendall(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\nnoise\r\n\r\n")
        assert app.entered.wait(timeout=10)
        app.going_on.set()
        answers = b""
        while more := client.recv(65536):
            answers += more
    assert [piece[:3] for piece in answers.split(b"HTTP/1.1 ")] == [b"", b"200", b"400"]


def test_a_client_that_never_reads_is_given_up(serve):
    """Its answer of megabytes is kept until then; afterwards its place, the only one, is somebody else's."""

    def app(environ, start):
        size = 32 << 20 if environ["PATH_INFO"] == "/much" else 0
        start("200 OK", [("Content-Length", str(size)), ("Connection", "close")])
        return [b"x" * size]

    port = serve(app, limits=Limits(connections=1, body=0.05))
    answer, watch = b"", Stopwatch()
    with closing(socket.create_connection(("127.0.0.1", port), 10)) as client:
        client.sendall(b"GET /much HTTP/1.1\r\nHost: h\r\n\r\n")
        assert client.recv(1) == b"H"
        while not answer and watch.seconds() < 10:
            with suppress(ConnectionError):
                answer = say(port, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert answer[9:12] == b"200"


@pytest.mark.parametrize("is_quick", [True, False])
@pytest.mark.parametrize("why", ["HTTP/1.0", "an answer that closes", "a refusal"])
def test_what_comes_after_the_last_answer_is_not_carried_out(serve, is_quick, why):
    """The connection ends with that answer; whoever sent more could not know what became of it."""
    paths = []

    def app(environ, start):
        paths.append(environ["PATH_INFO"])
        start("200 OK", [("Content-Length", "0"), *([("Connection", "close")] if "closes" in why else [])])
        return [b""]

    first = {
        "HTTP/1.0": b"GET /first HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n",
        "an answer that closes": b"GET /first HTTP/1.1\r\nHost: h\r\n\r\n",
        "a refusal": b"GET /first HTTP/1.1\r\n\r\n",
    }[why]
    port = serve(app, quick=lambda _: is_quick)
    answers = say(port, first + b"POST /second HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
    assert answers.count(b"HTTP/1.1 ") == 1
    assert "/second" not in paths


@pytest.mark.parametrize("is_quick", [True, False])
def test_the_refusal_of_a_head_request_has_no_body(serve, is_quick):
    """Its length is told, as GET's would be (RFC 9110 section 9.3.2)."""
    answer = say(serve(quick=lambda _: is_quick), b"HEAD / HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"connection: close\r\n\r\n")


@pytest.mark.parametrize("size", [65_536, 65_537, MAX_BODY])
def test_a_body_of_any_size_reaches_what_is_quick(serve, size):
    """What is long is not waited for before the application is asked, and comes whole."""
    head = b"POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % size
    assert say(serve(quick=lambda _: True), head, b"x" * size).endswith(b"\r\n\r\n%d" % size)


@pytest.mark.parametrize("is_quick", [True, False])
def test_an_application_that_breaks_is_an_answer(serve, is_quick):
    """500, and the server goes on."""

    def broken(environ, start):
        raise ZeroDivisionError

    port = serve(broken, quick=lambda _: is_quick)
    assert say(port, b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")[9:12] == b"500"
