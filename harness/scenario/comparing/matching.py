"""Compares an expected value with the actual one; every difference has its path.

Scalars are compared exactly, an expected mapping asks only for the keys it names, an expected list for every item
in order. What cannot be written as a value is a matcher: a mapping whose only key begins with `$`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from msgspec import Struct

from harness.base.errors import HarnessError
from harness.base.errors import nearest as near_word
from harness.scenario.values import ABSENT, Mismatch, Trail, lookup, show

_T = TypeVar("_T")
# A pattern that backtracks for too long is given up after so many seconds of real time.
_LONGEST_SEARCH = 1

# JSON members whose real names begin with `$`: SCIM has one, and it is compared like any other.
_LITERAL = frozenset({"$ref"})


class Matcher(Struct, frozen=True):
    """`doc` is its line in the documentation, `takes` describes the arguments that `accepts` allows.

    `kinds` are the kinds of values that it can match, none for all; `example` is an expectation that holds in the
    scenario of the author's guide.
    """

    doc: str
    takes: str
    accepts: Callable[[Any], bool]
    compare: Callable[[Any, Any, Trail], list[Mismatch]]
    kinds: tuple[str, ...]
    example: str


def compare(expected: Any, actual: Any, path: Trail = ()) -> list[Mismatch]:
    """Return every difference, none when it matches. Raises HarnessError for a matcher that does not exist."""
    if isinstance(expected, Mapping):
        matcher = matcher_of(expected)
        if matcher is not None:
            name, argument = matcher
            if not MATCHERS[name].accepts(argument):
                raise HarnessError(wrong_argument(name, argument))
            return MATCHERS[name].compare(argument, actual, path)
        return _compare_mapping(expected, actual, path)
    if isinstance(expected, list):
        return _compare_list(expected, actual, path)
    return [] if _same(expected, actual) else [Mismatch(path, show(expected), show(actual))]


def nearest(expected: Any, candidates: Iterable[_T]) -> tuple[_T, list[Mismatch]] | None:
    """Return the candidate with the fewest differences (the first of equals), None when there is none."""
    scored = [(candidate, compare(expected, candidate)) for candidate in candidates]
    return min(scored, key=lambda pair: len(pair[1])) if scored else None


def matcher_of(expected: Mapping[str, Any]) -> tuple[str, Any] | None:
    if len(expected) != 1:
        alone = [key for key in expected if key in MATCHERS]
        if alone:
            raise HarnessError(
                f"the matcher {alone[0]} stands alone in its mapping; other keys are in its way"
            )
        return None
    name, argument = next(iter(expected.items()))
    if not name.startswith("$") or name in _LITERAL or name.startswith("${"):
        return None
    if name not in MATCHERS:
        hint = near_word(name, MATCHERS) or f"; there are: {', '.join(MATCHERS)}"
        raise HarnessError(f"unknown matcher '{name}'{hint}")
    return name, argument


def wrong_argument(name: str, argument: Any) -> str:
    return f"{name} takes {MATCHERS[name].takes}, not {show(argument)}"


def _same(expected: Any, actual: Any) -> bool:
    """Compare scalars as JSON has them: 1 is 1.0, but neither true nor "1"."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, (int, float)) and isinstance(actual, (int, float)):
        return expected == actual
    return type(expected) is type(actual) and bool(expected == actual)


def _compare_mapping(expected: Mapping[str, Any], actual: Any, path: Trail) -> list[Mismatch]:
    if not isinstance(actual, Mapping):
        return [Mismatch(path, show(expected), show(actual))]
    mismatches = []
    for key, value in expected.items():
        mismatches += compare(value, lookup(actual, key), (*path, key))
    return mismatches


def _compare_list(expected: list[Any], actual: Any, path: Trail) -> list[Mismatch]:
    if not isinstance(actual, list):
        return [Mismatch(path, show(expected), show(actual))]
    mismatches = []
    for index, (item, there) in enumerate(zip(expected, actual, strict=False)):
        mismatches += compare(item, there, (*path, index))
    for index in range(len(actual), len(expected)):
        mismatches.append(Mismatch((*path, index), show(expected[index]), show(ABSENT)))
    for index in range(len(expected), len(actual)):
        mismatches.append(Mismatch((*path, index), show(ABSENT), show(actual[index])))
    return mismatches


def _contains(argument: Any, actual: Any, path: Trail) -> list[Mismatch]:
    kinds = argument if isinstance(argument, list) else [argument]
    if isinstance(actual, str):
        missing = [item for item in kinds if not (isinstance(item, str) and item in actual)]
    elif isinstance(actual, list):
        missing = [item for item in kinds if not any(not compare(item, there) for there in actual)]
    else:
        return [Mismatch(path, f"text or a list containing {show(argument)}", show(actual))]
    return [Mismatch(path, f"something containing {show(item)}", show(actual)) for item in missing]


def _matches(argument: Any, actual: Any, path: Trail) -> list[Mismatch]:
    import regex  # few files have a pattern, and its import takes longer than that of most rooms

    try:
        if isinstance(actual, str) and regex.search(argument, actual, timeout=_LONGEST_SEARCH):
            return []
    except TimeoutError:
        raise HarnessError(
            f"/{argument}/ was given up after {_LONGEST_SEARCH} s on {show(actual)}; "
            "avoid repetitions within repetitions"
        ) from None
    return [Mismatch(path, f"text matching /{argument}/", show(actual))]


def _present(argument: Any, actual: Any, path: Trail) -> list[Mismatch]:
    if (actual is not ABSENT) is argument:
        return []
    return [Mismatch(path, "anything" if argument else show(ABSENT), show(actual))]


def _absent(argument: Any, actual: Any, path: Trail) -> list[Mismatch]:
    return _present(not argument, actual, path)


def _count(argument: Any, actual: Any, path: Trail) -> list[Mismatch]:
    if not isinstance(actual, (list, Mapping)):
        return [Mismatch(path, f"a list of {show(argument)} items", show(actual))]
    return [
        Mismatch(path, _items(item.expected), f"{item.actual}: {show(actual)}")
        for item in compare(argument, len(actual))
    ]


def _items(number: str) -> str:
    return f"{number} item{'' if number.endswith(' 1') or number == '1' else 's'}"


def _one_of(argument: Any, actual: Any, path: Trail) -> list[Mismatch]:
    if any(not compare(choice, actual) for choice in argument):
        return []
    return [Mismatch(path, f"one of {show(argument)}", show(actual))]


def _not(argument: Any, actual: Any, path: Trail) -> list[Mismatch]:
    return (
        [] if compare(argument, actual) else [Mismatch(path, f"anything but {show(argument)}", show(actual))]
    )


def _at_least(argument: Any, actual: Any, path: Trail) -> list[Mismatch]:
    if _is_number(actual) and actual >= argument:
        return []
    return [Mismatch(path, f"at least {show(argument)}", show(actual))]


def _unordered(argument: Any, actual: Any, path: Trail) -> list[Mismatch]:
    if not isinstance(actual, list):
        return [Mismatch(path, f"in any order {show(argument)}", show(actual))]
    pairs = pair_up([[not compare(item, there) for there in actual] for item in argument])
    left = [there for index, there in enumerate(actual) if index not in pairs.values()]
    mismatches = []
    for index, item in enumerate(argument):
        if index not in pairs:
            close = nearest(item, left)
            there = f"{show(ABSENT)} left to match" if close is None else show(close[0])
            mismatches.append(Mismatch((*path, index), show(item), there))
    if len(actual) > len(argument):
        words = f"{len(argument)} items in any order"
        mismatches.append(Mismatch(path, words, f"{len(actual)}, beyond them {show(left)}"))
    return mismatches


def pair_up(fits: list[list[bool]]) -> dict[int, int]:
    """Pair as many rows with columns as possible (augmenting paths): a greedy choice could take the wrong partner."""
    taken: dict[int, int] = {}

    def place(row: int, seen: set[int]) -> bool:
        for column, fit in enumerate(fits[row]):
            if fit and column not in seen:
                seen.add(column)
                if column not in taken or place(taken[column], seen):
                    taken[column] = row
                    return True
        return False

    for row in range(len(fits)):
        place(row, set())
    return {row: column for column, row in taken.items()}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_pattern(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    import regex

    try:
        regex.compile(value)
    except (regex.error, OverflowError, RecursionError):
        return False
    return True


def _is_size(value: Any) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, int) and not isinstance(value, bool) and value >= 0
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_choice(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


def _is_anything(_value: Any) -> bool:
    return True


MATCHERS: dict[str, Matcher] = {
    "$contains": Matcher(
        "Text with this in it, or a list with an item that matches; given a list, all of them.",
        "a value or a list of values", _is_anything, _contains, ("text", "list"),
        "aws users: {$contains: {userName: {$contains: '@contoso.com'}}}"),
    "$matches": Matcher(
        "Text in which this regular expression is found (Python's dialect, anywhere in the text).",
        "a regular expression", _is_pattern, _matches, ("text",),
        "aws users: [{userName: {$matches: '^ana@'}}]"),
    "$any": Matcher(
        "Anything at all, as long as it is there.", "true or false", _is_flag, _present, (),
        "aws users: [{id: {$any: true}}]"),
    "$absent": Matcher(
        "The key must not be there.", "true or false", _is_flag, _absent, (),
        "aws users: [{nickName: {$absent: true}}]"),
    "$count": Matcher(
        "A list or mapping of this many entries; a number, or a matcher for one.",
        "a number from 0, or a matcher", _is_size, _count, ("list", "mapping"),
        "provisioning log: {$count: {$at least: 2}}"),
    "$one of": Matcher(
        "Any one of these.", "a list of at least one value", _is_choice, _one_of, (),
        "job: {status: {code: {$one of: [Active, Paused]}}}"),
    "$not": Matcher(
        "Anything that does not match this, nothing included.", "a value", _is_anything, _not, (),
        "cloudtrail: {$not: {$contains: {errorCode: ValidationException}}}"),
    "$unordered": Matcher(
        "Exactly these items, in any order.", "a list", _is_list, _unordered, ("list",),
        "aws users: {$unordered: [{displayName: Ana Ruiz}]}"),
    "$at least": Matcher(
        "This number or more.", "a number", _is_number, _at_least, ("number",),
        "job: {status: {lastExecution: {countExported: {$at least: 1}}}}"),
}  # fmt: skip
