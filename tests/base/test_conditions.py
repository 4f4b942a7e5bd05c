"""Conditions in words: what binds closest, and where a mistake stands."""

import pytest

from harness.base.conditions import condition, words
from harness.base.errors import HarnessError


@pytest.mark.parametrize(
    ("text", "there", "holds"),
    [
        ("a", {"a"}, True),
        ("not a", {"a"}, False),
        ("not not a", {"a"}, True),
        ("a or b and c", {"a"}, True),
        ("(a or b) and c", {"a"}, False),
        ("not a or b", {"a", "b"}, True),
        ("not (a or b)", {"b"}, False),
        ('"two words" and it\'s', {"two words"}, None),
        ("'two words' and not b", {"two words"}, True),
        ("servers-that-misbehave", {"servers-that-misbehave"}, True),
    ],
)
def test_a_condition_reads_as_a_sentence(text, there, holds):
    """`not` binds closest, then `and`, then `or`; quotes hold words together."""
    if holds is None:
        with pytest.raises(HarnessError, match="never closed"):
            condition(text)
    else:
        assert condition(text).holds(there.__contains__) is holds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "column 1: a word is missing"),
        ("a and", "column 6: a word is missing"),
        ("a b", "column 3: 'b' cannot stand here"),
        ("(a", r"column 3: a '\)' is missing"),
        ("a and or b", "column 7: a word is expected, not 'or'"),
        ("a )", r"column 3: '\)' cannot stand here"),
    ],
)
def test_a_mistake_is_told_with_its_column(text, message):
    """Whoever wrote it sees where to look."""
    with pytest.raises(HarnessError, match=message):
        condition(text)


def test_the_words_of_a_condition():
    """For hints at the name that was meant."""
    assert words(condition("a and not (b or c)")) == ("a", "b", "c")
