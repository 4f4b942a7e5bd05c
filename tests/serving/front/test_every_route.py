"""Every route that either application has, asked by a stranger from beyond loopback, and by whoever has the key."""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing

import pytest

from harness.aws_sso.app import AwsSso
from harness.aws_sso.console import api
from harness.azure_ad.app import AzureAd
from harness.azure_ad.graph.routes import ROUTES
from harness.serving.front.gate import KEY_HEADER
from harness.serving.options import Options
from harness.serving.served import Served
from harness.wire.message import Request, Response
from harness.wire.sockets.network import Network

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SCIM = (
    "",
    "/Users",
    "/Users/x",
    "/Groups",
    "/Groups/x",
    "/ServiceProviderConfig",
    "/Schemas",
    "/ResourceTypes",
)
_CONTROL = (
    "health",
    "clock",
    "populate",
    "reset",
    "mail",
    "job",
    "step",
    "why",
    "agreement",
    "timeline",
    "faults",
    "snapshots",
)
# What is meant for whoever has no token yet, and asks for a secret or gives none away.
_FOR_ALL = re.compile(
    r"/[^/]+/(oauth2/(v2\.0/)?token|(v2\.0/)?\.well-known/openid-configuration|discovery/(v2\.0/)?keys)"
)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    served = Served(Options(allowed_hosts=("harness.example",)))
    yield served
    served.stop()


def routes(side: int) -> set[tuple[str, str]]:
    """Return method and path of all that a side can be asked, each variable part of a path with the name x."""
    if side == 0:
        pages, tables = AwsSso().surfaces, [("", api._TABLE)]
    else:
        pages, tables = AzureAd().pages, [("/v1.0", ROUTES), ("/beta", ROUTES)]
    rules = {
        (method, rule.rule)
        for rule in pages.url_map.iter_rules()
        for method in (rule.methods or _METHODS) - {"HEAD", "OPTIONS"}
    }
    rules |= {(method, f"{prefix}{rule}") for prefix, table in tables for method, rule, _ in table}
    rules |= {(method, f"/_harness/{name}") for name in _CONTROL for method in ("GET", "POST")}
    if side == 0:
        rules |= {(method, f"/x/scim/v2{path}") for path in _SCIM for method in _METHODS}
    return {(method, re.sub("<[^>]*>", "x", path)) for method, path in rules}


def answers(
    served: Served, side: int, methods: Iterable[str], *headers: tuple[str, str]
) -> Iterator[tuple[str, str, Response]]:
    url = served.urls[side].replace("harness.example", "127.0.0.1")
    with closing(Network(timeout=30)) as network:
        for method, path in sorted(routes(side)):
            if method in methods and path != "/pages/timeline/events":  # goes on as long as it is listened to
                yield method, path, network(Request(method, f"{url}{path}", headers))


@pytest.mark.slow
@pytest.mark.parametrize("side", [0, 1])
def test_no_route_answers_a_stranger(served: Served, side: int) -> None:
    """401 from the gate, or from whatever asks for a token or secret itself; nothing says whether something exists."""
    others = {
        (method, path, answer.status)
        for method, path, answer in answers(served, side, _METHODS)
        if answer.status != 401 and not _FOR_ALL.fullmatch(path)
    }
    assert others == set()


@pytest.mark.slow
@pytest.mark.parametrize("side", [0, 1])
def test_every_answer_to_whoever_has_the_key_says_how_it_may_be_used(served: Served, side: int) -> None:
    """No frames, no guessing of types; and no route breaks when what it names is not there."""
    assert served.key is not None
    pages = 0
    for _, path, answer in answers(served, side, ("GET",), (KEY_HEADER, served.key), ("Accept", "text/html")):
        assert answer.status < 500, path
        assert answer.header("X-Content-Type-Options") == "nosniff", path
        if (answer.header("Content-Type") or "").startswith("text/html"):
            pages += 1
            assert "frame-ancestors 'none'" in (answer.header("Content-Security-Policy") or ""), path
    assert pages > 20
