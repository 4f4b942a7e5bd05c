"""Every quirk has a proof: a scenario that passes as the table stands, and fails once that one row says otherwise."""

from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from harness.base.quirks import Quirk, load_table
from harness.scenario.events import ScenarioFinished
from harness.scenario.loading import Scenario, load
from harness.scenario.running import run_scenario

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
ROWS = [row for side in ("harness.aws_sso", "harness.azure_ad") for row in load_table(side).rows.values()]


def flipped(row: Quirk, profile: str) -> object:
    """Return another value than the one in force in a profile."""
    if row.otherwise is not None:
        return row.otherwise
    value = row.values[profile]
    if isinstance(value, bool):
        return not value
    others = [other for other in row.values.values() if other != value]
    assert others, (
        f"{row.id}: nobody can see what else it could be; add `otherwise:`, a value with which {row.proof} fails"
    )
    return others[0]


def passes(scenario: Scenario) -> bool:
    """Play a case to its end."""
    (finished,) = (each for each in run_scenario(scenario, seed="1") if isinstance(each, ScenarioFinished))
    return finished.passed


@cache
def proof(path: str) -> tuple[Scenario, ...]:
    """Return the cases of a proof, which pass as they stand."""
    cases = load(ROOT / path).scenarios()
    failing = [case.id for case in cases if not passes(case)]
    assert not failing, f"{path} does not pass as it stands: {failing}"
    return cases


def unmoved(row: Quirk) -> set[str]:
    """Return the profiles of a row's proof in which no case notices that the row says otherwise."""
    cases = proof(row.proof)
    profiles = {case.profile for case in cases}
    for case in cases:
        if case.profile in profiles:
            turned = {**case.quirks, row.id: flipped(row, case.profile)}
            if not passes(replace(case, quirks=turned)):
                profiles.remove(case.profile)
    return profiles


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_proof_passes_with_its_quirk_and_fails_without(row):
    """A scenario that passes either way proves nothing; a row that differs by profile is proved in each it plays in."""
    assert (ROOT / row.proof).is_file(), f"{row.id} is proved by {row.proof}, which does not exist"
    profiles = {case.profile for case in proof(row.proof)}
    differs = len({repr(value) for value in row.values.values()}) > 1
    missed = unmoved(row)
    assert not missed if differs else missed != profiles, (
        f"{row.proof} passes with {row.id} as {[flipped(row, profile) for profile in missed]} too"
    )


def test_what_a_row_could_be_otherwise_is_not_what_it_is():
    """No row is turned into itself, but for those whose proof sets them."""
    own = {row.id for row in ROWS if row.otherwise in row.values.values()}
    assert own == {"milliseconds-per-object", "failing-objects"}
