"""Azure AD against a strict little server, against scim2-server, and on its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.wire.message import Send, TransportError
from tests.azure_ad.company import Company
from tests.azure_ad.scim_server import TOKEN, ScimServer


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


@pytest.fixture(scope="session")
def discovery() -> Any:
    """Read scim2-server's resource definitions once; importing its models takes most of a second."""
    pytest.importorskip("scim2_server")
    from scim2_models import ScimProvider
    from scim2_server.testserver.application import BEARER_TOKEN_SCHEME
    from scim2_server.utils import (
        load_default_resource_types,
        load_default_schemas,
        load_default_service_provider_config,
    )

    config = load_default_service_provider_config()
    config.authentication_schemes = [BEARER_TOKEN_SCHEME]
    return ScimProvider.from_discovery(
        load_default_schemas().values(), load_default_resource_types().values(), config=config
    )


@pytest.fixture
def foreign_app(discovery: Any) -> Any:
    """Return scim2-server as a WSGI application, empty, open to the one token."""
    from scim2_server.memory import InMemoryStorage
    from scim2_server.testserver.application import BearerTokenApplication

    return BearerTokenApplication(InMemoryStorage(), discovery, bearer_tokens=[TOKEN])


@pytest.fixture
def foreign(foreign_app: Any) -> Send:
    """Return a transport into scim2-server."""
    from harness.wire.inprocess import inprocess

    return inprocess(foreign_app)
