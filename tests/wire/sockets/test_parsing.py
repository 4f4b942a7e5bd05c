"""What no client has a use for is not collected."""

import pytest

from harness.wire.sockets.answers import Answer
from harness.wire.sockets.parsing import MAX_HEADERS, Parser, Stage

_HEAD = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begun", "more"),
    [(b"0\r\n", b"X-T: t\r\n"), (b"0\r\nX-T: ", b"t"), (b"5;", b"e"), (b"", b"0"), (b"", b"1\r\na\r\n")],
    ids=["trailers", "a trailer", "an extension", "a size", "bytes one by one"],
)
def test_what_frames_a_body_has_its_measure(begun, more):
    """Whoever collects chunk extensions and trailers without end runs out of memory, or of time for anybody else."""
    parser = Parser()
    parser.feed(_HEAD + begun)
    for _ in range(4):
        parser.feed(more * (MAX_HEADERS // len(more)))
    (refused,) = parser.arrived
    assert isinstance(refused, Answer)
    assert (refused.head[9:12], parser.stage) == (b"413", Stage.NOTHING)


def test_a_body_in_small_chunks_is_taken():
    """As a JSON encoder that yields token by token sends it, to whatever length."""
    parser = Parser()
    parser.feed(_HEAD)
    for _ in range(20):
        parser.feed(b"4\r\ntext\r\n" * 5_000)
    parser.feed(b"0\r\nX-Trailer: t\r\n\r\n")
    (request,) = parser.arrived
    assert not isinstance(request, Answer)
    assert len(request.body) == 400_000


def parsed(said, step=None):
    """Return what arrives of some bytes, which come `step` by step; statuses stand for refusals."""
    parser = Parser()
    for place in range(0, len(said), step or len(said)):
        parser.feed(said[place : place + (step or len(said))])
    return [each.head[9:12] if isinstance(each, Answer) else each for each in parser.arrived]


def get(target=b"/", headers=b"Host: h\r\n", method=b"GET", version=b"1.1"):
    return b"%b %b HTTP/%b\r\n%b\r\n" % (method, target, version, headers)


_OFFER = b"Host: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"


@pytest.mark.parametrize("step", [1, 7, None])
@pytest.mark.parametrize(
    ("framing", "body"),
    [(b"Content-Length: 4\r\n", b"body"), (b"Transfer-Encoding: chunked\r\n", b"4\r\nbody\r\n0\r\n\r\n"), (b"", b"")],
    ids=["length", "chunks", "none"],
)  # fmt: skip
def test_an_offer_of_another_protocol_is_declined(framing, body, step):
    """Java's HttpClient offers HTTP/2 with its first request, body and all; we go on as if it had not (RFC 9110 section 7.8)."""
    first, second = parsed(get(b"/first", _OFFER + framing, b"POST") + body + get(b"/second"), step)
    assert (first.method, first.target, first.stays, second.target) == ("POST", b"/first", True, b"/second")
    assert first.body == (b"body" if body else b"")
    assert dict(first.headers)[b"upgrade"] == b"h2c"


def test_offers_by_the_thousand_are_declined():
    """In one piece, as fast as any other requests."""
    assert len(parsed(get(headers=_OFFER) * 5_000)) == 5_000


def test_an_offer_does_not_change_the_version():
    """An HTTP/1.0 client that makes one is still answered as one, and the connection ends."""
    (request,) = parsed(get(headers=_OFFER, version=b"1.0"))
    assert (request.version, request.stays) == ("1.0", False)


def test_what_follows_connect_is_of_another_protocol():
    """It is not read: there is no tunnel here."""
    assert [each.method for each in parsed(get(b"h:443", method=b"CONNECT") + get())] == ["CONNECT"]


@pytest.mark.parametrize(
    "codings", [b"identity\r\nTransfer-Encoding: chunked", b"gzip\r\nTransfer-Encoding: chunked"]
)
def test_codings_in_several_lines_are_one_list(codings):
    """Whoever looks at one line alone frames the body otherwise than whoever stands in front (RFC 9112 section 6.1)."""
    said = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: %b\r\n\r\n0\r\n\r\n" % codings
    assert parsed(said) == [b"501"]


def test_space_behind_a_value_is_no_part_of_it():
    """RFC 9112 section 5.1: neither of a host's name, a key's or a coding's."""
    headers = b"Host: h \t\r\nX-Harness-Key:  key  \r\nTransfer-Encoding: chunked \r\n"
    (request,) = parsed(get(headers=headers, method=b"POST") + b"0\r\n\r\n")
    assert request.headers == [
        (b"host", b"h"),
        (b"x-harness-key", b"key"),
        (b"transfer-encoding", b"chunked"),
    ]


@pytest.mark.parametrize("said", [b"GET /\r\n\r\n", get(version=b"0.9")])
def test_http_0_9_is_not_spoken(said):
    """Its answers have no status and no headers, so ours would be taken for a page."""
    assert parsed(said) == [b"505"]


@pytest.mark.parametrize(
    "host",
    [b"h:port", b"h:1:2", b"[]", b"[::1", b"::1", b"a@h", b"h/", b"h#", b"a, b"],
)
def test_a_host_is_a_name_or_an_address_and_a_port(host):
    """400 for what is neither (RFC 9112 section 3.2)."""
    assert parsed(get(headers=b"Host: %b\r\n" % host)) == [b"400"]


@pytest.mark.parametrize(
    "host", [b"h", b"h:80", b"h:", b"H.example.", b"[::1]", b"[::1]:80", b"10.0.0.7:8080", b""]
)
def test_every_form_of_a_host_is_taken(host):
    """The empty one too: whoever asks for an address without a host says so (RFC 9112 section 3.2)."""
    (request,) = parsed(get(headers=b"Host: %b\r\n" % host))
    assert request.headers == [(b"host", host)]


@pytest.mark.parametrize(
    ("method", "target"),
    [
        (b"GET", b"/portal#users"), (b"GET", b"*"), (b"GET", b"ftp://h/"), (b"GET", b"http://a:b@h/"), (b"GET", b"http:///x"),
        (b"GET", b"http://h:port/"), (b"GET", b"http://h/#x"), (b"CONNECT", b"/"), (b"CONNECT", b"http://h/"),
    ],
)  # fmt: skip
def test_what_is_no_target_is_refused(method, target):
    """400, whatever an application would have made of it (RFC 9112 section 3.2)."""
    assert parsed(get(target, method=method)) == [b"400"]


@pytest.mark.parametrize(
    ("target", "host"),
    [(b"http://other.example/x?y", b"other.example"), (b"HTTPS://[::1]:8", b"[::1]:8"), (b"/x", b"h")],
)
def test_the_host_of_a_whole_address_counts(target, host):
    """Whatever the header Host says (RFC 9112 section 3.2.2): the list of hosts is asked about the one that is meant."""
    (request,) = parsed(get(target))
    assert (request.target, request.headers) == (target, [(b"host", host)])
