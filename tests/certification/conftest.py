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
from tests.conftest import TOKEN

URL = "https://scim.example.com/v2"
START = datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.fixture
def scim2_server(foreign_app: Any) -> Send:
    """Return a transport into it."""
    return inprocess(foreign_app)


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
