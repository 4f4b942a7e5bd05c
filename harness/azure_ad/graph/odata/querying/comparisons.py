"""The conditions of a `$filter`, tested on one object. Texts are compared without regard to case, as in Graph.

Source: https://learn.microsoft.com/en-us/graph/filter-query-parameter (read 2026-11-29 to its first examples) and
…/aad-advanced-queries (read 2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from msgspec import Struct

from harness.azure_ad.directory.indexes import WORDED
from harness.azure_ad.directory.words import words, words_and_compounds
from harness.base.clock import from_iso
from harness.base.language import Condition

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "ge": operator.ge, "le": operator.le, "gt": operator.gt, "lt": operator.lt,
}  # fmt: skip
_ORDERING = ("ge", "le", "gt", "lt")
FUNCTIONS: Mapping[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": str.__contains__,
}


class Comparison(Struct, frozen=True):
    """`literal` is a text, number, moment, true, false or null; an `exact` comparison has regard to case."""

    path: tuple[str, ...]
    operator: str
    literal: Any
    exact: bool = False

    def holds(self, item: Any) -> bool:
        value = _like(at(item, self.path), self.literal, exact=self.exact)
        literal = _like(self.literal, self.literal, exact=self.exact)
        if self.operator in _ORDERING and not _ordered(value, literal):
            return False
        return bool(COMPARE[self.operator](value, literal))


class OneOf(Struct, frozen=True):
    path: tuple[str, ...]
    literals: tuple[Any, ...]
    exact: bool = False

    def holds(self, item: Any) -> bool:
        value = at(item, self.path)
        return any(
            _like(value, literal, exact=self.exact) == _like(literal, literal, exact=self.exact)
            for literal in self.literals
        )


class TextMatch(Struct, frozen=True):
    path: tuple[str, ...]
    function: str
    text: str
    exact: bool = False

    def holds(self, item: Any) -> bool:
        value, text = at(item, self.path), self.text
        if not isinstance(value, str):
            return False
        return FUNCTIONS[self.function](
            *((value, text) if self.exact else (value.casefold(), text.casefold()))
        )


class AnyElement(Struct, frozen=True):
    """`any(x: …)` over a collection: `inner` holds for an element; `any()`: there is an element."""

    path: tuple[str, ...]
    inner: Condition

    def holds(self, item: Any) -> bool:
        value = at(item, self.path)
        return isinstance(value, list) and any(self.inner.holds(element) for element in value)


def at(item: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if name == "$count":
            return float(len(item)) if isinstance(item, list) else 0.0
        item = item.get(name) if isinstance(item, dict) else None
    return item


def _like(value: Any, literal: Any, *, exact: bool) -> Any:
    """Return an object's value in the type of the literal that it is compared with."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        return value
    if isinstance(literal, datetime):
        try:
            moment = from_iso(value)
        except ValueError:
            return value
        return moment if moment.tzinfo else value
    return value if exact else value.casefold()


def _ordered(value: Any, literal: Any) -> bool:
    """Return whether two values have an order: null, and values of different types, have none."""
    return (
        value is not None
        and literal is not None
        and type(value) is type(literal)
        and not isinstance(value, dict | list)
    )


class Searched(Struct, frozen=True, dict=True):
    """One clause of `$search`: words of a property, or the beginning of a property that is not split into words."""

    name: str
    text: str

    @cached_property
    def words(self) -> list[str]:
        """The words and symbols that must all occur; none where the property is not split into words."""
        return words(self.text) if self.name in WORDED else []

    def holds(self, item: Any) -> bool:
        value = item.get(self.name)
        texts = [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]
        if not self.words:
            return any(text.casefold().startswith(self.text.casefold()) for text in texts)
        return any(self._is_in(words_and_compounds(text)) for text in texts)

    def _is_in(self, present: list[str]) -> bool:
        return all(any(word.startswith(beginning) for word in present) for beginning in self.words)
