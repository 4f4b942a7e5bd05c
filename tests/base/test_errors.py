"""`did you mean`: a suggestion when something is close, silence otherwise."""

import pytest

from harness.base.errors import nearest


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [
        ("asign", "; did you mean 'assign'?"),
        ("ASSIGN", "; did you mean 'assign'?"),
        ("graphAPI", "; did you mean 'GraphApi'?"),
        ("", ""),
        ("zzz", ""),
    ],
)
def test_the_nearest_word_keeps_its_own_spelling(word, suggestion):
    """Case does not matter for finding, and the known word is shown as it is written."""
    assert nearest(word, ["assign", "wait", "GraphApi"]) == suggestion


def test_nothing_known_suggests_nothing():
    """An empty vocabulary is no crash."""
    assert nearest("word", []) == ""
