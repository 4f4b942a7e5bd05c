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
