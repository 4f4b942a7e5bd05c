"""A server without groups: with --no-groups nothing of them is asked, and the gallery's verdict says what it does not cover."""

from __future__ import annotations

from typing import Any

import pytest

from harness.base.clock import VirtualClock
from harness.certification.certificate import judge
from harness.certification.outcomes import Outcome
from harness.certification.running import run
from harness.certification.subject import Subject
from harness.certification.suites import SUITES
from harness.scim.names import CORE_GROUP
from harness.wire.message import Request, Response
from tests.certification.conftest import AT_ONCE, START
from tests.certification.right.patching import Refusal
from tests.certification.right.server import RightServer
from tests.certification.wrong import URL
from tests.conftest import TOKEN


class Groupless(RightServer):
    """Answers 404 below /Groups, and describes none."""

    def route(self, request: Request, segments: list[str], query: dict[str, str]) -> Response:
        if segments[0] == "Groups":
            raise Refusal(404)
        return super().route(request, segments, query)

    def page(self, resources: list[Any], start: int, total: int) -> Any:
        there = [each for each in resources if CORE_GROUP not in (each.get("id"), each.get("schema"))]
        return super().page(there, start, total - len(resources) + len(there))


def verdicts(*, groups: bool) -> dict[str, tuple[str, str]]:
    """Run all suites; return word and reason of each one's verdict, by its name."""
    subject, send, clock = Subject(URL, TOKEN, groups=groups), Groupless(), VirtualClock(START)
    words = {}
    for suite in SUITES:
        results = list(run(subject, [suite], send, clock, "1", patience=AT_ONCE))
        (verdict,) = judge([suite], results)
        words[suite.name] = (verdict.word, verdict.why)
        if not groups:
            assert [each for each in results if each.outcome in (Outcome.FAILED, Outcome.WARNING)] == []
    return words


@pytest.mark.slow
def test_a_server_without_groups_succeeds_but_for_them():
    words = verdicts(groups=False)
    word, reason = words.pop("entra-gallery")
    assert word == "Succeeded but for OAuth and groups"
    assert reason.endswith(
        "no test of groups was run; the gallery's requirements recommend them, but "
        "Microsoft's validation fails without"
    )
    assert {word for word, _ in words.values()} == {"Succeeded"}


@pytest.mark.slow
def test_without_the_option_it_fails_as_in_microsofts_validation():
    assert verdicts(groups=True)["entra-gallery"][0] == "Failed"
