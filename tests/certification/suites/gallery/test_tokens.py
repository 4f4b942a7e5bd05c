"""Tests 21 and 22 of Microsoft's app-gallery validation: tokens that do not live long, and secrets that nobody sees.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIMTests_Workflow.json (at 2ead7d6 of the fork himanshusainig/SCIMReferenceCode, read 2026-11-29); RFC 6749, 4.4 and 5.
"""

import json
from dataclasses import replace
from urllib.parse import parse_qs, quote

import pytest

from harness.base.errors import HarnessError
from harness.certification.outcomes import Outcome
from harness.certification.subject import OAuth, Subject
from harness.certification.suite import Suite
from harness.certification.suites.gallery.tokens import CHECKS
from harness.wire.message import Response, TransportError
from tests.certification.conftest import TOKEN, URL
from tests.certification.junk import JUNK, junk

pytestmark = pytest.mark.slow

SUITE = Suite("tokens", "Tokens", "", "", CHECKS)
ENDPOINT = "https://login.example.com/oauth/token"
SECRET = 's3cr3t/with+all "sorts" & such'
ISSUED = "issued.token-that-is/not~to+be=seen"
CREDENTIALS, FEDERATED = (check.name for check in CHECKS)


class Issuer:
    """A token endpoint, and the SCIM server that accepts its tokens as if they were the static one."""

    def __init__(self, send):
        self.send = send
        self.asked = []
        self.answer = {"access_token": ISSUED, "token_type": "Bearer", "expires_in": 3600}
        self.status = 200

    def __call__(self, request):
        if request.url != ENDPOINT:
            headers = tuple((name, value.replace(ISSUED, TOKEN)) for name, value in request.headers)
            return self.send(replace(request, headers=headers))
        self.asked.append(request)
        return Response(
            self.status, (("Content-Type", "application/json"),), json.dumps(self.answer).encode()
        )


@pytest.fixture
def issuer(scim2_server):
    return Issuer(scim2_server)


@pytest.fixture
def outcome(certify):
    """Return a function that runs test 21 and returns how it ended, after making sure that nothing is told."""

    def ended(send, oauth=None):
        subject = Subject(URL, TOKEN, oauth=oauth or OAuth(ENDPOINT, "client 1", SECRET))
        result = certify(SUITE, send, subject)[CREDENTIALS]
        told = repr(result)
        for secret in (SECRET, quote(SECRET, safe=""), json.dumps(SECRET)[1:-1], ISSUED, TOKEN):
            assert secret not in told
        return result

    return ended


def test_without_a_token_endpoint_both_are_skipped(certify, scim2_server):
    """A static token is what most have."""
    results = certify(SUITE, scim2_server)
    assert {name: (each.outcome, each.reason) for name, each in results.items()} == {
        CREDENTIALS: (Outcome.SKIPPED, "no token endpoint was given: the token is a static one"),
        FEDERATED: (Outcome.SKIPPED, "no workload identity was given"),
    }


def test_a_token_is_asked_for_and_used(outcome, issuer):
    """The form is RFC 6749's, with the client in the body; then a page of one user is read with the new token."""
    result = outcome(issuer)
    assert (result.outcome, result.reason) == (Outcome.PASSED, "")
    (request,) = issuer.asked
    assert request.method == "POST"
    assert request.header("Content-Type") == "application/x-www-form-urlencoded"
    assert parse_qs(request.body.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["client 1"],
        "client_secret": [SECRET],
    }
    assert [each.request.url for each in result.exchanges] == [ENDPOINT, f"{URL}/Users?startIndex=1&count=1"]
    assert json.loads(result.exchanges[0].response.body)["expires_in"] == 3600


@pytest.mark.parametrize("seconds", [3600, 21600, 21659, 3600.5, None])
def test_one_to_six_hours_are_right(outcome, issuer, seconds):
    """A token that does not say how long it lives is taken for one of an hour."""
    issuer.answer["expires_in"] = seconds
    assert outcome(issuer).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [
        (3599, "the token is valid for 59 minutes instead of 60 to 360"),
        (21660, "the token is valid for 361 minutes instead of 60 to 360"),
        (-1, "the token is valid for -1 minutes instead of 60 to 360"),
        ("3600", "expires_in is not a number of seconds"),
        (True, "expires_in is not a number of seconds"),
        ([ISSUED], "expires_in is not a number of seconds"),
    ],
)
def test_other_lifetimes_are_wrong(outcome, issuer, seconds, reason):
    issuer.answer["expires_in"] = seconds
    result = outcome(issuer)
    assert (result.outcome, result.reason) == (Outcome.FAILED, reason)


@pytest.mark.parametrize("token", [None, "", 5, "two words", "line\nbreak", "tökén", {"value": ISSUED}])
def test_a_token_that_no_header_could_carry_is_wrong(outcome, issuer, token):
    issuer.answer["access_token"] = token
    result = outcome(issuer)
    assert result.reason == "the token endpoint answered no access_token of visible ASCII characters"


def test_a_refusal_is_told_by_its_code(outcome, issuer):
    """The codes of RFC 6749 5.2, and no other text: it might repeat what was sent."""
    issuer.status = 401
    issuer.answer = {"error": "invalid_client", "error_description": f"{SECRET} is not the secret"}
    assert outcome(issuer).reason == "the token endpoint answered 401, invalid_client instead of 2xx"
    issuer.answer = {"error": SECRET}
    assert outcome(issuer).reason == "the token endpoint answered 401 instead of 2xx"


def test_a_secret_that_comes_back_is_in_no_evidence(outcome, issuer):
    """Whoever reads the report reads what was answered without it, and without the token in another place."""
    issuer.answer["debug"] = {"body": issuer.answer["access_token"], "auth": SECRET}
    body = outcome(issuer).exchanges[0].response.body
    assert json.loads(body)["debug"] == {"body": "***", "auth": "***"}


def test_a_server_that_refuses_the_token_fails(outcome, issuer):
    """And its answer is not repeated, for it may hold the token."""
    issuer.answer["access_token"] = "another-token-that-it-does-not-know"
    result = outcome(issuer)
    assert result.reason == "GET /Users?startIndex=1&count=1 with the new token answered 401 instead of 2xx"


def test_a_token_endpoint_that_is_not_there_fails(outcome, issuer):
    def send(request):
        if request.url == ENDPOINT:
            raise TransportError("refused", "connection refused")
        return issuer(request)

    assert outcome(send).reason == f"POST {ENDPOINT} got no answer: connection refused"


def test_the_port_and_case_of_its_address_do_not_matter(outcome, scim2_server):
    """Addresses are compared as the wire does."""
    asked = []

    def send(request):
        asked.append(request.url)
        return Response(400, (), b"{}")

    outcome(send, OAuth("https://Login.Example.com:443/token", "client 1", SECRET))
    assert asked == ["https://Login.Example.com:443/token"]


@pytest.mark.parametrize(
    ("address", "reason"),
    [("login.example.com/token", "name the token endpoint"), ("https://a:b@example.com/", "names a user")],
)
def test_an_address_that_cannot_be_asked_is_refused(address, reason):
    with pytest.raises(HarnessError, match=reason):
        OAuth(address, "client 1", SECRET)


@pytest.mark.parametrize("name", JUNK)
def test_no_answer_breaks_it(outcome, name):
    """Neither of the token endpoint nor of both servers."""
    wanted = Outcome.INCONCLUSIVE if name == "no answer" else Outcome.FAILED
    assert outcome(junk(name)).outcome is wanted


@pytest.mark.parametrize("name", JUNK)
def test_no_answer_of_the_server_breaks_it(outcome, issuer, name):
    """Of the server the status alone is looked at, as in the original."""
    issuer.send = junk(name)
    result = outcome(issuer)
    wrong = Outcome.INCONCLUSIVE if name == "no answer" else Outcome.FAILED
    assert result.outcome in (Outcome.PASSED, wrong)
