"""The certificate as JUnit XML: a test suite a suite, a test case a check, times real ones. A warning is told beside its passed case."""

from __future__ import annotations

from harness.certification.certificate import Certificate, Verdict
from harness.certification.outcomes import Outcome
from harness.certification.running import Result
from harness.report.formats.junit_xml import Case, Problem, Suite
from harness.report.formats.junit_xml import render as render_suites


def render(certificate: Certificate) -> str:
    """Write the certificate as JUnit XML; a verdict that failed for what did not run is a failure of its own."""
    return render_suites(
        "harness certify", [_suite(verdict, certificate) for verdict in certificate.verdicts]
    )


def _suite(verdict: Verdict, certificate: Certificate) -> Suite:
    problem = Problem("failure", verdict.why, verdict.word) if verdict.why else None
    cases = [*map(_case, verdict.results), Case(verdict.suite.name, "verdict", problem)]
    facts = {"endpoint": certificate.endpoint, "seed": certificate.seed, "evidence": certificate.evidence}
    return Suite(verdict.suite.name, cases, facts, sum(each.took for each in verdict.results))


def _case(result: Result) -> Case:
    words = f"{result.outcome}: {result.reason}"
    problem, output = None, ""
    if result.outcome is Outcome.FAILED:
        text = "\n".join([result.check.passes_when, *(each.curl() for each in result.exchanges)])
        problem = Problem("failure", result.reason, result.outcome, text)
    elif result.outcome is Outcome.INCONCLUSIVE:
        problem = Problem("error", result.reason, result.outcome)
    elif result.outcome in (Outcome.SKIPPED, Outcome.WAIVED):
        problem = Problem("skipped", words)
    elif result.outcome is Outcome.WARNING:
        output = words
    return Case(result.suite, result.check.name, problem, output, {"time": f"{result.took:.3f}"})
