"""Small languages: what binds more tightly, how deep it may go, and where a text stops making sense."""

from dataclasses import dataclass

import pytest

from harness.base.language import DepthError, Grammar, Mark, Reader, UnreadableError, tokens

TOKENS = tokens(r"(?P<word>[a-z]+)|(?P<bracket>[()])")


@dataclass(frozen=True)
class Letter:
    text: str

    def holds(self, item):
        return self.text in item


GRAMMAR = Grammar(
    either=Mark("word", "or"),
    both=Mark("word", "and"),
    negation=Mark("word", "not"),
    opening=Mark("bracket", "("),
    closing=Mark("bracket", ")"),
    deepest=3,
    term=lambda reader: Letter(reader.take("word")),
)


def read(text):
    return GRAMMAR.read_all(Reader(text, TOKENS))


@pytest.mark.parametrize(
    ("text", "holding", "failing"),
    [
        ("a", ["a"], ["", "b"]),
        ("a and b", ["ab"], ["a", "b"]),
        ("a or b", ["a", "b"], [""]),
        ("a or b and c", ["a", "bc"], ["b", "c"]),
        ("b and c or a", ["a", "bc"], ["b", "c"]),
        ("(a or b) and c", ["ac", "bc"], ["a", "c"]),
        ("not a and b", ["b"], ["ab", ""]),
        ("not (a and b)", ["a", "b"], ["ab"]),
        ("not not a", ["a"], [""]),
    ],
)
def test_not_binds_more_tightly_than_and_and_and_more_tightly_than_or(text, holding, failing):
    condition = read(text)
    assert [item for item in holding + failing if condition.holds(item)] == holding


@pytest.mark.parametrize(
    ("text", "position"),
    [("", 0), ("a and", 5), ("a  b", 3), ("(a", 2), ("a)", 1), ("a and 1", 6), ("  ", 2), ("not", 3)],
)
def test_what_is_wrong_is_shown_by_its_place(text, position):
    with pytest.raises(UnreadableError) as caught:
        read(text)
    assert caught.value.position == position


def test_brackets_and_negations_may_not_go_deeper_than_the_language_allows():
    assert read("((a))").holds("a")
    with pytest.raises(DepthError):
        read("(((a)))")
    with pytest.raises(DepthError):
        read("not not not a")


def test_depth_does_not_add_up_side_by_side():
    assert read("((a)) and ((a)) and ((a))").holds("a")
