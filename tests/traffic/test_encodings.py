"""Compressed bodies are decoded to a measure."""

import gzip

import pytest

from harness.traffic.encodings import decoded, plain
from harness.wire.message import Response, TransportError
from harness.wire.sockets.network import MAX_ANSWER

_GZIP = (("Content-Encoding", "gzip"),)


def test_a_body_that_unpacks_beyond_all_measure_is_refused() -> None:
    """Sixty megabytes come as sixty kilobytes; they are not shortened in silence either."""
    body = gzip.compress(bytes(4 * MAX_ANSWER))
    assert decoded(_GZIP, body) is None
    with pytest.raises(TransportError, match="packed as gzip, which cannot be read here"):
        plain(Response(200, _GZIP, body))


def test_a_body_of_the_greatest_size_is_whole() -> None:
    assert decoded(_GZIP, gzip.compress(bytes(MAX_ANSWER))) == bytes(MAX_ANSWER)
