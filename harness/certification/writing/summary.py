"""The certificate on one page: verdicts, what failures come from, what was waived, how fast, and what could not be judged."""

from __future__ import annotations

from harness.certification.certificate import Certificate
from harness.certification.writing.html import page


def render(certificate: Certificate) -> str:
    """Write the page of `html` without the checks and their evidence."""
    return page(certificate, evidence=False)
