"""The certificate in a real Chromium: on a phone nothing stands beyond the edge, and paper has all verdicts."""

from typing import Any

import pytest

from harness.certification.certificate import Certificate, judge
from harness.certification.outcomes import Outcome
from harness.certification.running import Result
from harness.certification.suites import SUITES
from harness.certification.writing import html, summary

pytestmark = pytest.mark.slow
PHONE = {"width": 390, "height": 844}
LONG = "GET /Users?filter=" + "x" * 200
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture
def certificate() -> Certificate:
    """Return one whose first suite failed, with reasons that no line holds."""
    suite = SUITES[0]
    results = [Result(suite.name, check, Outcome.FAILED, LONG, ()) for check in suite.checks]
    return Certificate("", "", f"https://{'scim-' * 30}.example.com", "", "1", "", judge(SUITES, results))


@pytest.mark.parametrize("form", [html, summary], ids=["page", "summary"])
def test_a_phone_shows_it_whole(chromium: Any, certificate: Certificate, form: Any) -> None:
    page = chromium.new_page(viewport=PHONE)
    page.set_content(form.render(certificate))
    assert page.evaluate(WIDTH) <= PHONE["width"]
    assert page.get_by_text("Failed").first.is_visible()
    page.close()


def test_paper_has_the_verdicts_as_a_table(chromium: Any, certificate: Certificate) -> None:
    """Printing from a phone is printing."""
    page = chromium.new_page(viewport=PHONE)
    page.set_content(html.render(certificate))
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.summary td')).display") == "table-cell"
    page.close()
