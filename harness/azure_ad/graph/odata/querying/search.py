"""`$search` over directory objects: `"displayName:wa"`, joined by AND and OR.

The text after the colon is looked for at the beginning of each word of `displayName` and `description`, and at the
beginning of the whole value of any other property. Such a query needs the header of advanced queries. The page splits words
at changes of case and at digits, too, and both texts; this search splits at what is neither letter nor digit alone.

Source: https://learn.microsoft.com/en-us/graph/search-query-parameter, "Using $search on directory object collections"
(read 2026-11-29); the refusal without the header: https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/3495.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entity_types import EntityType
from harness.azure_ad.graph.odata.querying.options import is_eventual, text_of
from harness.base.language import Both, Condition, DepthError, Grammar, Mark, Reader, UnreadableError, tokens

_TOKEN = tokens(r'(?P<clause>"(?:[^"\\]|\\.)*")|(?P<word>AND|OR|NOT)\b|(?P<mark>[()])')
_WORDED = ("displayName", "description")
_BREAK = re.compile(r"[^\w]+")
_DEEPEST = 30


class Clause(Struct, frozen=True):
    """`wanted` is in small letters."""

    name: str
    wanted: str

    def holds(self, item: Any) -> bool:
        value = item.get(self.name)
        texts = value if isinstance(value, list) else [value]
        return any(isinstance(text, str) and self._is_in(text.casefold()) for text in texts)

    def _is_in(self, text: str) -> bool:
        if self.name not in _WORDED:
            return text.startswith(self.wanted)
        starts = [0, *(match.end() for match in _BREAK.finditer(text))]
        return any(text.startswith(self.wanted, start) for start in starts)


def search(kind: EntityType | None) -> Condition:
    """Return the condition of `$search`, one that lets everything pass without it. Raises ODataError 400."""
    text = text_of("$search")
    if not text:
        return Both(())
    if kind is None or not kind.directory:
        raise refusals.SEARCH_REFUSED.error()
    if not is_eventual():
        raise refusals.SEARCH_NEEDS_HEADER.error()

    def clause(reader: Reader) -> Condition:
        name, colon, wanted = reader.take("clause")[1:-1].replace("\\", "").partition(":")
        spelling = kind.spelling(name.strip())
        if not colon or not wanted.strip():
            raise refusals.SEARCH_UNREADABLE.error(text=text)
        if spelling is None:
            raise refusals.SEARCH_UNREADABLE.error(text=text)
        return Clause(spelling, wanted.strip().casefold())

    grammar = Grammar(
        either=Mark("word", "or"),
        both=Mark("word", "and"),
        negation=Mark("word", "not"),
        opening=Mark("mark", "("),
        closing=Mark("mark", ")"),
        deepest=_DEEPEST,
        term=clause,
    )
    try:
        return grammar.read_all(Reader(text, _TOKEN))
    except (UnreadableError, DepthError) as error:
        raise refusals.SEARCH_UNREADABLE.error(text=text) from error
