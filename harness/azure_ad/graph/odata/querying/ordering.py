"""`$orderby`: one property or several, ascending or descending; null comes first, texts without regard to case.

Source: https://learn.microsoft.com/en-us/graph/query-parameters, "orderby" (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entity_types import EntityType
from harness.azure_ad.graph.odata.querying.comparisons import at
from harness.azure_ad.graph.odata.querying.options import is_advanced, text_of
from harness.azure_ad.graph.odata.querying.selection import version
from harness.base.store import Document


class Order(NamedTuple):
    """`path` are the steps from the object to what it is sorted by."""

    path: tuple[str, ...]
    descending: bool


def order(kind: EntityType | None) -> list[Order]:
    """Return the orders in `$orderby`, the most important first. Raises ODataError 400."""
    text = text_of("$orderby")
    if not text:
        return []
    orders = [_order(part, kind, text) for part in text.split(",")]
    if kind is not None and kind.directory and text_of("$filter") and not is_advanced():
        raise refusals.ORDER_REFUSED.error()
    return orders


def ordered(items: Iterable[Document], orders: list[Order]) -> list[Document]:
    # Sorting is stable: logs come newest first, and entries of one moment keep that order.
    result = list(items)
    for path, descending in reversed(orders):
        result.sort(key=lambda item, path=path: _rank(at(item, path)), reverse=descending)  # type: ignore[misc]
    return result


def _order(part: str, kind: EntityType | None, text: str) -> Order:
    name, _, direction = part.strip().partition(" ")
    direction = direction.strip().lower()
    if not name or direction not in ("", "asc", "desc"):
        raise refusals.ORDER_UNREADABLE.error(text=text)
    first, *rest = name.split("/")
    if kind is not None:
        spelling = kind.spelling(first)
        if spelling is None or not kind.is_in(spelling, version()):
            raise refusals.ORDER_UNKNOWN.error(name=name, type_name=kind.name)
        first = spelling
        if kind.operators is not None and "orderby" not in kind.operators.get(name.lower(), ()):
            raise refusals.ORDER_REFUSED.error()
    return Order((first, *rest), direction == "desc")


def _rank(value: Any) -> tuple[int, float, str]:
    """Return the sort key of a value: null, then numbers, then texts."""
    if value is None or value == "":
        return (0, 0, "")
    if isinstance(value, int | float):
        return (1, value, "")
    return (2, 0, str(value).casefold())
