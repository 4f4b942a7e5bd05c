"""Refusals: the two envelopes, who is let in, and junk of every kind."""

from datetime import timedelta

import pytest

from harness.wire.message import Request, json_request

TENANT_ID = "a1B4c1f2d3-0000-4000-8000-000000000001"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def test_todays_envelope(account):
    """Both spellings of schemas, a string status, the request's id and a trimmed time; no scimType."""
    account.tenant.clock.advance(timedelta(milliseconds=160))
    answer = account.scim("GET", "/Users/nobody")
    assert list(answer.json().items()) == [
        ("schema", [ERROR]),
        ("schemas", [ERROR]),
        ("detail", "USER does not exist."),
        ("status", "404"),
        ("exceptionRequestId", answer.header("x-amzn-RequestId")),
        ("timeStamp", "2026-03-02 08:00:00.16"),
    ]
    assert answer.header("Content-Type") == "application/json"


def test_the_envelope_of_2020(old_account):
    """Three members, the misspelt one only."""
    assert list(old_account.scim("GET", "/Users/nobody").json()) == ["schema", "detail", "status"]


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong", "Basic eDp5", "Bearer \xff", "bearer  "]
)
def test_without_a_good_token_nothing_answers(any_account, authorization):
    """Any other Authorization is 401, on discovery too, and is not logged."""
    events = any_account.events()
    headers = () if authorization is None else (("Authorization", authorization),)
    for path in ("/ServiceProviderConfig", "/Users"):
        answer = any_account.send(Request("GET", any_account.base + path, headers))
        assert answer.status == 401
        assert answer.json()["status"] == "401"
    assert any_account.events() == events


def test_a_refused_caller_changes_nothing(account, new_person):
    """A POST with a bad token leaves directory and log as they were."""
    before = account.directory()
    assert account.scim("POST", "/Users", new_person("ana"), token="wrong").status == 401
    assert account.directory() == before


def test_a_good_token_on_another_tenants_url_is_401(account):
    """The tenant id in the path must be the token's."""
    url = f"{account.origin}/zzz00000000-0000-4000-8000-000000000001/scim/v2/Users"
    assert account.send(json_request("GET", url, bearer=account.token)).status == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/Groups/x", 400),
        ("GET", "/Me", 404),
        ("POST", "/Bulk", 404),
        ("POST", "/.search", 404),
        ("POST", "/Users/.search", 400),
        ("DELETE", "/Users", 400),
        ("PATCH", "/Users", 400),
        ("FROB", "/Users", 400),
        ("HEAD", "/Users", 400),
        ("OPTIONS", "/Users", 400),
        ("GET", "", 404),
        ("GET", "/", 404),
        ("GET", "Groups/x", 404),
        ("GET", "/users", 404),
        ("GET", "/Users/a/b", 404),
        ("GET", "/Users/%00%ff%0a", 404),
        ("GET", "/%0aUsers", 404),
        ("GET", "///Users", 404),
        ("GET", "//Users", 200),
        ("GET", "/Users/", 200),
        ("GET", "/Users?filter=%ff%00", 400),
        ("GET", "/Users?cursor=%ff", 400),
    ],
)
def test_paths_and_methods_end_in_the_services_words(account, method, path, status):
    """Whatever is asked, the answer is SCIM's own and says its status in the body."""
    answer = account.scim(method, path)
    assert answer.status == status
    assert answer.header("Content-Type") == "application/json"
    if status >= 400 and method != "HEAD":
        assert answer.json()["status"] == str(status)


@pytest.mark.parametrize(
    "path",
    ["/", f"/{TENANT_ID}//scim/v2/Users", "/favicon.ico", "//scim/v2/Users", "/x/scim/v1", "/%ff", "/.env"],
)
def test_paths_outside_the_endpoint_do_too(account, path):
    """Unknown places answer 404 in the envelope, also for odd methods."""
    assert account.send(Request("DELETE", account.origin + path)).json()["status"] == "404"


JUNK = {
    "nothing": b"",
    "not JSON": b"{",
    "a list": b"[]",
    "a text": b'"x"',
    "a null": b"null",
    "deep list": b"[" * 100_000,
    "deep object": b'{"a":' * 50_000,
    "closed deep list": b'{"displayName":' + b"[" * 500 + b"]" * 500 + b"}",
    "not a number": b'{"displayName":NaN}',
    "infinite": b'{"displayName":1e999}',
    "many digits": b'{"displayName":' + b"9" * 10_000 + b"}",
    "member twice": b'{"displayName":"a","displayName":"b"}',
    "surrogate": b'{"displayName":"\\ud800"}',
    "surrogate name": b'{"\\uDFFF":"x"}',
    "NUL": b'{"displayName":"\\u0000"}',
    "latin-1": '{"displayName":"é"}'.encode("latin-1"),
    "UTF-16": '{"displayName":"x"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"displayName":"x"}',
    "gzip": b"\x1f\x8b\x08\x00",
    "form": b"displayName=x",
    "too large": b'{"displayName":"x"}' + b" " * 1_048_576,
}


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/Users"), ("POST", "/Groups"), ("PATCH", "/Users/x"), ("PUT", "/Users/x")]
)
def test_junk_bodies_are_400(any_account, method, path, junk):
    """No body whatever gets anything but 400 in the era's envelope, and none changes the directory."""
    before = any_account.directory()
    answer = any_account.raw(method, path, JUNK[junk], ("Content-Type", "application/scim+json"))
    assert answer.status == 400
    assert answer.json()["status"] == "400"
    assert any_account.directory() == before


def test_unparsable_bodies_are_named_today(account):
    """The body that is no JSON is called so."""
    assert account.raw("POST", "/Users", b"{").json()["detail"] == "Invalid JSON from RequestBody"
    assert account.events()[0]["errorMessage"] == "Invalid JSON from RequestBody"


@pytest.mark.parametrize(
    "headers",
    [
        (("Content-Length", "999999999"),),
        (("Content-Length", "-1"),),
        (("Content-Length", "x"),),
        (("Content-Length", "500"),),
        (("Content-Type", "\xff/;;"), ("Content-Encoding", "br")),
        (("Content-Type", "multipart/form-data"),),
        (("Host", "\xff bad:port:1"),),
    ],
    ids=str,
)
def test_odd_headers_do_no_harm(account, headers):
    """Lying lengths, odd types and bad hosts end in an answer of the service."""
    assert account.raw("POST", "/Groups", b'{"displayName":"x"}', *headers).status in (201, 400)


@pytest.mark.parametrize(
    "kind", ["application/json", "application/scim+json; charset=utf-8", "text/plain", ""]
)
def test_any_content_type_is_read_as_json(account, kind):
    """Clients send application/json or application/scim+json; the body decides."""
    assert account.raw("POST", "/Groups", b'{"displayName":"x"}', ("Content-Type", kind)).status == 201


def test_our_own_bugs_are_loud_and_still_speak_scim(account, monkeypatch, caplog):
    """A crash answers 500 in the envelope, without a traceback, and is reported to whoever runs the app."""
    monkeypatch.setattr("harness.aws_sso.scim.listing.answer", lambda *_: 1 // 0)
    answer = account.scim("GET", "/Users")
    assert (answer.status, answer.json()["detail"]) == (500, "An internal error.")
    (record,) = caplog.records
    assert record.exc_info[0] is ZeroDivisionError
