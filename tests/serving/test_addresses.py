"""Where the harness asks itself, and what follows for a cycle."""

import pytest

from harness.serving.addresses import Shortcut, in_flight
from harness.wire.message import Response

OWN = "http://127.0.0.1:8080"


def answer(request):
    del request
    return Response(200)


@pytest.fixture
def network():
    return Shortcut(answer, {OWN: answer})


@pytest.mark.parametrize(
    ("url", "together"),
    [
        (f"{OWN}/7a2/scim/v2", 1),
        ("HTTP://127.0.0.1:8080/7a2/scim/v2", 1),
        ("http://127.0.0.1:8082/scim", 8),
        ("https://scim.example.com/v2", 8),
        ("", 8),
    ],
)
def test_objects_go_together_where_there_is_a_network_to_wait_for(network, url, together):
    assert in_flight(network, None, url) == together


def test_as_many_as_are_wanted_go_together(network):
    assert in_flight(network, 3, f"{OWN}/7a2/scim/v2") == 3
