"""How a rule for clients reports a violation: it raises, and names the first request that breaks it.

A judgement returns, or raises SkippedError, or FailedError with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.certification.client.traffic import Call
from harness.certification.outcomes import FailedError, SkippedError
from harness.wire.recording.exchanges import Exchange

_MOST_NAMED = 3


class ObjectionError(FailedError):
    """A rule is broken; `exchanges` are the requests that break it."""

    def __init__(self, reason: str, *exchanges: Exchange) -> None:
        super().__init__(reason)
        self.exchanges = exchanges


def object_to(wrong: Sequence[Call], why: Callable[[Call], str]) -> None:
    """Raise ObjectionError for the first of these requests, if there are any, counting the others."""
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise ObjectionError(f"{wrong[0]} {why(wrong[0])}{more}", *(each.exchange for each in wrong))


def some(calls: Sequence[Call], otherwise: str) -> Sequence[Call]:
    if not calls:
        raise SkippedError(otherwise)
    return calls


def listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
