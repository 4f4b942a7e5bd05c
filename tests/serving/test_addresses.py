"""Where the harness asks itself, and what follows for a cycle."""

import pytest

from harness.base.errors import HarnessError
from harness.serving.addresses import Shortcut, in_flight, own_names, public_host
from harness.serving.options import is_loopback
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


@pytest.mark.parametrize(
    ("allowed", "asked"),
    [
        ("Harness.Example", "harness.example"),
        ("harness.example.", "harness.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("[2001:DB8::7]", "2001:db8::7"),
        ("10.0.0.7", "10.0.0.7"),
    ],
)
def test_a_name_is_allowed_as_clients_will_ask_for_it(allowed, asked):
    """Addresses are told so too: the harness's own requests go by them, and hosts are compared letter by letter."""
    assert asked in own_names([allowed])
    assert public_host("0.0.0.0", [allowed]) == asked


@pytest.mark.parametrize(
    "allowed", ["https://harness.example", "harness.example:8080", "harness.example/portal", "*.example", "", "a b", "a..b", "a" * 64]
)  # fmt: skip
def test_what_is_no_name_is_told(allowed):
    """Nobody would ever ask for it, and addresses with it would lead nowhere."""
    with pytest.raises(HarnessError, match="is no name; give it without scheme, port and path"):
        own_names([allowed])


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_every_loopback_address_is_this_machine_alone(host):
    """All of 127.0.0.0/8, whatever it ends with."""
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.2", "harness.example"])
def test_what_others_can_reach_is_not_this_machine_alone(host):
    assert not is_loopback(host)
