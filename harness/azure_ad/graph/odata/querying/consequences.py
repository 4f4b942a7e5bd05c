"""Facts about a filter by which objects can be looked up: texts that they must have, operators, number of alternatives.

They are read from the condition that `filters` makes of the text, and are true of every object that passes.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.azure_ad.graph.odata.querying.comparisons import (
    AnyElement,
    Comparison,
    OneOf,
    Searched,
    TextMatch,
)
from harness.base.language import Both, Condition, Either, Negated


def demands(condition: Condition) -> dict[str, str]:
    """Return the texts that an object must have, by path: those outside of any `or`, `not` and `any`."""
    if isinstance(condition, Both):
        return {name: text for part in condition.parts for name, text in demands(part).items()}
    if (
        isinstance(condition, Comparison)
        and condition.operator == "eq"
        and isinstance(condition.literal, str)
    ):
        return {"/".join(condition.path): condition.literal.casefold()}
    return {}


def choices(condition: Condition) -> dict[str, frozenset[str]]:
    """Return the texts of which an object must have one, by path: those outside of `not`, and in every part of an `or`."""
    if isinstance(condition, Both):
        return {name: texts for part in condition.parts for name, texts in choices(part).items()}
    if isinstance(condition, Either):
        first, *rest = (choices(part) for part in condition.parts)
        shared = set(first).intersection(*rest)
        return {name: first[name].union(*(part[name] for part in rest)) for name in sorted(shared)}
    if isinstance(condition, AnyElement):
        path = "/".join(condition.path)
        inner = demands(condition.inner)
        return {f"{path}/{name}" if name else path: frozenset({text}) for name, text in inner.items()}
    if isinstance(condition, OneOf) and all(isinstance(text, str) for text in condition.literals):
        return {"/".join(condition.path): frozenset(text.casefold() for text in condition.literals)}
    return {name: frozenset({text}) for name, text in demands(condition).items()}


def beginnings(condition: Condition) -> dict[str, str]:
    """Return the beginnings that the texts at paths must have."""
    if isinstance(condition, Both):
        return {name: text for part in condition.parts for name, text in beginnings(part).items()}
    if isinstance(condition, TextMatch) and condition.function == "startswith":
        return {"/".join(condition.path): condition.text.casefold()}
    if isinstance(condition, Searched) and not condition.words:
        return {condition.name: condition.text.casefold()}
    return {}


def words(condition: Condition) -> dict[str, str]:
    """Return, by path, the longest searched beginning of a word."""
    if isinstance(condition, Both):
        return {name: text for part in condition.parts for name, text in words(part).items()}
    if isinstance(condition, Searched) and condition.words:
        return {condition.name: max(condition.words, key=len)}
    return {}


def branches(condition: Condition) -> list[Condition]:
    """Return conditions of which an object must meet one: the parts of an `or`, or the whole condition."""
    if isinstance(condition, Either):
        return [branch for part in condition.parts for branch in branches(part)]
    if isinstance(condition, Both):
        return next((each for part in condition.parts if len(each := branches(part)) > 1), [condition])
    return [condition]


def advanced_operators(condition: Condition) -> Iterator[str]:
    """Yield the operators that only an advanced query may use."""
    if isinstance(condition, Negated):
        yield "not"
        yield from advanced_operators(condition.part)
    elif isinstance(condition, Both | Either):
        for part in condition.parts:
            yield from advanced_operators(part)
    elif isinstance(condition, AnyElement):
        yield from advanced_operators(condition.inner)
    elif isinstance(condition, Comparison) and condition.operator == "ne":
        yield "ne"
    elif isinstance(condition, TextMatch) and condition.function == "endswith":
        yield "endswith"


def alternatives(condition: Condition) -> int:
    """Return the number of conditions in the longest `or`, where an `in` counts as one for each value."""
    if isinstance(condition, OneOf):
        return len(condition.literals)
    if isinstance(condition, Either):
        return max(len(condition.parts), *map(alternatives, condition.parts))
    if isinstance(condition, Both):
        return max(map(alternatives, condition.parts), default=1)
    return alternatives(condition.part) if isinstance(condition, Negated) else 1
