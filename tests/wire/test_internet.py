"""The small internet of a scenario: known origins lead to their transports, everything else nowhere."""

import pytest

from harness.wire.internet import internet
from harness.wire.message import Request, Response, TransportError

SCIM, GRAPH = "https://scim.us-east-1.amazonaws.com", "http://127.0.0.1:8080"


@pytest.fixture
def send():
    def answer(text):
        return lambda request: Response(200, (), text + request.url.encode())

    return internet({SCIM: answer(b"scim "), GRAPH: answer(b"graph ")})


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        (f"{SCIM}/t/scim/v2/Users?x=1", "scim"),
        ("https://SCIM.us-east-1.AMAZONAWS.com/Users", "scim"),
        (f"{SCIM}:443/Users", "scim"),
        (SCIM, "scim"),
        (f"{GRAPH}//Users", "graph"),
    ],
)
def test_an_origin_leads_to_its_transport(send, url, answer):
    """Scheme, host and port decide, case and a port that goes without saying do not; the request arrives as it is."""
    assert send(Request("GET", url)).body == f"{answer} {url}".encode()


@pytest.mark.parametrize(
    "url",
    [
        "https://scim.eu-west-1.amazonaws.com/",
        "http://scim.us-east-1.amazonaws.com/",
        f"{SCIM}:8443/",
        f"{SCIM}.evil.example/",
        "http://127.0.0.1/",
    ],
)
def test_another_origin_leads_nowhere(send, url):
    """A wrong region, scheme or port is a name that does not resolve."""
    with pytest.raises(TransportError, match="could not be resolved") as caught:
        send(Request("GET", url))
    assert caught.value.kind == "dns"


@pytest.mark.parametrize(
    "url", ["scim.us-east-1.amazonaws.com/Users", "", "/Users", "ftp://a/", "https://[::1/"]
)
def test_what_is_no_url_is_told_apart_from_a_wrong_one(send, url):
    """A forgotten https:// is not a wrong name."""
    with pytest.raises(TransportError) as caught:
        send(Request("GET", url))
    assert caught.value.kind == "url"


def test_new_origins_are_found_at_once():
    """Whoever owns the table may add to it while the world runs."""
    table = {}
    send = internet(table)
    table[SCIM] = lambda _: Response(204)
    assert send(Request("GET", f"{SCIM}/")).status == 204


def test_a_transports_own_error_passes():
    """Routing adds no interpretation."""

    def reset(request):
        raise TransportError("reset", "peer went away")

    with pytest.raises(TransportError, match="peer went away"):
        internet({SCIM: reset})(Request("GET", f"{SCIM}/"))
