"""Graph's refusals stand in one table: each row is used, and no other module words one."""

import re
from pathlib import Path

import pytest

from harness.azure_ad.graph.odata import refusals

AZURE_AD = Path(refusals.__file__).parents[2]
ROWS = {name: row for name, row in vars(refusals).items() if isinstance(row, refusals.Refusal)}
TEXT = "\n".join(path.read_text() for path in AZURE_AD.rglob("*.py"))


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_used(name):
    assert re.search(rf"refusals\.{name}\b|: {name},", TEXT)


def test_no_two_rows_are_the_same():
    assert len(set(ROWS.values())) == len(ROWS)


def test_no_other_module_makes_an_error_with_a_sentence_of_its_own():
    worded = re.findall(r"ODataError\(\s*\d+,\s*\"\w+\",\s*f?\"[^{\"]*", TEXT)
    assert worded == []


def test_an_error_has_the_facts_in_its_sentence():
    error = refusals.TOP_REFUSED.error(text="many", limit=999)
    assert (error.status, error.code) == (400, "BadRequest")
    assert error.message == "Invalid value 'many' for $top: a number from 1 to 999 is needed."


def test_a_fact_with_braces_is_left_as_it_is():
    assert refusals.BODY_FORM.error(form='{"a": 1}').message == 'The body must be {"a": 1}.'
