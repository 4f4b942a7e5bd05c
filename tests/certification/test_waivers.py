"""Waivers: failures accepted with a reason, until a day, and told when they expired or are not needed any more."""

from datetime import date

import pytest

from harness.certification.certificate import Certificate, judge
from harness.certification.outcomes import Outcome
from harness.certification.running import Result
from harness.certification.suite import Check, Suite
from harness.certification.waivers import Waiver, accepted, read_waivers, standings
from harness.certification.writing import html
from harness.certification.writing.terminal import TerminalCertificate
from harness.scenario.loading.source import ScenarioError

TODAY = date(2026, 11, 29)
CHECK = Check("Read_Nobody", "Somebody is found.", lambda _: None)
SUITE = Suite("trial", "A trial", "", "", (CHECK,))
FAILED = Result("trial", CHECK, Outcome.FAILED, "answered 404", ())
PASSED = Result("trial", CHECK, Outcome.PASSED, "", ())
NAMES = ("trial", "Read_Nobody")


@pytest.fixture
def read(tmp_path):
    """Return a function that reads a file of this text."""

    def read_text(text):
        path = tmp_path / "waivers.yaml"
        path.write_text(text, encoding="utf-8")
        return read_waivers(path, [SUITE])

    return read_text


def test_a_failure_with_a_waiver_is_accepted_and_its_reason_told(read):
    waivers = read("- {suite: trial, check: Read_Nobody, reason: nobody reads}\n")
    counted = accepted(FAILED, waivers, TODAY)
    assert counted.outcome is Outcome.WAIVED
    assert counted.reason == "nobody reads (waived: answered 404)"
    (verdict,) = judge([SUITE], [counted])
    assert verdict.word == "Succeeded"


def test_what_passes_needs_no_waiver():
    """It stays passed, and that the waiver can go is told."""
    waivers = {NAMES: Waiver("just in case")}
    assert accepted(PASSED, waivers, TODAY) is PASSED
    (standing,) = standings(waivers, [PASSED], TODAY)
    assert standing.state == "not needed"


@pytest.mark.parametrize(
    ("until", "outcome", "state"),
    [("2026-11-29", Outcome.WAIVED, "used"), ("2026-11-28", Outcome.FAILED, "expired")],
)
def test_a_waiver_counts_until_its_last_day(read, until, outcome, state):
    waivers = read(f"- suite: trial\n  check: Read_Nobody\n  reason: soon\n  until: {until}\n")
    counted = accepted(FAILED, waivers, TODAY)
    assert counted.outcome is outcome
    (standing,) = standings(waivers, [counted], TODAY)
    assert standing.state == state
    if outcome is Outcome.FAILED:
        assert counted.reason == "answered 404 (its waiver expired on 2026-11-28)"


def test_a_check_that_did_not_run_says_nothing_about_its_waiver():
    (standing,) = standings({NAMES: Waiver("x")}, [], TODAY)
    assert standing.state == "not run"


def test_papers_tell_what_became_of_waivers(capsys):
    """The page all of them, the terminal those that want a hand."""
    standing = standings({NAMES: Waiver("just in case", TODAY)}, [PASSED], TODAY)
    certificate = Certificate("", "", "https://x", "", "1", "", judge([SUITE], [PASSED]), "", standing)
    TerminalCertificate().verdicts(certificate)
    assert "waiver of trial Read_Nobody: not needed" in capsys.readouterr().out
    assert "just in case (until 2026-11-29) – not needed" in html.render(certificate)
    assert certificate.document()["waivers"] == [
        {
            "suite": "trial",
            "check": "Read_Nobody",
            "reason": "just in case",
            "until": "2026-11-29",
            "state": "not needed",
        }
    ]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", "1:1", "the file is empty; waivers are a list of 'suite', 'check' and 'reason'"),
        ("suite: trial\n", "1:1", "waivers are a list of 'suite', 'check' and 'reason'"),
        ("- trial\n", "1:3", "a waiver is a mapping of suite, check and reason"),
        (
            "- suite: trail\n  check: Read_Nobody\n  reason: x\n",
            "1:10",
            "unknown suite 'trail'; did you mean 'trial'?; there are: trial",
        ),
        (
            "- suite: trial\n  check: Read_Nobody\n  reson: x\n",
            "3:10",
            "unknown key 'reson'; did you mean 'reason'?",
        ),
        (
            "- suite: trial\n  check: Read_Nobody\n  reason: ''\n",
            "3:11",
            "'reason' must be given, as text",
        ),
        ("- suite: trial\n  check: Read_Nobody\n", "1:3", "'reason' must be given, as text"),
        (
            "- suite: trial\n  check: Read_Nobody\n  reason: x\n  until: soon\n",
            "4:10",
            "'until' is a day, as in 2027-03-31",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(read, text, place, message):
    with pytest.raises(ScenarioError) as caught:
        read(text)
    rejection = caught.value.rejection
    assert f"{rejection.location.line}:{rejection.location.column}" == place
    assert rejection.message == message


def test_a_check_is_waived_once(read):
    entry = "- {suite: trial, check: Read_Nobody, reason: x}\n"
    with pytest.raises(ScenarioError, match="'Read_Nobody' of trial is waived already"):
        read(entry * 2)
