"""Every question that sources leave open has a quirk of the table, or a reason why there is none."""

import pytest

from harness.azure_ad.open_questions import open_questions
from harness.base.quirks import load_table

ROWS = load_table("harness.azure_ad").rows


@pytest.mark.parametrize("row", open_questions(), ids=lambda row: row.question)
def test_a_question_is_answered_by_quirks_or_by_a_reason(row):
    assert row.question.endswith("?")
    assert row.quirks or row.reason.endswith(".")
    assert set(row.quirks) <= set(ROWS)
