"""Which items of two lists belong together when the lists differ: in order, with as little difference as can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from harness.scenario.comparing.matching import compare

# Every item is compared with every other: beyond so many comparisons, items stand beside those of the same place.
MOST_COMPARISONS = 2500
# What an item costs that has no partner, on a scale on which two that have nothing in common cost 2.
_ALONE = 1.0


class Pair(Struct, frozen=True):
    """Places in the expected list and in the other; None where an item has no partner. `right`: the two match."""

    wanted: int | None
    there: int | None
    right: bool = False


def aligned(expected: Sequence[Any], actual: Sequence[Any]) -> list[Pair]:
    """Return every item of both lists, in order."""
    start = _matching(expected, actual)
    end = _matching(expected[start:][::-1], actual[start:][::-1])
    wanted, there = expected[start : len(expected) - end], actual[start : len(actual) - end]
    if len(wanted) * len(there) <= MOST_COMPARISONS:
        middle = _cheapest(wanted, there)
    else:
        middle = _by_place(wanted, there)
    moved = [
        Pair(
            None if pair.wanted is None else pair.wanted + start,
            None if pair.there is None else pair.there + start,
            pair.right,
        )
        for pair in middle
    ]
    behind = [Pair(len(expected) - back, len(actual) - back, right=True) for back in range(end, 0, -1)]
    return [*(Pair(place, place, right=True) for place in range(start)), *moved, *behind]


def _matching(expected: Sequence[Any], actual: Sequence[Any]) -> int:
    """Count the items that match from the beginning."""
    count = 0
    for wanted, there in zip(expected, actual, strict=False):
        if compare(wanted, there):
            break
        count += 1
    return count


def _by_place(wanted: Sequence[Any], there: Sequence[Any]) -> list[Pair]:
    both = min(len(wanted), len(there))
    pairs = [Pair(place, place, not compare(wanted[place], there[place])) for place in range(both)]
    pairs += [Pair(place, None) for place in range(both, len(wanted))]
    return pairs + [Pair(None, place) for place in range(both, len(there))]


def _cheapest(wanted: Sequence[Any], there: Sequence[Any]) -> list[Pair]:
    """Find the pairs with the least cost, as one finds the least changes between two texts."""
    prices = [[_price(item, other) for other in there] for item in wanted]
    rows, columns = len(wanted), len(there)
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


def _price(wanted: Any, there: Any) -> float:
    """Return how far apart two items are: 0 when they match, 2 when nothing is as expected."""
    return 2 * min(1.0, len(compare(wanted, there)) / _leaves(wanted))


def _leaves(value: Any) -> int:
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return sum(map(_leaves, parts)) or 1
