"""What the operators of membership rules mean.

Positive operators hold for a collection if they hold for one of its values, negative ones (`-ne`, `-notMatch` …) if the
positive one does not, so they hold where there is no value. Texts are compared without regard to case.

Source: https://learn.microsoft.com/en-us/entra/identity/users/groups-dynamic-membership, Supported expression operators
(read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from harness.azure_ad.directory.membership.attributes import Attribute
from harness.base.clock import from_iso
from harness.base.dotnet_regex import Regex, RegexError
from harness.base.language import Condition
from harness.base.store import Document

Literal: TypeAlias = "str | bool | datetime | FromNow | Regex | tuple[str, ...] | None"


@dataclass(frozen=True, slots=True)
class FromNow:
    """`system.now`, plus or minus a span."""

    span: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Candidate:
    """The object that a rule is evaluated for. Its groups and manager are looked up when a rule reads them."""

    document: Document
    now: datetime
    groups: Callable[[], list[str]] = list
    manager: Callable[[], str | None] = lambda: None


@dataclass(frozen=True, slots=True)
class Element:
    """One value of a collection, for a condition in the brackets after `-any` or `-all`."""

    value: Any
    now: datetime


@dataclass(frozen=True, slots=True)
class Comparison:
    """`attribute` None is the element itself, written `_`. `operator` is positive; `negated` inverts the result."""

    attribute: Attribute | None
    operator: str
    operand: Literal
    negated: bool

    def holds(self, item: Any) -> bool:
        if isinstance(item, Element):
            values = [item.value] if self.attribute is None else self.attribute.values(item.value)
        else:
            assert self.attribute is not None
            values = self.attribute.values(item.document)
        return self._holds(values, item.now) is not self.negated

    def _holds(self, values: list[Any], now: datetime) -> bool:
        if self.operand is None:
            return not values
        operand = self.operand
        if isinstance(operand, FromNow):
            operand = now + operand.span
        compare = COMPARE[self.operator]
        return any(compare(_comparable(value, operand), operand) for value in values)


@dataclass(frozen=True, slots=True)
class Collection:
    """`-any` or `-all` over the values of a collection; `-all` holds for an empty one."""

    attribute: Attribute
    every: bool
    inner: Condition

    def holds(self, candidate: Candidate) -> bool:
        values = self.attribute.values(candidate.document)
        test = all if self.every else any
        return test(self.inner.holds(Element(value, candidate.now)) for value in values)


@dataclass(frozen=True, slots=True)
class MemberOf:
    """Direct members of one of the groups."""

    groups: tuple[str, ...]

    def holds(self, candidate: Candidate) -> bool:
        return not set(self.groups).isdisjoint(candidate.groups())


@dataclass(frozen=True, slots=True)
class ReportsTo:
    """Those whose manager this is."""

    manager: str

    def holds(self, candidate: Candidate) -> bool:
        return candidate.manager() == self.manager


def _comparable(value: Any, operand: Literal) -> Any:
    if isinstance(operand, datetime):
        return from_iso(value)
    if isinstance(operand, bool) or not isinstance(value, str):
        return value if isinstance(value, bool) else str(value)
    return value if isinstance(operand, Regex) else value.casefold()


def _matches(value: str, pattern: Regex) -> bool:
    """Return whether a pattern matches; one that takes too long matches nobody."""
    try:
        return pattern.search(value) is not None
    except RegexError:
        return False


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, operand: bool(value == operand),
    "startswith": lambda value, operand: value.startswith(operand),
    "endswith": lambda value, operand: value.endswith(operand),
    "contains": lambda value, operand: operand in value,
    "match": _matches,
    "in": lambda value, operand: value in operand,
    "le": lambda value, operand: bool(value <= operand),
    "ge": lambda value, operand: bool(value >= operand),
}
