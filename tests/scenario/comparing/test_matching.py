"""Matching: what counts as equal, what each matcher takes, and how differences are told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.base.errors import HarnessError
from harness.scenario.comparing.matching import MATCHERS, compare, nearest
from harness.scenario.values import ABSENT, explain, lookup

KEYS = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=3)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(value=JSON)
def test_everything_matches_itself(value: Any) -> None:
    """What is there, written down exactly, matches."""
    assert compare(value, value) == []


@given(expected=JSON, actual=JSON)
def test_not_is_the_opposite(expected: Any, actual: Any) -> None:
    """`$not` holds exactly when its argument does not."""
    assert bool(compare({"$not": expected}, actual)) is (not compare(expected, actual))


@given(value=st.dictionaries(KEYS, JSON, max_size=4), data=st.data())
def test_a_mapping_asks_only_for_its_own_keys(value: dict[str, Any], data: st.DataObject) -> None:
    """Any part of a mapping matches the whole."""
    kept = data.draw(st.sets(st.sampled_from(sorted(value)))) if value else set()
    assert compare({key: value[key] for key in kept}, value) == []


@given(items=st.lists(JSON, max_size=5), data=st.data())
def test_unordered_holds_for_every_order_and_no_other_length(items: list[Any], data: st.DataObject) -> None:
    """Order does not matter to `$unordered`; one item more or less does."""
    shuffled = data.draw(st.permutations(items))
    assert compare({"$unordered": items}, shuffled) == []
    assert compare({"$unordered": items}, [*shuffled, None]) != []
    assert compare({"$unordered": [*items, None]}, shuffled) != []


@given(expected=JSON, candidates=st.lists(JSON, max_size=5))
def test_nearest_is_never_beaten(expected: Any, candidates: list[Any]) -> None:
    """No candidate differs less than the one that is called nearest."""
    found = nearest(expected, candidates)
    if found is None:
        assert candidates == []
    else:
        assert len(found[1]) == min(len(compare(expected, candidate)) for candidate in candidates)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("1", 1),
        (1, "1"),
        (1, True),
        (True, 1),
        (False, 0),
        (None, ""),
        (None, ABSENT),
        ("", None),
        ([], {}),
        ({}, []),
    ],
)
def test_types_matter(expected: Any, actual: Any) -> None:
    """Text is no number, true is not 1, null is not nothing."""
    assert compare(expected, actual)


def test_whole_floats_are_integers() -> None:
    """JSON has one kind of number."""
    assert compare(1, 1.0) == []


MATCHING = [
    ("$contains", "li", "alice"),
    ("$contains", ["a", "c"], "abc"),
    ("$contains", {"value": 2}, [{"value": 1, "x": 0}, {"value": 2, "x": 0}]),
    ("$contains", [1, 3], [1, 2, 3]),
    ("$matches", "^a.c$", "abc"),
    ("$any", True, None),
    ("$any", False, ABSENT),
    ("$absent", True, ABSENT),
    ("$absent", False, 0),
    ("$count", 2, [1, 2]),
    ("$count", {"$at least": 2}, [1, 2, 3]),
    ("$one of", [1, {"a": 1}], {"a": 1, "b": 2}),
    ("$not", {"a": 1}, {"a": 2}),
    ("$unordered", [{"$any": True}, 1], [1, 2]),
    ("$at least", 3, 3),
]
FAILING = [
    ("$contains", "x", "alice", 'expected something containing "x", found "alice"'),
    ("$contains", 1, 5, "expected text or a list containing 1, found 5"),
    ("$contains", [1, 4], [1, 2, 3], "expected something containing 4, found [1, 2, 3]"),
    ("$matches", "^b", "abc", 'expected text matching /^b/, found "abc"'),
    ("$any", True, ABSENT, "expected anything, found nothing"),
    ("$absent", True, None, "expected nothing, found null"),
    ("$count", 3, [1], "expected 3 items, found 1: [1]"),
    ("$count", {"$at least": 2}, [1], "expected at least 2 items, found 1: [1]"),
    ("$count", {"$not": 1}, [1], "expected anything but 1 item, found 1: [1]"),
    ("$count", 0, "text", 'expected a list of 0 items, found "text"'),
    ("$one of", [1, 2], 3, "expected one of [1, 2], found 3"),
    ("$not", 1, 1, "expected anything but 1, found 1"),
    ("$unordered", [1, 2], [2, 3], "[0]: expected 1, found 3"),
    ("$unordered", [1], "x", 'expected in any order [1], found "x"'),
    ("$at least", 3, 2, "expected at least 3, found 2"),
    ("$at least", 3, True, "expected at least 3, found true"),
]


@pytest.mark.parametrize(("name", "argument", "actual"), MATCHING)
def test_a_matcher_that_holds(name: str, argument: Any, actual: Any) -> None:
    """Each matcher accepts what its line of documentation says."""
    assert compare({name: argument}, actual) == []


@pytest.mark.parametrize(("name", "argument", "actual", "words"), FAILING)
def test_a_matcher_that_does_not_hold(name: str, argument: Any, actual: Any, words: str) -> None:
    """Each matcher refuses the rest, in words."""
    assert explain(compare({name: argument}, actual)) == words


def test_every_matcher_is_tested_and_documented() -> None:
    """A matcher has a sentence, a success and a failure."""
    assert set(MATCHERS) == {case[0] for case in MATCHING} == {case[0] for case in FAILING}
    assert all(matcher.doc.endswith(".") for matcher in MATCHERS.values())


def test_a_greedy_choice_does_not_spoil_unordered() -> None:
    """The loose matcher leaves the exact one its partner."""
    assert compare({"$unordered": [{"$any": True}, "a", {"$not": "b"}]}, ["a", "c", "b"]) == []


def test_differences_are_named_by_path() -> None:
    """A reader finds the spot without counting brackets."""
    expected = {"emails": [{"value": "a"}, {"value": "b"}], "name.givenName": "Ana"}
    actual = {"emails": [{"value": "a"}, {"value": "c"}, {}], "name": {"givenName": "Eva"}}
    assert explain(compare(expected, actual)).splitlines() == [
        'emails[1].value: expected "b", found "c"',
        "emails[2]: expected nothing, found {}",
        'name.givenName: expected "Ana", found "Eva"',
    ]


def test_a_literal_key_wins_over_a_dotted_path() -> None:
    """URNs have dots of their own, and can be walked through all the same."""
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    actual = {"a.b": 1, "a": {"b": 2, "c": [{"d": 3}]}, urn: {"manager": {"value": "x"}}}
    assert lookup(actual, "a.b") == 1
    assert lookup(actual, "a.c.0.d") == 3
    assert lookup(actual, f"{urn}.manager.value") == "x"
    assert lookup(actual, "a.c.1") is ABSENT
    assert lookup(actual, "a.b.c") is ABSENT


def test_scim_ref_is_an_attribute() -> None:
    """`$ref` is SCIM's own name, no matcher."""
    assert compare({"$ref": "../Users/1"}, {"$ref": "../Users/1"}) == []


def test_an_unknown_matcher_is_answered_with_the_nearest() -> None:
    """A misspelt matcher never passes for a key that is simply missing."""
    with pytest.raises(HarnessError, match=r"unknown matcher '\$contian'; did you mean '\$contains'"):
        compare({"a": {"$contian": 1}}, {})


@pytest.mark.parametrize("name", sorted(set(MATCHERS) - {"$contains", "$not"}))
def test_a_wrong_argument_is_a_mistake_of_the_author(name: str) -> None:
    """An argument of the wrong kind is refused; `test_expected` holds that loading finds it before."""
    wrong = {name: "(" if name == "$matches" else "x"}
    with pytest.raises(HarnessError, match="takes"):
        compare(wrong, 1)


@pytest.mark.slow
def test_a_pattern_that_never_comes_to_an_end_is_given_up():
    """A repetition within a repetition takes time without end on a text that nearly matches."""
    with pytest.raises(HarnessError, match=r"given up after 1 s"):
        compare({"$matches": r"(a|aa)+$"}, "a" * 60 + "!")
