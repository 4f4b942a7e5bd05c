"""What the engine sends is told to the timeline, which keeps ten thousand of such calls."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from harness.serving.watching.doors import on_timeline
from harness.serving.watching.happenings import MOST_OCTETS
from harness.wire.message import Request, Response


@pytest.mark.parametrize("size", [0, MOST_OCTETS, 5_000_000])
def test_an_answer_is_passed_on_whole_and_told_to_a_measure(size):
    """A foreign server may send megabytes each time."""
    calls = []
    answer = Response(500, (), b"x" * size)
    send = on_timeline(
        lambda _: answer,
        SimpleNamespace(add=calls.append),
        lambda: datetime(2026, 11, 30, tzinfo=UTC),
        lambda _: "target",
    )
    assert send(Request("GET", "https://scim.example/Users")) == answer
    assert [len(call.outcome.body) for call in calls] == [min(size, MOST_OCTETS)]
