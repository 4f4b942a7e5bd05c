"""Faults on the wire: which requests they choose, what comes back, and that the server knows nothing of them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.base.errors import HarnessError
from harness.wire.faults import (
    FAILURES,
    Faults,
    Selection,
    answering,
    carrying_out,
    cutting,
    delaying,
    failing,
)
from harness.wire.message import Request, Response, TransportError

BASE = "https://scim.example.com/tenant/scim/v2"
OUCH = Response(500, (), b"ouch")


class Server:
    """A sound `Send` that remembers what arrived."""

    def __init__(self):
        self.seen = []

    def __call__(self, request):
        self.seen.append(request.method)
        return Response(200, (), b"0123456789")


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def faults(server, waits):
    return Faults(server, waits.append)


@pytest.fixture
def waits():
    return []


def ask(send, method="GET", path="/Users", body=b""):
    return send(Request(method, BASE + path, (), body))


EVERY = Selection.of("* *")


@pytest.mark.parametrize(
    ("pattern", "method", "path", "chosen"),
    [
        ("POST /Users", "POST", "/Users", True),
        ("POST /Users", "GET", "/Users", False),
        ("POST /Users", "POST", "/Users/1", False),
        ("POST /Users", "POST", "/Groups", False),
        ("GET /Users", "GET", "/Users?filter=userName+eq+%22a%22", True),
        ("GET /Users/*", "GET", "/Users/1", True),
        ("GET /Users/*", "GET", "/Users?filter=a", False),
        ("GET /Groups/*", "GET", "/Groups/1?excludedAttributes=members", True),
        ('GET /Users?filter=userName eq "a@b"', "GET", "/Users?filter=userName+eq+%22a%40b%22", True),
        ("GET /Users?*a@b*", "GET", "/Users?filter=userName+eq+%22c%40d%22", False),
        ("GET /Users?*", "GET", "/Users", False),
        ("* /Users*", "PATCH", "/Users/1", True),
        ("* *", "DELETE", "/Groups/1", True),
        ("GET /a.b", "GET", "/axb", False),
    ],
)
def test_a_pattern_chooses_by_method_and_end_of_path(pattern, method, path, chosen):
    """The tenant URL in front does not matter, and paths are compared as people read them."""
    assert Selection.of(pattern).chooses(Request(method, BASE + path)) is chosen


def test_a_body_can_choose():
    """Servers choke on what a request says, not only on where it goes."""
    selection = Selection.of("PATCH /Users/*", '"False"')
    assert selection.chooses(Request("PATCH", f"{BASE}/Users/1", (), b'{"value":"False"}'))
    assert not selection.chooses(Request("PATCH", f"{BASE}/Users/1", (), b'{"value":false}'))


@pytest.mark.parametrize("pattern", ["", "/Users", "POST", "post /Users", "POST Users", "POST  /Users"])
def test_what_is_no_pattern_is_told(pattern):
    """A typing error must not become a fault that never happens."""
    with pytest.raises(HarnessError, match="a method and a path"):
        Selection.of(pattern)


@given(st.text(max_size=20), st.text(max_size=20), st.binary(max_size=20))
def test_choosing_breaks_on_nothing(pattern, path, body):
    """Whatever is asked, by whatever pattern."""
    try:
        selection = Selection.of(f"GET /{pattern}", "x")
    except HarnessError:
        return
    selection.chooses(Request("GET", f"{BASE}/{path}", (), body))


def test_an_answer_replaces_the_servers(faults, server):
    """The request goes nowhere."""
    faults.put(EVERY, answering(OUCH))
    assert ask(faults) == OUCH
    assert server.seen == []


@pytest.mark.parametrize("kind", FAILURES)
def test_no_answer_is_a_transport_error(faults, server, waits, kind):
    """Each as `Network` would raise it, after as long as it takes."""
    faults.put(EVERY, failing(kind, timedelta(seconds=100)))
    with pytest.raises(TransportError) as error:
        ask(faults)
    assert error.value.kind == kind
    assert (waits, server.seen) == ([timedelta(seconds=100)], [])


def test_a_request_can_be_carried_out_and_its_answer_lost(faults, server, waits):
    """The server wrote, and nobody knows."""
    faults.put(EVERY, carrying_out(failing("reset")))
    with pytest.raises(TransportError):
        ask(faults, "POST")
    assert server.seen == ["POST"]


def test_a_request_can_be_carried_out_and_called_a_failure(faults, server):
    """500 after the write."""
    faults.put(EVERY, carrying_out(answering(OUCH)))
    assert ask(faults, "POST") == OUCH
    assert server.seen == ["POST"]


def test_an_answer_can_be_cut(faults):
    """Status and headers come through, and so many bytes."""
    faults.put(EVERY, cutting(4))
    assert ask(faults).body == b"0123"


def test_a_server_can_be_slow(faults, server, waits):
    """It does its work; time passes by the clock it is given."""
    faults.put(EVERY, delaying(timedelta(seconds=30)))
    assert ask(faults).status == 200
    assert (waits, server.seen) == ([timedelta(seconds=30)], ["GET"])


def test_the_last_fault_comes_first_until_it_is_used_up(faults):
    """`times` counts only what was chosen."""
    faults.put(EVERY, answering(OUCH))
    faults.put(Selection.of("POST *"), answering(Response(429)), times=1)
    told = [ask(faults, method).status for method in ("GET", "POST", "POST")]
    assert told == [500, 429, 500]


def test_faults_compose(faults, server, waits):
    """A later one lies around an earlier one: slow, and cut."""
    faults.put(EVERY, cutting(2))
    faults.put(EVERY, delaying(timedelta(seconds=1)))
    assert ask(faults).body == b"01"
    assert len(waits) == 1


def test_they_end(faults):
    """All of them."""
    faults.put(EVERY, answering(OUCH))
    faults.end()
    assert ask(faults).status == 200


def test_faults_are_put_back_as_they_stood(faults, server):
    """Those put on since are gone, and what was left of a number is left again."""
    first = faults.put(EVERY, answering(OUCH), 2)
    ask(faults)
    standing = faults.standing()
    ask(faults)
    faults.put(EVERY, answering(OUCH))
    faults.put_back(standing)
    assert first.met == 1
    assert [ask(faults).status for _ in range(3)] == [500, 200, 200]
