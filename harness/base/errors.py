"""The one exception that people see: what is wrong, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable


class HarnessError(Exception):
    """A mistake in what the user gave us: printed as it is, without a traceback, and the exit code is 2."""


def nearest(word: str, candidates: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the closest of some words, or an empty string when nothing is close."""
    import difflib  # for whoever is wrong

    folded = {candidate.casefold(): candidate for candidate in candidates}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f"; did you mean '{folded[close[0]]}'?" if close else ""
