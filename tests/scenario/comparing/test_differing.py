"""Whole items beside what is expected of them: which keys differ, which are missing or beyond, which item comes nearest."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.scenario.comparing.aligning import MOST_COMPARISONS, Pair, aligned
from harness.scenario.comparing.differing import MOST_LINES, differences, nearest_entry
from harness.scenario.comparing.matching import compare

ANA = {"userName": "ana", "active": True, "name": {"givenName": "Ana"}, "emails": [{"value": "ana@x"}]}
BEN = {"userName": "ben", "active": False}
EVA = {"userName": "eva", "active": True}


@pytest.mark.parametrize(
    ("expected", "actual", "text"),
    [
        pytest.param(
            [{"userName": "ana", "active": False, "nickName": "A"}],
            [ANA],
            """\
[0]
  as expected: userName
  - active: false
  + active: true
  - nickName: "A"
  + nickName: nothing
  also there: name, emails""",
            id="keys that differ, that are missing, and that nobody asked for",
        ),
        pytest.param(
            {"name": {"givenName": "Anna"}, "emails": [{"value": "ana@y"}]},
            ANA,
            """\
name:
  - givenName: "Anna"
  + givenName: "Ana"
emails:
  [0]
    - value: "ana@y"
    + value: "ana@x"
also there: userName, active""",
            id="within what is within",
        ),
        pytest.param(
            [{"userName": "ana"}, {"userName": "eva"}],
            [BEN, {"userName": "ana"}, EVA, BEN],
            """\
+ [0] {"userName": "ben", "active": false}
[1] to [2] as expected
+ [3] {"userName": "ben", "active": false}""",
            id="items beyond, before and behind",
        ),
        pytest.param(
            [BEN, {"userName": "ana"}, EVA],
            [BEN, EVA],
            """\
[0] as expected
- [1] {"userName": "ana"}
[1] as expected""",
            id="an item in the middle that is missing",
        ),
        pytest.param(
            {"$contains": [{"userName": "eve", "active": True}, BEN]},
            [ANA, BEN, EVA],
            """\
- an item like {"userName": "eve", "active": true}
nearest, [2] of 3:
  as expected: active
  - userName: "eve"
  + userName: "eva\"""",
            id="the nearest item: as many differences, and the more alike text",
        ),
        pytest.param(
            {"$unordered": [EVA, {"userName": "bob", "active": False}]},
            [BEN, EVA, ANA],
            """\
- {"userName": "bob", "active": false}
nearest, [0] of 3:
  as expected: active
  - userName: "bob"
  + userName: "ben"
+ [2] {"userName": "ana", "active": true, "name": {"givenName": "Ana"}, "emails": [{"value": "ana@x"}]}""",
            id="any order: the nearest of those that are left, and what is beyond",
        ),
        pytest.param(
            {"users": {"$contains": [BEN]}, "groups": 2},
            {"users": []},
            """\
users:
  - an item like {"userName": "ben", "active": false}
  + nothing
- groups: 2
+ groups: nothing""",
            id="an empty list",
        ),
        pytest.param(
            {"$not": {"$contains": {"active": True, "name": {"givenName": "Ana"}}}},
            [BEN, ANA],
            """\
- no item like {"active": true, "name": {"givenName": "Ana"}}
+ [1] of 2: {"userName": "ana", "active": true, "name": {"givenName": "Ana"}, "emails": [{"value": "ana@x"}]}
  active: true
  name: {"givenName": "Ana"}""",
            id="an item that nobody wanted, and what makes it one",
        ),
        pytest.param({"$count": 3}, [ANA], "", id="a number of items says it all of one"),
        pytest.param(
            {"$count": {"$at least": 3}},
            [ANA["userName"], BEN["userName"]],
            """\
- $count: {"$at least": 3}
+ [0] "ana"
+ [1] "ben\"""",
            id="which items there are that are too few",
        ),
        pytest.param(
            {"body": {"$contains": "Ruiz"}},
            {"body": "<h1>Users</h1>\n<p>Ben"},
            """\
body:
  - $contains: "Ruiz"
  + <h1>Users</h1>
  + <p>Ben""",
            id="the whole of a text",
        ),
        pytest.param("ana", "ben", "", id="one text against another"),
        pytest.param([], "ben", "", id="a list against a text"),
    ],
)
def test_differences_are_laid_out(expected: Any, actual: Any, text: str) -> None:
    assert differences(expected, actual) == text


def test_a_long_list_stays_readable() -> None:
    """However many differ, and however long an item is."""
    lines = differences(
        [{"n": n} for n in range(300)], [{"n": -n, "text": "x" * 9999} for n in range(300)]
    ).splitlines()
    assert len(lines) == MOST_LINES
    assert lines[-1] == "… and 1158 lines more"
    assert max(map(len, lines)) < 250


def test_the_entry_that_comes_nearest_says_which_it_is() -> None:
    text = nearest_entry({"userName": "evi", "active": True}, [BEN, EVA])
    assert text == '[1] of 2:\n  as expected: active\n  - userName: "evi"\n  + userName: "eva"'


_LISTS = st.lists(st.integers(0, 4), max_size=8)


@given(_LISTS, _LISTS)
def test_every_item_stands_in_one_pair_in_order(expected: list[int], actual: list[int]) -> None:
    """Nothing is left out, nothing said twice, and what is called right matches."""
    pairs = aligned(expected, actual)
    assert [pair.expected for pair in pairs if pair.expected is not None] == list(range(len(expected)))
    assert [pair.actual for pair in pairs if pair.actual is not None] == list(range(len(actual)))
    for pair in pairs:
        both = pair.expected is not None and pair.actual is not None
        assert pair.right == (both and not compare(expected[pair.expected or 0], actual[pair.actual or 0]))


@given(_LISTS, st.data())
def test_one_item_less_is_one_pair_that_is_not_right(items: list[int], data: st.DataObject) -> None:
    """Whichever it is."""
    gone = data.draw(st.integers(0, len(items)))
    wrong = [pair for pair in aligned([*items[:gone], 9, *items[gone:]], items) if not pair.right]
    assert [pair.actual for pair in wrong] == [None]


def test_lists_too_long_to_compare_are_aligned_by_place() -> None:
    """Comparing every item with every other would take for ever."""
    longer = MOST_COMPARISONS
    pairs = aligned([1] * longer, [2] * (longer + 1))
    assert pairs == [*(Pair(place, place) for place in range(longer)), Pair(None, longer)]
