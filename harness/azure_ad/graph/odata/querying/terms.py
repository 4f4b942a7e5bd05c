"""The terms of a `$filter`, for types whose reference page lists the operators of each property.

Operators are OData's, in small letters. Moments take every comparison, although the pages name three of five: published
scripts use the others, https://github.com/MicrosoftDocs/azure-docs/issues/11920 (read 2026-11-29) [inferred].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from harness.azure_ad.graph.odata.querying.comparisons import (
    AnyElement,
    Comparison,
    OneOf,
    TextMatch,
)
from harness.base.language import Both, Condition, Either, Negated


class Term(Struct, frozen=True):
    """`path` goes through collections, too: `targetResources/id`."""

    path: str
    operator: str
    literal: Any


def terms(condition: Condition, within: tuple[str, ...] = ()) -> Iterator[Term]:
    """Yield all terms of a filter, also those inside of `and`, `or` and `not`."""
    if isinstance(condition, Both | Either):
        for part in condition.parts:
            yield from terms(part, within)
    elif isinstance(condition, Negated):
        yield from terms(condition.part, within)
    elif isinstance(condition, AnyElement):
        yield from terms(condition.inner, (*within, *condition.path))
    elif isinstance(condition, Comparison):
        yield Term("/".join((*within, *condition.path)), condition.operator, condition.literal)
    elif isinstance(condition, TextMatch):
        yield Term("/".join((*within, *condition.path)), condition.function, condition.text)
    elif isinstance(condition, OneOf):
        for value in condition.literals:
            yield Term("/".join((*within, *condition.path)), "eq", value)


def first_refused(condition: Condition, operators: Mapping[str, frozenset[str]]) -> Term | None:
    """Return the first term whose property does not take its operator; `operators` by path in small letters."""
    return next(
        (
            term
            for term in terms(condition)
            if term.operator not in operators.get(term.path.lower(), frozenset())
        ),
        None,
    )
