"""The certificate as JSON, for programs."""

from __future__ import annotations

from harness.certification.certificate import Certificate
from harness.report.formats.json_report import as_json


def render(certificate: Certificate) -> str:
    """Write the whole certificate on one line."""
    return as_json(certificate.document()) + "\n"
