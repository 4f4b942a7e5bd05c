"""Mutants of a small right server: the server itself passes every suite, and each mutant fails the check that names its fault.

Right servers that are unusual pass too: otherwise a check would demand more than the RFCs do.
"""

import pytest

from harness.certification.outcomes import Outcome
from harness.certification.suite import Suite
from harness.certification.suites import SUITES
from harness.certification.suites.rfc7644.suite import RFC7644
from tests.certification.right.amounts import AMOUNTS
from tests.certification.right.bystanders import BYSTANDERS
from tests.certification.right.consequences import CONSEQUENCES
from tests.certification.right.controls import CONTROLS
from tests.certification.right.echoes import ECHOES
from tests.certification.right.further import FURTHER
from tests.certification.right.later import LATER
from tests.certification.right.membership import MEMBERSHIP
from tests.certification.right.mutants import MUTANTS
from tests.certification.right.reported import ACCUSED, REPORTED
from tests.certification.right.server import RightServer
from tests.certification.right.unusual import UNUSUAL
from tests.certification.suites.rfc7644.test_rfc7644 import WRONGS

ALL = (
    *MUTANTS,
    *FURTHER,
    *LATER,
    *BYSTANDERS,
    *ECHOES,
    *UNUSUAL,
    *CONSEQUENCES,
    *MEMBERSHIP,
    *AMOUNTS,
    *REPORTED,
)
CHECKS = {(suite.name, check.name): check for suite in SUITES for check in suite.checks}


@pytest.mark.parametrize("suite", SUITES, ids=[suite.name for suite in SUITES])
@pytest.mark.slow
def test_the_right_server_passes_whatever_applies_to_it(certify, suite):
    """Otherwise a mutant's failure would say nothing."""
    results = certify(suite, RightServer())
    assert {
        name: (each.outcome, each.reason)
        for name, each in results.items()
        if each.outcome not in (Outcome.PASSED, Outcome.SKIPPED)
    } == {}
    assert [each.left for each in results.values() if each.left] == []


@pytest.mark.parametrize("make", [*CONTROLS, *ACCUSED])
@pytest.mark.slow
def test_a_right_server_that_is_unusual_fails_nothing(certify, make):
    """Some checks do not apply to it, some only warn."""
    results = certify(RFC7644, make())
    assert {
        name: each.reason
        for name, each in results.items()
        if each.outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE)
    } == {}


@pytest.mark.parametrize("mutant", ALL, ids=[f"{each.suite}: {each.fault}" for each in ALL])
def test_a_mutant_is_caught_by_the_check_that_names_its_fault(certify, mutant):
    """One that is optional warns; what the mutant is right in is not judged here."""
    check = CHECKS[mutant.suite, mutant.check]
    (result,) = certify(Suite("one", "", "", "", (check,)), mutant.make()).values()
    assert result.outcome is (Outcome.FAILED if check.mandatory else Outcome.WARNING), result.reason
    assert result.reason


def test_every_check_of_the_rfc_was_seen_to_fail():
    """No check passes whatever a server does."""
    failed = {each.check for each in ALL if each.suite == RFC7644.name} | {name for name, *_ in WRONGS}
    checks = {check.name for check in RFC7644.checks}
    assert not checks - failed, (
        f"no wrong server fails {checks - failed}: add one with that fault to tests/certification/right/mutants.py"
    )
    assert failed <= checks
