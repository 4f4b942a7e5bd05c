"""From results to a certificate: verdicts, the hash over the evidence, and the certificate on paper."""

import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from harness.base.clock import VirtualClock
from harness.certification.certificate import Certificate, judge
from harness.certification.outcomes import FailedError, Outcome, SkippedError, StoppedError
from harness.certification.running import Result, run
from harness.certification.subject import Subject
from harness.certification.suite import Check, Suite, all_mandatory
from harness.certification.writing import html, junit
from harness.certification.writing.terminal import TerminalCertificate
from harness.report.formats.json_report import as_json
from harness.wire.message import Response, TransportError, json_request
from tests.certification.conftest import START, TOKEN, URL

CORE = "urn:ietf:params:scim:schemas:core:2.0:"


def finds_nobody(bench):
    assert bench.endpoint.find("Users", f'userName eq "{bench.word()}"') == []


def fails(bench):
    bench.endpoint.get("/Users/nobody")


def skips(bench):
    raise SkippedError("no manager is mapped")


def judged(*checks):
    return Suite("trial", "A trial", "Fits nothing.", "https://example.com", checks)


GOOD = Check("Find_Nobody", "Nobody is found.", finds_nobody)
BAD = Check("Read_Nobody", "Somebody is found.", fails)
MILD = Check("Read_Nobody", "Somebody is found.", fails, mandatory=False)
NONE = Check("No_Manager", "There is a manager.", skips)


@pytest.fixture
def certified(certify, right_server):
    """Return a function that runs checks against the right server and makes a certificate of what comes."""

    def certificate(*checks):
        suite = judged(*checks)
        results = list(certify(suite, right_server).values())
        return Certificate(
            "SCIM 2", "1.0", URL, "2026-11-02T08:00:00Z", "1", "again", judge([suite], results)
        )

    return certificate


@pytest.mark.parametrize(
    ("checks", "outcomes", "why"),
    [
        ([GOOD], ["PASSED"], ""),
        ([GOOD, BAD], ["PASSED", "FAILED"], "failed: Read_Nobody"),
        ([GOOD, MILD], ["PASSED", "WARNING"], ""),
        ([GOOD, NONE], ["PASSED", "SKIPPED"], ""),
        ([NONE], ["SKIPPED"], "nothing was tested"),
        ([MILD], ["WARNING"], "nothing was tested"),
    ],
)
def test_a_suite_succeeds_when_something_ran_and_no_mandatory_check_failed(certified, checks, outcomes, why):
    (verdict,) = certified(*checks).verdicts
    assert [result.outcome for result in verdict.results] == outcomes
    assert (verdict.why, verdict.word) == (why, "Failed" if why else "Succeeded")


def test_what_was_interrupted_is_not_succeeded(certified):
    (verdict,) = certified(GOOD, BAD).verdicts
    (half,) = judge([verdict.suite], verdict.results[:1])
    assert half.why == "1 of 2 checks did not run"
    (half,) = judge([verdict.suite], verdict.results[1:], "interrupted")
    assert half.why == "failed: Read_Nobody; 1 of 2 checks did not run: interrupted"
    (nothing,) = judge([verdict.suite], [], "interrupted")
    assert nothing.why == "2 of 2 checks did not run: interrupted"


def test_of_many_failures_a_verdict_names_the_first():
    """Each is told by itself; the reason of a verdict fits in a line."""
    assert all_mandatory({f"Check_{number}": Outcome.FAILED for number in range(1, 8)}) == (
        "failed: Check_1, Check_2, Check_3, Check_4, Check_5 and 2 more"
    )


class TestStopping:
    @pytest.fixture
    def results(self):
        """Return a function that runs five checks of two suites, and returns who was run, and why no more were."""

        def run_all(send):
            checks = [replace(GOOD, name=f"Find_{number}") for number in range(5)]
            suites = [judged(*checks[:2]), judged(*checks[2:])]
            names = []
            try:
                names.extend(
                    result.check.name
                    for result in run(Subject(URL, TOKEN), suites, send, VirtualClock(START), "1")
                )
            except StoppedError as error:
                return names, str(error)
            return names, ""

        return run_all

    def test_a_server_that_answers_nothing_is_given_up(self, results):
        """Three timeouts are enough; a hundred would take an hour."""

        def hanging(request):
            raise TransportError("timeout", "no answer within 30 s")

        assert results(hanging) == (
            ["Find_0", "Find_1", "Find_2"],
            "3 checks in a row got no answer (timeout); does the server run, or does it need more than --timeout?",
        )

    def test_a_server_whose_answers_never_end_is_given_up(self, results):
        """The stop says by how much they were too large."""

        def endless(request):
            raise TransportError("too large", "the answer is larger than 16 MiB")

        assert results(endless) == (
            ["Find_0", "Find_1", "Find_2"],
            "3 checks in a row got no answer (more than 16 MiB)",
        )

    def test_a_server_that_refuses_the_token_is_given_up(self, results):
        assert results(lambda _: Response(401)) == (
            ["Find_0", "Find_1", "Find_2"],
            "3 checks in a row got nothing but 401; is the token right?",
        )

    def test_a_server_that_answers_now_and_then_is_not(self, results, right_server):
        """Every third request comes through."""
        asked = []

        def hiccuping(request):
            asked.append(request)
            if len(asked) % 3:
                raise TransportError("reset", "connection reset")
            return right_server(request)

        names, why = results(hiccuping)
        assert (len(names), why) == (5, "")


def test_a_reason_says_what_was_asked_and_what_came(certified):
    (verdict,) = certified(BAD).verdicts
    assert verdict.results[0].reason.startswith("GET /Users/nobody answered 404 instead of 200: {")


def test_what_a_check_made_is_deleted_again_and_what_stays_is_told(certify, right_server):
    """The members' group goes first; a server that does not delete is left with what it keeps."""

    def makes(bench):
        user = bench.endpoint.post("/Users", {"schemas": [f"{CORE}User"], "userName": bench.word()})
        member = [{"value": user["id"]}]
        bench.endpoint.post("/Groups", {"schemas": [f"{CORE}Group"], "displayName": "x", "members": member})

    deleted = []

    def watched(request):
        if request.method == "DELETE":
            deleted.append(request.url.rsplit("/", 2)[1])
        return right_server(request)

    def keeping(request):
        return Response(403) if request.method == "DELETE" else right_server(request)

    suite = judged(Check("Make", "They are made.", makes))
    assert certify(suite, watched)["Make"].left == ()
    assert deleted == ["Groups", "Users"]
    assert [path.split("/")[1] for path in certify(suite, keeping)["Make"].left] == ["Groups", "Users"]


def test_a_server_that_cannot_be_reached_is_not_judged(certify):
    def nobody(request):
        raise TransportError("refused", "nobody listens")

    result = certify(judged(GOOD), nobody)["Find_Nobody"]
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.reason.endswith("got no answer: nobody listens")


def test_an_answer_without_a_body_is_said_to_have_none(certify):
    assert certify(judged(GOOD), lambda _: Response(500))["Find_Nobody"].reason.endswith(
        "answered 500 instead of 200: an empty body"
    )


class TestPaper:
    @pytest.fixture
    def certificate(self, certified):
        return certified(GOOD, BAD, NONE)

    def test_json_has_everything_and_no_token(self, certificate):
        text = as_json(certificate.document())
        document = json.loads(text)
        assert TOKEN not in text
        assert document["subject"] == {"product": "SCIM 2", "version": "1.0", "endpoint": URL}
        assert (document["verdict"], document["command"], document["seed"]) == ("Failed", "again", "1")
        (suite,) = document["suites"]
        assert suite["mandatory"] == {"passed": 1, "failed": 1, "skipped": 1}
        assert suite["coverage"] == {"tested": 2, "checks": 3}
        found, read, _ = suite["results"]
        assert (found["outcome"], read["outcome"]) == ("PASSED", "FAILED")
        (exchange,) = read["exchanges"]
        assert exchange["request"]["url"] == f"{URL}/Users/nobody"
        assert ["Authorization", "***"] in exchange["request"]["headers"]
        assert exchange["response"]["status"] == 404

    def test_the_hash_is_that_of_the_evidence_and_nothing_else(self, certificate):
        later = replace(certificate, date="2027-01-01T00:00:00Z", product="another")
        assert later.evidence == certificate.evidence
        (verdict,) = certificate.verdicts
        fewer = replace(certificate, verdicts=(replace(verdict, results=verdict.results[:1]),))
        assert fewer.evidence != certificate.evidence

    def test_junit_says_what_failed_and_how_to_repeat_it(self, certificate):
        text = junit.render(certificate)
        suite = ET.fromstring(text).find("testsuite")
        counted = [suite.get(name) for name in ("name", "tests", "failures", "skipped")]
        assert counted == ["trial", "4", "2", "1"]
        failures = {case.get("name"): case.find("failure") for case in suite.iter("testcase")}
        assert failures["Read_Nobody"].get("message").startswith("GET /Users/nobody answered 404")
        assert "curl -i --globoff -X GET" in failures["Read_Nobody"].text
        assert failures["verdict"].get("message") == "failed: Read_Nobody"
        assert failures["Find_Nobody"] is None
        assert TOKEN not in text

    def test_the_page_tells_it_to_people(self, certificate):
        page = html.render(certificate)
        assert "<title>SCIM 2 – Failed</title>" in page
        assert "no manager is mapped" in page
        (mark,) = re.findall("<details open><summary>(.*)</summary>", page)
        assert mark.endswith("GET /v2/Users/nobody → 404 <strong>← where it failed</strong>")
        assert f"GET {URL}/Users/nobody" in page
        assert certificate.evidence in page
        assert TOKEN not in page
        assert "<script" not in page

    def test_the_terminal_tells_results_then_verdicts(self, certificate, tmp_path):
        with (tmp_path / "out").open("w+", encoding="utf-8") as out:
            terminal = TerminalCertificate(out)
            (verdict,) = certificate.verdicts
            for result in verdict.results:
                terminal.result(result)
            terminal.verdicts(certificate)
            out.seek(0)
            lines = [line.rstrip() for line in out]
        assert lines[0] == "PASSED  trial  Find_Nobody"
        assert lines[1] == "FAILED  trial  Read_Nobody"
        assert lines[2].startswith("        GET /Users/nobody answered 404")
        assert lines[3].startswith("        wanted: ")
        assert lines[-3].startswith("trial  Failed   1 passed, 1 failed, 1 skipped")
        assert lines[-2] == "trial: failed: Read_Nobody"
        assert lines[-1].startswith("  what it demands: ")

    def test_a_failed_check_tells_what_was_written_and_what_is_wanted(self, certify, right_server, capsys):
        """Whoever mends the server need not open the page; a long body is cut short, as are answers in reasons."""

        def changes(bench):
            path = f"/Users/{bench.endpoint.post('/Users', {'schemas': [f'{CORE}User'], 'userName': bench.word()})['id']}"
            bench.endpoint.patch(path, {"op": "replace", "path": "title", "value": "x" * 1000})
            bench.endpoint.get(path)
            raise FailedError("the title reads null")

        (result,) = certify(
            judged(Check("Change", "RFC 7644 3.5.2: a title is kept", changes)), right_server
        ).values()
        TerminalCertificate().result(result)
        lines = capsys.readouterr().out.splitlines()
        assert lines[2] == "        wanted: RFC 7644 3.5.2: a title is kept"
        assert lines[3].startswith("        last written: PATCH /v2/Users/")
        assert '"path":"title","value":"xxx' in lines[3]
        assert lines[3].endswith("x… → 200")

    def test_a_check_that_wrote_nothing_tells_of_nothing_written(self, certify, right_server, capsys):
        def reads(bench):
            bench.endpoint.get("/Users")
            raise FailedError("nobody is there")

        (result,) = certify(judged(Check("Read", "somebody is there", reads)), right_server).values()
        TerminalCertificate().result(result)
        assert "last written" not in capsys.readouterr().out

    def test_no_verdict_is_cut_short_by_a_narrow_terminal(self, certificate, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "44")
        TerminalCertificate().verdicts(certificate)
        printed = capsys.readouterr().out
        assert "…" not in printed
        assert printed.splitlines()[2].startswith("trial  Failed ")

    def test_a_long_outcome_stands_apart_from_its_suite(self, capsys):
        check = Check("Make", "A person is made.", lambda _: None)
        TerminalCertificate().result(Result("trial", check, Outcome.INCONCLUSIVE, "no answer", ()))
        assert capsys.readouterr().out.startswith("INCONCLUSIVE trial  Make\n")

    def test_only_failures_leaves_passed_checks_out(self, certify, right_server, capsys):
        """What a passed check left behind is named once, below the verdicts."""

        def keeping(request):
            return Response(403) if request.method == "DELETE" else right_server(request)

        def makes(bench):
            bench.endpoint.post("/Users", {"schemas": [f"{CORE}User"], "userName": bench.word()})

        suite = judged(Check("Make", "A person is made.", makes))
        (result,) = certify(suite, keeping).values()
        assert result.left
        terminal = TerminalCertificate(only_failures=True)
        terminal.result(result)
        assert capsys.readouterr().out == ""
        terminal.verdicts(Certificate("", "", URL, "2026-11-02T08:00:00Z", "1", "", judge([suite], [result])))
        assert f"could not be deleted again: {result.left[0]}" in capsys.readouterr().out

    def test_what_a_server_says_cannot_harm_paper(self, certify):
        """Control characters, half surrogate pairs and tags of an answer are told, not obeyed."""

        def nasty(request):
            return Response(500, (("Content-Type", "application/json"),), b'{"x": "\\ud800<script>\x1b[31m"}')

        suite = judged(BAD)
        results = list(certify(suite, nasty).values())
        certificate = Certificate("", "", URL, "2026-11-02T08:00:00Z", "1", "again", judge([suite], results))
        page, cases = html.render(certificate), junit.render(certificate)
        for text in (as_json(certificate.document()), page, cases):
            text.encode("utf-8")
        assert "<script>" not in page
        assert "\x1b" not in page + cases
        ET.fromstring(cases)


def test_what_azure_ad_provisioned_is_deleted_again_and_what_stays_is_told(certify, right_server):
    """The job of the check's tenant takes away whom it brought; a server that refuses the DELETE keeps them."""

    def provisions(bench):
        key = bench.entra.user(bench.word())
        bench.entra.assign(key)
        bench.entra.wait()

    def keeping(request):
        return Response(403) if request.method == "DELETE" else right_server(request)

    suite = judged(Check("Provision", "Somebody is there.", provisions))
    assert certify(suite, right_server)["Provision"].left == ()
    (path,) = certify(suite, keeping)["Provision"].left
    assert right_server(json_request("GET", f"{URL}{path}", bearer=TOKEN)).status == 200


def test_a_server_that_repeats_the_token_does_not_bring_it_into_the_certificate(certify):
    """Neither into a reason nor into the evidence, in no spelling."""

    def telling(request):
        said = f"who is {request.header('Authorization')}? Bearer%20{TOKEN}"
        return Response(401, (("Content-Type", "text/plain"), ("X-Told", said)), said.encode())

    result = certify(judged(GOOD), telling)["Find_Nobody"]
    assert "answered 401 instead of 200: who is Bearer ***? Bearer%20***" in result.reason
    assert TOKEN not in repr(result)
