"""The control API as HTTP has it: what a name takes is said to whoever asks otherwise."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from harness.base.clock import VirtualClock, from_iso
from harness.serving.front.control import with_control
from harness.wire.inprocess import inprocess
from harness.wire.message import Request


@pytest.mark.parametrize(
    ("method", "name", "status", "allow"),
    [
        ("GET", "clock", 200, None),
        ("HEAD", "clock", 200, None),
        ("DELETE", "clock", 405, "GET, POST, HEAD"),
        ("OPTIONS", "reset", 405, "POST"),
        ("HEAD", "reset", 405, "POST"),
        ("HEAD", "nothing", 404, None),
    ],
)
def test_a_name_takes_its_methods(method, name, status, allow):
    """HEAD wherever GET is, and 405 names them (RFC 9110 sections 9.1 and 15.5.6)."""
    world = SimpleNamespace(clock=VirtualClock(from_iso("2026-01-01T00:00:00Z")), offset=timedelta())
    send = inprocess(with_control(lambda *_: pytest.fail("it is not asked"), world))
    answer = send(Request(method, f"http://127.0.0.1/_harness/{name}"))
    assert (answer.status, answer.header("Allow")) == (status, allow)
    assert int(answer.header("Content-Length")) > 0
