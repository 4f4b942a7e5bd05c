"""The certificate in the Common Test Report Format, for dashboards: a test a check.

Source: https://github.com/ctrf-io/ctrf, schema/ctrf.schema.json (read 2026-11-29).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from harness.base import __version__
from harness.certification.certificate import Certificate
from harness.certification.outcomes import Outcome
from harness.certification.running import Result
from harness.report.formats.json_report import as_json
from harness.report.writing import legal

_STATUSES = {
    Outcome.PASSED: "passed",
    Outcome.WAIVED: "passed",
    Outcome.FAILED: "failed",
    Outcome.SKIPPED: "skipped",
    Outcome.WARNING: "other",
    Outcome.INCONCLUSIVE: "other",
}
_ALL = ("passed", "failed", "skipped", "pending", "other")


def render(certificate: Certificate) -> str:
    """Write the certificate; what CTRF has no word for (WARNING, WAIVED, INCONCLUSIVE) stands as `rawStatus`."""
    tests = [_test(each) for each in certificate.results]
    statuses = [test["status"] for test in tests]
    document = {
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "results": {
            "tool": {"name": "harness", "version": __version__},
            "summary": {
                "tests": len(tests),
                **{status: statuses.count(status) for status in _ALL},
                "start": _milliseconds(certificate.date),
                "stop": _milliseconds(certificate.ended or certificate.date),
            },
            "tests": tests,
            "environment": {"appName": certificate.product, "appVersion": certificate.version},
            "extra": {
                "verdict": certificate.word,
                "endpoint": certificate.endpoint,
                "seed": certificate.seed,
                "evidence": certificate.evidence,
            },
        },
    }
    return as_json(document) + "\n"


def _test(result: Result) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": result.check.name,
        "status": _STATUSES[result.outcome],
        "duration": round(1000 * result.took),
        "suite": [result.suite],
        "rawStatus": str(result.outcome),
        "tags": ["mandatory" if result.check.mandatory else "optional"],
    }
    if result.reason:
        test["message"] = legal(result.reason)
    return test


def _milliseconds(moment: str) -> int:
    """Return milliseconds since 1970; 0 for no moment."""
    return int(datetime.fromisoformat(moment).timestamp() * 1000) if moment else 0
