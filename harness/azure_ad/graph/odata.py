"""OData as Microsoft Graph speaks it: error bodies, collections, `$filter`, `$select`, `$top`, `$orderby`.

Source: https://learn.microsoft.com/en-us/graph/errors and https://learn.microsoft.com/en-us/graph/query-parameters
(read 2026-11).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from harness.azure_ad.provisioning.target import is_deep
from harness.azure_ad.tenant import current
from harness.base.clock import iso
from harness.base.store import Document

MAX_PAGE = 999
_DEEPEST = 300  # a schema with the most deeply nested expression has 160 levels
_TERM = re.compile(r"\s*([A-Za-z][\w/]*)\s+eq\s+('(?:[^']|'')*'|true|false|null)\s*")
_STARTS = re.compile(r"\s*startswith\(\s*([A-Za-z][\w/]*)\s*,\s*('(?:[^']|'')*')\s*\)\s*", re.IGNORECASE)
_ANY = re.compile(
    r"\s*([A-Za-z]\w*)/any\(\s*(\w+)\s*:\s*\2/(\w+)\s+eq\s+('(?:[^']|'')*')\s*\)\s*", re.IGNORECASE
)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class ODataError(Exception):
    """Becomes `{"error": {"code", "message", "innerError"}}` with an HTTP status."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def answer(body: Any, status: int = 200) -> Response:
    return Response(
        _encode(body), status, content_type="application/json; odata.metadata=minimal; charset=utf-8"
    )


def empty() -> Response:
    return Response(status=204)


def error_answer(error: ODataError) -> Response:
    """Write an error in Graph's shape."""
    tenant = current()
    inner = {
        "date": iso(tenant.clock.now())[:-1],
        "request-id": tenant.ids.uuid(),
        "client-request-id": tenant.ids.uuid(),
    }
    return answer(
        {"error": {"code": error.code, "message": error.message, "innerError": inner}}, error.status
    )


def body() -> Document:
    """Return the JSON object of the request. Raises ODataError 400 for anything else."""
    try:
        document: Document = {**json.loads(request.get_data())}
        json.dumps(
            document, ensure_ascii=False, allow_nan=False
        ).encode()  # lone surrogates and NaN go nowhere
        if is_deep(document, _DEEPEST):
            raise ValueError("nested too deeply")  # noqa: TRY301
    except (ValueError, TypeError, RecursionError) as error:
        raise ODataError(
            400,
            "BadRequest",
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
        ) from error
    return document


def context(path: str) -> str:
    return f"{current().settings.graph_origin}/v1.0/$metadata#{path}"


def collection(path: str, items: Iterable[Document]) -> Response:
    """Answer a list with the query's `$filter`, `$orderby`, `$top`, `$skiptoken` and `$select` applied."""
    wanted = predicate(request.args.get("$filter", ""))
    found: Iterable[Document] = (item for item in items if wanted(item))
    order = request.args.get("$orderby", "")
    counted = request.args.get("$count", "").lower() == "true"
    if order or counted:
        found = list(found)
    top = _count("$top", 100, MAX_PAGE)
    skip = _count("$skiptoken", 0, 10**9)
    page = list(islice(_ordered(found, order) if order else found, skip, skip + top + 1))
    result: Document = {"@odata.context": context(path)}
    if counted:
        result["@odata.count"] = len(list(found))
    if len(page) > top:
        result["@odata.nextLink"] = _next_link(skip + top)
    result["value"] = [select(item) for item in page[:top]]
    return answer(result)


def entity(path: str, item: Document, status: int = 200) -> Response:
    return answer({"@odata.context": context(f"{path}/$entity"), **select(item)}, status)


def select(item: Document) -> Document:
    """Keep the properties that `$select` names; all when it is absent."""
    chosen = request.args.get("$select")
    if not chosen:
        return item
    names = [name.strip() for name in chosen.split(",")]
    return {name: item.get(name) for name in names}


def predicate(text: str) -> Callable[[Document], bool]:
    """Read a `$filter` of `eq`, `startswith` and `any` terms joined by `and`. Raises ODataError 400 otherwise."""
    terms: list[Callable[[Document], bool]] = []
    position, wanted = 0, text != ""
    while wanted:
        if match := _TERM.match(text, position):
            terms.append(_equals(match[1], _literal(match[2])))
        elif match := _STARTS.match(text, position):
            terms.append(_starts(match[1], str(_literal(match[2]))))
        elif match := _ANY.match(text, position):
            terms.append(_any(match[1], match[3], _literal(match[4])))
        else:
            raise ODataError(
                400,
                "BadRequest",
                f"Invalid filter clause: there is an error at position {position} in '{text}'.",
            )
        position = match.end()
        wanted = position < len(text)
        if wanted:
            if not text.startswith("and ", position):
                raise ODataError(
                    400,
                    "BadRequest",
                    f"Invalid filter clause: 'and' expected at position {position} in '{text}'.",
                )
            position += 4
    return lambda item: all(term(item) for term in terms)


def _equals(path: str, value: Any) -> Callable[[Document], bool]:
    folded = value.casefold() if isinstance(value, str) else value

    def test(item: Document) -> bool:
        held = _at(item, path)
        return (held.casefold() if isinstance(held, str) else held) == folded

    return test


def _starts(path: str, prefix: str) -> Callable[[Document], bool]:
    return lambda item: str(_at(item, path) or "").casefold().startswith(prefix.casefold())


def _any(path: str, member: str, value: Any) -> Callable[[Document], bool]:
    def test(item: Document) -> bool:
        held = _at(item, path)
        return isinstance(held, list) and any(_at(element, member) == value for element in held)

    return test


def _at(item: Any, path: str) -> Any:
    for name in path.split("/"):
        item = item.get(name) if isinstance(item, dict) else None
    return item


def _literal(text: str) -> str | bool | None:
    words = {"true": True, "false": False, "null": None}
    return words[text] if text in words else text[1:-1].replace("''", "'")


def _ordered(items: Iterable[Document], order: str) -> list[Document]:
    name, _, direction = order.strip().partition(" ")
    if direction.strip().lower() not in ("", "asc", "desc"):
        raise ODataError(400, "BadRequest", f"Invalid $orderby '{order}'.")
    # Sorting is stable: logs come newest first, and entries of one moment keep that order.
    return sorted(
        items, key=lambda item: str(_at(item, name) or ""), reverse=direction.strip().lower() == "desc"
    )


def _count(name: str, default: int, limit: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or (name == "$top" and not 1 <= int(text[:9]) <= limit):
        raise ODataError(
            400, "BadRequest", f"Invalid value '{text}' for {name}: a number from 1 to {limit} is needed."
        )
    return int(text[:9])


def _next_link(skip: int) -> str:
    kept = [(key, value) for key, value in request.args.items(multi=True) if key != "$skiptoken"]
    query = urlencode([*kept, ("$skiptoken", str(skip))], safe="$")
    return f"{current().settings.graph_origin}{request.path}?{query}"
