"""What a log quotes of an answer has a measure and no secret."""

import pytest

from harness.wire.message import Response
from harness.wire.recording.secrets import LONGEST, Secrets, quotable


@pytest.mark.parametrize("body", [b"", b"{}", b"x" * LONGEST])
def test_what_has_the_usual_length_is_quoted_whole(body):
    answer = Response(500, (("Server", "nginx"),), body)
    assert quotable(answer, Secrets([])) == answer


def test_what_is_long_is_cut_and_the_rest_counted():
    """Its first part says what went wrong; a letter of several bytes at the edge breaks nothing."""
    answer = quotable(Response(500, (("X", "y" * 9_999),), b"<html>" + "ä".encode() * 500_000), Secrets([]))
    assert len(answer.body) < LONGEST + 100
    assert answer.body.startswith(b"<html>")
    assert answer.body.decode().endswith("… (983,622 more bytes)")
    assert len(answer.headers[0][1]) == 1_025


def test_no_part_of_a_secret_is_left_at_the_edge():
    """It is hidden first."""
    secret = "s" * 40
    said = b"x" * (LONGEST - 20) + secret.encode() + b"y" * 99
    assert b"ss" not in quotable(Response(500, (), said), Secrets([secret])).body
