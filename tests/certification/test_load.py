"""Load: what Locust counts is judged; where it is installed, it asks a right server."""

import importlib.util
import json

import pytest

from harness.base.clock import OffsetClock, VirtualClock
from harness.base.errors import HarnessError
from harness.certification.load import measuring
from harness.certification.load.measuring import LOAD, Load, Printed, read, require_locust, results
from harness.certification.outcomes import Outcome
from harness.certification.subject import Subject
from harness.wire.sockets.server import Server
from tests.certification.conftest import START
from tests.conftest import TOKEN

KIND = {
    "name": "GET /Users/{id}",
    "num_requests": 300,
    "num_failures": 0,
    "response_times": {"2": 290, "40.0": 10},
}


def printed(**changes):
    return json.dumps([{**KIND, **changes}, {**KIND, "num_requests": 0, "response_times": {}}])


@pytest.fixture
def judged(monkeypatch):
    """Return a function that judges what Locust printed after ten seconds."""

    def judge(text, words=""):
        monkeypatch.setattr(measuring, "_run", lambda *_: Printed(text, words))
        subject = Subject("https://scim.example.com", TOKEN)
        return {each.check.name: each for each in results(subject, Load(10), VirtualClock(START), "1")}

    return judge


def test_percentiles_are_of_all_answers():
    measured = read(Printed(printed()), 10)
    assert (measured.requests, measured.rate) == (300, 30.0)
    assert measured.percentiles == {0.5: 2, 0.95: 2, 0.99: 40}


def test_a_server_that_keeps_up_passes(judged):
    found = judged(printed())
    assert {each.outcome for each in found.values()} == {Outcome.PASSED}
    (note,) = found["25 requests a second"].notes
    assert note == "300 requests in 10 s, 30.0 a second: 50% within 2 ms, 95% within 2 ms, 99% within 40 ms"
    assert set(found) == {check.name for check in LOAD.checks}


@pytest.mark.parametrize(
    ("changes", "name", "reason"),
    [
        ({"num_requests": 240}, "25 requests a second", "24.0 requests a second were answered instead of 25"),
        ({"num_failures": 3}, "no refusals", "3 of 300 requests were refused or not answered"),
    ],
)
def test_one_that_does_not_fails(judged, changes, name, reason):
    result = judged(printed(**changes))[name]
    assert (result.outcome, result.reason) == (Outcome.FAILED, reason)


def test_deleting_again_is_no_answer_that_counts(judged):
    """It comes when the time is over; refused, it is a refusal, and who stays is named."""
    text = json.dumps([KIND, {**KIND, "name": "DELETE /Users/{id}", "num_requests": 30, "num_failures": 1}])
    found = judged(text, "left behind: /Users/7\nand more\n")
    assert found["25 requests a second"].notes[0].startswith("300 requests in 10 s, 30.0 a second")
    assert found["25 requests a second"].left == ("/Users/7",)
    assert found["no refusals"].reason.startswith("1 of 300")


def test_refusals_are_named_with_how_often_they_came(judged):
    said = "refused: 3 of GET /Users/{id}: HTTPError('429 Client Error')\nand more\n"
    reason = judged(printed(num_failures=3), said)["no refusals"].reason
    assert reason == (
        "3 of 300 requests were refused or not answered: 3 of GET /Users/{id}: HTTPError('429 Client Error')"
    )


def test_a_locust_that_counts_nothing_is_told():
    with pytest.raises(HarnessError, match="it said: no such host"):
        read(Printed("", "no such host"), 10)


def test_without_locust_the_option_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(HarnessError, match=r"pip install 'scim-harness\[load\]'"):
        require_locust()


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_locust_asks_a_right_server(foreign_app, processes):
    """Names differ in all of its processes, so that none is refused."""
    if importlib.util.find_spec("locust") is None:  # to import it would put gevent into this process
        pytest.skip("Locust is an extra: pip install 'scim-harness[load]'")
    server = Server(foreign_app, "127.0.0.1", 0, threads=2)
    server.start()
    found = list(results(Subject(f"{server.url}/v2", TOKEN), Load(3, processes), OffsetClock(), "1"))
    server.stop()
    assert found[1].outcome is Outcome.PASSED, found[1].reason
    assert "requests in 3 s" in found[0].notes[0]
