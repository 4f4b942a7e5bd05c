"""Test 22 of Microsoft's app-gallery validation: a workload identity, exchanged in each of the three ways of the original.

Source: https://github.com/AzureAD/SCIMReferenceCode, Microsoft.SCIM.LogicAppValidationTemplate/StandardLogicApp,
SCIMTests_Workflow.json, Federated_Identity_Test (read 2026-11-29); RFC 7523, 2.2; RFC 8693, 2.1.
"""

import json
from urllib.parse import parse_qs

import pytest

from harness.base.errors import HarnessError
from harness.certification.outcomes import Outcome
from harness.certification.subject import Federation, Subject
from harness.certification.suite import Suite
from harness.certification.suites.gallery.suite import GALLERY
from harness.certification.suites.gallery.tokens import CHECKS
from harness.wire.message import Response
from tests.certification.conftest import TOKEN, URL
from tests.certification.junk import JUNK, junk

ISSUER = "https://login.example.com/tenant/oauth2/v2.0/token"
VENDOR = "https://scim.example.com/oauth/token"
EXCHANGE = "https://sts.googleapis.com/v1/token"
ACCOUNT = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/scim@x.iam.gserviceaccount.com:generateAccessToken"
SECRET, ASSERTION, ISSUED = (
    "an-application's-secret",
    "entra.token.never-to-be-seen",
    "vendor-token-never-to-be-seen",
)
SUITE = Suite("tokens", "", "", "", CHECKS[1:])


class Issuers:
    """Entra's token endpoint and whoever exchanges its tokens; `answers` may be changed by address."""

    def __init__(self):
        self.requests = []
        issued = {"access_token": ISSUED}
        self.answers = {
            ISSUER: (200, {"access_token": ASSERTION}),
            VENDOR: (200, issued),
            EXCHANGE: (200, issued),
            ACCOUNT: (200, {"accessToken": "another-token-never-to-be-seen"}),
        }

    def __call__(self, request):
        self.requests.append(request)
        status, body = self.answers[request.url]
        return Response(status, (("Content-Type", "application/json"),), json.dumps(body).encode())


@pytest.fixture
def issuers():
    return Issuers()


@pytest.fixture
def outcome(certify):
    """Return a function that runs test 22 and returns how it ended, after making sure that no token is told."""

    def ended(send, endpoint=VENDOR, **more):
        identity = Federation(ISSUER, "app", SECRET, endpoint, **{"client_id": "client", **more})
        result = certify(SUITE, send, Subject(URL, TOKEN, federation=identity))["Federated_Identity_Test"]
        for secret in (SECRET, ASSERTION, ISSUED):
            assert secret not in repr(result)
        return result

    return ended


def test_an_assertion_is_exchanged(outcome, issuers):
    """The application signs in to Entra for itself, and its token is the client's assertion at the vendor's."""
    result = outcome(issuers)
    assert (result.outcome, result.reason) == (Outcome.PASSED, "")
    first, second = (parse_qs(each.body.decode()) for each in issuers.requests)
    assert first["scope"] == ["api://app/.default"]
    assert second == {
        "grant_type": ["client_credentials"],
        "client_id": ["client"],
        "client_assertion": [ASSERTION],
        "client_assertion_type": ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
        "baseAddress": [URL],
    }


def test_google_exchanges_it(outcome, issuers):
    """At googleapis.com the token is the subject of an exchange, in JSON."""
    assert outcome(issuers, EXCHANGE, audience="//iam.googleapis.com/pool").outcome is Outcome.PASSED
    body = json.loads(issuers.requests[1].body)
    assert (body["subject_token"], body["audience"]) == (ASSERTION, "//iam.googleapis.com/pool")


def test_a_service_account_is_impersonated(outcome, issuers):
    """With what the exchange gave."""
    assert outcome(issuers, ACCOUNT, audience="//iam.googleapis.com/pool").outcome is Outcome.PASSED
    assert [each.url for each in issuers.requests] == [ISSUER, EXCHANGE, ACCOUNT]
    assert issuers.requests[2].header("Authorization") == f"Bearer {ISSUED}"


@pytest.mark.parametrize(
    ("address", "answer", "reason"),
    [
        (
            ISSUER,
            (401, {"error": "invalid_client"}),
            "Entra's token endpoint answered 401, invalid_client instead of 2xx",
        ),
        (ISSUER, (200, {}), "Entra's token endpoint answered no access_token of visible ASCII characters"),
        (VENDOR, (400, {"error": ASSERTION}), "the token endpoint answered 400 instead of 2xx"),
        (
            VENDOR,
            (200, {"access_token": ""}),
            "the token endpoint answered no access_token of visible ASCII characters",
        ),
    ],
)
def test_who_refuses_is_named(outcome, issuers, address, answer, reason):
    issuers.answers[address] = answer
    result = outcome(issuers)
    assert (result.outcome, result.reason) == (Outcome.FAILED, reason)


def test_with_it_nothing_is_reserved():
    """One of the two ways to sign in is enough."""
    outcomes = dict.fromkeys((check.name for check in GALLERY.checks), Outcome.PASSED)
    assert GALLERY.reservation({**outcomes, "Validate_Credentials_Test": Outcome.SKIPPED}) == ("", "")


@pytest.mark.parametrize(
    ("endpoint", "more", "reason"),
    [
        (EXCHANGE, {"client_id": "x"}, "needs the audience"),
        (VENDOR, {}, "needs the client id"),
        ("scim.example.com/token", {"client_id": "x"}, "name the token endpoint"),
        ("https://a:b@example.com/token", {"client_id": "x"}, "names a user"),
    ],
)
def test_half_an_identity_is_refused(endpoint, more, reason):
    with pytest.raises(HarnessError, match=reason):
        Federation(ISSUER, "app", SECRET, endpoint, **more)


@pytest.mark.parametrize("name", JUNK)
def test_no_answer_breaks_it(outcome, name):
    wanted = Outcome.INCONCLUSIVE if name == "no answer" else Outcome.FAILED
    assert outcome(junk(name)).outcome is wanted
