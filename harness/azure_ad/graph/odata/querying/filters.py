"""OData's `$filter`, as far as Microsoft Graph's directory and logs take it.

Read are `eq`, `ne`, `ge`, `le`, `gt`, `lt`, `in`, `startswith`, `endswith`, `contains`, `and`, `or`, `not`, brackets, and
`any` over collections of texts or objects. Names of properties may be written in any case.

Source: https://learn.microsoft.com/en-us/graph/query-parameters, "filter parameter" and "Filter using lambda operators", and
…/aad-advanced-queries (read 2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs): these operators, `not` and `ne` in
advanced queries alone, `endswith` for two properties. `all` is refused: …/filter-query-parameter, "all operator" (read
2026-11-29), has it as not supported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from msgspec import Struct

from harness.azure_ad.graph.odata.entity_types import EntityType
from harness.azure_ad.graph.odata.querying import consequences
from harness.azure_ad.graph.odata.querying.comparisons import (
    COMPARE,
    FUNCTIONS,
    AnyElement,
    Comparison,
    OneOf,
    TextMatch,
)
from harness.azure_ad.graph.odata.querying.selection import version
from harness.azure_ad.graph.odata.querying.terms import first_refused
from harness.base.clock import from_iso
from harness.base.language import (
    Both,
    Condition,
    DepthError,
    Grammar,
    Mark,
    Reader,
    UnreadableError,
    tokens,
)

_COUNTED = frozenset({"owners"})  # relations whose `$count` a filter may compare
_TOKEN = tokens(
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
_WITH_ENDS = ("mail", "userPrincipalName")  # aad-advanced-queries, "Support for filter on properties"
_WORDS = {"true": True, "false": False, "null": None}
_KINDS = {
    "eq": "Equal", "ne": "NotEqual", "ge": "GreaterThanOrEqual", "le": "LessThanOrEqual", "gt": "GreaterThan", "lt": "LessThan",
}  # fmt: skip


# Types whose literals go together.
_ALIKE: Mapping[str, tuple[str, ...]] = {
    "Guid": ("String",),
    "Int32": ("Double",),
    "Int64": ("Double",),
    "details": ("String",),
}


class FilterError(ValueError):
    """A filter that cannot be read; the message is Graph's."""


class UnfilterableError(FilterError):
    """A property that no filter may name."""

    def __init__(self, name: str, resource: str) -> None:
        super().__init__(name)
        self.name, self.resource = name, resource[0].upper() + resource[1:]


class Filter(Struct, frozen=True, dict=True):
    """A condition, and the facts about it (`consequences`) by which objects are looked up.

    `demands` are the texts, in small letters, that a path must equal; `choices` those of which a path, or an element at it,
    must equal one; `beginnings` and `words` the beginnings that a path, or a word of it, must have. `operators` are those of
    advanced queries that occur: `ne`, `not`, `endswith`. An object must pass one of the `branches`. `alternatives` is the
    number of conditions in the longest `or`, or of values in an `in`.
    """

    condition: Condition

    def together(self, other: Condition) -> Filter:
        """Return a filter with a further condition."""
        return self if other == Both(()) else Filter(Both((self.condition, other)))

    @property
    def test(self) -> Callable[[Any], bool]:
        return self.condition.holds

    @cached_property
    def demands(self) -> Mapping[str, str]:
        return consequences.demands(self.condition)

    @cached_property
    def choices(self) -> Mapping[str, frozenset[str]]:
        return consequences.choices(self.condition)

    @cached_property
    def beginnings(self) -> Mapping[str, str]:
        return consequences.beginnings(self.condition)

    @cached_property
    def words(self) -> Mapping[str, str]:
        return consequences.words(self.condition)

    @cached_property
    def branches(self) -> tuple[Filter, ...]:
        return tuple(map(Filter, consequences.branches(self.condition)))

    @cached_property
    def operators(self) -> frozenset[str]:
        return frozenset(consequences.advanced_operators(self.condition))

    @cached_property
    def alternatives(self) -> int:
        return consequences.alternatives(self.condition)


def parse(text: str, kind: EntityType | None = None) -> Filter:
    """Read a filter; an empty one lets everything pass. Without a `kind` any name goes. Raises FilterError."""
    if not text.strip():
        return Filter(Both(()))
    parser = _Parser(text, kind)
    try:
        condition = parser.grammar.read_all(Reader(text, _TOKEN))
    except UnreadableError as error:
        raise FilterError(
            f"Invalid filter clause: Syntax error at position {error.position} in '{text}'."
        ) from error
    except DepthError as error:
        raise FilterError("Invalid filter clause: it is nested too deeply.") from error
    refused = None if kind is None or kind.operators is None else first_refused(condition, kind.operators)
    if refused is not None:
        raise FilterError(
            f"Invalid filter clause: '{refused.path}' does not take '{refused.operator}' in '{text}'."
        )
    return Filter(condition)


class _Parser:
    """The terms of a filter over objects of one type."""

    def __init__(self, text: str, kind: EntityType | None) -> None:
        self._text, self._kind = text, kind
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
        if name.lower().endswith("/any"):
            return self._elements(reader, name.rpartition("/")[0])
        if name.lower().endswith("/all"):
            raise FilterError(f"Invalid filter clause: 'all' is not supported in '{self._text}'.")
        path = self._path(name)
        operator = reader.token.text.lower()
        if operator == "in":
            reader.advance()
            return self._one_of(reader, path)
        if reader.take("word").lower() not in COMPARE:
            raise reader.error()
        literal = _literal(reader)
        self._check_types(path, literal, operator)
        return Comparison(path, operator, literal, self._is_exact(path))

    def _function(self, reader: Reader, name: str) -> Condition:
        reader.demand(_OPENING)
        path = self._path(reader.take("word"))
        reader.demand(_COMMA)
        text = _literal(reader)
        reader.demand(_CLOSING)
        if not isinstance(text, str):
            raise FilterError(f"Invalid filter clause: {name} needs a text in '{self._text}'.")
        if self._kind is not None and self._kind.directory:
            if name == "contains":
                raise FilterError(f"Invalid filter clause: '{name}' is not supported in '{self._text}'.")
            if name == "endswith" and not self._variable and path[0] not in _WITH_ENDS:
                raise UnfilterableError(path[0], self._kind.name.rpartition(".")[2])
        return TextMatch(path, name, text, self._is_exact(path))

    def _one_of(self, reader: Reader, path: tuple[str, ...]) -> Condition:
        reader.demand(_OPENING)
        literals = [_literal(reader)]
        while reader.passes(_COMMA):
            literals.append(_literal(reader))
        reader.demand(_CLOSING)
        for value in literals:
            self._check_types(path, value, "eq")
        return OneOf(path, tuple(literals), self._is_exact(path))

    def _elements(self, reader: Reader, name: str) -> Condition:
        path = self._path(name)
        if self._variable:
            raise FilterError(f"Invalid filter clause: any inside any in '{self._text}'.")
        reader.demand(_OPENING)
        if reader.passes(_CLOSING):
            return AnyElement(path, Both(()))
        self._variable = reader.take("word")
        reader.demand(_COLON)
        inner = self.grammar.read(reader)
        self._variable = ""
        reader.demand(_CLOSING)
        return AnyElement(path, inner)

    def _path(self, name: str) -> tuple[str, ...]:
        """Return the steps from the object, or inside `any` from the element. Raises FilterError for an unknown name."""
        first, *rest = self._meant(name).split("/")
        if self._variable:
            if first != self._variable:
                raise FilterError(
                    f"Invalid filter clause: '{first}' is not the range variable '{self._variable}'."
                )
            return tuple(rest)
        if self._kind is None:
            return (first, *rest)
        spelling = self._kind.spelling(first)
        if spelling is None and rest == ["$count"] and first in _COUNTED & self._kind.navigation.keys():
            return (first, "$count")
        if spelling is None or not self._kind.is_in(spelling, version()):
            raise FilterError(
                f"Invalid filter clause: Could not find a property named '{first}' on type '{self._kind.name}'."
            )
        declared = self._kind.properties.get(spelling)
        if declared is not None and not declared.filterable:
            raise UnfilterableError(spelling, self._kind.name.rpartition(".")[2])
        return (spelling, *rest)

    def _meant(self, name: str) -> str:
        return name if self._kind is None else self._kind.aliases.get(name.lower(), name)

    def _is_exact(self, path: tuple[str, ...]) -> bool:
        """Tell whether texts at the end of a path are compared with case; enumerations never are."""
        if self._kind is None or not self._kind.exact or self._variable:
            return False
        declared = self._kind.at(path)
        return declared is None or not declared.is_enumeration

    def _check_types(self, path: tuple[str, ...], literal: Any, operator: str) -> None:
        declared = None if self._kind is None or self._variable else self._kind.at(path)
        edm_type = _edm(literal)
        if declared is None or edm_type is None or declared.is_enumeration:
            return
        name = "Collection" if declared.collection else "Complex" if declared.is_complex else declared.type
        if edm_type not in _ALIKE.get(name, (name,)):
            raise FilterError(
                "Invalid filter clause: A binary operator with incompatible types was detected. Found operand types "
                f"'Edm.{name}' and 'Edm.{edm_type}' for operator kind '{_KINDS[operator]}'."
            )


def _literal(reader: Reader) -> Any:
    kind, token, _ = reader.token
    values: Mapping[str, Callable[[str], Any]] = {
        "text": lambda text: text[1:-1].replace("''", "'"),
        "guid": str.casefold,
        "number": float,
        "moment": lambda text: from_iso(text if "T" in text else f"{text}T00:00:00Z"),
        "word": lambda text: _WORDS[text.lower()],
    }
    try:
        value = values[kind](token)
    except (KeyError, ValueError) as error:
        raise reader.error() from error
    reader.advance()
    return value


def _edm(value: Any) -> str | None:
    """Return the EDM type of a literal, None for null, which every type has."""
    types = {bool: "Boolean", str: "String", float: "Double", datetime: "DateTimeOffset"}
    return types.get(type(value))
