"""Secrets are hidden by their value, in each spelling that people and programs give them."""

import base64
import html
import json
import time
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.recording.secrets import HIDDEN, Secrets, basic_password

SECRET = "kX3+vb/9Qz \"7pL&mN0'é𝄞s=="
SPELLINGS = {
    "raw": SECRET,
    "percent-encoded": quote(SECRET, safe=""),
    "percent-encoded in lower case": quote(SECRET, safe="").replace("%2B", "%2b").replace("%2F", "%2f"),
    "percent-encoded twice": quote(quote(SECRET, safe=""), safe=""),
    "path": quote(SECRET),
    "form": quote_plus(SECRET),
    "query": urlencode({"": SECRET})[1:],
    "JSON": json.dumps(SECRET)[1:-1],
    "JSON in UTF-8": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "JSON in JSON": json.dumps(json.dumps(SECRET))[3:-3],
    "JSON with escaped slashes": json.dumps(SECRET)[1:-1].replace("/", "\\/"),
    "JSON as .NET writes it": json.dumps(SECRET)[1:-1].replace("+", "\\u002B").replace("&", "\\u0026"),
    "HTML": html.escape(SECRET),
}
BASIC = [base64.b64encode(f"{user}:{SECRET}".encode()).decode() for user in ("u", "us", "use", "user")]


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_is_hidden_whole(spelling):
    """What stands around it stays."""
    secrets = Secrets([SECRET])
    assert secrets.text(f"before <{spelling}> after") == f"before <{HIDDEN}> after"
    assert secrets.body(f"before <{spelling}> é".encode()) == f"before <{HIDDEN}> é".encode()


@pytest.mark.parametrize("credential", BASIC)
def test_a_password_is_hidden_within_base64(credential):
    """The base64 of user and password differs with the user's length."""
    assert basic_password(credential) == SECRET
    for text in (credential, base64.urlsafe_b64encode(base64.b64decode(credential)).decode()):
        hidden = Secrets([SECRET]).text(f"Basic {text}")
        assert HIDDEN in hidden
        assert text[-12:] not in hidden


def test_what_is_no_basic_credential_has_no_password():
    assert basic_password("a.bearer-token") == ""
    assert basic_password(base64.b64encode(b"\xff\xfe").decode()) == ""


def test_a_short_secret_is_hidden_as_a_word():
    """`test` within `latest` is another word."""
    assert Secrets(["test"]).text("test, latest: Bearer test.") == f"{HIDDEN}, latest: Bearer {HIDDEN}."
    assert Secrets(["test"]).body(b"test latest") == f"{HIDDEN} latest".encode()


def test_nothing_is_no_secret():
    assert Secrets([""]).text("a text") == "a text"


def test_of_two_secrets_the_longer_goes_first():
    """Otherwise the end of the longer one would be left over."""
    assert Secrets(["averylongsecret", "averylongsecretandmore"]).text("averylongsecretandmore") == HIDDEN


def test_the_mark_is_the_caller_s():
    """Also where it would mean something to a pattern."""
    assert Secrets(["averylongsecret"], r"[\1]").text("a averylongsecret") == r"a [\1]"


@given(st.text(st.characters(codec="utf-8"), min_size=12), st.text('abc <>{}"\\/%', max_size=20))
def test_no_text_of_any_kind_survives(secret, around):
    """Whatever characters a secret has, it is found between others."""
    text = around + secret + around
    assert secret not in Secrets([secret]).text(text).replace(HIDDEN, "\0")
    assert secret.encode() not in Secrets([secret]).body(text.encode()).replace(HIDDEN.encode(), b"\0")


@pytest.mark.parametrize("secret", ["SECRET/TOKEN1234567890", "/SECRETTOKEN1234567890"])
def test_backslashes_take_time_by_their_number(secret):
    """A server knows the token that it was sent, and can go on behind its first half as it likes."""
    secrets, said = Secrets([secret]), "SECRETTOKEN1234567890 SECRET" + "\\" * 200_000
    began = time.process_time()
    assert secrets.body(secrets.text(said).encode()).decode() == said
    assert time.process_time() - began < 5
