"""Requests and responses: headers whatever their case, JSON in and out."""

import json
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.wire.message import Request, Response, TransportError, check_url, json_request, parts_of


def test_headers_are_found_whatever_their_case():
    """The first of that name counts, and an absent one is None."""
    headers = (("X-Thing", "1"), ("x-thing", "2"))
    assert Request("GET", "http://a/", headers).header("X-THING") == "1"
    assert Response(200, headers).header("x-thing") == "1"
    assert Response(200, headers).header("other") is None


def test_a_json_request_carries_json():
    """The body is compact UTF-8, the type is told, and the token goes into its header."""
    request = json_request("POST", "http://a/", {"name": "山田"}, bearer="t")
    assert request.body == '{"name":"山田"}'.encode()
    assert request.header("content-type") == "application/json"
    assert request.header("authorization") == "Bearer t"


def test_a_content_type_given_stays():
    """SCIM's own media type is not overruled, and there is but one."""
    headers = (("content-type", "application/scim+json"),)
    assert json_request("POST", "http://a/", {}, headers=headers).headers == headers


@pytest.mark.parametrize("body", [[], {}, 0, "", False])
def test_an_empty_value_is_still_a_body(body):
    """Only None means no body at all."""
    assert json.loads(json_request("POST", "http://a/", body).body) == body
    assert json_request("POST", "http://a/") == Request("POST", "http://a/")


def test_a_body_that_is_no_json_is_a_value_error():
    """Whoever reads an answer must reckon with a sign-in page."""
    assert Response(200, (), b"[1]").json() == [1]
    with pytest.raises(ValueError):
        Response(200, (), b"<html>").json()
    with pytest.raises(ValueError):
        Response(204).json()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "scim.example/Users",
        "/Users",
        "ftp://a/",
        "http://",
        "http:///Users",
        "http://[::1",
        "http://a:x/",
    ],
)
def test_what_is_no_url_is_refused(url):
    """Only absolute http and https URLs lead anywhere; the message repeats what was given."""
    with pytest.raises(TransportError) as caught:
        check_url(url)
    assert caught.value.kind == "url"
    assert f"'{url}'" in str(caught.value)


PIECES = st.sampled_from(
    [
        "http://",
        "HTTPS://",
        "//",
        "/",
        "?",
        "#",
        "a",
        "b.c",
        ":443",
        "[",
        "]",
        "::1",
        "@",
        "é",
        "\t",
        " ",
        "℀",
        "\\",
    ]
)


def split(by, url):
    try:
        return tuple(by(url))
    except ValueError as error:
        return str(error)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=9).map("".join))
def test_a_url_has_the_parts_that_the_standard_library_finds(url):
    """Whatever it is made of, and whatever is wrong with it."""
    assert split(parts_of, url) == split(urlsplit, url)


def test_a_client_sends_numbers_of_any_length():
    """JSON has no bound for them; what a service makes of one is its own affair."""
    assert (
        json_request("POST", "https://h/", {"x": [2**64, "é"]}).body
        == '{"x":[18446744073709551616,"é"]}'.encode()
    )
    with pytest.raises(TypeError):
        json_request("POST", "https://h/", {"x": {1}})
