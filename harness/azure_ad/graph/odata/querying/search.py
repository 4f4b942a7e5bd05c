"""`$search` over directory objects: `"displayName:wa"`, joined by AND and OR.

Each word after the colon is looked for at the beginning of any word of `displayName` and `description`, in whatever order, and
all of it at the beginning of the whole value of any other property. Such a query needs the header of advanced queries. That a
word is found by its beginning is what the page's example `displayName:Guthr` shows.

Source: https://learn.microsoft.com/en-us/graph/search-query-parameter, "Using $search on directory object collections"
(read 2026-11-29 at 085d3f9 of microsoftgraph/microsoft-graph-docs-contrib); the refusal without the header:
https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/3495, opening post (read 2026-11-30).
"""

from __future__ import annotations

from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entity_types import EntityType
from harness.azure_ad.graph.odata.querying.comparisons import Searched
from harness.azure_ad.graph.odata.querying.options import is_eventual, text_of
from harness.base.language import Both, Condition, DepthError, Grammar, Mark, Reader, UnreadableError, tokens

_TOKEN = tokens(r'(?P<clause>"(?:[^"\\]|\\.)*")|(?P<word>AND|OR|NOT)\b|(?P<mark>[()])')
_DEEPEST = 30


def search(kind: EntityType | None) -> Condition:
    """Return the condition of `$search`; without it, one that every object meets. Raises ODataError 400."""
    text = text_of("$search")
    if not text:
        return Both(())
    if kind is None or not kind.directory:
        raise refusals.SEARCH_REFUSED.error()
    if not is_eventual():
        raise refusals.SEARCH_NEEDS_HEADER.error()

    def clause(reader: Reader) -> Condition:
        name, colon, phrase = reader.take("clause")[1:-1].replace("\\", "").partition(":")
        spelling = kind.spelling(name.strip())
        if not colon or not phrase.strip():
            raise refusals.SEARCH_UNREADABLE.error(text=text)
        if spelling is None:
            raise refusals.SEARCH_UNREADABLE.error(text=text)
        return Searched(spelling, phrase.strip())

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
