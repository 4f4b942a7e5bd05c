"""The certificate as one page: a summary to print, and behind each check the requests and answers it rests on."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from harness.base.tables import read_text
from harness.certification.certificate import Certificate, counts
from harness.report.page.exchanges import exchange_details, plain
from harness.report.page.lanes import label
from harness.report.writing import legal


def render(certificate: Certificate) -> str:
    """Write the certificate as one HTML document, without script and without a link that it needs."""
    return page(certificate, evidence=True)


def page(certificate: Certificate, *, evidence: bool) -> str:
    """Write it, with each check and its requests if `evidence` is wanted."""
    style = Markup(read_text("harness.report.page", "page.css") + read_text(__package__, "certificate.css"))  # noqa: S704 - our own files
    return legal(_template().render(certificate=certificate, style=style, evidence=evidence))


@cache
def _template() -> Any:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    environment.globals.update(counts=counts, details=exchange_details, label=label, plain=plain)
    return environment.from_string(read_text(__package__, "certificate.html.jinja"))
