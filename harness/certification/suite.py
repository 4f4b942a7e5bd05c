"""What a suite is: named checks, each passed, failed or skipped, and a rule that makes a verdict of them.

The words are those of Microsoft's app-gallery validation, whose optional tests warn instead of failing.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from harness.certification.bench.bench import Bench


class Outcome(StrEnum):
    """WARNING is an optional check that failed, WAIVED a failure that was accepted beforehand, with a reason."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    WARNING = "WARNING"
    SKIPPED = "SKIPPED"
    WAIVED = "WAIVED"


class FailedError(Exception):
    """The server is not as the check demands; the text says what was wanted and what there was."""


class SkippedError(Exception):
    """The check does not apply to this server; the text says why."""


class StoppedError(Exception):
    """It makes no sense to run further checks; the text says why."""


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


Outcomes: TypeAlias = Mapping[str, Outcome]
_C = TypeVar("_C", bound=Criterion)
_MOST_TOLD = 5  # names of failed checks in the reason of a verdict
GOOD = (Outcome.PASSED, Outcome.WAIVED)


def all_mandatory(outcomes: Outcomes) -> str:
    """Return why the verdict is Failed, an empty text when it is Succeeded: every mandatory check, and at least one."""
    failed = [name for name, outcome in outcomes.items() if outcome is Outcome.FAILED]
    if failed:
        more = len(failed) - _MOST_TOLD
        return f"failed: {', '.join(failed[:_MOST_TOLD])}{f' and {more} more' if more > 0 else ''}"
    if not any(outcome in GOOD for outcome in outcomes.values()):
        return "nothing was tested"
    return ""


@dataclass(frozen=True, slots=True)
class Suite(Generic[_C]):
    """`verdict` returns why what was run makes the suite failed, or nothing; `fits` says what a good verdict means."""

    name: str
    title: str
    fits: str
    source: str
    checks: tuple[_C, ...]
    verdict: Callable[[Outcomes], str] = all_mandatory
