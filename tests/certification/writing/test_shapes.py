"""HTTP archive, CTRF and JUnit have the shape that their readers publish, whatever became of the checks."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from lxml import etree

from harness.base.clock import VirtualClock
from harness.certification.certificate import Certificate, judge
from harness.certification.outcomes import FailedError, SkippedError
from harness.certification.running import run
from harness.certification.subject import Subject
from harness.certification.suite import Check, Suite
from harness.certification.suites.people import new_user
from harness.certification.writing import ctrf, har, junit
from harness.wire.message import TransportError
from tests.certification.conftest import AT_ONCE, START
from tests.certification.right.server import RightServer
from tests.certification.wrong import URL
from tests.conftest import TOKEN

SHAPES = Path(__file__).with_name("shapes")


def _fail(bench):
    new_user(bench, displayName="Zoë <&> \x01")
    raise FailedError("the answer was <html>&\x01, not SCIM")


def _skip(bench):
    raise SkippedError("nothing is claimed")


def _unanswered(bench):
    bench.endpoint.ask("GET", "/Users/silence")


@pytest.fixture(scope="module")
def certificate():
    """Return a certificate with a check of each outcome."""
    right = RightServer()

    def send(request):
        if request.url.endswith("/silence"):
            raise TransportError("timeout", "nothing came")
        return right(request)

    checks = (
        Check("passes", "a user is made", new_user),
        Check("fails", "a user is made", _fail),
        Check("warns", "a user is made", _fail, mandatory=False),
        Check("is skipped", "what is claimed works", _skip),
        Check("is not judged", "an answer comes", _unanswered),
    )
    suite = Suite("each-outcome", "One of each", "", "", checks)
    results = list(run(Subject(URL, TOKEN), [suite], send, VirtualClock(START), "1", patience=AT_ONCE))
    began, ended = "2026-11-02T08:00:00Z", "2026-11-02T09:01:05Z"
    certificate = Certificate("SCIM", "1", URL, began, "1", "again", judge([suite], results), ended)
    assert len({each.outcome for each in certificate.results}) == len(checks)
    return certificate


@pytest.mark.parametrize(("name", "render"), [("har", har.render), ("ctrf", ctrf.render)])
def test_json_has_the_published_shape(certificate, name, render):
    shape = yaml.safe_load((SHAPES / f"{name}.yaml").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(shape)
    errors = Draft202012Validator(shape).iter_errors(json.loads(render(certificate)))
    assert [f"{each.json_path}: {each.message}" for each in errors] == []


def test_junit_has_the_published_shape(certificate):
    shape = etree.XMLSchema(etree.parse(SHAPES / "junit.xsd"))
    document = etree.fromstring(junit.render(certificate).encode())
    shape.validate(document)
    assert [each.message for each in shape.error_log] == []
    problems = [each.tag for case in document.iter("testcase") for each in case]
    assert {"failure", "error", "skipped", "system-out"} == set(problems)
