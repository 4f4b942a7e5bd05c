"""The table of documented error codes: whole, and each proved by a scenario whose log has the code."""

from pathlib import Path

import pytest

from harness.azure_ad.provisioning.log.codes import error_codes
from harness.base.quirks import load_table

ROOT = Path(__file__).parents[3]
QUIRKS = load_table("harness.azure_ad").rows


def test_the_table_has_every_code_of_the_page():
    """howto-analyze-provisioning-logs, "Error codes", read 2026-11-29: twenty-two rows, four with several codes."""
    codes = [row.code for row in error_codes()]
    assert len(codes) == len(set(codes)) == 26


@pytest.mark.parametrize("row", error_codes(), ids=lambda row: row.code)
def test_a_code_comes_in_its_scenario(row):
    """By itself: the scenario's log has it. With a quirk: the scenario's fails with the quirk so, as test_proofs holds."""
    assert row.comes.endswith(".")
    proof = (ROOT / row.proof).read_text(encoding="utf-8")
    assert row.code in proof or (row.quirk and row.quirk in QUIRKS)
