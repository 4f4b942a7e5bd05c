"""Faults in a test's world: a client on a socket or in memory meets them as the provisioning service does."""

from __future__ import annotations

import pytest
import urllib3

from harness.base.clock import Stopwatch
from harness.base.errors import HarnessError
from harness.testing import World
from harness.testing.aws_side import AwsSso
from harness.wire.message import Request, TransportError

PATIENCE = urllib3.Timeout(30)
IMPATIENCE = urllib3.Timeout(0.3)


def status(aws_sso: AwsSso, path: str = "/Users", timeout: urllib3.Timeout = PATIENCE) -> int:
    """Ask as a client would that tries once."""
    headers = {"Authorization": f"Bearer {aws_sso.token}"}
    with urllib3.PoolManager() as pool:
        return pool.request(
            "GET", aws_sso.endpoint + path, headers=headers, timeout=timeout, retries=False
        ).status


def test_one_of_several_ends(scim_world: World) -> None:
    """By the number that `faults` has."""
    scim_world.fault("GET /Users", answer={"status": 503})
    scim_world.fault("GET /Groups", answer={"status": 503})
    assert scim_world.end_fault(2).met == 0
    with pytest.raises(HarnessError, match="no fault 2 is on; there are: 1 on 'GET /Users'"):
        scim_world.end_fault(2)


@pytest.mark.harness(sockets=True)
class TestClientOnSocket:
    def test_gets_the_faults_answer(self, scim_world: World, aws_sso: AwsSso) -> None:
        """So often, and what it got is among the requests seen."""
        scim_world.fault("GET /Users", answer={"status": 503}, times=1)
        assert [status(aws_sso) for _ in range(2)] == [503, 200]
        assert [seen.status for seen in aws_sso.requests("GET", "/Users")] == [503, 200]
        scim_world.assert_faults_met()

    def test_gets_no_answer(self, scim_world: World, aws_sso: AwsSso) -> None:
        """Its connection ends; the next one serves."""
        scim_world.fault("GET /Users", no_answer="reset", times=1)
        with pytest.raises(urllib3.exceptions.ProtocolError):
            status(aws_sso)
        assert status(aws_sso) == 200

    def test_runs_into_its_own_timeout(self, scim_world: World, aws_sso: AwsSso) -> None:
        """Others are served meanwhile, and the world's end waits for nobody."""
        scim_world.fault("GET /Users", no_answer="timeout", times=1)
        with pytest.raises(urllib3.exceptions.ReadTimeoutError):
            status(aws_sso, timeout=IMPATIENCE)
        watch = Stopwatch()
        assert status(aws_sso) == 200
        scim_world.close()
        assert watch.seconds() < 60  # the fault would have held it up for a hundred

    def test_gets_half_an_answer(self, scim_world: World, aws_sso: AwsSso) -> None:
        """It can tell by the length that was promised."""
        scim_world.fault("GET /Users", cut_the_answer=10, times=1)
        with pytest.raises(urllib3.exceptions.ProtocolError, match="IncompleteRead"):
            status(aws_sso)

    def test_gets_its_answer_late(self, scim_world: World, aws_sso: AwsSso) -> None:
        """In real time, for its own patience is real."""
        scim_world.fault("GET /Users", delay="400ms", times=1)
        with pytest.raises(urllib3.exceptions.ReadTimeoutError):
            status(aws_sso, timeout=urllib3.Timeout(0.1))


def test_a_client_in_memory_meets_them(scim_world: World, aws_sso: AwsSso) -> None:
    """Time passes by the world's clock there."""
    scim_world.fault("GET /Users", no_answer="timeout", times=1)
    before = scim_world.clock.now()
    bearer = (("Authorization", f"Bearer {aws_sso.token}"),)
    with pytest.raises(TransportError):
        scim_world.send(Request("GET", f"{aws_sso.endpoint}/Users", bearer))
    assert (scim_world.clock.now() - before).total_seconds() == 100
    scim_world.assert_faults_met()
