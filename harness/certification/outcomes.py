"""Outcomes of a check, and the exceptions by which it reports them; a check that returns has passed.

The words are those of Microsoft's app-gallery validation, whose optional tests warn instead of failing.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIM-Validation-Test-Overview.md, "Optional Tests (WARNING, not FAIL)" (at 3372c7e, read 2026-11-30).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias


class Outcome(StrEnum):
    """WARNING is an optional check that failed, WAIVED a failure that was accepted beforehand, with a reason.

    INCONCLUSIVE is what could not be judged, for no real answer came: neither good nor bad.
    """

    PASSED = "PASSED"
    FAILED = "FAILED"
    WARNING = "WARNING"
    SKIPPED = "SKIPPED"
    WAIVED = "WAIVED"
    INCONCLUSIVE = "INCONCLUSIVE"


class FailedError(Exception):
    """The server is not as the check demands; the text says what was wanted and what there was."""


class SkippedError(Exception):
    """The check does not apply to this server; the text says why."""


class StoppedError(Exception):
    """It makes no sense to run further checks; the text says why."""


class UnreachableError(StoppedError):
    """The server answers nothing any more."""


Outcomes: TypeAlias = Mapping[str, Outcome]  # by the check's name
GOOD = (Outcome.PASSED, Outcome.WAIVED)
