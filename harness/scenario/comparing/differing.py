"""The differences of a list or an object from what is expected, laid out over the whole of it.

`-` is an expected value and `+` the actual one; matching parts are only named. Items of a list are paired with those most like
them, so one missing item does not make all later ones wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from harness.scenario.comparing.aligning import Pair, aligned
from harness.scenario.comparing.matching import compare, matcher_of, pair_up
from harness.scenario.values import ABSENT, lookup, show

MOST_LINES = 40
_LONGEST_VALUE = 160
_MOST_NAMES = 12
_Lines: TypeAlias = Iterator[str]


def differences(expected: Any, actual: Any) -> str:
    """Return the lines as text; an empty text where two plain values differ, for there is no whole to lay out."""
    lines = list(_lines(expected, actual))
    return "" if len(lines) <= 2 else _text(lines)


def nearest_entry(expected: Mapping[str, Any], entries: Sequence[Any]) -> str:
    """Return which of `entries`, of which there is one at least, is most like `expected`, and how it differs."""
    return _text(_nearest(expected, dict(enumerate(entries)), len(entries), ""))


def _text(lines: Iterable[str]) -> str:
    first = list(lines)
    if len(first) > MOST_LINES:
        first[MOST_LINES - 1 :] = [f"… and {len(first) - MOST_LINES + 1} lines more"]
    return "\n".join(first)


def _lines(expected: Any, actual: Any) -> _Lines:
    return _layout(expected, actual) or _values(expected, actual)


def _layout(expected: Any, actual: Any) -> _Lines | None:
    """Return the lines about the parts, None where two plain values differ."""
    if isinstance(expected, list) and isinstance(actual, list):
        return _list(expected, actual)
    if not isinstance(expected, Mapping):
        return None
    name, argument = matcher_of(expected) or ("", None)
    if name:
        return _matched(name, argument, actual)
    return _mapping(expected, actual) if isinstance(actual, Mapping) else None


def _matched(name: str, argument: Any, actual: Any) -> _Lines | None:
    """Return the lines about everything that a matcher was applied to, None where that is a plain value."""
    items = argument if isinstance(argument, list) else [argument]
    if isinstance(actual, list):
        if name == "$contains":
            return _contains(items, actual)
        if name == "$unordered":
            return _unordered(items, actual)
        inner = matcher_of(argument) if name == "$not" and isinstance(argument, Mapping) else None
        if inner and inner[0] == "$contains":
            return _present(inner[1], actual)
    return _against(name, argument, actual) if isinstance(actual, (list, Mapping, str)) else None


def _values(expected: Any, actual: Any) -> _Lines:
    yield f"- {show(expected, _LONGEST_VALUE)}"
    yield f"+ {show(actual, _LONGEST_VALUE)}"


def _against(name: str, argument: Any, actual: Sequence[Any] | Mapping[str, Any] | str) -> _Lines:
    """Yield everything that a matcher was applied to: items, keys, or the lines of a text."""
    yield f"- {name}: {show(argument, _LONGEST_VALUE)}"
    if isinstance(actual, str):
        yield from (f"+ {line}" for line in actual.splitlines())
    elif isinstance(actual, Mapping):
        yield from (f"+ {key}: {show(value, _LONGEST_VALUE)}" for key, value in actual.items())
    else:
        yield from (f"+ [{place}] {show(item, _LONGEST_VALUE)}" for place, item in enumerate(actual))


def _mapping(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> _Lines:
    """Yield each key's difference below its name, and only the names of matching keys and of unexpected ones."""
    wrong = [key for key, value in expected.items() if compare(value, lookup(actual, key))]
    yield from _names("as expected:", [key for key in expected if key not in wrong])
    for key in wrong:
        there = lookup(actual, key)
        if parts := _layout(expected[key], there):
            yield from _below(f"{key}:", parts)
        else:
            yield from (f"{line[:2]}{key}: {line[2:]}" for line in _values(expected[key], there))
    compared = {key.partition(".")[0] for key in expected} | set(expected)
    yield from _names("also there:", [key for key in actual if key not in compared])


def _list(expected: Sequence[Any], actual: Sequence[Any]) -> _Lines:
    right: list[int] = []
    for pair in aligned(expected, actual):
        if pair.right:
            right.append(pair.actual if pair.actual is not None else 0)
            continue
        yield from _run(right)
        right = []
        yield from _pair(pair, expected, actual)
    yield from _run(right)


def _pair(pair: Pair, expected: Sequence[Any], actual: Sequence[Any]) -> _Lines:
    if pair.expected is None or pair.actual is None:
        sign, place, items = (
            ("+", pair.actual, actual) if pair.expected is None else ("-", pair.expected, expected)
        )
        assert place is not None
        yield f"{sign} [{place}] {show(items[place], _LONGEST_VALUE)}"
    else:
        yield from _below(f"[{pair.actual}]", _lines(expected[pair.expected], actual[pair.actual]))


def _contains(expected: Sequence[Any], actual: Sequence[Any]) -> _Lines:
    for item in expected:
        if not any(not compare(item, there) for there in actual):
            yield f"- an item like {show(item, _LONGEST_VALUE)}"
            yield from _nearest(item, dict(enumerate(actual)), len(actual))


def _present(argument: Any, actual: Sequence[Any]) -> _Lines:
    """Yield each item that must not be there, and the actual items that match it."""
    for item in argument if isinstance(argument, list) else [argument]:
        yield f"- no item like {show(item, _LONGEST_VALUE)}"
        for place, there in enumerate(actual):
            if not compare(item, there):
                yield f"+ [{place}] of {len(actual)}: {show(there, _LONGEST_VALUE)}"
                yield from (f"  {line}" for line in _chosen(item, there))


def _chosen(item: Any, there: Any) -> _Lines:
    if isinstance(item, Mapping) and isinstance(there, Mapping):
        names = [key for key in item if not key.startswith("$")]
        yield from (f"{key}: {show(lookup(there, key), _LONGEST_VALUE)}" for key in names)


def _unordered(expected: Sequence[Any], actual: Sequence[Any]) -> _Lines:
    pairs = pair_up([[not compare(item, there) for there in actual] for item in expected])
    left = {place: there for place, there in enumerate(actual) if place not in pairs.values()}
    for number, item in enumerate(expected):
        if number not in pairs:
            yield f"- {show(item, _LONGEST_VALUE)}"
            yield from _nearest(item, left, len(actual))
    yield from (f"+ [{place}] {show(there, _LONGEST_VALUE)}" for place, there in left.items())


def _nearest(item: Any, candidates: dict[int, Any], total: int, head: str = "nearest, ") -> _Lines:
    """Yield how the candidate that is most like an item differs from it, and take it from `candidates`."""
    if not candidates:
        yield f"+ {show(ABSENT)}{' else' if total else ''}"
        return
    place = min(candidates, key=lambda each: _distance(item, candidates[each]))
    yield from _below(f"{head}[{place}] of {total}:", _lines(item, candidates.pop(place)))


def _distance(item: Any, there: Any) -> tuple[int, float]:
    """Order candidates by the number of differences, those with as many by how alike their texts are."""
    mismatches = compare(item, there)
    from difflib import SequenceMatcher  # for what differs

    likeness = (SequenceMatcher(None, each.expected, each.actual).quick_ratio() for each in mismatches)
    return len(mismatches), -sum(likeness)


def _below(head: str, lines: _Lines) -> _Lines:
    yield head
    yield from (f"  {line}" for line in lines)


def _names(head: str, names: Sequence[str]) -> _Lines:
    if names:
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        yield f"{head} {', '.join(names[:_MOST_NAMES])}{more}"


def _run(places: Sequence[int]) -> _Lines:
    """Yield a line for items in a row that match."""
    if places:
        yield f"[{places[0]}]{f' to [{places[-1]}]' if len(places) > 1 else ''} as expected"
