"""Which view answers an address in the form of the route table, and which methods it takes.

Rules are written as Werkzeug's (https://werkzeug.palletsprojects.com/en/stable/routing/, "Rule Format", read 2026-11-29), of which
three forms are used: `<name>`, `<any(a, b):name>` and, at an end, `<path:name>`. A word comes before a name, as there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple, TypeAlias

from msgspec import Struct

View: TypeAlias = Callable[..., Any]
Route: TypeAlias = tuple[str, str, View]
_CHOICE = re.compile(r"<any\(([^)]*)\):(\w+)>")


class Word(Struct, frozen=True):
    """A segment with a fixed word; `arguments` are the view's arguments that it stands for."""

    text: str
    arguments: Mapping[str, str] = {}


class Key(Struct, frozen=True):
    """A segment with any text but an empty one, the argument `name`; with `is_rest` it takes all later segments too."""

    name: str
    is_rest: bool = False


def spellings(segment: str) -> Iterator[Word | Key]:
    """Yield what a segment of a rule may be: a key, or each of its words."""
    if segment.startswith("<") and not segment.startswith("<any("):
        kind, _, name = segment[1:-1].rpartition(":")
        yield Key(name, is_rest=kind == "path")
        return
    literals = _CHOICE.split(segment)  # text, choices, name, text, …
    names = literals[2::3]
    for chosen in product(*map(_words, literals[1::3])):
        text = literals[0] + "".join(word + after for word, after in zip(chosen, literals[3::3], strict=True))
        yield Word(text, dict(zip(names, chosen, strict=True)))


class Match(Struct, frozen=True):
    """A view with its arguments; without a view the address is unknown, or takes only other `methods`."""

    methods: frozenset[str]
    view: View | None = None
    arguments: Mapping[str, str] = {}


class _End(Struct, frozen=True):
    """The end of a rule. `keys` are the names of its variable segments, in their order."""

    method: str
    view: View
    words: Mapping[str, str]
    keys: tuple[str, ...]

    def behind(self, spelling: Word | Key) -> _End:
        """Return the end of an address that is a segment longer."""
        if isinstance(spelling, Word):
            return _End(self.method, self.view, {**self.words, **spelling.arguments}, self.keys)
        return _End(self.method, self.view, self.words, (*self.keys, spelling.name))


class _Next(NamedTuple):
    """The next segments after a place: `words` in small letters, any text (`key`), or all the rest; or the end."""

    words: dict[str, tuple[str, Place]]
    key: Place | None
    rests: list[_End]
    ends: list[_End]


class Place:
    """Where rules have come to. How they go on is sorted out when the first request comes here: few places ever see one."""

    def __init__(self) -> None:
        self._rules: list[tuple[Sequence[str], _End | None]] = []

    @cached_property
    def next(self) -> _Next:
        words: dict[str, tuple[str, Place]] = {}
        result = _Next(words, Place() if any(map(_has_key, self._rules)) else None, [], [])
        for segments, end in self._rules:
            if not segments:
                result.ends.extend(() if end is None else (end,))
                continue
            for spelling in spellings(segments[0]):
                longer = None if end is None else end.behind(spelling)
                if isinstance(spelling, Word):
                    _, below = words.setdefault(spelling.text.lower(), (spelling.text, Place()))
                    below.add(segments[1:], longer)
                elif spelling.is_rest:
                    result.rests.extend(() if longer is None else (longer,))
                elif result.key is not None:
                    result.key.add(segments[1:], longer)
        return result

    def add(self, segments: Sequence[str], end: _End | None) -> None:
        """Add a rule's remaining segments at this place."""
        self._rules.append((segments, end))


class Routes:
    """The routes of a table, to be looked up; `unanswered` are rules of addresses that no view answers, but that others lead to."""

    def __init__(self, routes: Iterable[Route], unanswered: Iterable[str] = ()) -> None:
        self.root = Place()
        for method, rule, view in routes:
            self.root.add(_segments(rule), _End(method, view, {}, ()))
        for rule in unanswered:
            self.root.add(_segments(rule), None)

    def match(self, method: str, path: str) -> Match:
        """Return the match for a request; GET's views answer HEAD too, and every address takes OPTIONS."""
        methods: set[str] = set()
        verb = "GET" if method == "HEAD" else method
        for end, keys in _ends(self.root, _segments(path), ()):
            if end.method == verb:
                return Match(frozenset(), end.view, {**end.words, **dict(zip(end.keys, keys, strict=True))})
            methods |= {end.method, "OPTIONS"} | ({"HEAD"} if end.method == "GET" else set())
        return Match(frozenset(methods))


def _segments(path: str) -> list[str]:
    return path.split("/")[1:] if path != "/" else []


def _has_key(rule: tuple[Sequence[str], object]) -> bool:
    """Tell whether what comes next in a rule may be anything, and is one segment."""
    first = rule[0][0] if rule[0] else ""
    return first.startswith("<") and not first.startswith(("<any(", "<path:"))


def _ends(
    place: Place, segments: Sequence[str], keys: tuple[str, ...]
) -> Iterator[tuple[_End, tuple[str, ...]]]:
    """Yield every end that segments lead to, words before keys, each with its keys' values."""
    words, key, rests, ends = place.next
    if not segments:
        for end in ends:
            yield end, keys
        return
    first, rest = segments[0], segments[1:]
    text, below = words.get(first.lower(), (None, None))
    if text == first and below is not None:
        yield from _ends(below, rest, keys)
    if key is not None and first:
        yield from _ends(key, rest, (*keys, first))
    for end in rests:
        yield end, (*keys, "/".join(segments))


def _words(text: str) -> list[str]:
    return [word.strip().strip("'\"") for word in text.split(",")]
