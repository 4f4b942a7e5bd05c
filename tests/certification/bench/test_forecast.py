"""Whoever has a slow server judged is told early how long it takes, and what would take less."""

from datetime import timedelta

import pytest

from harness.base.clock import VirtualClock
from harness.certification.bench.forecast import Forecast
from harness.certification.bench.patience import Patience
from harness.certification.running import run
from harness.certification.subject import Subject
from harness.certification.suites import SUITES
from harness.certification.suites.okta.suite import OKTA
from harness.certification.suites.rfc7644.suite import RFC7644
from harness.wire.message import Request, Response
from tests.certification.conftest import START, URL
from tests.certification.right.server import RightServer
from tests.conftest import TOKEN

GET = Request("GET", f"{URL}/Users")


@pytest.fixture
def notes(monkeypatch):
    """Return a function that tells what is said of a server whose answers take so many seconds."""

    def of(seconds, suites=SUITES, rate=0, asked=20):
        class Watch:
            def seconds(self):
                return seconds

        monkeypatch.setattr("harness.certification.bench.forecast.Stopwatch", Watch)
        said = []
        forecast = Forecast(
            lambda _: Response(200), {each.name: each.requests for each in suites}, rate, said.append
        )
        for _ in range(asked):
            assert forecast(GET).status == 200
        return said

    return of


def test_a_slow_server_is_told_of_once_and_early(notes):
    (note,) = notes(2.0, asked=5)
    assert notes(2.0) == [note]
    to_come = sum(suite.requests for suite in SUITES) - 5
    assert note.startswith(
        f"note: the server takes 2.0 s an answer, and about {to_come} requests are to come: about {round(to_come / 30)} minutes"
    )
    assert (
        "--suite NAME: entra-gallery about 12 minutes, entra-validator about 4 minutes, okta about 4 minutes"
        in note
    )
    assert "--check NAME" in note


def test_a_quick_server_is_not_talked_about(notes):
    assert notes(0.02) == []


def test_of_one_suite_only_single_checks_take_less(notes):
    (note,) = notes(2.0, (RFC7644,))
    assert "--suite" not in note
    assert "--check NAME" in note


def test_a_rate_may_be_what_takes_long(notes):
    (note,) = notes(0.02, rate=1)
    assert note.startswith("note: --rate makes the requests wait, and about ")
    assert (
        f" requests are to come: about {round((sum(suite.requests for suite in SUITES) - 5) / 60)} minutes"
        in note
    )


def test_too_few_answers_say_nothing(notes):
    assert notes(30.0, asked=4) == []


@pytest.mark.parametrize("suite", SUITES, ids=[suite.name for suite in SUITES])
@pytest.mark.slow
def test_a_suite_says_about_how_many_requests_it_makes(suite):
    """A tenth more or less is near enough; else set `requests` where the suite is made."""
    server, requests = RightServer(), []

    def send(request):
        requests.append(request)
        return server(request)

    patience = Patience(settle=timedelta())
    assert list(run(Subject(URL, TOKEN), [suite], send, VirtualClock(START), "1", patience=patience))
    assert suite.requests == pytest.approx(len(requests), rel=0.1)


def test_okta_is_asked_for_alone(notes):
    """Below two minutes nothing is said."""
    assert notes(1.0, (OKTA,)) == []
