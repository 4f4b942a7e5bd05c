"""A right server that is busy, cut off for a moment or slow to show what was written keeps its verdict."""

from collections import deque
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from threading import Barrier

import pytest

from harness.base.clock import VirtualClock
from harness.certification.answers import require
from harness.certification.bench.patience import Patience, PatientSend
from harness.certification.certificate import judge
from harness.certification.outcomes import Outcome, UnreachableError
from harness.certification.running import run
from harness.certification.subject import Subject
from harness.certification.suite import Check, Suite
from harness.certification.suites import SUITES
from harness.certification.suites.okta.suite import OKTA
from harness.certification.suites.people import new_user, new_users
from harness.wire.message import Request, Response, TransportError
from tests.certification.conftest import AT_ONCE, START, URL
from tests.certification.right.server import RightServer
from tests.conftest import TOKEN

GET, POST = Request("GET", f"{URL}/Users"), Request("POST", f"{URL}/Users")
CUT = TransportError("reset", "connection reset")


def busy(after):
    return Response(429, (("Retry-After", after),))


class Answers:
    """Answers in turn, the last one for ever, and says when each request came."""

    def __init__(self, *answers, clock):
        self.answers, self.clock, self.times = list(answers), clock, []

    def __call__(self, request):
        self.times.append((self.clock.now() - START).total_seconds())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, TransportError):
            raise answer
        return answer


@pytest.fixture
def patient():
    """Return a function that makes a patient transport of answers, and the answers with their times."""

    def made(*answers, **patience):
        clock = VirtualClock(START)
        server = Answers(*answers, clock=clock)
        return PatientSend(server, clock, clock.advance, Patience(**patience)), server

    return made


@pytest.mark.parametrize("after", ["3", format_datetime(START + timedelta(seconds=3), usegmt=True)])
def test_a_busy_server_is_asked_again_when_it_says(patient, after):
    """RFC 9110, 10.2.3: Retry-After is a number of seconds or a date."""
    send, server = patient(busy(after), Response(200))
    assert send(GET).status == 200
    assert server.times == [0, 3]
    assert send.notes == [f"GET {URL}/Users answered 429; sent again after 3.00 s"]
    assert not send.unjudged


def test_without_a_time_the_waits_grow_and_follow_from_the_seed(patient):
    """Back-off doubles; jitter moves each wait by up to a half, the same for the same seed."""
    times = []
    for seed in ("1", "1", "2"):
        send, server = patient(*[Response(429)] * 4, Response(200))
        send.begin(seed)
        assert send(GET).status == 200
        times.append(server.times)
        waits = [later - earlier for earlier, later in zip(server.times, server.times[1:], strict=False)]
        assert all(0.25 * 2**n <= wait <= 0.75 * 2**n for n, wait in enumerate(waits))
    assert times[0] == times[1] != times[2]


def test_patience_ends(patient):
    """A server that is busy for ever answered nothing that could be judged."""
    send, server = patient(busy("25"), budget=timedelta(seconds=60))
    assert send(GET).status == 429
    assert server.times == [0, 25, 50]
    assert send.unjudged == f"GET {URL}/Users answered 429"


@pytest.mark.parametrize("answer", [Response(500), Response(503), CUT], ids=["500", "503", "cut"])
def test_a_mishap_is_tried_once_more(patient, answer):
    send, server = patient(answer, Response(200))
    assert send(GET).status == 200
    assert len(server.times) == 2
    assert len(send.notes) == 1


def test_an_error_that_stays_is_the_answer(patient):
    """500 twice is what the server says; 501 is no mishap at all."""
    send, server = patient(Response(500))
    assert (send(GET).status, len(server.times), send.unjudged) == (500, 2, "")
    send, server = patient(Response(501))
    assert (send(GET).status, len(server.times)) == (501, 1)


def test_a_post_that_was_cut_off_is_not_repeated(patient):
    """It may have been carried out, and the second one would find it there."""
    send, server = patient(CUT, Response(201))
    with pytest.raises(TransportError):
        send(POST)
    assert len(server.times) == 1
    assert send.unjudged == f"POST {URL}/Users got no answer (reset)"


class TwoSeconds:
    """Measures two seconds of whatever it is."""

    def seconds(self):
        return 2.0


def four_at_a_time(send):
    """Return a transport that answers a DELETE of a user only together with three others."""
    gate = Barrier(4, timeout=5)

    def sent(request):
        if request.method == "DELETE":
            gate.wait()
        return send(request)

    return sent


def test_a_slow_server_is_cleaned_up_several_at_a_time(right_server, monkeypatch):
    """Half of what the checks of RFC 7644 ask for makes users and deletes them again."""
    monkeypatch.setattr("harness.certification.bench.patience.Stopwatch", TwoSeconds)
    crowd = Check("crowd", "", lambda bench: new_users(bench, 8) and None)
    suite = Suite("one", "", "", "", (crowd,))
    (result,) = run(
        Subject(URL, TOKEN), [suite], four_at_a_time(right_server), VirtualClock(START), "1", patience=AT_ONCE
    )
    assert (result.outcome, result.left) == (Outcome.PASSED, ())
    assert right_server.kinds["Users"] == {}


def test_of_several_who_were_made_none_stays_when_one_of_them_got_no_answer(right_server):
    posts = 0

    def once_cut(request):
        nonlocal posts
        posts += request.method == "POST"
        if request.method == "POST" and posts == 2:
            raise CUT
        return right_server(request)

    crowd = Check("crowd", "", lambda bench: new_users(bench, 3) and None)
    (result,) = run(
        Subject(URL, TOKEN),
        [Suite("one", "", "", "", (crowd,))],
        once_cut,
        VirtualClock(START),
        "1",
        patience=AT_ONCE,
    )
    assert (result.outcome, result.left) == (Outcome.INCONCLUSIVE, ())
    assert right_server.kinds["Users"] == {}


@pytest.mark.parametrize(("seconds", "rate"), [(0.01, 0), (2.0, 10)], ids=["quick", "with a rate"])
def test_whoever_is_quick_or_has_a_rate_is_asked_one_by_one(patient, monkeypatch, seconds, rate):
    monkeypatch.setattr(TwoSeconds, "seconds", lambda _: seconds)
    monkeypatch.setattr("harness.certification.bench.patience.Stopwatch", TwoSeconds)
    send, server = patient(Response(204), rate=rate)
    monkeypatch.setattr(send, "together", lambda _: pytest.fail("several at a time"))
    send(GET)
    assert [each.status for each in send.several([GET, GET, GET])] == [204, 204, 204]
    assert len(server.times) == 4


def test_of_several_at_a_time_who_fails_for_the_moment_is_asked_again(patient, monkeypatch):
    """A POST that was cut off is not: it may have been carried out, so nothing can be judged by it."""
    monkeypatch.setattr("harness.certification.bench.patience.Stopwatch", TwoSeconds)
    send, _ = patient(Response(200), Response(500), Response(201))
    send(GET)
    assert [each.status for each in send.several([POST, POST])] == [201, 201]
    send, _ = patient(Response(200), CUT, CUT)
    send(GET)
    assert send.several([POST, POST]) == [CUT, CUT]
    assert send.unjudged == f"POST {URL}/Users got no answer (reset)"


def test_the_rate_is_kept(patient):
    send, server = patient(Response(200), rate=4)
    for _ in range(3):
        send(GET)
    assert server.times == [0, 0.25, 0.5]


@pytest.mark.slow
def test_a_right_server_behind_a_gateway_gets_the_verdict_that_it_gets_without(vendor):
    """Every fifth request is answered 429 and every ninth 503; the notes say so."""
    number = 0

    def gateway(request):
        nonlocal number
        number += 1
        if number % 5 == 0:
            return busy("1")
        return Response(503) if number % 9 == 0 else vendor(request)

    results = list(run(Subject(URL, TOKEN), [OKTA], gateway, VirtualClock(START), "1"))
    (verdict,) = judge([OKTA], results)
    assert (verdict.word, verdict.why) == ("Succeeded", "")
    assert any("answered 429; sent again after 1.00 s" in note for each in results for note in each.notes)


class Lagging:
    """A server whose lists come from an index that is behind: what was created within a time is in none of them."""

    def __init__(self, send, clock, behind):
        self.send, self.clock, self.behind, self.written = send, clock, timedelta(seconds=behind), START

    def __call__(self, request):
        if request.method != "GET":
            self.written = self.clock.now()
        elif "?" in request.url and self.clock.now() - self.written < self.behind:
            body = b'{"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0}'
            return Response(200, (("Content-Type", "application/scim+json"),), body)
        return self.send(request)


class Limited:
    """A server that takes 25 requests a second, answers 429 to the others, and one in a hundred with 503."""

    def __init__(self, send, clock):
        self.send, self.clock, self.times, self.number = send, clock, deque(), 0

    def __call__(self, request):
        now, self.number = self.clock.now(), self.number + 1
        self.clock.advance(timedelta(milliseconds=5))
        while self.times and now - self.times[0] > timedelta(seconds=1):
            self.times.popleft()
        if len(self.times) >= 25:
            return busy("1")
        self.times.append(now)
        return Response(503) if self.number % 100 == 0 else self.send(request)


def finds(bench):
    _, made = new_user(bench)
    matches = bench.endpoint.find("Users", f'userName eq "{made["userName"]}"')
    require(len(matches) == 1, "nobody is found")


FOUND = Suite("trial", "", "", "", (Check("Found", "Who was created is found.", finds),))


@pytest.mark.parametrize(
    ("behind", "settle", "outcome"), [(2, 3, "PASSED"), (2, 1, "FAILED"), (2, 0, "FAILED")]
)
def test_an_index_that_is_behind_has_time_to_settle(right_server, behind, settle, outcome):
    """The reads are repeated until they agree; the certificate says how long that took."""
    clock = VirtualClock(START + timedelta(hours=1))
    patience = Patience(settle=timedelta(seconds=settle))
    server = Lagging(right_server, clock, behind)
    (result,) = run(Subject(URL, TOKEN), [FOUND], server, clock, "1", patience=patience)
    assert result.outcome == outcome
    note = "right only when read again, 2 s later; before: nobody is found"
    assert result.notes == ((note,) if outcome == "PASSED" else ())


@pytest.mark.slow
def test_a_right_server_that_is_busy_and_behind_gets_the_verdicts_that_it_gets_without():
    """25 requests a second with 429, one 503 in a hundred, and an index two seconds behind; not a wall second passes."""
    clock = VirtualClock(START + timedelta(hours=1))
    server = Limited(Lagging(RightServer(), clock, 2), clock)
    results = list(run(Subject(URL, TOKEN), SUITES, server, clock, "1"))
    without = run(Subject(URL, TOKEN), SUITES, RightServer(), VirtualClock(START), "1", patience=AT_ONCE)
    assert {(each.suite, each.check.name): (each.outcome, each.reason) for each in results} == {
        (each.suite, each.check.name): (each.outcome, each.reason) for each in without
    }
    notes = " ".join(note for each in results for note in each.notes)
    assert "answered 429; sent again after 1.00 s" in notes
    assert "answered 503; sent again after" in notes
    assert "right only when read again" in notes


def test_what_was_written_wrong_has_no_second_try(right_server):
    """A server that loses the first change and does the second is failed: writes are never repeated."""
    lost: list[Request] = []

    def forgetful(request):
        if request.method == "PATCH" and not lost:
            lost.append(request)
            return Response(204)
        return right_server(request)

    def changes(bench):
        path, _ = new_user(bench)
        bench.endpoint.patch(path, {"op": "replace", "path": "displayName", "value": "Changed"})
        require(bench.endpoint.get(path)["displayName"] == "Changed", "the change is lost")

    suite = Suite("trial", "", "", "", (Check("Changes", "A change reads back.", changes),))
    (result,) = run(Subject(URL, TOKEN), [suite], forgetful, VirtualClock(START), "1")
    assert (result.outcome, result.reason) == (Outcome.FAILED, "the change is lost")


def test_a_lag_that_was_seen_once_is_waited_for_from_then_on(right_server):
    """The second check need not fail first."""
    clock = VirtualClock(START + timedelta(hours=1))
    suite = replace(FOUND, checks=(*FOUND.checks, replace(FOUND.checks[0], name="Found again")))
    first, second = run(Subject(URL, TOKEN), [suite], Lagging(right_server, clock, 2), clock, "1")
    assert first.outcome == second.outcome == Outcome.PASSED
    assert (len(first.notes), len(second.notes)) == (1, 0)


def test_what_could_not_be_judged_makes_a_suite_incomplete(right_server):
    """Neither failed nor passed: every GET of a single user is refused for being busy."""

    def send(request):
        if request.method == "GET" and "?" not in request.url:
            return busy("100")
        return right_server(request)

    def reads(bench):
        path, _ = new_user(bench)
        bench.endpoint.get(path)

    suite = Suite("trial", "", "", "", (*FOUND.checks, Check("Read", "Who was created is read.", reads)))
    results = list(run(Subject(URL, TOKEN), [suite], send, VirtualClock(START), "1"))
    assert [each.outcome for each in results] == [Outcome.PASSED, Outcome.INCONCLUSIVE]
    assert "answered 429" in results[1].reason
    (verdict,) = judge([suite], results)
    assert (verdict.word, verdict.why) == ("Incomplete", "1 of 2 checks could not be judged")


def test_who_answers_nothing_is_unreachable_not_failed():
    def send(_request):
        raise TransportError("refused", "nobody listens")

    results = []
    with pytest.raises(UnreachableError, match="3 checks in a row got no answer"):
        results.extend(run(Subject(URL, TOKEN), [OKTA], send, VirtualClock(START), "1"))
    (verdict,) = judge([OKTA], results, "no answer")
    assert verdict.word == "Incomplete"
