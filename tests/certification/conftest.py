"""Servers to certify: scim2-server, as it is and mended, and our own AWS SSO; and what certifies them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harness import world
from harness.base.clock import VirtualClock
from harness.certification.bench.patience import Patience
from harness.certification.outcomes import Outcome
from harness.certification.running import Result, run
from harness.certification.subject import Subject
from harness.certification.suite import Check, Suite
from harness.wire.inprocess import inprocess
from harness.wire.message import Send, json_request
from tests.certification.vendors import mended
from tests.certification.wrong import URL
from tests.conftest import TOKEN

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
# What the mapping of the AWS gallery application leaves out of the usual one: AWS SSO takes one phone number.
ONE_PHONE = ('phoneNumbers[type eq "mobile"].value', 'phoneNumbers[type eq "fax"].value')
# And what a target directory must not have then: one address and one place, too.
# Nor roles that are found by a text for true or false.
ONE_OF_EACH = (
    *ONE_PHONE,
    'roles[primary eq "True"].value',
    *(f'phoneNumbers[type eq "{kind}"].value' for kind in ("home", "other", "pager")),
    *(f'emails[type eq "{kind}"].value' for kind in ("home", "other")),
    *(f'addresses[type eq "{kind}"].formatted' for kind in ("home", "other")),
)


@pytest.fixture
def scim2_server(foreign_app: Any) -> Send:
    """Return a transport into it."""
    return inprocess(foreign_app)


@pytest.fixture
def right_server() -> Send:
    """Return a transport into the right server, for what no server in particular is needed."""
    from tests.certification.right.server import RightServer

    return RightServer()


@pytest.fixture
def vendor(scim2_server: Send) -> Send:
    """Return a transport into it as a vendor would mend it for Azure AD."""
    return mended(scim2_server)


@pytest.fixture
def aws_sso() -> tuple[Send, Subject]:
    """Return a transport into an AWS SSO of its own, and how to name it as a subject."""
    account = world.create()
    enabled = account.unrecorded(
        json_request("POST", f"{account.origins['console']}/console/api/automatic-provisioning", {})
    ).json()
    return account.unrecorded, Subject(enabled["scimEndpoint"], enabled["accessToken"])


AT_ONCE = Patience(settle=timedelta())  # what was written is read at once, or not at all
Certify = Callable[..., dict[str, Result]]


@pytest.fixture
def certify() -> Certify:
    """Return a function that runs each check of a suite by itself, and returns the results by the check's name."""

    def certified(suite: Suite[Check], send: Send, subject: Subject | None = None) -> dict[str, Result]:
        subject = subject or Subject(URL, TOKEN)
        alone = [replace(suite, checks=(check,)) for check in suite.checks]
        runs = (run(subject, [each], send, VirtualClock(START), "1", patience=AT_ONCE) for each in alone)
        return {result.check.name: result for results in runs for result in results}

    return certified


Tried = Callable[..., dict[str, tuple[Outcome, str]]]


@pytest.fixture
def tried(certify: Certify) -> Tried:
    """Return a function that runs checks, or those of some names, and returns outcome and reason by name."""

    def run_some(
        checks: tuple[Check, ...], send: Send, *names: str, **subject: Any
    ) -> dict[str, tuple[Outcome, str]]:
        chosen = tuple(check for check in checks if not names or check.name in names)
        about = Subject(**{"url": URL, "token": TOKEN, **subject})
        results = certify(Suite("some", "", "", "", chosen), send, about)
        return {name: (result.outcome, result.reason) for name, result in results.items()}

    return run_some


def others(results: dict[str, tuple[Outcome, str]]) -> dict[str, Outcome]:
    """Return what is not PASSED."""
    return {name: outcome for name, (outcome, _) in results.items() if outcome is not Outcome.PASSED}
