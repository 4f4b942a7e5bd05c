"""What the engine sends is told to the timeline, which keeps ten thousand of such calls."""

from base64 import b64encode
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
    answer = Response(500, (), b"x " * (size // 2))
    send = on_timeline(
        lambda _: answer,
        SimpleNamespace(add=calls.append),
        lambda: datetime(2026, 11, 30, tzinfo=UTC),
        lambda _: "target",
    )
    assert send(Request("GET", "https://scim.example/Users")) == answer
    assert [len(call.outcome.body) for call in calls] == [min(size, MOST_OCTETS)]


@pytest.mark.parametrize("spelling", ["{0}", "{0}%3D%3D", "Basic {1}", '{{"echo": "{0}"}}'])
@pytest.mark.parametrize("shift", range(4, 40, 7))
def test_a_token_at_the_limit_is_not_shown_by_half(spelling, shift):
    """What is cut first and searched for secrets then holds only a half, which no search finds."""
    token = "zQ7-hR4.kP9_wX2~tB6vN8cM3sD5fG1j"
    echo = spelling.format(token, b64encode(b"me:" + token.encode()).decode())
    at = echo.rfind(" ") + 1
    answer = b"x " * MOST_OCTETS
    answer = answer[: MOST_OCTETS - shift - at] + echo.encode() + answer
    calls = []
    send = on_timeline(
        lambda _: Response(500, (), answer),
        SimpleNamespace(add=calls.append),
        lambda: datetime(2026, 11, 30, tzinfo=UTC),
        lambda _: "target",
    )
    send(Request("POST", "https://scim.example/Users", (("Authorization", f"Bearer {token}"),), answer))
    exchange = calls[0].event(1, whole=True).exchange
    for shown in (exchange.request.body, exchange.response.body):
        assert len(shown) > MOST_OCTETS - 200
        assert set(shown[-shift - at - 10 :].replace(b"***", b"").decode()) <= set('x {"echo:Basi}%3D')
