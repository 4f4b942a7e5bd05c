"""Pairs the items of two lists that differ: in order, with the least total difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from harness.scenario.comparing.matching import compare

# Every item is compared with every other; beyond this number of comparisons, items are paired by their place.
MOST_COMPARISONS = 2500
# The cost of an item without a partner, where two items with nothing in common cost 2.
_ALONE = 1.0


class Pair(Struct, frozen=True):
    """The places of two items in the expected and the actual list; None without a partner. `right`: the two match."""

    expected: int | None
    actual: int | None
    right: bool = False


def aligned(expected: Sequence[Any], actual: Sequence[Any]) -> list[Pair]:
    """Return every item of both lists, in order."""
    start = _matching(expected, actual)
    end = _matching(expected[start:][::-1], actual[start:][::-1])
    items = expected[start : len(expected) - end], actual[start : len(actual) - end]
    few = len(items[0]) * len(items[1]) <= MOST_COMPARISONS
    middle = _cheapest(*items) if few else _by_place(*items)
    moved = [
        Pair(
            None if pair.expected is None else pair.expected + start,
            None if pair.actual is None else pair.actual + start,
            pair.right,
        )
        for pair in middle
    ]
    behind = [Pair(len(expected) - back, len(actual) - back, right=True) for back in range(end, 0, -1)]
    return [*(Pair(place, place, right=True) for place in range(start)), *moved, *behind]


def _matching(expected: Sequence[Any], actual: Sequence[Any]) -> int:
    """Count the items that match from the beginning."""
    count = 0
    for item, other in zip(expected, actual, strict=False):
        if compare(item, other):
            break
        count += 1
    return count


def _by_place(expected: Sequence[Any], actual: Sequence[Any]) -> list[Pair]:
    both = min(len(expected), len(actual))
    pairs = [Pair(place, place, not compare(expected[place], actual[place])) for place in range(both)]
    pairs += [Pair(place, None) for place in range(both, len(expected))]
    return pairs + [Pair(None, place) for place in range(both, len(actual))]


def _cheapest(expected: Sequence[Any], actual: Sequence[Any]) -> list[Pair]:
    """Find the pairs with the least cost, as one finds the least changes between two texts."""
    prices = [[_price(item, other) for other in actual] for item in expected]
    rows, columns = len(expected), len(actual)
    rest = [
        [_ALONE * (rows - row + columns - column) for column in range(columns + 1)] for row in range(rows + 1)
    ]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            together = prices[row][column] + rest[row + 1][column + 1]
            rest[row][column] = min(together, _ALONE + rest[row + 1][column], _ALONE + rest[row][column + 1])
    pairs = []
    row = column = 0
    while row < rows and column < columns:
        if rest[row][column] == prices[row][column] + rest[row + 1][column + 1]:
            pairs.append(Pair(row, column, prices[row][column] == 0))
            row, column = row + 1, column + 1
        elif rest[row][column] == _ALONE + rest[row + 1][column]:
            pairs.append(Pair(row, None))
            row += 1
        else:
            pairs.append(Pair(None, column))
            column += 1
    pairs += [Pair(place, None) for place in range(row, rows)]
    return pairs + [Pair(None, place) for place in range(column, columns)]


def _price(expected: Any, actual: Any) -> float:
    """Return the difference of two items: 0 when they match, 2 when nothing is as expected."""
    return 2 * min(1.0, len(compare(expected, actual)) / _leaves(expected))


def _leaves(value: Any) -> int:
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return sum(map(_leaves, parts)) or 1
