"""The certificate as JUnit XML: a test suite a suite, a test case a check. A warning is told beside its passed case."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from harness.certification.certificate import Certificate, Verdict
from harness.certification.running import Result
from harness.certification.suite import Outcome
from harness.report.writing import legal


def render(certificate: Certificate) -> str:
    """Write the certificate as JUnit XML; a verdict that failed for what did not run is a failure of its own."""
    root = ET.Element("testsuites", {"name": "harness certify"})
    for verdict in certificate.verdicts:
        root.append(_suite(verdict, certificate))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(verdict: Verdict, certificate: Certificate) -> ET.Element:
    cases = [_case(result) for result in verdict.results]
    verdict_case = ET.Element("testcase", {"classname": verdict.suite.name, "name": "verdict"})
    if verdict.why:
        ET.SubElement(verdict_case, "failure", {"type": verdict.word, "message": legal(verdict.why)})
    cases.append(verdict_case)
    suite = ET.Element(
        "testsuite",
        {
            "name": verdict.suite.name,
            "tests": str(len(cases)),
            "failures": str(sum(case.find("failure") is not None for case in cases)),
            "errors": "0",
            "skipped": str(sum(case.find("skipped") is not None for case in cases)),
        },
    )
    properties = ET.SubElement(suite, "properties")
    facts = {"endpoint": certificate.endpoint, "seed": certificate.seed, "evidence": certificate.evidence}
    for name, value in facts.items():
        ET.SubElement(properties, "property", {"name": name, "value": legal(value)})
    suite.extend(cases)
    return suite


def _case(result: Result) -> ET.Element:
    case = ET.Element("testcase", {"classname": result.suite, "name": result.check.name})
    reason = legal(result.reason)
    if result.outcome is Outcome.FAILED:
        failure = ET.SubElement(case, "failure", {"type": result.outcome, "message": reason})
        failure.text = legal(
            "\n".join([result.check.passes_when, *(each.curl() for each in result.exchanges)])
        )
    elif result.outcome in (Outcome.SKIPPED, Outcome.WAIVED):
        ET.SubElement(case, "skipped", {"message": f"{result.outcome}: {reason}"})
    elif result.outcome is Outcome.WARNING:
        ET.SubElement(case, "system-out").text = f"{result.outcome}: {reason}"
    return case
