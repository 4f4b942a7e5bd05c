"""OData's `$filter`, as far as Microsoft Graph's directory and logs take it.

Read are `eq`, `ne`, `ge`, `le`, `gt`, `lt`, `in`, `startswith`, `endswith`, `and`, `or`, `not`, brackets, and `any` over
collections of texts or objects.

Source: https://learn.microsoft.com/en-us/graph/filter-query-parameter and …/aad-advanced-queries (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from harness.azure_ad.graph.odata.comparisons import (
    COMPARE,
    FUNCTIONS,
    AnyElement,
    Comparison,
    OneOf,
    TextMatch,
)
from harness.base.clock import from_iso
from harness.base.language import (
    Both,
    Condition,
    DepthError,
    Either,
    Grammar,
    Mark,
    Negated,
    Reader,
    UnreadableError,
)

_TOKEN = re.compile(
    r"""
    (?P<text>'(?:[^']|'')*')
  | (?P<moment>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?(?![\w-]))
  | (?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})
  | (?P<number>-?\d+(?:\.\d+)?(?![\w-]))
  | (?P<word>[A-Za-z_][\w.]*(?:/[A-Za-z_$][\w.]*)*)
  | (?P<mark>[(),:])
    """,
    re.VERBOSE | re.ASCII,
)
_DEEPEST = 30
_OPENING, _CLOSING, _COMMA, _COLON = (Mark("mark", text) for text in "(),:")
_NOT = Mark("word", "not")
_WORDS = {"true": True, "false": False, "null": None}
_KINDS = {
    "eq": "Equal", "ne": "NotEqual", "ge": "GreaterThanOrEqual", "le": "LessThanOrEqual", "gt": "GreaterThan", "lt": "LessThan",
}  # fmt: skip


class FilterError(ValueError):
    """A filter that cannot be read; the message is Graph's."""


@dataclass(frozen=True, slots=True)
class Filter:
    """`test` tells whether an object passes. `demands` are the texts that paths must equal, whatever else is said.

    `operators` are those of advanced queries that occur: `ne`, `not`, `endswith`.
    """

    test: Callable[[Any], bool]
    demands: Mapping[str, str] = field(default_factory=dict)
    operators: frozenset[str] = frozenset()


def parse(text: str, types: Mapping[str, str] | None = None, type_name: str = "") -> Filter:
    """Read a filter; an empty one lets everything pass.

    `types` has the properties' EDM types (`String`, `Boolean`, `DateTimeOffset`, `Complex`, `Collection`); without it
    any name goes. Raises FilterError.
    """
    if not text.strip():
        return Filter(Both(()).holds)
    parser = _Parser(text, types, type_name)
    try:
        condition = parser.grammar.read_all(Reader(text, _TOKEN))
    except UnreadableError as error:
        raise FilterError(
            f"Invalid filter clause: Syntax error at position {error.position} in '{text}'."
        ) from error
    except DepthError as error:
        raise FilterError("Invalid filter clause: it is nested too deeply.") from error
    return Filter(condition.holds, _demands(condition), frozenset(_operators(condition)))


def _demands(condition: Condition) -> dict[str, str]:
    """Return the texts that an object must have: those that stand under no `or`, `not` and `any`."""
    if isinstance(condition, Both):
        return {name: text for part in condition.parts for name, text in _demands(part).items()}
    if isinstance(condition, Comparison) and condition.operator == "eq" and isinstance(condition.wanted, str):
        return {"/".join(condition.path): condition.wanted}
    return {}


def _operators(condition: Condition) -> Iterator[str]:
    """Yield the operators that only an advanced query may use."""
    if isinstance(condition, Negated):
        yield "not"
        yield from _operators(condition.part)
    elif isinstance(condition, Both | Either):
        for part in condition.parts:
            yield from _operators(part)
    elif isinstance(condition, AnyElement):
        yield from _operators(condition.inner)
    elif isinstance(condition, Comparison) and condition.operator == "ne":
        yield "ne"
    elif isinstance(condition, TextMatch) and condition.function == "endswith":
        yield "endswith"


class _Parser:
    """The terms of a filter over objects of one type."""

    def __init__(self, text: str, types: Mapping[str, str] | None, type_name: str) -> None:
        self._text, self._types, self._type_name = text, types, type_name
        self._variable = ""  # what `any` calls an element, inside of it
        self.grammar = Grammar(
            either=Mark("word", "or"),
            both=Mark("word", "and"),
            negation=_NOT,
            opening=_OPENING,
            closing=_CLOSING,
            deepest=_DEEPEST,
            term=self._term,
        )

    def _term(self, reader: Reader) -> Condition:
        name = reader.take("word")
        if name.lower() in FUNCTIONS:
            return self._function(reader, name.lower())
        if name.endswith("/any"):
            return self._any(reader, name.removesuffix("/any"))
        path = self._path(name)
        operator = reader.token.text.lower()
        if operator == "in":
            reader.advance()
            return self._one_of(reader, path, name)
        if reader.take("word").lower() not in COMPARE:
            raise reader.error()
        wanted = _literal(reader)
        self._check_types(name, wanted, operator)
        return Comparison(path, operator, wanted)

    def _function(self, reader: Reader, name: str) -> Condition:
        reader.demand(_OPENING)
        path = self._path(reader.take("word"))
        reader.demand(_COMMA)
        wanted = _literal(reader)
        reader.demand(_CLOSING)
        if not isinstance(wanted, str):
            raise FilterError(f"Invalid filter clause: {name} needs a text in '{self._text}'.")
        return TextMatch(path, name, wanted)

    def _one_of(self, reader: Reader, path: tuple[str, ...], name: str) -> Condition:
        reader.demand(_OPENING)
        wanted = [_literal(reader)]
        while reader.passes(_COMMA):
            wanted.append(_literal(reader))
        reader.demand(_CLOSING)
        for value in wanted:
            self._check_types(name, value, "eq")
        return OneOf(path, tuple(wanted))

    def _any(self, reader: Reader, name: str) -> Condition:
        path = self._path(name)
        if self._variable:
            raise FilterError(f"Invalid filter clause: any inside any in '{self._text}'.")
        reader.demand(_OPENING)
        self._variable = reader.take("word")
        reader.demand(_COLON)
        inner = self.grammar.read(reader)
        self._variable = ""
        reader.demand(_CLOSING)
        return AnyElement(path, inner)

    def _path(self, name: str) -> tuple[str, ...]:
        """Return the steps from the object, or inside `any` from the element. Raises FilterError for an unknown name."""
        first, *rest = name.split("/")
        if self._variable:
            if first != self._variable:
                raise FilterError(
                    f"Invalid filter clause: '{first}' is not the range variable '{self._variable}'."
                )
            return tuple(rest)
        if self._types is not None and first not in self._types:
            raise FilterError(
                f"Invalid filter clause: Could not find a property named '{first}' on type '{self._type_name}'."
            )
        return (first, *rest)

    def _check_types(self, name: str, wanted: Any, operator: str) -> None:
        declared = None if self._types is None or self._variable or "/" in name else self._types[name]
        given = _edm(wanted)
        if declared is None or given is None:
            return
        if declared != given:
            raise FilterError(
                "Invalid filter clause: A binary operator with incompatible types was detected. Found operand types "
                f"'Edm.{declared}' and 'Edm.{given}' for operator kind '{_KINDS[operator]}'."
            )


def _literal(reader: Reader) -> Any:
    kind, token, _ = reader.token
    values: Mapping[str, Callable[[str], Any]] = {
        "text": lambda text: text[1:-1].replace("''", "'").casefold(),
        "guid": str.casefold,
        "number": float,
        "moment": lambda text: from_iso(text if "T" in text else f"{text}T00:00:00Z"),
        "word": _WORDS.__getitem__,
    }
    try:
        value = values[kind](token)
    except (KeyError, ValueError) as error:
        raise reader.error() from error
    reader.advance()
    return value


def _edm(value: Any) -> str | None:
    """Return the EDM type of a literal, None for null, which goes with every type."""
    types = {bool: "Boolean", str: "String", float: "Double", datetime: "DateTimeOffset"}
    return types.get(type(value))
