"""Servers to certify: scim2-server, and our own AWS SSO."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from harness import world
from harness.base.clock import VirtualClock
from harness.certification.running import Result, run
from harness.certification.subject import Subject
from harness.certification.suite import Check, Suite
from harness.wire.inprocess import inprocess
from harness.wire.message import Send, json_request

URL = "https://scim.example.com/v2"
TOKEN = "a-token-that-nobody-ever-sees-again"
START = datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.fixture(scope="session")
def discovery() -> Any:
    """Read scim2-server's resource definitions once; importing its models takes most of a second."""
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
def scim2_server(discovery: Any) -> Send:
    """Return a transport into scim2-server, empty."""
    from scim2_server.memory import InMemoryStorage
    from scim2_server.testserver.application import BearerTokenApplication

    return inprocess(BearerTokenApplication(InMemoryStorage(), discovery, bearer_tokens=[TOKEN]))


@pytest.fixture
def aws_sso() -> tuple[Send, Subject]:
    """Return a transport into an AWS SSO of its own, and how to name it as a subject."""
    account = world.create()
    enabled = account.unrecorded(
        json_request("POST", f"{account.origins['console']}/console/api/automatic-provisioning", {})
    ).json()
    return account.unrecorded, Subject(enabled["scimEndpoint"], enabled["accessToken"])


Certify = Callable[..., dict[str, Result]]


@pytest.fixture
def certify() -> Certify:
    """Return a function that runs a suite, or some of its checks, and returns the results by the check's name."""

    def certified(suite: Suite[Check], send: Send, subject: Subject | None = None) -> dict[str, Result]:
        subject = subject or Subject(URL, TOKEN)
        return {result.check.name: result for result in run(subject, [suite], send, VirtualClock(START), "1")}

    return certified
