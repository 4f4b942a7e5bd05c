"""How every answer of a SCIM server, and every failure to get one, is judged."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.azure_ad.provisioning.dialect import create_body
from harness.azure_ad.provisioning.mapping import compile_mappings
from harness.azure_ad.provisioning.schema import build
from harness.azure_ad.provisioning.target import INCOMPATIBLE, NOT_DESERIALIZED, SCIM, Target, TargetError
from harness.base.clock import VirtualClock
from harness.base.ids import Ids
from harness.wire.message import TransportError
from tests.azure_ad.company import START
from tests.azure_ad.scim_server import BASE, TOKEN, refusal, reply, shown

MAPPINGS = compile_mappings(build("scim", "job", "rule", "Microsoft Entra ID"))
USERS, GROUPS = MAPPINGS["User"], MAPPINGS["Group"]
FOUND = {"totalResults": 1, "Resources": [{"id": "1", "userName": "a@b"}]}
DEEP = b'{"id":"1","displayName":' + b"[" * 60 + b"]" * 60 + b"}"
VERY_DEEP = b'{"id":"1","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
GARBAGE = {
    "a web page": b"<!DOCTYPE html><title>Sign in</title>",
    "cut off": b'{"id": "1", "userNa',
    "nothing": b"",
    "not UTF-8": b'{"id": "\xff\xfe"}',
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "deep": DEEP,
    "very deep": VERY_DEEP,
    "half a character": b'{"id": "\\ud800"}',
    "an endless number": b'{"id": "1", "x": ' + b"9" * 5000 + b"}",
}


def target(*answers, base=BASE):
    """Return a target that gives these answers one after the other, and the requests it got."""
    left, requests = list(answers), []

    def send(request):
        requests.append(request)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Target(send, base, TOKEN, VirtualClock(START), Ids("1")), requests


def create(one):
    return one.create(USERS, create_body(USERS, {"userName": "a@b"}))


WRITES = {
    "create": create,
    "patch": lambda one: one.patch(USERS, "1", {}),
    "delete": lambda one: one.delete(USERS, "1"),
    "read": lambda one: one.read(USERS, "1"),
}
READS = {
    "find": lambda one: one.find(USERS, "userName", "a@b"),
    "probe": lambda one: one.probe(USERS),
}


def refused(act, *answers, base=BASE):
    with pytest.raises(TargetError) as error:
        act(target(*answers, base=base)[0])
    return error.value


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize(
    ("status", "code", "fatal"),
    [
        (400, f"{SCIM}BadRequest", False),
        (401, "Unauthorized", True),
        (403, "InsufficientRights", False),
        (404, "InvalidAnchor", False),
        (405, "MethodNotAllowed", False),
        (409, "EntryConflict", False),
        (412, INCOMPATIBLE, False),
        (422, "UnprocessableEntity", False),
        (429, "TooManyRequests", False),
        (500, "InternalServerError", False),
        (501, "NotImplemented", False),
        (503, "InternalServerError", False),
        (302, INCOMPATIBLE, False),
        (299, INCOMPATIBLE, False),
        (799, "InternalServerError", False),
    ],
)
def test_a_write_fails_with_the_documented_code(name, status, code, fatal):
    """Every status is one object's failure, but for 401, which concerns the connection."""
    if (name, status) == ("delete", 404):
        WRITES[name](target(refusal(404))[0])
        return
    error = refused(WRITES[name], refusal(status, "because"))
    assert (error.code, error.fatal, error.response.status) == (code, fatal, status)
    assert "because" in error.body


@pytest.mark.parametrize(
    ("status", "code", "fatal"),
    [
        (400, INCOMPATIBLE, False),
        (401, f"{SCIM}CredentialValidationFailure", True),
        (403, f"{SCIM}CredentialValidationFailure", True),
        (404, INCOMPATIBLE, True),
        (429, INCOMPATIBLE, False),
        (500, INCOMPATIBLE, False),
        (201, INCOMPATIBLE, False),
    ],
)
def test_a_search_fails_with_the_documented_code(status, code, fatal):
    """A filter must answer 200; no rights and no such page put the whole job into quarantine."""
    error = refused(READS["find"], refusal(status))
    assert (error.code, error.fatal) == (code, fatal)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_probe_that_fails_is_always_fatal(status):
    """Asking for nobody must give an empty list; anything else says that the endpoint is no good."""
    assert refused(READS["probe"], refusal(status)).fatal


def test_the_sentence_of_404_is_microsofts():
    """snipe/snipe-it#11913."""
    message = refused(READS["find"], refusal(404)).message
    assert message.startswith(
        "An HTTP/404 Not Found response was returned rather than the expected HTTP/200 OK response. To address this "
        "issue, ensure that the tenant URL is correct. The tenant URL is usually in a format like: https://<>/scim."
    )


def test_the_sentence_of_401_is_microsofts():
    """https://knowledge.broadcom.com/external/article/430118."""
    message = refused(READS["find"], refusal(401, "no")).message
    assert message.startswith(
        "While attempting to validate our authorization to access your application, we received this unexpected "
        "response: Received response from Web resource. Resource: https://scim.example.com/v2/Users?filter="
    )
    assert " Operation: GET Response Status Code: Unauthorized Response Headers: " in message


@pytest.mark.parametrize("base", ["", "contoso", "/scim", "https://"])
def test_no_tenant_url_is_an_invalid_credential(base):
    """application-provisioning-configuration-api: the quarantine sample's error."""
    error = refused(READS["probe"], base=base)
    assert (error.code, error.message, error.fatal) == (
        f"{SCIM}InvalidCredentials",
        "Please provide a valid tenant URL for your application.",
        True,
    )


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("timeout", "Timeout"),
        ("dns", "WebExceptionProtocolError"),
        ("refused", "WebExceptionProtocolError"),
        ("reset", "WebExceptionProtocolError"),
        ("tls", "WebExceptionProtocolError"),
        ("url", "WebExceptionProtocolError"),
    ],
)
@pytest.mark.parametrize("name", [*WRITES, *READS])
def test_no_answer_is_one_objects_failure(name, kind, code):
    """A lost request is retried; only the probe takes it for a dead endpoint."""
    act = {**WRITES, **READS}[name]
    error = refused(act, TransportError(kind, "nobody there"))
    assert (error.code, error.message, error.response, error.body) == (code, "nobody there", None, "")
    assert error.fatal is (name == "probe")


@pytest.mark.parametrize("name", ["create", "read", "find"])
@pytest.mark.parametrize("garbage", GARBAGE)
def test_an_answer_that_is_no_resource_is_incompatible(name, garbage):
    """Whatever comes with 200, the log says that it could not be deserialized."""
    error = refused({**WRITES, **READS}[name], reply(200, GARBAGE[garbage]))
    assert (error.code, error.message, error.fatal) == (INCOMPATIBLE, NOT_DESERIALIZED, False)


@pytest.mark.parametrize(
    "resources", [None, {}, "x", [1], [[]], [{}], [{"id": ""}], [{"id": 5}], [{"id": None}]]
)
def test_a_list_of_no_resources_is_incompatible(resources):
    """`Resources` must be a list of objects, each with an id."""
    error = refused(READS["find"], reply(200, {"totalResults": 1, "Resources": resources}))
    assert (error.code, error.message) == (INCOMPATIBLE, NOT_DESERIALIZED)


@pytest.mark.parametrize("answer", [{}, {"id": ""}, {"id": None}, {"id": 5}, {"id": ["1"]}])
def test_a_created_resource_needs_an_id(answer):
    """The id is what Azure AD keeps; without it the account could never be touched again."""
    assert refused(create, reply(201, answer)).code == INCOMPATIBLE


@pytest.mark.parametrize(
    ("name", "answer", "result"),
    [
        ("create", reply(201, {"id": "1"}), ("1", {"id": "1"})),
        ("create", reply(200, {"id": "1"}), ("1", {"id": "1"})),
        ("patch", reply(200, {"id": "1"}), None),
        ("patch", reply(204), None),
        ("patch", reply(200, b"<html>"), None),
        ("delete", reply(204), None),
        ("delete", reply(404), None),
        ("read", reply(200, {"id": "1"}), {"id": "1"}),
        ("find", reply(200, {"totalResults": 0}), []),
        ("find", reply(200, {"Resources": []}), []),
        ("find", reply(200, FOUND, "text/plain"), FOUND["Resources"]),
        ("probe", reply(200, {"Resources": []}), None),
    ],
)
def test_what_the_protocol_allows_is_taken(name, answer, result):
    """Created with 200 or 201, changed with 200 or 204, deleted when it is gone already."""
    assert {**WRITES, **READS}[name](target(answer)[0]) == result


def test_requests_have_azure_ads_form():
    """Filter with + and %22, groups without their members, no User-Agent, the header that gives Azure AD away."""
    one, requests = target(*[reply(200, {"Resources": []})] * 2, reply(200, {"id": "x"}), reply(204))
    one.find(USERS, "userName", 'a "b"\\c@contoso.com')
    one.find(GROUPS, "displayName", "R&D + Co")
    one.read(GROUPS, "a/b")
    one.patch(USERS, "é", {"Operations": []})
    assert [f"{request.method} {request.url.removeprefix(BASE)}" for request in requests] == [
        "GET /Users?filter=userName+eq+%22a+%5C%22b%5C%22%5C%5Cc%40contoso.com%22",
        "GET /Groups?excludedAttributes=members&filter=displayName+eq+%22R%26D+%2B+Co%22",
        "GET /Groups/a%2Fb?excludedAttributes=members",
        "PATCH /Users/%C3%A9",
    ]
    assert shown(requests[1]) == '/Groups?excludedAttributes=members&filter=displayName eq "R&D + Co"'
    for request in requests:
        assert request.header("User-Agent") is None
        assert request.header("Authorization") == f"Bearer {TOKEN}"
        assert request.header("Adscimversion").startswith("Date:2026-03-02T08:00:00Z, ActivityId:")


STATUSES = st.integers(100, 799) | st.sampled_from([200, 201, 204, 400, 401, 404, 409])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "Resources", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
BODIES = (
    st.binary(max_size=40) | st.sampled_from(sorted(GARBAGE.values())) | JSON.map(json.dumps).map(str.encode)
)


@given(st.sampled_from([*WRITES, *READS]), STATUSES, BODIES)
@example("create", 201, b'{"id": "\\ud800"}')
def test_nothing_a_server_says_raises_anything_else(name, status, body):
    """An answer is understood or it is a TargetError that can be written into a log."""
    try:
        {**WRITES, **READS}[name](target(reply(status, body))[0])
    except TargetError as error:
        told = [error.code, error.message, error.body, error.status_name]
        assert all(isinstance(text, str) for text in told)
        json.dumps(told, ensure_ascii=False).encode()
