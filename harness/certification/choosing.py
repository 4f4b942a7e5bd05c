"""Choosing suites and checks by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.base.errors import HarnessError, nearest
from harness.certification.suite import Check, Suite, all_mandatory
from harness.certification.suites import SUITES


def chosen(names: Sequence[str], checks: Sequence[str]) -> tuple[Suite[Check], ...]:
    """Return the suites of these names, all for none, with these checks alone, if any are named.

    Raises HarnessError for a name that none of them has.
    """
    _require_known("suite", names, [suite.name for suite in SUITES])
    suites = [suite for suite in SUITES if not names or suite.name in names]
    if not checks:
        return tuple(suites)
    _require_known("check", checks, [check.name for suite in suites for check in suite.checks])
    narrowed = (_narrowed(suite, checks) for suite in suites)
    return tuple(suite for suite in narrowed if suite.checks)


def _narrowed(suite: Suite[Check], names: Sequence[str]) -> Suite[Check]:
    checks = tuple(check for check in suite.checks if check.name in names)
    requests = suite.requests * len(checks) // len(suite.checks)
    return replace(suite, checks=checks, requests=requests, verdict=all_mandatory)


def _require_known(kind: str, names: Sequence[str], choices: Sequence[str]) -> None:
    for name in names:
        if name not in choices:
            hint = nearest(name, choices) or f"; there are: {', '.join(choices)}"
            raise HarnessError(f"unknown {kind} '{name}'{hint}")
