"""The query options of a request: `$filter`, `$select` and the like, in any case, with or without the dollar sign.

Source: https://learn.microsoft.com/en-us/graph/query-parameters and …/aad-advanced-queries (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.tenant import current
from harness.wire.present import present

MAX_PAGE = 999
_OPTIONS = frozenset(
    {
        "$filter",
        "$select",
        "$orderby",
        "$top",
        "$skip",
        "$count",
        "$expand",
        "$search",
        "$skiptoken",
        "$deltatoken",
        "$format",
    }
)


def _full_name(name: str) -> str:
    """Return an option's name as the pages write it; any other name stays as it is."""
    folded = name.lower()
    dollar = folded if folded.startswith("$") else f"${folded}"
    return dollar if dollar in _OPTIONS else name


def option(name: str) -> str | None:
    """Return the value of an option such as `$filter`, None without it."""
    return next((value for key, value in present().arguments if _full_name(key) == name), None)


def text_of(name: str) -> str:
    """Return the value of an option without blanks around it, empty without the option."""
    return (option(name) or "").strip()


def check_options() -> None:
    """Raise ODataError 400 for an unknown or repeated option, as Graph does."""
    names: set[str] = set()
    for name in [_full_name(written) for written, _ in present().arguments]:
        if name.startswith("$") and name not in _OPTIONS:
            raise refusals.OPTION_UNKNOWN.error(name=name)
        if name in _OPTIONS and name in names:
            raise refusals.OPTION_TWICE.error(name=name)
        names.add(name)


def page_size(default: int = 100) -> int:
    """Return `$top`, the size of a page. Raises ODataError 400."""
    text = text_of("$top")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MAX_PAGE:
        raise refusals.TOP_REFUSED.error(text=text[:40], limit=MAX_PAGE)
    return int(text[:9])


def is_counted() -> bool:
    return text_of("$count").lower() == "true"


def is_eventual() -> bool:
    return present().text("ConsistencyLevel").strip().lower() == "eventual"


def is_advanced(*, counting: bool = False) -> bool:
    """Tell whether the request asks for an advanced query: by a header and by `$count=true` or `/$count`."""
    return is_eventual() and (counting or is_counted())


def link(options: Mapping[str, str], *, keep: bool = True) -> str:
    """Return this request's URL with these options added or replaced; without `keep` it has no others."""
    rest = [(key, value) for key, value in present().arguments if keep]
    pairs = [(key, value) for key, value in rest if _full_name(key) not in options]
    return f"{current().settings.graph_origin}{_path()}?{urlencode([*pairs, *options.items()], safe='$')}"


def query_mark() -> tuple[str, list[tuple[str, str]]]:
    """Return the text that a page token is bound to: the path, and the query without the token."""
    query = sorted((key, value) for key, value in present().arguments if _full_name(key) != "$skiptoken")
    return _path(), query


def _path() -> str:
    """Return the request's path with its version in front."""
    return present().root + present().path
