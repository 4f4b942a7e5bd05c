"""Azure AD against a strict little server, against scim2-server, and on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from harness.wire.inprocess import inprocess
from harness.wire.message import Send, TransportError
from harness.wire.sockets.network import Network
from harness.wire.sockets.server import Server
from tests.azure_ad.foreign import Foreign
from tests.azure_ad.provisioning.company import Company
from tests.azure_ad.scim_server import BASE, TOKEN, ScimServer
from tests.azure_ad.scimmy.running import serving


@pytest.fixture
def server() -> ScimServer:
    return ScimServer()


@pytest.fixture
def found(server: ScimServer) -> Callable[..., Company]:
    """Return a function that founds a company which provisions to `server`."""

    def founded(**options: Any) -> Company:
        return Company(server, **options)

    return founded


@pytest.fixture
def company(found: Callable[..., Company]) -> Company:
    return found()


@pytest.fixture
def lonely() -> Company:
    """Return a company whose requests reach nobody."""

    def nowhere(request: Any) -> Any:
        raise TransportError("dns", "The remote name could not be resolved: 'scim.example.com'")

    return Company(nowhere)


@pytest.fixture
def foreign(foreign_app: Any) -> Send:
    """Return a transport into scim2-server."""
    return inprocess(foreign_app)


@pytest.fixture(scope="module")
def socket() -> Iterator[tuple[dict[str, Any], Network, str]]:
    """Listen once; each test puts its own application behind the socket."""
    behind: dict[str, Any] = {}

    def present(environ: Any, start_response: Any) -> Any:
        return behind["app"](environ, start_response)

    server, network = Server(present, "127.0.0.1", 0, threads=2), Network(timeout=10)
    server.start()
    yield behind, network, f"{server.url}/v2"
    network.close()
    server.stop()


@pytest.fixture
def scim2_company(foreign_app: Any, socket: tuple[dict[str, Any], Network, str]) -> Callable[[str], Foreign]:
    """Return a function that founds a company with scim2-server, `in process` or `over a socket`."""

    def founded(transport: str) -> Foreign:
        if transport == "in process":
            return Foreign(inprocess(foreign_app), BASE)
        behind, network, base = socket
        behind["app"] = foreign_app
        return Foreign(network, base)

    return founded


@pytest.fixture(scope="session")
def scimmy() -> Iterator[Callable[[], tuple[Network, str]]]:
    """Run one SCIMMY for all tests of this process; each is given a tenant of its own."""
    network, tenants = Network(timeout=10), count()
    with serving(TOKEN) as origin:
        yield lambda: (network, f"{origin}/tenant{next(tenants)}/scim")
    network.close()


@pytest.fixture
def scimmy_company(scimmy: Callable[[], tuple[Network, str]]) -> Callable[..., Foreign]:
    """Return a function that founds a company with SCIMMY, in a dialect."""

    def founded(flag: str = "") -> Foreign:
        company = Foreign(*scimmy())
        company.point(flag)
        return company

    return founded
