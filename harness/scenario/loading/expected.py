"""Mistakes in an expectation, found before anything has run: a name that the expected value can never have.

Under `$not` or `$absent` such a name would hold whatever happens. The value of a whole `${name}` is not checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from harness.base.errors import HarnessError, nearest
from harness.scenario.comparing.matching import MATCHERS, matcher_of, wrong_argument
from harness.scenario.language.shapes import SHAPES
from harness.scenario.language.shapes.kinds import Kind, Shape, listing
from harness.scenario.language.shapes.results import result_of
from harness.scenario.values import Trail, show
from harness.scenario.variables import REFERENCE

_KINDS: Mapping[str, str] = {
    "text": "text",
    "number": "a number",
    "flag": "true or false",
    "mapping": "a mapping (key: value)",
    "list": "a list",
}
_SCALARS: Mapping[Kind, tuple[type, ...]] = {"text": (str,), "flag": (bool,), "number": (int, float)}
# The least similarity of a word and its misspelling (CreateUsr is one of CreateUser, UpdateUser is not), and the most letters
# in which they may differ: long codes begin alike and mean different things.
_MISSPELT = 0.85
ONE_LETTER = 0.8  # another letter in a word of five, where there are few words and none like another
_LETTERS = 3
# Shorter words are similar by chance.
_SHORTEST = 4
# What $count compares.
_SIZE = Shape("number", "How many there are.")


class Misfit(Struct, frozen=True):
    """`trail` is the place in the file; with `of_key` the mistake is the key there, not its value."""

    trail: Trail
    message: str
    of_key: bool = True


def misfits(expect: Mapping[str, Any], trail: Trail, verb: str = "") -> Iterator[Misfit]:
    """Yield the mistakes in the expectations of a verb's step; the schema refuses unknown expectations."""
    for name, value in expect.items():
        expected = SHAPES.get(name)
        if expected is None:
            continue
        shape = result_of(verb) if name == "body" else expected.shape
        if isinstance(value, Mapping) and not _is_matcher(value):
            if expected.one_of and shape.items is not None:
                shape = shape.items
            elif name == "result":
                shape = result_of(verb)
        elif name == "result" and isinstance(value, Mapping) and _asks_for_parts(value):
            message = "a matcher of 'result' looks at success or failure; for parts of the answer write it below 'body'"
            yield Misfit((*trail, name), message)
            continue
        yield from misfits_of(value, shape, (*trail, name))


def nowhere(path: str, verb: str) -> str | None:
    """Return why a path of `let` can never have a value beside a verb, None when it can."""
    first, _, rest = path.partition(".")
    if REFERENCE.search(path):
        return None
    if first not in SHAPES:
        return f"there is no '{first}' to note down{nearest(first, SHAPES) or '; there are: ' + ', '.join(SHAPES)}"
    shape = result_of(verb) if first == "body" or (first == "result" and rest) else SHAPES[first].shape
    if rest and shape.at(rest) is None:
        return f"'{first}' has no '{rest}'{_hint(rest, shape)}"
    return None


def _asks_for_parts(value: Any) -> bool:
    """Return whether a mapping with names is somewhere below matchers."""
    if isinstance(value, Mapping):
        return not _is_matcher(value) or any(map(_asks_for_parts, value.values()))
    return isinstance(value, list) and any(map(_asks_for_parts, value))


def misfits_of(value: Any, shape: Shape, trail: Trail) -> Iterator[Misfit]:
    """Yield the names in a value that its shape does not have."""
    if isinstance(value, Mapping):
        yield from _check_mapping(value, shape, trail)
    elif isinstance(value, list):
        if shape.kind not in ("list", "anything"):
            yield Misfit(trail, f"{_name(trail)} is {_KINDS[shape.kind]}, not a list")
            return
        for index, item in enumerate(value):
            yield from misfits_of(item, shape.items or shape, (*trail, index))
    else:
        yield from _check_scalar(value, shape, trail)


def _check_mapping(value: Mapping[str, Any], shape: Shape, trail: Trail) -> Iterator[Misfit]:
    try:
        matcher = matcher_of(value)
    except HarnessError as error:
        misplaced = next((key for key in value if key in MATCHERS), next(iter(value)))
        yield Misfit((*trail, misplaced), str(error))
        return
    if matcher is not None:
        yield from _check_matcher(*matcher, shape, trail)
    elif shape.or_one and shape.items is not None:
        yield from _check_mapping(value, shape.items, trail)
    elif shape.kind == "list":
        hint = "for one of them write {$contains: {…}}, for all of them a list"
        yield Misfit(trail, f"{_name(trail)} is a list; {hint}")
    elif shape.kind in ("text", "number", "flag"):
        yield Misfit(trail, f"{_name(trail)} is {_KINDS[shape.kind]}, not a mapping")
    else:
        for key, inner in value.items():
            yield from _check_key(str(key), inner, shape, trail)


def _check_key(key: str, value: Any, shape: Shape, trail: Trail) -> Iterator[Misfit]:
    if REFERENCE.search(key):
        return
    inner = shape.at(key)
    head, _, last = key.rpartition(".")
    around = shape.at(head) if head and inner is not None and inner.kind == "anything" else None
    holder, last = (around, last) if around is not None and around.usual else (shape, key)
    if inner is None:
        yield Misfit((*trail, key), f"{_name(trail)} has no '{key}'{_hint(key, shape)}")
    elif holder.usual and _never_fails(value, trail) and (usual := misspelt(last, holder.usual)):
        yield Misfit((*trail, key), f"{_name(trail)} never has '{last}'; did you mean '{usual}'?")
    else:
        yield from misfits_of(value, inner, (*trail, key))


def _never_fails(value: Any, trail: Trail) -> bool:
    """Return whether an expectation of a name holds where the name is missing."""
    return "$not" in trail or (isinstance(value, Mapping) and "$absent" in value)


def misspelt(word: str, words: Collection[str], *, alike: float = _MISSPELT) -> str | None:
    """Return the word that another one misspells, None if it is one of the words, or less `alike` to each."""
    if word in words:
        return None
    if len(word) >= _SHORTEST and (
        swapped := next((each for each in words if _is_anagram(word, each)), None)
    ):
        return swapped
    from difflib import get_close_matches  # most files have no word that is none

    cutoff = max(alike, 1 - _LETTERS / max(len(word), 1))
    return next(iter(get_close_matches(word, words, n=1, cutoff=cutoff)), None)


def _is_anagram(word: str, other: str) -> bool:
    """Return whether two words have the same letters and the same beginning: wrok and work."""
    return word[0] == other[:1] and sorted(word) == sorted(other)


def _hint(key: str, shape: Shape) -> str:
    if shape.lower_case:
        return f"; names are in lower case here: '{key.lower()}'"
    head, dot, last = key.rpartition(".")
    if dot and (inner := shape.at(head)) is not None:
        return _hint(last, inner) if inner.keys else f"; '{head}' is {_KINDS.get(inner.kind, 'open')}"
    names = list(shape.keys)
    return nearest(key, names) or (f"; there are: {', '.join(names)}" if len(names) <= 30 else "")


def _check_matcher(name: str, argument: Any, shape: Shape, trail: Trail) -> Iterator[Misfit]:
    below = (*trail, name)
    if isinstance(argument, str) and REFERENCE.fullmatch(argument):
        return
    if not MATCHERS[name].accepts(argument):
        yield Misfit(below, wrong_argument(name, argument))
        return
    kinds = MATCHERS[name].kinds
    if kinds and shape.kind not in (*kinds, "anything"):
        words = " or ".join(_KINDS[kind] for kind in kinds)
        yield Misfit(below, f"{name} asks of {words}, but {_name(trail)} is {_KINDS[shape.kind]}")
    elif name in ("$not", "$unordered"):
        yield from misfits_of(argument, shape, below)
    elif name == "$one of":
        yield from misfits_of(argument, listing("", shape), below)
    elif name == "$count":
        yield from misfits_of(argument, _SIZE, below)
    elif name == "$contains":
        inner = shape.items or replace(shape, choices=())
        yield from misfits_of(argument, listing("", inner) if isinstance(argument, list) else inner, below)


def _check_scalar(value: Any, shape: Shape, trail: Trail) -> Iterator[Misfit]:
    if value is None or shape.kind == "anything" or _refers(value):
        return
    kinds = _SCALARS.get(shape.kind, ())
    if not isinstance(value, kinds) or (isinstance(value, bool) and shape.kind != "flag"):
        hint = "; put it in quotes" if shape.kind == "text" else ""
        yield Misfit(trail, f"{_name(trail)} is {_KINDS[shape.kind]}, not {show(value)}{hint}", of_key=False)
    elif shape.between is not None and not _is_between(value, *shape.between):
        ends = f"from {shape.between[0]} to {shape.between[1]}"
        yield Misfit(trail, f"{_name(trail)} is a number {ends}, not {show(value)}", of_key=False)
    elif shape.choices and value not in shape.choices:
        hint = nearest(str(value), shape.choices) or f"; there are: {', '.join(shape.choices)}"
        yield Misfit(trail, f"{_name(trail)} is never {show(value)}{hint}", of_key=False)


def _is_between(value: Any, least: int, most: int) -> bool:
    return bool(least <= value <= most)


def _refers(value: Any) -> bool:
    return isinstance(value, str) and bool(REFERENCE.search(value))


def _is_matcher(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)) in MATCHERS


def _name(trail: Trail) -> str:
    """Return a name for the value at a place, by the innermost key that is no matcher: `each of 'emails'`, `'status'`."""
    for step in reversed(trail):
        if isinstance(step, str) and step not in MATCHERS:
            return f"'{step}'"
    return "it"
