"""The words of a text for `$search`: split at blanks, symbols and digits, and where a capital follows a small letter.

`hello.world` has `hello`, `.` and `world`; words with nothing but symbols between them are one word, too: `helloworld`.

Source: https://learn.microsoft.com/en-us/graph/search-query-parameter, "Using $search on directory object collections" (read
2026-11-29 at 085d3f9 of microsoftgraph/microsoft-graph-docs-contrib).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

_RUN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
_NAMES = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Return the words and symbols of a text in small letters, in its order."""
    return [piece.casefold() for run in _RUN.findall(text) for piece in _pieces(run)]


def words_and_compounds(text: str) -> list[str]:
    """Return the words of a text, then the compounds of words with only symbols between them."""
    parts = [_NAMES.findall(chunk) for chunk in text.split()]
    return [*words(text), *("".join(names).casefold() for names in parts if len(names) > 1)]


def _pieces(run: str) -> Iterator[str]:
    starts = [
        place for place, (one, other) in enumerate(pairwise(run), 1) if one.islower() and other.isupper()
    ]
    return (run[start:end] for start, end in pairwise([0, *starts, len(run)]))
