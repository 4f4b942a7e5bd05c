"""The certificate: who was tested with what, the verdict of each suite, and a hash over the evidence.

Source for what it holds: https://github.com/AzureAD/SCIMReferenceCode, the result file of
Microsoft.SCIM.LogicAppValidationTemplate, and https://openid.net/certification/ (both read 2026-11).
"""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness import __version__
from harness.base.store import Document
from harness.certification.outcomes import Outcome
from harness.certification.running import Result
from harness.certification.suite import Suite
from harness.report.json_report import as_json, exchange_document

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """A suite and what came of it; `why` is empty when it is Succeeded."""

    suite: Suite[Any]
    results: tuple[Result, ...]
    why: str

    @property
    def word(self) -> str:
        return "Failed" if self.why else "Succeeded"

    @property
    def tested(self) -> int:
        return sum(each.outcome is not Outcome.SKIPPED for each in self.results)


def judge(suites: Iterable[Suite[Any]], results: Sequence[Result], stopped: str = "") -> tuple[Verdict, ...]:
    """Make a verdict of each suite's results; one that lacks some is failed, and `stopped` says why it does."""
    verdicts = []
    for suite in suites:
        own = tuple(each for each in results if each.suite == suite.name)
        why = suite.verdict({each.check.name: each.outcome for each in own})
        if missing := len(suite.checks) - len(own):
            lacking = f"{missing} of {len(suite.checks)} checks did not run"
            why = "; ".join(
                filter(None, (why if own else "", f"{lacking}: {stopped}" if stopped else lacking))
            )
        verdicts.append(Verdict(suite, own, why))
    return tuple(verdicts)


@dataclass(frozen=True)
class Certificate:
    """`endpoint` has no query and no credentials, `date` is ISO 8601, `command` runs the same again."""

    product: str
    version: str
    endpoint: str
    date: str
    seed: str
    command: str
    verdicts: tuple[Verdict, ...]

    @property
    def succeeded(self) -> bool:
        return bool(self.verdicts) and not any(verdict.why for verdict in self.verdicts)

    @property
    def environment(self) -> dict[str, str]:
        return {"harness": __version__, "python": platform.python_version(), "system": platform.system()}

    @cached_property
    def suites(self) -> list[Document]:
        """Return the verdicts with all their evidence, as JSON."""
        return [_suite(verdict) for verdict in self.verdicts]

    @cached_property
    def evidence(self) -> str:
        """Return the hash over `suites`: another certificate with the same one rests on the same requests and answers."""
        return f"sha256:{hashlib.sha256(as_json(self.suites).encode()).hexdigest()}"

    def document(self) -> Document:
        """Return the whole certificate as JSON; `format` grows when a reader has to change."""
        return {
            "format": FORMAT,
            "subject": {"product": self.product, "version": self.version, "endpoint": self.endpoint},
            "verdict": "Succeeded" if self.succeeded else "Failed",
            "date": self.date,
            "seed": self.seed,
            "environment": self.environment,
            "command": self.command,
            "evidence": self.evidence,
            "suites": self.suites,
        }


def counts(verdict: Verdict, *, mandatory: bool) -> dict[str, int]:
    """Return how often each outcome was met among the mandatory or the optional checks."""
    met = Counter(each.outcome for each in verdict.results if each.check.mandatory is mandatory)
    return {outcome.lower(): met[outcome] for outcome in Outcome if met[outcome]}


def _suite(verdict: Verdict) -> Document:
    suite = verdict.suite
    return {
        "name": suite.name,
        "title": suite.title,
        "fits": suite.fits,
        "source": suite.source,
        "verdict": verdict.word,
        "why": verdict.why,
        "mandatory": counts(verdict, mandatory=True),
        "optional": counts(verdict, mandatory=False),
        "coverage": {"tested": verdict.tested, "checks": len(suite.checks)},
        "results": [
            {
                "name": each.check.name,
                "passesWhen": each.check.passes_when,
                "mandatory": each.check.mandatory,
                "outcome": each.outcome,
                "reason": each.reason,
                "left": list(each.left),
                "exchanges": [{"at": one.at, **exchange_document(one)} for one in each.exchanges],
            }
            for each in verdict.results
        ],
    }
