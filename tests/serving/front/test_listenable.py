"""Listening to a transport: one thread's requests, and nothing once it is over."""

import threading

import pytest

from harness.base.clock import VirtualClock, from_iso
from harness.serving.front.listenable import Listenable
from harness.wire.message import Request, Response

pytestmark = pytest.mark.slow

NOW = from_iso("2026-03-02T08:00:00Z")


def asking(listenable, name):
    return listenable(Request("GET", f"https://h/{name}", (("Authorization", "Bearer a-long-credential"),)))


def test_only_the_listener_is_heard():
    """What other threads send meanwhile passes, unheard; so does everything before and after."""
    sent = []
    listenable = Listenable(lambda request: sent.append(request.url[-1:]) or Response(200))
    asking(listenable, "a")
    with listenable.listening(VirtualClock(NOW)) as heard:
        asking(listenable, "b")
        other = threading.Thread(target=asking, args=(listenable, "c"))
        other.start()
        other.join()
    asking(listenable, "d")
    assert sent == ["a", "b", "c", "d"]
    assert [exchange.request.url for exchange in heard] == ["https://h/b"]
    assert "a-long-credential" not in repr(heard)
