"""What a `$filter` asks of one object, property by property. Texts are compared without regard to case, as Graph does.

Source: https://learn.microsoft.com/en-us/graph/filter-query-parameter and …/aad-advanced-queries (read 2026-11).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harness.base.clock import from_iso
from harness.base.language import Condition

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "ge": operator.ge, "le": operator.le, "gt": operator.gt, "lt": operator.lt,
}  # fmt: skip
_ORDERING = ("ge", "le", "gt", "lt")
FUNCTIONS: Mapping[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """`wanted` is the literal: casefolded text, number, moment, true, false or null."""

    path: tuple[str, ...]
    operator: str
    wanted: Any

    def holds(self, item: Any) -> bool:
        value = _like(at(item, self.path), self.wanted)
        if self.operator in _ORDERING and not _ordered(value, self.wanted):
            return False
        return bool(COMPARE[self.operator](value, self.wanted))


@dataclass(frozen=True, slots=True)
class OneOf:
    path: tuple[str, ...]
    wanted: tuple[Any, ...]

    def holds(self, item: Any) -> bool:
        value = at(item, self.path)
        return any(_like(value, literal) == literal for literal in self.wanted)


@dataclass(frozen=True, slots=True)
class TextMatch:
    path: tuple[str, ...]
    function: str
    wanted: str

    def holds(self, item: Any) -> bool:
        value = at(item, self.path)
        return isinstance(value, str) and FUNCTIONS[self.function](value.casefold(), self.wanted)


@dataclass(frozen=True, slots=True)
class AnyElement:
    """`any(x: …)` over a collection; `inner` is asked of its elements."""

    path: tuple[str, ...]
    inner: Condition

    def holds(self, item: Any) -> bool:
        value = at(item, self.path)
        return isinstance(value, list) and any(self.inner.holds(element) for element in value)


def at(item: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        item = item.get(name) if isinstance(item, dict) else None
    return item


def _like(value: Any, wanted: Any) -> Any:
    """Return what an object holds in the form of the literal that it is compared with."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        return value
    if isinstance(wanted, datetime):
        try:
            moment = from_iso(value)
        except ValueError:
            return value
        return moment if moment.tzinfo else value
    return value.casefold()


def _ordered(value: Any, wanted: Any) -> bool:
    """Tell whether two values have an order: null and values of other types have none."""
    return (
        value is not None
        and wanted is not None
        and type(value) is type(wanted)
        and not isinstance(value, dict | list)
    )
