"""Credentials that no header or JSON member names: in addresses, plain texts, broken JSON. None reaches the disk."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from harness.base.clock import VirtualClock, from_iso
from harness.base.ids import Ids
from harness.traffic.hiding import hidden
from harness.traffic.recording import Recorder
from harness.wire.inprocess import inprocess
from harness.wire.message import Request, Response
from harness.wire.recording.har import har_texts

SECRET = "Zk3qP8vT1xW9"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLW9mLWl0"


def kept(url: str = "http://proxy/Users", body: str = "", answer: str = "", location: str = "") -> str:
    """Return the HAR of one request and its answer."""
    headers = (("Content-Type", "text/plain"), *((("Location", location),) if location else ()))
    send: Callable[[Request], Response] = lambda _: Response(200, headers, answer.encode())  # noqa: E731
    recorder = Recorder("http://server", send, VirtualClock(from_iso("2026-03-02T12:00:00Z")), Ids("1"))
    inprocess(recorder)(Request("POST", url, (("Content-Type", "text/plain"),), body.encode()))
    return "".join(har_texts(recorder.exchanges))


@pytest.mark.parametrize(
    "name", ["code", "sig", "api_key", "apikey", "key", "X-Amz-Signature", "X-Amz-Credential"]
)
def test_in_an_address(name: str) -> None:
    har = kept(
        url=f"http://proxy/Users?{name}={SECRET}&count=1", location=f"https://a.example/?x=1&{name}={SECRET}"
    )
    assert SECRET not in har
    assert "count=1" in har


@pytest.mark.parametrize(
    "text",
    [
        f"password: {SECRET}",
        f"The API key is {SECRET}",
        f"DefaultEndpointsProtocol=https;AccountKey={SECRET};EndpointSuffix=x",
        f"Authorization: Bearer {SECRET}",
        f'{{"api_key": "{SECRET}", "rest": [',
        f'{{"password": "{SECRET}',
        f'{{"log": "{{\\"clientSecret\\": \\"{SECRET}\\"}}"}}',
        f"<error>signature={SECRET}</error>",
    ],
)
def test_in_a_text_of_any_form(text: str) -> None:
    assert SECRET not in kept(body=text)
    assert SECRET not in kept(answer=text)


def test_tokens_and_access_keys_are_known_by_their_form() -> None:
    har = kept(body=f"see {JWT} and AKIAIOSFODNN7EXAMPLE")
    assert JWT not in har
    assert "AKIAIOSFODNN7EXAMPLE" not in har


def test_the_same_credential_has_the_same_mark_and_other_words_stay() -> None:
    har = kept(
        url=f"http://proxy/cb?code={SECRET}", body=f"token={SECRET} StatusCode: BadRequest, nickName: Ana"
    )
    marks = {word.split('"')[0].split(" ")[0] for word in har.split("secret-")[1:]}
    assert len(marks) <= 2
    assert "StatusCode: BadRequest, nickName: Ana" in har


@pytest.mark.parametrize("before", ["", " ", "=", "%3D", "x-", '"'])
def test_a_token_is_known_in_the_midst_of_a_word(before: str) -> None:
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2lnbmF0dXJl"
    assert hidden(f"a {before}{token} z", lambda _: "MARK") == f"a {before}MARK z"


@pytest.mark.parametrize("piece", ["eyJ", "eyJhbGciOi.", "a.", "-", "[", "token ", "?key="])
@pytest.mark.parametrize("end", ["", ".aaaaaaaaa", ".aaaaaaaaa."])
def test_a_text_takes_time_by_its_length(piece: str, end: str) -> None:
    """A foreign server sends what it likes, and a recorder reads all of it."""
    began = time.process_time()
    hidden(piece * (300_000 // len(piece)) + end, lambda _: "MARK")
    assert time.process_time() - began < 5
