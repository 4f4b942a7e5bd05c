"""Which view answers an address in the form of the route table, and which methods it takes.

Rules are written as Werkzeug's (https://werkzeug.palletsprojects.com/en/stable/routing/, "Rule Format", read 2026-11-29), of which
three forms are used: `<name>`, `<any(a, b):name>` and, at an end, `<path:name>`. A word comes before a name, as there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, TypeAlias

from msgspec import Struct, field

View: TypeAlias = Callable[..., Any]
Route: TypeAlias = tuple[str, str, View]
_CHOICE = re.compile(r"<any\(([^)]*)\):(\w+)>")


class Word(Struct, frozen=True):
    """A segment that is itself; `arguments` are what it says."""

    text: str
    arguments: Mapping[str, str] = {}


class Key(Struct, frozen=True):
    """A segment that may be anything, and is the argument `name`; `is_rest` with all that follows."""

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
    """A view with its arguments; without one the address is nobody's, or takes only other `methods`."""

    methods: frozenset[str]
    view: View | None = None
    arguments: Mapping[str, str] = {}

    def allowed(self) -> tuple[tuple[str, str], ...]:
        """Return the header that answers OPTIONS."""
        return (("Allow", ", ".join(sorted(self.methods))),)


class _End(Struct, frozen=True):
    """An address that is answered. `keys` are the names of its segments that may be anything, in their order."""

    method: str
    view: View
    words: Mapping[str, str]
    keys: tuple[str, ...]


class _Place(Struct, frozen=True):
    words: dict[str, _Place] = field(default_factory=dict)
    keys: list[_Place] = field(default_factory=list)
    ends: list[_End] = field(default_factory=list)
    rests: list[_End] = field(default_factory=list)


class Routes:
    """The routes of a table, to be looked up."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Place()
        for method, rule, view in routes:
            _plant(self._root, rule.split("/")[1:] if rule != "/" else [], _End(method, view, {}, ()))

    def match(self, method: str, path: str) -> Match:
        """Return what answers a request; GET's views answer HEAD as well, and OPTIONS is taken everywhere."""
        segments = path.split("/")[1:] if path != "/" else []
        methods: set[str] = set()
        wanted = "GET" if method == "HEAD" else method
        for end, keys in _ends(self._root, segments, ()):
            if end.method == wanted:
                return Match(frozenset(), end.view, {**end.words, **dict(zip(end.keys, keys, strict=True))})
            methods |= {end.method, "OPTIONS"} | ({"HEAD"} if end.method == "GET" else set())
        return Match(frozenset(methods))


def _plant(place: _Place, segments: Sequence[str], end: _End) -> None:
    """Add an address that goes on with `segments` below a place."""
    if not segments:
        place.ends.append(end)
        return
    for spelling in spellings(segments[0]):
        if isinstance(spelling, Word):
            words = {**end.words, **spelling.arguments}
            below = place.words.setdefault(spelling.text, _Place())
            _plant(below, segments[1:], _End(end.method, end.view, words, end.keys))
            continue
        longer = _End(end.method, end.view, end.words, (*end.keys, spelling.name))
        if spelling.is_rest:
            place.rests.append(longer)
            continue
        if not place.keys:
            place.keys.append(_Place())
        _plant(place.keys[0], segments[1:], longer)


def _ends(
    place: _Place, segments: Sequence[str], keys: tuple[str, ...]
) -> Iterator[tuple[_End, tuple[str, ...]]]:
    """Yield every end that segments lead to, words before keys, with the keys on the way."""
    if not segments:
        for end in place.ends:
            yield end, keys
        return
    first, rest = segments[0], segments[1:]
    if first in place.words:
        yield from _ends(place.words[first], rest, keys)
    for below in place.keys:
        yield from _ends(below, rest, (*keys, first))
    for end in place.rests:
        yield end, (*keys, "/".join(segments))


def _words(text: str) -> list[str]:
    return [word.strip().strip("'\"") for word in text.split(",")]
