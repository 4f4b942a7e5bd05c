"""OData as Microsoft Graph speaks it: bodies, entities, and collections with `$filter`, `$select`, `$orderby`, paging.

Source: https://learn.microsoft.com/en-us/graph/query-parameters and …/aad-advanced-queries (read 2026-11).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entity_types import BY_MARK, EntityType, Expander
from harness.azure_ad.graph.odata.errors import ODataError, answer, error_answer
from harness.azure_ad.graph.odata.filters import Filter, FilterError, parse
from harness.azure_ad.graph.odata.tokens import seal, unseal
from harness.azure_ad.tenant import current
from harness.base import json_text
from harness.base.store import Document

__all__ = [
    "ODataError",
    "answer",
    "body",
    "check_options",
    "collection",
    "context",
    "empty",
    "entity",
    "error_answer",
    "expanded",
    "is_advanced",
    "link",
    "page_size",
    "query_filter",
    "selected",
    "version",
]

MAX_PAGE = 999
_DEEPEST = 300  # a schema with the most deeply nested expression has 160 levels
_OPTIONS = (
    "$filter",
    "$select",
    "$orderby",
    "$top",
    "$count",
    "$expand",
    "$skiptoken",
    "$deltatoken",
    "$format",
)
_EXPAND = re.compile(r"\s*(\w+)\s*(?:\(\s*\$select\s*=\s*([\w,\s]+)\))?\s*(?:,|\Z)", re.ASCII)
_NO_EXPANDERS: Mapping[str, Expander] = {}


def empty() -> Response:
    return Response(status=204)


def body() -> Document:
    """Return the JSON object of the request. Raises ODataError 400 for anything else."""
    try:
        document: Document = {**json_text.decode(request.get_data())}
        if json_text.is_deep(document, _DEEPEST):
            raise ValueError("nested too deeply")  # noqa: TRY301
    except (ValueError, TypeError) as error:
        raise refusals.BODY_UNREADABLE.error() from error
    return document


def version() -> str:
    """Return the version that the request is for, `v1.0` or `beta`."""
    return request.path.split("/", 2)[1]


def context(path: str) -> str:
    return f"{current().settings.graph_origin}/{version()}/$metadata#{path}"


def collection(
    path: str,
    items: Iterable[Document],
    kind: EntityType | None = None,
    expanders: Mapping[str, Expander] = _NO_EXPANDERS,
) -> Response:
    """Answer a list with the query's `$filter`, `$orderby`, `$expand`, `$select` and page applied.

    With a `kind` its properties are checked. Raises ODataError 400 for a query that is not understood.
    """
    check_options()
    chosen, expand = selected(kind), expanded(kind, expanders)
    test = query_filter(kind).test
    order = _order(kind)
    passing: Iterable[Document] = (item for item in items if test(item))
    counted = request.args.get("$count", "").lower() == "true" and (
        kind is None or not kind.directory or _is_eventual()
    )
    if order or counted:
        passing = list(passing)
    total = len(passing) if isinstance(passing, list) else None
    top, skip = page_size(), _skip()
    page = list(islice(_ordered(passing, order) if order else passing, skip, skip + top + 1))
    result: Document = {"@odata.context": context(_narrowed(path, chosen))}
    if counted:
        result["@odata.count"] = total
    if len(page) > top:
        result["@odata.nextLink"] = link(
            {"$skiptoken": seal("page", {"skip": skip + top, "of": _query_mark()})}
        )
    result["value"] = [_shown(item, kind, chosen) | expand(item) for item in page[:top]]
    return answer(result)


def entity(
    path: str,
    item: Document,
    status: int = 200,
    kind: EntityType | None = None,
    expanders: Mapping[str, Expander] = _NO_EXPANDERS,
) -> Response:
    check_options()
    chosen, expand = selected(kind), expanded(kind, expanders)
    head = {"@odata.context": context(f"{_narrowed(path, chosen)}/$entity")}
    return answer({**head, **_shown(item, kind, chosen), **expand(item)}, status)


def check_options() -> None:
    """Refuse what Graph refuses and what is not imitated, rather than leave it out. Raises ODataError 400."""
    for name in request.args:
        folded = name.lower()
        if folded == "$skip":
            raise refusals.SKIP_REFUSED.error()
        if folded == "$search":
            raise refusals.SEARCH_REFUSED.error()
        if name.startswith("$") and folded not in _OPTIONS:
            raise refusals.OPTION_UNKNOWN.error(name=name)


def selected(kind: EntityType | None) -> tuple[str, ...] | None:
    """Return the properties that `$select` names, None without one. Raises ODataError 400 for an unknown one."""
    given = request.args.get("$select", "")
    return _names(given, kind) if given else None


def expanded(kind: EntityType | None, expanders: Mapping[str, Expander]) -> Expander:
    """Return what adds the relationships that `$expand` names to an object. Raises ODataError 400 for others."""
    text = request.args.get("$expand", "")
    wanted: list[tuple[str, tuple[str, ...] | None]] = []
    position = 0
    while position < len(text):
        match = _EXPAND.match(text, position)
        if match is None or match[1] not in expanders:
            name = text if match is None else match[1]
            raise _unknown(name, kind)
        wanted.append((match[1], _names(match[2], None) if match[2] else None))
        position = match.end()

    def expand(item: Document) -> Document:
        return {name: _part(expanders[name](item), names) for name, names in wanted}

    return expand


def query_filter(kind: EntityType | None = None, *, counting: bool = False) -> Filter:
    """Read `$filter`. Raises ODataError 400, also for what only an advanced query may ask a directory type."""
    try:
        condition = parse(
            request.args.get("$filter", ""),
            None if kind is None else kind.properties,
            "" if kind is None else kind.name,
        )
    except FilterError as error:
        raise refusals.BAD_REQUEST.error(reason=error) from error
    if kind is not None and kind.directory and condition.operators and not is_advanced(counting=counting):
        raise refusals.OPERATOR_REFUSED.error(operator=min(condition.operators))
    return condition


def is_advanced(*, counting: bool = False) -> bool:
    """Tell whether the request asks for an advanced query: by a header and by `$count=true` or `/$count`."""
    return _is_eventual() and (counting or request.args.get("$count", "").lower() == "true")


def page_size(default: int = 100) -> int:
    """Return `$top`, the size of a page. Raises ODataError 400."""
    text = request.args.get("$top", "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MAX_PAGE:
        raise refusals.TOP_REFUSED.error(text=text, limit=MAX_PAGE)
    return int(text[:9])


def link(options: Mapping[str, str], *, keep: bool = True) -> str:
    """Return this request's URL with other options; without `keep` with those alone."""
    options_left = [
        (key, value) for key, value in request.args.items(multi=True) if keep and key not in options
    ]
    return f"{current().settings.graph_origin}{request.path}?{urlencode([*options_left, *options.items()], safe='$')}"


def _is_eventual() -> bool:
    return request.headers.get("ConsistencyLevel", "").lower() == "eventual"


def _names(text: str, kind: EntityType | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if kind is not None and not kind.knows(name):
            raise _unknown(name, kind)
    return names


def _unknown(name: str, kind: EntityType | None) -> ODataError:
    on_type = "" if kind is None else f" on type '{kind.name}'"
    return refusals.SELECT_UNKNOWN.error(name=name, on_type=on_type)


def _narrowed(path: str, chosen: tuple[str, ...] | None) -> str:
    return path if chosen is None else f"{path}({','.join(chosen)})"


def _shown(item: Document, kind: EntityType | None, chosen: tuple[str, ...] | None) -> Document:
    """Keep what `$select` names, else what the type shows by itself; beta shows all that there is."""
    if kind is not None and kind.shown is None:
        kind = BY_MARK.get(item.get("@odata.type", ""), kind)
    if kind is None or (chosen is None and kind.shown is None):
        return dict(item) if chosen is None else {name: item.get(name) for name in chosen}
    names = chosen or (tuple(kind.properties) if version() == "beta" else kind.shown)
    mark = {"@odata.type": item["@odata.type"]} if "@odata.type" in item else {}
    return {**mark, **kind.show(item, names)}


def _part(value: Any, names: tuple[str, ...] | None) -> Any:
    if isinstance(value, list):
        return [_part(item, names) for item in value]
    if not isinstance(value, dict) or names is None:
        return value
    mark = {"@odata.type": value["@odata.type"]} if "@odata.type" in value else {}
    return {**mark, **{name: value.get(name) for name in names}}


def _order(kind: EntityType | None) -> tuple[str, bool] | None:
    """Return the property of `$orderby` and whether it goes down. Raises ODataError 400."""
    text = request.args.get("$orderby", "").strip()
    if not text:
        return None
    name, _, direction = text.partition(" ")
    direction = direction.strip().lower()
    if direction not in ("", "asc", "desc"):
        raise refusals.ORDER_UNREADABLE.error(text=text)
    if kind is not None and not kind.knows(name.partition("/")[0]):
        raise refusals.ORDER_UNKNOWN.error(name=name, type_name=kind.name)
    if kind is not None and kind.directory and request.args.get("$filter") and not is_advanced():
        raise refusals.ORDER_REFUSED.error()
    return name, direction == "desc"


def _ordered(items: Iterable[Document], order: tuple[str, bool]) -> list[Document]:
    path, descending = order[0].split("/"), order[1]

    def key(item: Any) -> str:
        for name in path:
            item = item.get(name) if isinstance(item, dict) else None
        return str(item or "")

    # Sorting is stable: logs come newest first, and entries of one moment keep that order.
    return sorted(items, key=key, reverse=descending)


def _skip() -> int:
    token = request.args.get("$skiptoken")
    if token is None:
        return 0
    state = unseal("page", token)
    if state is None or state["of"] != _query_mark():
        raise refusals.PAGE_TOKEN_EXPIRED.error()
    return int(state["skip"])


def _query_mark() -> str:
    """Return what a page token is bound to: the path and all of the query but the token."""
    query = sorted((key, value) for key, value in request.args.items(multi=True) if key != "$skiptoken")
    return hashlib.sha256(repr((request.path, query)).encode()).hexdigest()[:16]
