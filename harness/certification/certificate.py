"""The certificate: who was tested with what, the verdict of each suite, and a hash over the evidence.

Source for what it holds: the result file of https://github.com/AzureAD/SCIMReferenceCode,
Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp, SCIM-Validation-Test-Overview.md, "How to Run" (at 3372c7e, read
2026-11-30), and https://openid.net/certification/submission/, "Submission of Results for OPs" (read 2026-11-30).
"""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.base import __version__
from harness.base.store import Document
from harness.certification.causes import Finding, findings
from harness.certification.outcomes import Outcome
from harness.certification.running import Result
from harness.certification.suite import Suite
from harness.certification.waivers import Standing
from harness.report.formats.json_report import as_json, exchange_document

FORMAT = 1
SUCCEEDED = "Succeeded"
_SHARES = (("median", 0.5), ("p95", 0.95), ("p99", 0.99), ("longest", 1.0))


@dataclass(frozen=True, slots=True)
class Verdict:
    """A suite's results and verdict (`word`): Succeeded, perhaps but for something, Failed, or Incomplete; `why` is empty for Succeeded."""

    suite: Suite[Any]
    results: tuple[Result, ...]
    why: str
    word: str

    @property
    def tested(self) -> int:
        return sum(each.outcome not in (Outcome.SKIPPED, Outcome.INCONCLUSIVE) for each in self.results)


def judge(suites: Iterable[Suite[Any]], results: Sequence[Result], stopped: str = "") -> tuple[Verdict, ...]:
    """Make a verdict of each suite's results; `stopped` says why one lacks some.

    A suite that only lacks judgements is Incomplete; one that fails with what was judged, whatever the rest says, Failed.
    """
    return tuple(
        _verdict(suite, tuple(each for each in results if each.suite == suite.name), stopped)
        for suite in suites
    )


def _verdict(suite: Suite[Any], own: tuple[Result, ...], stopped: str) -> Verdict:
    judged = {each.check.name: each.outcome for each in own if each.outcome is not Outcome.INCONCLUSIVE}
    lacking = [check.name for check in suite.checks if check.name not in judged]
    why = suite.verdict({**judged, **dict.fromkeys(lacking, Outcome.PASSED)})
    reserved, reservation = suite.reservation(judged) if not (why or lacking) else ("", "")
    word = (
        "Failed"
        if why
        else "Incomplete"
        if lacking
        else f"{SUCCEEDED} but for {reserved}"
        if reserved
        else SUCCEEDED
    )
    unjudged = len(own) - len(judged)
    missing = len(suite.checks) - len(own)
    reasons = [why or reservation]
    if unjudged:
        reasons.append(f"{unjudged} of {len(suite.checks)} checks could not be judged")
    if missing:
        did_not_run = f"{missing} of {len(suite.checks)} checks did not run"
        reasons.append(f"{did_not_run}: {stopped}" if stopped else did_not_run)
    return Verdict(suite, own, "; ".join(filter(None, reasons)), word)


@dataclass(frozen=True)
class Certificate:
    """`endpoint` has no query and no credentials, `date` and `ended` are ISO 8601, `command` runs the same again."""

    product: str
    version: str
    endpoint: str
    date: str
    seed: str
    command: str
    verdicts: tuple[Verdict, ...]
    ended: str = ""
    waivers: tuple[Standing, ...] = ()

    @property
    def word(self) -> str:
        """Return the worst verdict; nothing judged at all is Failed."""
        words = {verdict.word for verdict in self.verdicts}
        reserved = sorted(words - {"Failed", "Incomplete", SUCCEEDED})
        return next(
            (word for word in ("Failed", "Incomplete", *reserved, SUCCEEDED) if word in words), "Failed"
        )

    @property
    def succeeded(self) -> bool:
        return self.word == SUCCEEDED

    @property
    def environment(self) -> dict[str, str]:
        return {"harness": __version__, "python": platform.python_version(), "system": platform.system()}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the causes of the failures of all suites."""
        return findings(self.results)

    @property
    def timing(self) -> Document:
        """Return the number of requests and how long they took, in milliseconds of real time, in all and for each check.

        What stands in the evidence are the moments of each check's virtual clock.
        """
        seconds = sorted(timing.seconds for result in self.results for timing in result.timings)
        last = len(seconds) - 1
        shares = {name: _milliseconds(seconds[round(share * last)]) for name, share in _SHARES if seconds}
        return {"requests": len(seconds), **shares, "checks": [_timed(each) for each in self.results]}

    @property
    def results(self) -> list[Result]:
        return [result for verdict in self.verdicts for result in verdict.results]

    @property
    def left(self) -> tuple[str, ...]:
        """Return the paths of whatever could not be deleted again."""
        return tuple(path for result in self.results for path in result.left)

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
            "verdict": self.word,
            "date": self.date,
            "ended": self.ended,
            "seed": self.seed,
            "environment": self.environment,
            "command": self.command,
            "evidence": self.evidence,
            "timing": self.timing,
            "waivers": [each.document() for each in self.waivers],
            "left": list(self.left),
            "findings": [each.document() for each in self.findings],
            "suites": self.suites,
        }


def _timed(result: Result) -> Document:
    return {
        "suite": result.suite,
        "check": result.check.name,
        "began": result.began,
        "milliseconds": _milliseconds(result.took),
        "requests": [
            {
                "method": each.method,
                "url": each.url,
                "began": each.began,
                "milliseconds": _milliseconds(each.seconds),
            }
            for each in result.timings
        ],
    }


def _milliseconds(seconds: float) -> float:
    return round(1000 * seconds, 3)


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
                "notes": list(each.notes),
                "exchanges": [{"at": one.at, **exchange_document(one)} for one in each.exchanges],
            }
            for each in verdict.results
        ],
    }
