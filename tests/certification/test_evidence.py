"""Evidence fit to hand over: no stranger's data, bodies that end, one finding for one cause, differences of two certificates."""

import json

import pytest
from click.testing import CliRunner

from harness.base.clock import VirtualClock
from harness.base.errors import HarnessError
from harness.certification.answers import excerpt, require_status
from harness.certification.bench.masking import LONGEST_BODY, MASK
from harness.certification.causes import findings
from harness.certification.certificate import Certificate, judge
from harness.certification.commands import certify as command
from harness.certification.outcomes import FailedError, Outcome, StoppedError
from harness.certification.running import run
from harness.certification.subject import Subject
from harness.certification.suite import Check, Suite
from harness.certification.suites import SUITES
from harness.certification.suites.people import new_user
from harness.certification.waivers import Waiver, accepted
from harness.certification.writing import html
from harness.report.formats.json_report import as_json
from harness.scim.names import CORE_GROUP
from harness.wire.message import Response, json_request
from tests.certification.conftest import AT_ONCE, START
from tests.certification.right.server import RightServer
from tests.certification.wrong import SCIM_JSON, URL, answering, editing, setting, without_header
from tests.conftest import TOKEN

STRANGER = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "ada.lovelace@example.org",
    "active": True,
    "name": {"givenName": "Augusta Ada", "familyName": "Lovelace"},
    "emails": [{"value": "ada@example.org", "type": "work"}],
    "phoneNumbers": [{"value": "+44 20 7946 0018", "type": "work"}],
}
SCIM = "application/scim+json"
NO = b'{"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"]}'
PRIVATE = ("ada.lovelace", "Augusta", "Lovelace", "ada@example.org", "7946")


@pytest.fixture
def inhabited():
    """Return a right server in which somebody lives."""
    server = RightServer()
    server(json_request("POST", f"{URL}/Users", STRANGER, bearer=TOKEN))
    return server


def results_of(send, *suites):
    return list(run(Subject(URL, TOKEN), suites or SUITES, send, VirtualClock(START), "1", patience=AT_ONCE))


def certificate_of(send, *suites):
    suites = suites or SUITES
    results = results_of(send, *suites)
    return Certificate("", "", URL, "2026-11-02T08:00:00Z", "1", "harness", judge(suites, results))


def one(name, run_check):
    return Suite("trial", "", "", "", (Check(name, "", run_check),))


@pytest.mark.slow
def test_no_strangers_data_is_in_a_certificate(inhabited):
    """Lists of everybody are part of many checks; whoever gets the certificate learns nothing of people in them."""
    document = as_json(certificate_of(inhabited).document())
    assert not [each for each in PRIVATE if each in document]
    assert MASK in document


def test_what_the_check_made_itself_is_shown(inhabited):
    """Evidence of the check's own people stays whole."""

    def lists(bench):
        new_user(bench, displayName="Somebody of ours")
        bench.endpoint.get("/Users")

    (result,) = results_of(inhabited, one("Lists", lists))
    assert b"Somebody of ours" in result.exchanges[-1].response.body
    assert b"Lovelace" not in result.exchanges[-1].response.body


def test_a_reason_names_no_stranger(inhabited):
    """Neither do the words of a failure."""

    def fails(bench):
        users = bench.endpoint.get("/Users")["Resources"]
        raise FailedError(f"there is {users[0]['userName']}")

    (result,) = results_of(inhabited, one("Fails", fails))
    assert result.reason == f"there is {MASK}"


@pytest.mark.parametrize("shift", [4, 12, len(TOKEN)])
def test_a_reason_quotes_no_half_of_a_token_or_a_name(inhabited, shift):
    """An answer is quoted to a length, and a token or a name may stand just there."""
    name = STRANGER["name"]["givenName"]

    for text in (TOKEN, name):

        def fails(bench, private=text):
            bench.endpoint.get("/Users")
            start = b"." * (300 - min(shift, len(private) - 1))
            raise FailedError(excerpt(Response(500, SCIM_JSON, start + private.encode() + b"...")))

        (result,) = results_of(inhabited, one("Fails", fails))
        assert result.reason.strip(".") == f"{MASK}…"


def test_a_secret_at_the_end_of_what_the_evidence_keeps_is_hidden_whole():
    """Otherwise a half of it would stand there, which nobody recognises."""
    secret = "kP9wX2tB6vN8cM3sD5fG1jR4"
    body = b"x " * (LONGEST_BODY // 2 - 6) + secret.encode() + b" x" * 50

    def asks(bench):
        bench.add_secret(secret)
        bench.endpoint.ask("POST", "/Users/.search", content=body)

    (result,) = results_of(lambda _: Response(200, SCIM_JSON, body), one("Asks", asks))
    (exchange,) = result.exchanges
    for evidence in (exchange.request.body, exchange.response.body):
        assert b"x ***" in evidence
        assert secret[:4].encode() not in evidence


def test_a_long_request_and_a_long_answer_are_cut():
    """The certificate stays readable, and says how long they were."""
    body = b"[" + b"1," * LONGEST_BODY + b"1]"

    def asks(bench):
        bench.endpoint.ask("POST", "/Users/.search", content=body)

    (result,) = results_of(lambda _: Response(200, SCIM_JSON, body), one("Asks", asks))
    (exchange,) = result.exchanges
    for shown_body in (exchange.request.body, exchange.response.body):
        assert len(shown_body) < LONGEST_BODY + 100
        assert shown_body.endswith(f"… ({len(body)} bytes in all)".encode())


@pytest.mark.slow
def test_failures_of_one_cause_are_one_finding():
    """Answers in another media type fail most of the validator; what to mend is said once, with its source."""

    def plain(response):
        return Response(response.status, (("Content-Type", "application/json"),), response.body)

    send = answering("", plain)(RightServer())
    suite = next(each for each in SUITES if each.name == "entra-validator")
    first, *_ = findings(results_of(send, suite))
    assert first.sentence == "Answers come in another media type than application/scim+json."
    assert (first.mandatory, len(first.checks)) == (25, 30)
    assert first.source.endswith("#section-3.8")
    page = html.render(certificate_of(send, suite))
    assert "What the failures come from" in page
    assert page.count("Send Content-Type: application/scim+json with every answer that has a body.") == 1


def test_a_check_that_wants_401_says_nothing_of_the_token():
    """It sends a wrong token; what lacks in the answer is another matter."""

    def wants_a_challenge(bench):
        answer = bench.endpoint.ask("GET", "/Users", token=bench.word())
        require_status("GET /Users", answer, 401)
        raise FailedError("no WWW-Authenticate header")

    send = without_header("", "WWW-Authenticate")(RightServer())
    (finding,) = findings(results_of(send, one("Challenge", wants_a_challenge)))
    assert finding.sentence == "no WWW-Authenticate header"


@pytest.mark.slow
def test_failures_that_differ_in_names_alone_are_one_finding():
    """Nobody knows the cause; what fails alike is told together."""
    send = editing("POST /Users", setting(id=5), when=201)(RightServer())
    shapes = [each for each in findings(results_of(send)) if "without an id" in each.sentence]
    assert len(shapes[0].checks) > 20
    assert len(shapes) < 5


@pytest.mark.parametrize(
    ("details", "count"),
    [
        (("path nickName is not supported", "title is null"), 2),
        (('no user "a"', 'no user "b"'), 1),
    ],
)
def test_refusals_are_one_finding_if_the_server_says_the_same_of_them(details, count):
    """Two answers 400 are two findings when each has another detail, one when names alone differ."""
    answers = iter(Response(400, SCIM_JSON, json.dumps({"detail": each}).encode()) for each in details)

    def reads(bench):
        require_status("GET /Users", bench.endpoint.ask("GET", "/Users"), 200)

    suite = Suite("trial", "", "", "", tuple(Check(name, "", reads) for name in ("one", "two")))
    assert len(findings(results_of(lambda _: next(answers), suite))) == count


def test_one_refusal_met_in_three_ways_is_one_finding():
    """By the provisioning service in its log, and by checks that want one status or either of two."""
    refusal = Response(400, SCIM_JSON, b'{"detail": "1 error\\n  Extra inputs are not permitted"}')

    def in_the_log(_):
        body = "POST http://127.0.0.1/v2/Users answered 400: " + excerpt(refusal).replace("\\n  ", "\\n ")
        raise FailedError(f"in the provisioning log, Create has status failure, SomeCode: {body}")

    def either(_):
        require_status("POST /Users", refusal, 200, 201)

    def one_status(_):
        require_status("POST /Users", refusal, 201)

    checks = (Check("log", "", in_the_log), Check("either", "", either), Check("one", "", one_status))
    (finding,) = findings(results_of(lambda _: refusal, Suite("trial", "", "", "", checks)))
    assert len(finding.checks) == 3


@pytest.mark.parametrize(("detail", "count"), [("manager: a record is wanted", 1), ("not today", 0)])
def test_a_manager_refused_as_text_is_a_cause_where_the_server_speaks_of_it(detail, count):
    answer = Response(400, SCIM_JSON, json.dumps({"detail": detail}).encode())

    def changes(bench):
        path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"
        bench.endpoint.change("/Users/1", {"op": "add", "path": path, "value": "2"})
        raise FailedError("refused")

    sentences = [each.sentence for each in findings(results_of(lambda _: answer, one("Changes", changes)))]
    assert sum("id alone" in each for each in sentences) == count


@pytest.mark.parametrize(("refused", "count"), [(("Add", "Remove"), 1), (("Remove",), 0)])
def test_the_missing_flag_is_a_cause_only_where_no_capital_letters_were_taken(refused, count):
    """Who takes Add and refuses Remove of a path refuses for another reason."""

    def send(request):
        operation = json.loads(request.body)["Operations"][0]["op"]
        return Response(400 if operation in refused else 204, SCIM_JSON, b"")

    def changes(bench):
        for operation in ("Add", "Remove"):
            bench.endpoint.change("/Users/1", {"op": operation, "path": "title", "value": "x"})
        raise FailedError("there was one that was refused")

    sentences = [each.sentence for each in findings(results_of(send, one("Changes", changes)))]
    assert sum("without its flag" in each for each in sentences) == count


PATH_OF_EXTENSION = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"
INVALID_PATH = b'{"status": "400", "scimType": "invalidPath"}'


@pytest.mark.parametrize(
    ("refused", "body", "count"), [(3, INVALID_PATH, 1), (3, NO, 0), (2, INVALID_PATH, 0)]
)
def test_paths_of_extensions_are_a_cause_where_all_are_refused_as_invalid(refused, body, count):
    """Who takes one of them refuses the others for another reason."""
    answers = [Response(400, SCIM_JSON, body)] * refused + [Response(204)]

    def changes(bench):
        for operation in ("Add", "add", "replace"):
            bench.endpoint.change("/Users/1", {"op": operation, "path": PATH_OF_EXTENSION, "value": "x"})
        raise FailedError("there was one that was refused")

    results = results_of(lambda _: answers.pop(0), one("Changes", changes))
    sentences = [each.sentence for each in findings(results)]
    assert sum("path of an extension's attribute" in each for each in sentences) == count


@pytest.mark.parametrize(("value", "count"), [("False", 1), (False, 0)])
def test_a_text_that_is_taken_for_true_is_a_cause(value, count):
    def disables(bench):
        bench.endpoint.change("/Users/1", {"op": "Replace", "path": "active", "value": value})
        raise FailedError("the user's active reads true instead of false")

    results = results_of(lambda _: Response(204), one("Disables", disables))
    sentences = [each.sentence for each in findings(results)]
    assert sentences.count('The text "False" is taken for true.') == count


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "media_type", "body", "reason"),
    [
        (404, "text/plain", b"nothing here", "nothing but 404; does the address name the right path"),
        (404, SCIM, NO, "nothing but 404"),
        (403, SCIM, NO, "nothing but 403"),
        (401, SCIM, b"", "nothing but 401; is the token right"),
        (500, SCIM, b"", "nothing but 500"),
        (200, "application/json", b'{"status": "ok"}', "nothing of SCIM, but 200"),
        (200, "text/html", b"<html>Sign in</html>", "nothing but web pages"),
        (404, "text/html", b"<html>Page not found</html>", "nothing but 404"),
    ],
)
def test_a_wrong_address_stops_early(status, media_type, body, reason):
    """After three checks with one finding, and without waiting for an index; a hundred failures would say no more."""
    results = []
    answer = Response(status, (("Content-Type", media_type),), body)
    clock = VirtualClock(START)
    with pytest.raises(StoppedError, match=reason):
        results.extend(run(Subject(URL, TOKEN), SUITES, lambda _: answer, clock, "1"))
    assert len(results) <= 3
    (finding,) = findings(results)
    assert finding.mend
    assert status == 500 or clock.now() == START


def test_a_redirection_is_named_with_where_it_leads():
    """It is http for https, most often: the address to give stands in the answer."""

    def to_https(request):
        return Response(301, (("Location", request.url.replace("http:", "https:")),))

    results = []
    address = "http://scim.example.com/v2"
    with pytest.raises(StoppedError, match=r"redirections, as to https:.*Users; give"):
        results.extend(run(Subject(address, TOKEN), SUITES, to_https, VirtualClock(START), "1"))
    assert [each.sentence for each in findings(results)] == ["The address leads elsewhere."]


def test_a_server_without_groups_is_no_wrong_address(right_server):
    """404 to three checks of groups says nothing, where users were answered before."""

    def group(bench):
        bench.endpoint.post("/Groups", {"schemas": [CORE_GROUP], "displayName": bench.name()})

    def user(bench):
        bench.endpoint.get("/Users")

    def without_groups(request):
        return Response(404, SCIM_JSON, NO) if "/Groups" in request.url else right_server(request)

    groups = tuple(Check(f"Group {number}", "a group is made", group) for number in range(4))
    suite = Suite("one", "", "", "", (Check("User", "users are listed", user), *groups))
    results = list(run(Subject(URL, TOKEN), [suite], without_groups, VirtualClock(START), "1"))
    assert [each.outcome for each in results] == [Outcome.PASSED, *([Outcome.FAILED] * 4)]


def test_the_certificate_says_how_long_answers_took(inhabited):
    """Wall time, beside the virtual times of the evidence, and no part of its hash."""
    certificate = certificate_of(inhabited, SUITES[2])
    timing = certificate.document()["timing"]
    assert timing["requests"] > 20
    assert 0 <= timing["median"] <= timing["p95"] <= timing["p99"] <= timing["longest"]
    (check,) = certificate_of(inhabited, one("Nothing", lambda _: None)).timing["checks"]
    assert (check["check"], check["requests"]) == ("Nothing", [])


@pytest.mark.slow
def test_two_certificates_are_compared(tmp_path, inhabited):
    """What got worse is an exit code; the same says so."""
    suite = SUITES[2]
    paths = {}
    for name, send in (
        ("before", inhabited),
        ("after", editing("POST /Users", setting(id=5), when=201)(RightServer())),
    ):
        paths[name] = tmp_path / f"{name}.json"
        paths[name].write_text(as_json(certificate_of(send, suite).document()), encoding="utf-8")
    compared = CliRunner().invoke(command, ["compare", str(paths["before"]), str(paths["after"])])
    assert compared.exit_code == 1
    assert "worse  okta: Succeeded → Failed" in compared.output
    mended = CliRunner().invoke(command, ["compare", str(paths["after"]), str(paths["before"])])
    assert mended.exit_code == 0
    assert "other  okta: Failed → Succeeded" in mended.output
    same = CliRunner().invoke(command, ["compare", str(paths["after"]), str(paths["after"])])
    assert (same.exit_code, same.output) == (0, "both say the same\n")


def certified(path, verdict, **outcomes):
    """Write what `compare` reads of a certificate."""
    results = [{"name": name, "outcome": outcome} for name, outcome in outcomes.items()]
    path.write_text(as_json({"suites": [{"name": "okta", "verdict": verdict, "results": results}]}))
    return str(path)


def test_checks_that_one_run_left_out_are_not_worse(tmp_path):
    """After --check the other certificate's checks stand in one line."""
    whole = certified(tmp_path / "whole.json", "Succeeded", One="PASSED", Two="PASSED", Three="PASSED")
    narrow = certified(tmp_path / "narrow.json", "Succeeded", Two="PASSED")
    compared = CliRunner().invoke(command, ["compare", whole, narrow])
    assert (compared.exit_code, compared.output) == (0, f"other  okta: 2 checks are only in {whole}\n")
    turned = CliRunner().invoke(command, ["compare", narrow, whole])
    assert (turned.exit_code, turned.output) == (0, f"other  okta: 2 checks are only in {whole}\n")


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        ("Succeeded but for OAuth", "Failed", True),
        ("Succeeded", "Succeeded but for OAuth", True),
        ("Incomplete", "Failed", True),
        ("Failed", "Incomplete", False),
    ],
)
def test_verdicts_stand_in_an_order(tmp_path, before, after, worse):
    """What was not whole can still get worse."""
    paths = [certified(tmp_path / name, word) for name, word in (("before", before), ("after", after))]
    compared = CliRunner().invoke(command, ["compare", *paths])
    assert (compared.exit_code, compared.output.split()[0]) == (int(worse), "worse" if worse else "other")


@pytest.mark.parametrize(
    ("text", "reason"), [("{", "is not JSON"), ("{}", "is no certificate"), ("[]", "is no certificate")]
)
def test_what_is_no_certificate_is_refused(tmp_path, text, reason):
    """The message says how to get one."""
    path = tmp_path / "certificate.json"
    path.write_text(text, encoding="utf-8")
    failed = CliRunner().invoke(command, ["compare", str(path), str(path)])
    assert isinstance(failed.exception, HarnessError)
    assert reason in str(failed.exception)


def test_nothing_is_written_to_another_machine_unasked():
    """Without a terminal to ask at, --yes has to be said."""
    failed = CliRunner().invoke(command, ["server", "https://scim.example.com/v2"])
    assert isinstance(failed.exception, HarnessError)
    assert "Is it a test tenant? Then say --yes" in str(failed.exception)


def test_a_check_that_does_not_exist_is_named():
    """With the nearest one."""
    failed = CliRunner().invoke(command, ["server", "http://127.0.0.1:1", "--check", "Create_User_Tests"])
    assert "unknown check 'Create_User_Tests'" in str(failed.exception)
    assert "Create_User_Test" in str(failed.exception)


@pytest.mark.slow
def test_certificates_of_one_seed_rest_on_the_same_evidence():
    """How long it took differs, what was asked and answered does not."""
    first, second = (certificate_of(RightServer(), SUITES[2]) for _ in range(2))
    assert first.evidence == second.evidence
    assert json.loads(as_json(first.document()))["verdict"] == "Succeeded"
    assert {each.outcome for each in first.verdicts[0].results} <= {Outcome.PASSED, Outcome.SKIPPED}


@pytest.mark.slow
def test_with_a_bearer_token_alone_a_server_succeeds_but_for_oauth():
    """Microsoft's verdict would be Failed; what was tried passed, and the certificate says what was not."""
    gallery = SUITES[0]
    (verdict,) = judge([gallery], results_of(RightServer(), gallery))
    assert verdict.word == "Succeeded but for OAuth"
    assert verdict.why.startswith("neither Validate_Credentials_Test nor Federated_Identity_Test passed")
    certificate = Certificate("", "", URL, "", "1", "", (verdict,))
    assert (certificate.word, certificate.succeeded) == ("Succeeded but for OAuth", False)


@pytest.mark.slow
def test_a_sign_in_that_is_waived_makes_the_success_whole():
    """A gallery application of the old kind has its reason; a test that was skipped can be waived like one that failed."""
    gallery = SUITES[0]
    waiver = Waiver("Listed before 2025, with a long-lived token.")
    waivers = {("entra-gallery", "Validate_Credentials_Test"): waiver}
    counted = [accepted(each, waivers, START.date()) for each in results_of(RightServer(), gallery)]
    (verdict,) = judge([gallery], counted)
    assert (verdict.word, verdict.why) == ("Succeeded", "")


def test_an_id_of_another_type_is_no_stranger_s_and_breaks_nothing():
    """Junk in the place of an id."""

    def reads(bench):
        bench.endpoint.ask("GET", "/Users")

    body = json.dumps(
        {"Resources": [{"id": {}, "userName": "Ada Lovelace"}, {"id": [], "members": 5}]}
    ).encode()
    (result,) = results_of(lambda _: Response(200, SCIM_JSON, body), one("Reads", reads))
    assert b"Lovelace" not in result.exchanges[0].response.body
