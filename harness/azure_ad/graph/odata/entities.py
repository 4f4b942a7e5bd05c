"""Entities and collections as Microsoft Graph answers them, with filter, search, order, selection and pages applied.

Source: https://learn.microsoft.com/en-us/graph/query-parameters, …/paging and …/aad-advanced-queries (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, TypeAlias

from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.bodies import body, optional_body
from harness.azure_ad.graph.odata.entity_types import EntityType, Expander
from harness.azure_ad.graph.odata.errors import ODataError, answer, error_answer
from harness.azure_ad.graph.odata.querying.filters import Filter, FilterError, UnfilterableError, parse
from harness.azure_ad.graph.odata.querying.options import (
    check_options,
    is_advanced,
    is_counted,
    is_eventual,
    link,
    option,
    page_size,
    query_mark,
    text_of,
)
from harness.azure_ad.graph.odata.querying.ordering import order, ordered
from harness.azure_ad.graph.odata.querying.search import search
from harness.azure_ad.graph.odata.querying.selection import demand_beta, expanded, selected, shown, version
from harness.azure_ad.graph.odata.querying.tokens import seal, unseal
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

__all__ = [
    "HTML",
    "ODataError",
    "Scan",
    "answer",
    "body",
    "collection",
    "context",
    "count",
    "demand_beta",
    "empty",
    "entity",
    "error_answer",
    "optional_body",
    "plain",
    "query_filter",
    "version",
]

HTML = "text/html; charset=utf-8"  # the type of answers without a body
# What reads a large collection: the objects that may pass a filter, in a lasting order, from behind the id `after`.
Scan: TypeAlias = Callable[[Filter, str | None], Iterable[Document]]
_NO_EXPANDERS: Mapping[str, Expander] = {}


def empty() -> Response:
    return Response(204, (("Content-Type", HTML),))


def plain(text: str) -> Response:
    """Answer a bare value."""
    return Response(200, (("Content-Type", "text/plain; charset=utf-8"),), text.encode())


def context(path: str) -> str:
    return f"{current().settings.graph_origin}/{version()}/$metadata#{path}"


def collection(
    path: str,
    items: Iterable[Document] | Scan,
    kind: EntityType | None = None,
    expanders: Mapping[str, Expander] = _NO_EXPANDERS,
) -> Response:
    """Answer one page of a list, with the options of the query applied.

    With a `kind` its properties are checked. A `Scan` is read from the end of the last page, other items from the start.
    Raises ODataError 400 for a bad query.
    """
    check_options()
    names, expand = selected(kind), expanded(kind, expanders)
    condition, orders = query_filter(kind).together(search(kind)), order(kind)
    if text_of("$skip") and (kind is None or kind.directory):
        raise refusals.SKIP_REFUSED.error()
    state, top = _page_state(), page_size()
    scan: Scan = items if callable(items) else lambda _, __: items

    def passing(after: str | None) -> Iterable[Document]:
        return filter(condition.test, scan(condition, after))

    result: Document = {"@odata.context": context(_narrowed(path, names))}
    total: int | None = None
    if is_counted() and "skip" not in state and (kind is None or not kind.directory or is_eventual()):
        passed = list(passing(None))
        total = len(passed)
        candidates: Iterable[Document] = passed
    else:
        candidates = passing(None if orders or not callable(items) else state.get("after"))
    if orders:
        candidates = ordered(candidates, orders)
    begins_behind = callable(items) and not orders
    skip = 0 if begins_behind else int(state.get("skip", _skip()))
    page = list(islice(candidates, skip, skip + top + 1))
    if total is not None:
        result["@odata.count"] = total
    if len(page) > top:
        result["@odata.nextLink"] = _next_link(skip + top, page[top - 1]["id"] if begins_behind else None)
    result["value"] = [shown(item, kind, names) | expand(item) for item in page[:top]]
    return answer(result)


def _next_link(skip: int, after: str | None) -> str:
    """Return the next page's address: after so many items, or after the item of this id."""
    place: Document = {"skip": skip, "of": _mark()}
    if after is not None:
        place["after"] = after
    return link({"$skiptoken": seal("page", place)})


def count(items: Iterable[Document] | Scan, kind: EntityType | None = None) -> Response:
    """Answer `/$count`, a bare number. The request needs the header of advanced queries. Raises ODataError 400."""
    check_options()
    if not is_advanced(counting=True):
        raise refusals.COUNT_REFUSED.error()
    condition = query_filter(kind, counting=True).together(search(kind))
    candidates = items(condition, None) if callable(items) else items
    total = sum(1 for _ in filter(condition.test, candidates))
    return plain(str(total))


def entity(
    path: str,
    item: Document,
    status: int = 200,
    kind: EntityType | None = None,
    expanders: Mapping[str, Expander] = _NO_EXPANDERS,
) -> Response:
    check_options()
    if text_of("$skip"):
        raise refusals.SKIP_REFUSED.error()
    names, expand = selected(kind), expanded(kind, expanders)
    head = {"@odata.context": context(f"{_narrowed(path, names)}/$entity")}
    return answer({**head, **shown(item, kind, names), **expand(item)}, status)


def query_filter(kind: EntityType | None = None, *, counting: bool = False) -> Filter:
    """Read `$filter`. Raises ODataError 400, also for operators that a directory type has only in advanced queries."""
    try:
        condition = parse(option("$filter") or "", kind)
    except UnfilterableError as error:
        raise refusals.FILTER_REFUSED.error(name=error.name, resource=error.resource) from error
    except FilterError as error:
        raise refusals.BAD_REQUEST.error(reason=error) from error
    if kind is not None and kind.directory:
        if condition.operators and not is_advanced(counting=counting):
            raise refusals.OPERATOR_REFUSED.error(operator=min(condition.operators))
        if condition.alternatives > MOST_ALTERNATIVES:
            raise refusals.TOO_MANY_ALTERNATIVES.error(number=condition.alternatives, limit=MOST_ALTERNATIVES)
    return condition


# The limit in the sentence of refusals.TOO_MANY_ALTERNATIVES; its number is what
# https://learn.microsoft.com/ja-jp/graph/filter-query-parameter, "Operators and functions", says of `in` (edition of 2024-04-19,
# read 2026-11-29).
MOST_ALTERNATIVES = 15


def _narrowed(path: str, names: tuple[str, ...] | None) -> str:
    return path if names is None else f"{path}({','.join(names)})"


def _skip() -> int:
    text = text_of("$skip")
    if text and not (text.isascii() and text.isdigit()):
        raise refusals.SKIP_UNREADABLE.error(text=text[:40])
    return int(text[:9] or 0)


def _page_state() -> dict[str, Any]:
    """Return the state in the page token, empty for the first page. Raises ODataError 400 for a foreign token."""
    token = option("$skiptoken")
    if token is None:
        return {}
    state = unseal("page", token)
    if state is None or state["of"] != _mark():
        raise refusals.PAGE_TOKEN_EXPIRED.error()
    return state


def _mark() -> str:
    return hashlib.sha256(repr(query_mark()).encode()).hexdigest()[:16]
