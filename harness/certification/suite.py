"""Suites: named checks, and a rule that makes a verdict of their outcomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from harness.certification.bench.bench import Bench
from harness.certification.outcomes import GOOD, Outcome, Outcomes


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is demanded. `passes_when` is one sentence for people; one that is not mandatory warns instead of failing."""

    name: str
    passes_when: str
    mandatory: bool = field(default=True, kw_only=True)


@dataclass(frozen=True, slots=True)
class Check(Criterion):
    """A criterion of a server. `run` returns, or raises FailedError or SkippedError."""

    run: Callable[[Bench], None]


_C = TypeVar("_C", bound=Criterion)
_MOST_NAMED = 5  # names of failed checks in the reason of a verdict


def all_mandatory(outcomes: Outcomes) -> str:
    """Return why the verdict is Failed; an empty text if no mandatory check failed and at least one passed."""
    failed = [name for name, outcome in outcomes.items() if outcome is Outcome.FAILED]
    if failed:
        more = len(failed) - _MOST_NAMED
        return f"failed: {', '.join(failed[:_MOST_NAMED])}{f' and {more} more' if more > 0 else ''}"
    if not any(outcome in GOOD for outcome in outcomes.values()):
        return "nothing was tested"
    return ""


def whole(_: Outcomes) -> tuple[str, str]:
    """Return no reservation: a success is a whole one."""
    return "", ""


@dataclass(frozen=True, slots=True)
class Suite(Generic[_C]):
    """`verdict` returns why what was run makes the suite failed, or nothing; `fits` says what a good verdict means.

    `requests` is about how many a right server gets, those that clean up included. `reservation` returns what a success lacks,
    in words that go on after "Succeeded but for", and why; nothing if it is whole.
    """

    name: str
    title: str
    fits: str
    source: str
    checks: tuple[_C, ...]
    requests: int = field(default=0, kw_only=True)
    verdict: Callable[[Outcomes], str] = all_mandatory
    reservation: Callable[[Outcomes], tuple[str, str]] = whole
