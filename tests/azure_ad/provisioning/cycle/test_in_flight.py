"""Several objects at work together: requests overlap, and everything ends as it would one by one."""

import threading
from collections import Counter
from contextvars import ContextVar
from datetime import timedelta

import pytest

from harness.wire.message import Request, Response
from tests.azure_ad.provisioning.company import Company
from tests.azure_ad.scim_server import ScimServer, refusal

TOGETHER = 4
TURN: ContextVar[str] = ContextVar("turn")


class Crowded:
    """A server that answers searches for people only when `TOGETHER` of them wait; the rest goes one by one."""

    def __init__(self) -> None:
        self.server = ScimServer()
        self._lock = threading.Lock()
        self._gate = threading.Barrier(TOGETHER, timeout=20)
        self.gated = False
        self.turns: set[str] = set()  # in whose context requests were sent

    def __call__(self, request: Request) -> Response:
        self.turns.add(TURN.get("none"))
        if self.gated and request.method == "GET" and "contoso.com" in request.url:
            self._gate.wait()
        with self._lock:
            return self.server(request)


@pytest.fixture
def crowded():
    return Crowded()


def staffed(crowded: Crowded, people: int) -> Company:
    company = Company(crowded, in_flight=TOGETHER)
    for number in range(people):
        company.person(f"p{number}")
    return company


def test_searches_overlap(crowded):
    """The barrier opens for four together only; one by one would break it."""
    company = staffed(crowded, 2 * TOGETHER)
    crowded.gated = True
    company.turn_on()
    assert Counter(crowded.server.created) == Counter(f"p{number}@contoso.com" for number in range(8))
    assert company.status["lastExecution"]["countExported"] == 8
    assert [entry["value"] for entry in company.status["synchronizedEntryCountByType"]] == [8]


def test_all_threads_work_in_the_context_of_the_turn(crowded):
    """On PostgreSQL the lock hangs on it, over whose connection they write."""
    company = staffed(crowded, TOGETHER)
    token = TURN.set("ours")
    company.turn_on()
    TURN.reset(token)
    assert len(crowded.server.created) == TOGETHER
    assert crowded.turns == {"ours"}


def test_one_failure_does_not_hold_up_the_others(crowded):
    crowded.server.refuse("POST", "/Users", refusal(400), times=1)
    company = staffed(crowded, 6)
    company.turn_on()
    assert len(crowded.server.created) == 5
    assert Counter(status for _, _, status in company.told())["success"] == 5
    company.cycle()
    assert len(crowded.server.created) == 6


def test_a_bad_connection_ends_the_cycle_after_the_handful(crowded):
    crowded.server.refuse("POST", "/Users", refusal(401), times=1)
    company = staffed(crowded, 3 * TOGETHER)
    company.turn_on()
    assert company.status["code"] == "Quarantine"
    assert len(crowded.server.created) == TOGETHER - 1
    company.wait(timedelta(minutes=5))
    assert len(crowded.server.created) == 3 * TOGETHER
    assert max(Counter(crowded.server.created).values()) == 1
