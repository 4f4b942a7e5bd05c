"""The shapes of operations' inputs, as AWS's service models have them, and one reader for all.

The tables (`shapes.py` of each service, `cloudtrail.py`, `organizations.py`) hold lengths, ranges, patterns and
required members of the models that AWS publishes with its SDKs (https://github.com/boto/botocore, botocore/data of 1.44.5, read
2026-11-30). Wrong types are a SerializationException; broken constraints are told all at once, in the models' notation:
`emails.1.member.value`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeAlias
from unicodedata import category

from msgspec import Struct

from harness.aws_sso.apis.errors import ApiError, violation

_CATEGORY = re.compile(r"\\p\{(\w)\}")
_CATEGORIES_ONLY = re.compile(r"\(?\[(.*)\]([*+])\)?\Z", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)")
_WHITE = {"t": "\t", "n": "\n", "r": "\r"}


class Text(Struct, frozen=True):
    """Characters between two lengths; `pattern` is Java's, as the model prints it. Personal ones are never quoted."""

    shortest: int = 0
    longest: int | None = None
    pattern: str | None = None
    values: tuple[str, ...] = ()
    personal: bool = False

    def matches(self, text: str) -> bool:
        return _matcher(self.pattern)(text)


class Number(Struct, frozen=True):
    least: int
    most: int


class Flag(Struct, frozen=True):
    """True or false."""


class Moment(Struct, frozen=True):
    """Seconds since 1970 on the wire, an aware datetime once read."""


class Document(Struct, frozen=True):
    """Any JSON."""


class Items(Struct, frozen=True):
    element: Shape
    fewest: int = 0
    most: int | None = None


class Entries(Struct, frozen=True):
    """A map; all values have one shape."""

    key: Text
    value: Shape
    fewest: int = 0
    most: int | None = None


class Structure(Struct, frozen=True):
    """Named members, others are ignored. Of a `union` exactly one member is given."""

    members: Mapping[str, Shape]
    required: frozenset[str] = frozenset()
    union: bool = False


Shape: TypeAlias = Text | Number | Flag | Moment | Document | Items | Entries | Structure


class BrokenError(Exception):
    """The input breaks constraints: `violations` holds (where, sentence) for each."""

    def __init__(self, violations: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(sentence for _, sentence in violations))
        self.violations = violations


def read(shape: Structure, raw: Any) -> dict[str, Any]:
    """Return the members that `shape` knows. Raises BrokenError, and ApiError (SerializationException) for wrong types."""
    broken: list[tuple[str, str]] = []
    value = _structure(shape, raw, "", broken)
    if broken:
        raise BrokenError(broken)
    return value


def camel(name: str) -> str:
    """Return `displayName` for `DisplayName`, which is how messages and events write it."""
    return name[:1].lower() + name[1:]


_Broken: TypeAlias = list[tuple[str, str]]


def _read(shape: Shape, raw: Any, where: str, broken: _Broken) -> Any:
    return _READERS[type(shape)](shape, raw, where, broken)


def _structure(shape: Structure, raw: Any, where: str, broken: _Broken) -> dict[str, Any]:
    _require_type(raw, dict, where)
    value = {}
    for name, member in shape.members.items():
        place = f"{where}.{camel(name)}" if where else camel(name)
        if raw.get(name) is not None:
            value[name] = _read(member, raw[name], place, broken)
        elif name in shape.required:
            broken.append((place, violation(place, "not be null", None)))
    if shape.union and len(value) != 1:
        broken.append((where, violation(where, f"have exactly one of {', '.join(shape.members)}")))
    return value


def _text(shape: Text, raw: Any, where: str, broken: _Broken) -> str:
    _require_type(raw, str, where)
    text = str(raw)
    quoted = ... if shape.personal else text
    if shape.values and text not in shape.values:
        constraint = f"satisfy enum value set: [{', '.join(shape.values)}]"
        broken.append((where, violation(where, constraint, quoted)))
    if not shape.matches(text):
        constraint = f"satisfy regular expression pattern: {shape.pattern}"
        broken.append((where, violation(where, constraint, quoted)))
    broken += _length(len(text), shape.shortest, shape.longest, where, quoted)
    return text


def _items(shape: Items, raw: Any, where: str, broken: _Broken) -> list[Any]:
    _require_type(raw, list, where)
    broken += _length(len(raw), shape.fewest, shape.most, where)
    value = []
    for number, item in enumerate(raw, 1):
        place = f"{where}.{number}.member"
        if item is None:
            broken.append((place, violation(place, "not be null", None)))
        else:
            value.append(_read(shape.element, item, place, broken))
    return value


def _entries(shape: Entries, raw: Any, where: str, broken: _Broken) -> dict[str, Any]:
    _require_type(raw, dict, where)
    members = {key: item for key, item in raw.items() if item is not None}
    broken += _length(len(members), shape.fewest, shape.most, where)
    return {
        _text(shape.key, key, f"{where}.key", broken): _read(shape.value, item, f"{where}.{key}", broken)
        for key, item in members.items()
    }


def _number(shape: Number, raw: Any, where: str, broken: _Broken) -> int:
    _require_type(raw, int, where)
    if raw < shape.least:
        constraint = f"have value greater than or equal to {shape.least}"
        broken.append((where, violation(where, constraint, raw)))
    if raw > shape.most:
        broken.append((where, violation(where, f"have value less than or equal to {shape.most}", raw)))
    return int(raw)


def _moment(_: Moment, raw: Any, where: str, broken: _Broken) -> datetime | None:
    _require_type(raw, (int, float), where)
    try:
        return datetime.fromtimestamp(raw, UTC)
    except (OverflowError, ValueError, OSError):
        broken.append((where, violation(where, "be a timestamp", raw)))
        return None


def _flag(_: Flag, raw: Any, where: str, __: _Broken) -> bool:
    _require_type(raw, bool, where)
    return bool(raw)


def _document(_: Document, raw: Any, __: str, ___: _Broken) -> Any:
    return raw


_READERS: Mapping[type, Callable[[Any, Any, str, _Broken], Any]] = {
    Text: _text,
    Number: _number,
    Flag: _flag,
    Moment: _moment,
    Document: _document,
    Items: _items,
    Entries: _entries,
    Structure: _structure,
}


def _length(
    length: int, least: int, most: int | None, where: str, quoted: object = ...
) -> Iterator[tuple[str, str]]:
    if length < least:
        yield where, violation(where, f"have length greater than or equal to {least}", quoted)
    if most is not None and length > most:
        yield where, violation(where, f"have length less than or equal to {most}", quoted)


def _require_type(raw: Any, kind: type | tuple[type, ...], where: str) -> None:
    """Raise ApiError for a value of another JSON type; true and false are no numbers."""
    if not isinstance(raw, kind) or (isinstance(raw, bool) and kind is not bool):
        raise ApiError("SerializationException", f"{where or 'The input'} has the wrong type.")


@cache
def _matcher(pattern: str | None) -> Callable[[str], bool]:
    """Return a test for a whole text. Python's `re` knows no Unicode categories, so those are looked up."""
    if pattern is None:
        return lambda _: True
    if not _CATEGORY.search(pattern):
        return _fully(re.compile(pattern, re.ASCII))
    only = _CATEGORIES_ONLY.match(pattern)
    if only is None:
        return _fully(re.compile(_CATEGORY.sub(r"[^\\W\\d_]", pattern)))
    categories = frozenset(_CATEGORY.findall(only[1]))
    others = frozenset(_ESCAPED.sub(lambda match: _WHITE.get(match[1], match[1]), _CATEGORY.sub("", only[1])))
    empty = only[2] == "*"
    return lambda text: (
        (empty or text != "") and all(each in others or category(each)[0] in categories for each in text)
    )


def _fully(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None
