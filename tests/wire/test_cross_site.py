"""Which requests a browser makes for others, by what it says of them."""

import pytest

from harness.wire.cross_site import is_order_of_another_site, names_this_machine


def request(method="POST", host="127.0.0.1:8081", **headers):
    return {
        "REQUEST_METHOD": method,
        "HTTP_HOST": host,
        **{f"HTTP_{name}": value for name, value in headers.items()},
    }


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"ORIGIN": "http://127.0.0.1:8081"},
        {"SEC_FETCH_SITE": "same-origin", "ORIGIN": "http://127.0.0.1:8081"},
        {"SEC_FETCH_SITE": "none"},
        {"host": "LOCALHOST", "ORIGIN": "http://localhost:80"},
        {"method": "GET", "SEC_FETCH_SITE": "cross-site", "ORIGIN": "https://evil.example"},
    ],
)
def test_scripts_own_pages_and_readers_are_served(headers):
    """What names no site is somebody on this machine; reading changes nothing."""
    assert not is_order_of_another_site(request(**headers))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {"SEC_FETCH_SITE": "cross-site"},
        {"SEC_FETCH_SITE": "same-site", "ORIGIN": "http://127.0.0.1:8081"},
        {"ORIGIN": "https://evil.example"},
        {"ORIGIN": "http://127.0.0.1:8080"},
        {"ORIGIN": "null"},
        {"ORIGIN": "http://["},
        {"ORIGIN": "", "host": ""},
    ],
)
def test_orders_of_other_sites_are_told(method, headers):
    """Another port is another site too."""
    assert is_order_of_another_site(request(method, **headers))


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8080", "127.9.9.9", "localhost", "LOCALHOST:1", "[::1]:8081", "a.localhost"]
)
def test_loopback_has_these_names(host):
    """Addresses of the loopback interface, and `localhost` (RFC 6761, section 6.3)."""
    assert names_this_machine(request(host=host))


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "10.0.0.1", "", "[::1", "0x7f.1", "a:b", "\xe9"]
)
def test_every_other_name_is_somebody_elses(host):
    """Also what only looks like this machine."""
    assert not names_this_machine(request(host=host))


def test_a_request_without_host_is_no_browsers():
    """HTTP/1.0 and in-process callers."""
    assert names_this_machine({})
