"""No answer of a server breaks a suite: whatever comes, each check is passed, failed, warned of or skipped."""

import json
from dataclasses import replace

import pytest

from harness.certification.outcomes import Outcome
from harness.certification.suites.okta.suite import OKTA
from harness.certification.suites.rfc7644.suite import RFC7644
from tests.certification.junk import JUNK, junk

pytestmark = pytest.mark.slow

SUITES = [OKTA, RFC7644]
VALUES = [None, True, 7, 1.5, "", "x", [], [None], [7], [[]], [{}], {}, {"value": 7}]
each_suite = pytest.mark.parametrize("suite", SUITES, ids=[suite.name for suite in SUITES])


def created(send):
    """Answer 201 where it was 200, as a POST would."""

    def sent(request):
        response = send(request)
        return replace(response, status=201) if response.status == 200 else response

    return sent


def mangled(send, spoil):
    """Change every JSON object that a right server answers."""

    def sent(request):
        response = send(request)
        try:
            document = response.json()
        except ValueError:
            return response
        return replace(response, body=json.dumps(spoil(document)).encode())

    return sent


def whole(junk_value):
    """Every member has another value, the id apart, without which nothing goes on."""
    return lambda document: {key: (there if key == "id" else junk_value) for key, there in document.items()}


def inner(junk_value):
    """Every member of a list's resources, of features, of names and of errors has another value."""

    def spoil(document):
        for key, there in document.items():
            if isinstance(there, dict):
                document[key] = dict.fromkeys(there, junk_value)
            elif isinstance(there, list):
                document[key] = [
                    {name: (value if name == "id" else junk_value) for name, value in each.items()}
                    if isinstance(each, dict)
                    else each
                    for each in there
                ]
        return document

    return spoil


@each_suite
@pytest.mark.parametrize("name", JUNK)
@pytest.mark.parametrize("status", [200, 201])
def test_junk_is_failed_or_skipped(certify, suite, name, status):
    """A server that answers junk to everything passes nothing."""
    send = junk(name) if status == 200 else created(junk(name))
    results = certify(suite, send)
    assert len(results) == len(suite.checks)
    assert {name for name, result in results.items() if result.outcome is Outcome.PASSED} == set()


@each_suite
@pytest.mark.parametrize("junk_value", VALUES, ids=json.dumps)
@pytest.mark.parametrize("spoil", [whole, inner])
def test_wrong_types_break_nothing(certify, scim2_server, suite, spoil, junk_value):
    """Where a right server has a value another has something else: every check comes to a result, with a line of reason."""
    results = certify(suite, mangled(scim2_server, spoil(junk_value)))
    assert len(results) == len(suite.checks)
    for result in results.values():
        assert (result.reason == "") is (result.outcome is Outcome.PASSED)
