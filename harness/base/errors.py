"""The exception whose message people read: what is wrong, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable


class HarnessError(Exception):
    """A mistake in a user's input: printed without a traceback; the exit code is 2."""


class EntryError(HarnessError):
    """A mistake in an entry of a side's initial data: `azure_ad`, `groups`, 2; numbers count from 0."""

    def __init__(self, message: str, side: str, kind: str, number: int) -> None:
        super().__init__(message)
        self.side, self.kind, self.number = side, kind, number


def nearest(word: str, candidates: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` with the closest of some words, an empty text if none is close."""
    import difflib  # for whoever is wrong

    folded = {candidate.casefold(): candidate for candidate in candidates}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f"; did you mean '{folded[close[0]]}'?" if close else ""
