"""How every answer of a SCIM server, and every failure to get one, is judged."""

import json
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.azure_ad.mappings.compiled import compile_mappings
from harness.azure_ad.mappings.templates import build
from harness.azure_ad.provisioning.target.dialect import create_body, manager_body, member_body
from harness.azure_ad.provisioning.target.reactions import INCOMPATIBLE, NOT_DESERIALIZED, SCIM
from harness.azure_ad.provisioning.target.target import Target, TargetError
from harness.base.clock import VirtualClock
from harness.base.ids import Ids
from harness.base.quirks import load_table
from harness.scim.names import ENTERPRISE_USER, ERROR
from harness.wire.message import Response, TransportError
from tests.azure_ad.provisioning.company import START
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


TABLE = load_table("harness.azure_ad")
QUIRKS = TABLE.choose("identity-center")


def target(*answers, base=BASE, clock=None, **quirks):
    """Return a target that gives these answers one after the other, and the requests it got."""
    left, requests = list(answers), []
    chosen = TABLE.choose("identity-center", quirks)

    def send(request):
        requests.append(request)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    return Target(send, base, TOKEN, clock or VirtualClock(START), Ids("1"), quirks=chosen), requests


def create(one):
    return one.create(USERS, create_body(USERS, {"userName": "a@b"}, QUIRKS))


REQUESTS = {
    "probe": lambda one: one.probe(USERS),
    "probe groups": lambda one: one.probe(GROUPS),
    "filter": lambda one: one.find(USERS, "userName", "a@b"),
    "read": lambda one: one.read(USERS, "1"),
    "create": create,
    "patch": lambda one: one.patch(USERS, "1", {}),
    "manager": lambda one: one.patch(
        USERS, "1", manager_body("manager", "2", None, removal="filter", flagged=False)
    ),
    "members": lambda one: one.patch(GROUPS, "1", member_body(["2"], adding=True, flagged=False)),
    "delete": lambda one: one.delete(USERS, "1"),
}
PROBES = ("probe", "probe groups")


def test_what_follows_the_tenant_urls_question_mark_may_go_along():
    """The quirk `flag-forwarded`: behind a query of the request's own, if it has one."""
    requests = []

    def send(request):
        requests.append(request)
        return refusal(500)

    one = Target(send, BASE, TOKEN, VirtualClock(START), Ids("1"), quirks=QUIRKS, query="aadOptscim062020")
    for ask in (lambda: one.read(USERS, "1"), lambda: one.find(USERS, "userName", "a")):
        with pytest.raises(TargetError):
            ask()
    assert [request.url.removeprefix(BASE) for request in requests] == [
        "/Users/1?aadOptscim062020",
        "/Users?filter=userName+eq+%22a%22&aadOptscim062020",
    ]


READ = ("create", "read", "filter", *PROBES)


def refused(name, *answers, base=BASE, **quirks):
    with pytest.raises(TargetError) as error:
        REQUESTS[name](target(*answers, base=base, **quirks)[0])
    return error.value


def table(text):
    """Read a table of kinds of request (columns) and outcomes (rows); `!` marks what quarantines."""
    head, *rows = [line.split() for line in text.strip().splitlines()]
    return [
        (name, int(outcome) if outcome.isdigit() else outcome, cell.removesuffix("!"), cell.endswith("!"))
        for outcome, *cells in rows
        for names, cell in zip(head[1:], cells, strict=True)
        for name in names.replace("_", " ").split("+")
    ]


SHORT = {
    "Failure": f"{SCIM}CredentialValidationFailure",
    "Unavailable": f"{SCIM}CredentialValidationUnavailable",
    "Incompatible": INCOMPATIBLE,
    "Filtering": f"{SCIM}ServiceIncompatibleFiltering",
    "Bad": f"{SCIM}BadRequest",
}
# fmt: off
STATUSES = table("""
status  probe+probe_groups  filter                 read+patch+manager+members  create                delete
299     Unavailable!        Incompatible           Incompatible                Incompatible          Incompatible
302     Unavailable!        Incompatible           Incompatible                Incompatible          Incompatible
400     Unavailable!        Incompatible           Bad                         Bad                   Bad
401     Failure!            Failure!               Unauthorized!               Unauthorized!         Unauthorized!
403     Failure!            Failure!               InsufficientRights          InsufficientRights    InsufficientRights
404     Incompatible!       Incompatible!          InvalidAnchor               Incompatible          -
405     Unavailable!        MethodNotAllowed       MethodNotAllowed            MethodNotAllowed      MethodNotAllowed
409     Unavailable!        EntryConflict          EntryConflict               Filtering             EntryConflict
412     Unavailable!        Incompatible           Incompatible                Incompatible          Incompatible
415     Unavailable!        Incompatible           Incompatible                Incompatible          Incompatible
422     Unavailable!        UnprocessableEntity    UnprocessableEntity         UnprocessableEntity   UnprocessableEntity
429     Unavailable!        TooManyRequests        TooManyRequests             TooManyRequests       TooManyRequests
500     Unavailable!        InternalServerError    InternalServerError         InternalServerError   InternalServerError
501     Unavailable!        NotImplemented         NotImplemented              NotImplemented        NotImplemented
502     Unavailable!        InternalServerError    InternalServerError         InternalServerError   InternalServerError
503     Unavailable!        InternalServerError    InternalServerError         InternalServerError   InternalServerError
504     Unavailable!        InternalServerError    InternalServerError         InternalServerError   InternalServerError
799     Unavailable!        InternalServerError    InternalServerError         InternalServerError   InternalServerError
""")
NO_ANSWER = table("""
kind     probe+probe_groups  filter+read+create+patch+manager+members+delete
timeout  Unavailable!        Timeout
dns      Unavailable!        WebExceptionProtocolError
refused  Unavailable!        WebExceptionProtocolError
reset    Unavailable!        WebExceptionProtocolError
tls      Unavailable!        WebExceptionProtocolError
url      Unavailable!        WebExceptionProtocolError
""")
# fmt: on


@pytest.mark.parametrize(("name", "status", "code", "fatal"), STATUSES)
def test_every_status_of_every_request_has_its_code(name, status, code, fatal):
    """howto-analyze-provisioning-logs and application-provisioning-quarantine-status; the answer is kept for the log."""
    if code == "-":
        assert REQUESTS[name](target(refusal(status))[0]) is None
        return
    if status == 400 and name not in ("read", "delete"):
        code = code.replace("Bad", "Incompatible")  # writes; test_a_refused_write_is_laid_to_the_server
    error = refused(name, refusal(status, "because"))
    assert (error.code, error.fatal, error.response.status) == (SHORT.get(code, code), fatal, status)
    assert "because" in error.body


@pytest.mark.parametrize(("name", "kind", "code", "fatal"), NO_ANSWER)
def test_no_answer_is_one_objects_failure(name, kind, code, fatal):
    """A lost request is retried; only the probe takes it for a dead endpoint."""
    error = refused(name, TransportError(kind, "nobody there"))
    assert (error.code, error.response, error.body, error.fatal) == (SHORT.get(code, code), None, "", fatal)
    assert "nobody there" in error.message


@pytest.mark.parametrize(
    ("status", "category"),
    [(400, "nonServiceFailure"), (409, "nonServiceFailure"), (429, "failure"), (503, "failure")],
)
def test_what_passes_by_itself_is_the_services_failure(status, category):
    """`errorCategory` tells who has to act."""
    assert refused("patch", refusal(status)).category == category


@pytest.mark.parametrize(
    ("name", "answer", "guilty"),
    [
        ("patch", refusal(500), f"PATCH {BASE}/Users/1 answered 500"),
        ("filter", refusal(404), f"GET {BASE}/Users?filter=userName+eq+%22a%40b%22 answered 404"),
        ("create", TransportError("reset", "gone"), f"POST {BASE}/Users got no answer"),
    ],
)
def test_the_error_names_the_guilty_request(name, answer, guilty):
    """Whoever reads it at night need not guess which of the requests it was."""
    error = refused(name, answer)
    assert error.guilty == guilty
    assert guilty in str(error)


@pytest.mark.parametrize(
    ("quirk", "value", "name", "answer", "code"),
    [
        ("deleted-already", "failure", "delete", refusal(404), "InvalidAnchor"),
        ("unlisted-statuses", "Strange", "patch", refusal(302), "Strange"),
        ("resource-of-another-id", "refused", "read", reply(200, {"id": "2"}), INCOMPATIBLE),
        ("patch-answer", "read", "patch", reply(200), INCOMPATIBLE),
        ("patch-answer", "read", "members", reply(200, b"<html>"), INCOMPATIBLE),
        ("answer-media-types", ["text/json"], "read", reply(200, {"id": "1"}), INCOMPATIBLE),
        ("answer-timeout-seconds", 60, "read", "61 s", "Timeout"),
    ],
)
def test_what_sources_leave_open_is_a_quirk(quirk, value, name, answer, code):
    """Each of these passes as the table stands, but for the status that no source speaks of."""
    clock = VirtualClock(START)

    def slow(request):
        clock.advance(timedelta(seconds=61))
        return reply(200, {"id": "1"})

    act = [slow] if answer == "61 s" else [answer]
    if quirk != "unlisted-statuses":
        REQUESTS[name](target(*act, clock=clock)[0])
    assert refused(name, *act, clock=clock, **{quirk: value}).code == code


@pytest.mark.parametrize("name", ["create", "patch", "manager", "members"])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"schemas": [ERROR], "detail": "no"}, INCOMPATIBLE),
        ({"schema": [ERROR], "detail": "as AWS SSO words it"}, INCOMPATIBLE),
        ({"detail": "no"}, f"{SCIM}BadRequest"),
        (["no"], f"{SCIM}BadRequest"),
        (b"<html>", f"{SCIM}BadRequest"),
    ],
)
def test_a_refused_write_is_laid_to_the_server(name, body, code):
    """By itself always; by its body only where that is a SCIM error."""
    assert refused(name, reply(400, body), **{"refused-write": "incompatible"}).code == INCOMPATIBLE
    assert refused(name, reply(400, body), **{"refused-write": "by body"}).code == code


def test_a_probe_that_finds_somebody_is_refused():
    """use-scim-to-provision-users-and-groups: a random identifier is answered with an empty list."""
    error = refused("probe", reply(200, FOUND))
    assert (error.code, error.fatal) == (INCOMPATIBLE, True)
    assert "Resource: https://scim.example.com/v2/Users?filter=" in error.message
    REQUESTS["probe"](target(reply(200, FOUND), **{"probe-must-find-nobody": False})[0])


class TestRetryAfter:
    """`retry-after`: ignored in 2019 and since; honoured, the request is sent once more after the wait."""

    @staticmethod
    def answers(after):
        slow = refusal(429)
        return Response(429, (*slow.headers, ("Retry-After", after)), slow.body), reply(204)

    def test_it_is_ignored(self):
        """feedback.azure.com 38354572."""
        one, requests = target(*self.answers("30"))
        with pytest.raises(TargetError):
            REQUESTS["patch"](one)
        assert len(requests) == 1

    def test_it_can_be_honoured(self):
        """The clock moves by the seconds asked for, which are no part of the wait for an answer."""
        clock = VirtualClock(START)
        one, requests = target(*self.answers("300"), clock=clock, **{"retry-after": "honoured"})
        REQUESTS["patch"](one)
        assert (len(requests), clock.now()) == (2, START + timedelta(seconds=300))

    @pytest.mark.parametrize(
        "after", ["", "soon", "-1", "1.5", "9" * 30, "٣", "Wed, 21 Oct 2026 07:28:00 GMT"]
    )
    def test_what_is_no_number_of_seconds_is_ignored(self, after):
        """Nothing a server says may break the engine."""
        clock = VirtualClock(START)
        assert (
            refused("patch", *self.answers(after), clock=clock, **{"retry-after": "honoured"}).code
            == "TooManyRequests"
        )
        assert clock.now() == START


def test_the_sentence_of_404_is_microsofts():
    """snipe/snipe-it#11913."""
    message = refused("filter", refusal(404)).message
    assert message.startswith(
        "An HTTP/404 Not Found response was returned rather than the expected HTTP/200 OK response. To address this "
        "issue, ensure that the tenant URL is correct. The tenant URL is usually in a format like: https://<>/scim."
    )


def test_the_sentence_of_401_is_microsofts():
    """https://knowledge.broadcom.com/external/article/430118."""
    message = refused("filter", refusal(401, "no")).message
    assert message.startswith(
        "While attempting to validate our authorization to access your application, we received this unexpected "
        "response: Received response from Web resource. Resource: https://scim.example.com/v2/Users?filter="
    )
    assert " Operation: GET Response Status Code: Unauthorized Response Headers: " in message


@pytest.mark.parametrize("base", ["", "contoso", "/scim", "https://"])
def test_no_tenant_url_is_an_invalid_credential(base):
    """application-provisioning-configure-api: the quarantine sample's error."""
    error = refused("probe", base=base)
    assert (error.code, error.message, error.fatal) == (
        f"{SCIM}InvalidCredentials",
        "Please provide a valid tenant URL for your application.",
        True,
    )


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("garbage", GARBAGE)
def test_an_answer_that_is_no_resource_is_incompatible(name, garbage):
    """Whatever comes with 200, the log says that it could not be deserialized."""
    error = refused(name, reply(200, GARBAGE[garbage]))
    assert (error.code, error.message, error.fatal) == (INCOMPATIBLE, NOT_DESERIALIZED, name in PROBES)


@pytest.mark.parametrize(
    "resources", [None, {}, "x", [1], [[]], [{}], [{"id": ""}], [{"id": 5}], [{"id": None}]]
)
def test_a_list_of_no_resources_is_incompatible(resources):
    """`Resources` must be a list of objects, each with an id."""
    error = refused("filter", reply(200, {"totalResults": 1, "Resources": resources}))
    assert (error.code, error.message) == (INCOMPATIBLE, NOT_DESERIALIZED)


@pytest.mark.parametrize("answer", [{}, {"Resources": None}, {"totalResults": 2}, {"status": "404"}])
def test_a_list_that_says_nothing_is_not_an_empty_list(answer):
    """Taken for "nobody found", it would create everybody again."""
    assert refused("filter", reply(200, answer)).code == INCOMPATIBLE


@pytest.mark.parametrize("name", ["create", "read"])
@pytest.mark.parametrize("answer", [{}, {"id": ""}, {"id": None}, {"id": 5}, {"id": ["1"]}])
def test_a_resource_needs_an_id(name, answer):
    """The id is what Azure AD keeps; without it the account could never be touched again."""
    assert refused(name, reply(200, answer)).code == INCOMPATIBLE


@pytest.mark.parametrize("name", ["create", "read", "filter"])
def test_a_manager_of_bare_text_cannot_be_read(name):
    """Budibase#15369: Azure AD sends a bare id, and cannot read one."""
    user = {"id": "1", ENTERPRISE_USER: {"manager": ""}}
    error = refused(name, reply(200, {"totalResults": 1, "Resources": [user]} if name == "filter" else user))
    assert (error.code, error.message) == (INCOMPATIBLE, NOT_DESERIALIZED)


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/xml", ""])
def test_an_answer_of_another_media_type_cannot_be_read(name, kind):
    """JSON that is declared as something else is not looked at."""
    good = {"id": "1", "totalResults": 0, "Resources": []}
    assert refused(name, reply(200, good, kind)).message == NOT_DESERIALIZED


def test_a_created_resource_without_a_body_cannot_be_read():
    """201 alone does not say which id the account has."""
    assert refused("create", reply(201)).code == INCOMPATIBLE


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
        ("filter", reply(200, {"totalResults": 0}), []),
        ("filter", reply(200, {"Resources": []}), []),
        ("filter", reply(200, FOUND, "Application/JSON; charset=utf-8"), FOUND["Resources"]),
        ("read", reply(200, {"id": "2"}), {"id": "2"}),
        (
            "read",
            reply(200, {"id": "1", ENTERPRISE_USER: {"manager": {"value": "2"}}}),
            {"id": "1", ENTERPRISE_USER: {"manager": {"value": "2"}}},
        ),
        ("probe", reply(200, {"Resources": []}), None),
    ],
)
def test_what_the_protocol_allows_is_taken(name, answer, result):
    """Created with 200 or 201, changed with 200 or 204, deleted when it is gone already."""
    assert REQUESTS[name](target(answer)[0]) == result


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


ANY_STATUS = st.integers(100, 799) | st.sampled_from([200, 201, 204, 400, 401, 404, 409])
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


@given(st.sampled_from(sorted(REQUESTS)), ANY_STATUS, BODIES)
@example("create", 201, b'{"id": "\\ud800"}')
def test_nothing_a_server_says_raises_anything_else(name, status, body):
    """An answer is understood or it is a TargetError that can be written into a log."""
    try:
        REQUESTS[name](target(reply(status, body))[0])
    except TargetError as error:
        told = [error.code, error.message, error.body, error.status_name]
        assert all(isinstance(text, str) for text in told)
        json.dumps(told, ensure_ascii=False).encode()


def test_a_user_that_the_address_names_is_neither_sent_nor_told():
    """.NET leaves it out of the request; logs quote the address."""
    one, requests = target(Response(500, (), b""), base=BASE.replace("://", "://ana:pa55word@"))
    with pytest.raises(TargetError) as caught:
        one.read(USERS, "1")
    assert requests[0].url.startswith(f"{BASE}/Users/1")
    assert "pa55word" not in f"{caught.value} {caught.value.message}"
