"""Recordings keep everything but secrets, answered or not, and say how to ask again."""

import html
import json
import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.base.clock import VirtualClock
from harness.wire.message import Request, Response, TransportError, json_request
from harness.wire.recording.exchanges import Exchange, Sent, recording
from harness.wire.recording.redaction import redact_body, redact_headers
from harness.wire.recording.secrets import HIDDEN

START = datetime(2020, 3, 31, 2, 36, 15, 123_999, tzinfo=UTC)
URL = "https://scim.us-east-1.amazonaws.com/t/scim/v2/Users"


def record(request: Request, answer: Response | TransportError) -> Exchange:
    """Send a request into a recorded transport that answers so, and return what was kept."""
    kept: list[Exchange] = []

    def send(_: Request) -> Response:
        if isinstance(answer, TransportError):
            raise answer
        return answer

    def keep(sent: Sent) -> None:
        kept.append(sent.exchange())

    recorded = recording(send, keep, VirtualClock(START), "Azure AD", lambda url: f"host of {url}")
    if isinstance(answer, TransportError):
        with pytest.raises(TransportError) as caught:
            recorded(request)
        assert caught.value is answer
    else:
        assert recorded(request) is answer
    (exchange,) = kept
    return exchange


class TestWhatIsKept:
    def test_an_exchange_says_when_who_what_and_how_it_ended(self):
        """The moment is the one of asking, to the millisecond of virtual time."""
        request = json_request("POST", URL, {"userName": "ana"})
        response = Response(201, (("X-Request-Id", "7"),), b'{"id":"1"}')
        assert record(request, response) == Exchange(
            "2020-03-31T02:36:15.123Z", "Azure AD", f"host of {URL}", request, response
        )

    def test_the_moment_is_when_it_was_asked(self):
        """A transport that takes time does not shift the recording."""
        clock, kept = VirtualClock(START), []

        def slow(_: Request) -> Response:
            clock.advance(timedelta(seconds=30))
            return Response(200)

        recording(slow, kept.append, clock, "a", str)(Request("GET", URL))
        assert kept[0].exchange().at == "2020-03-31T02:36:15.123Z"

    def test_a_record_that_nobody_looked_at_yet_shows_no_secret(self):
        """A debugger or a failed assertion may show it before its secrets are hidden."""
        kept = []
        request = Request("GET", f"{URL}?token=abcdefgh", (("Authorization", "Bearer 0123456789abcdef"),))
        recording(
            lambda _: Response(200, (), b"0123456789abcdef"), kept.append, VirtualClock(START), "a", str
        )(request)
        assert "abcdef" not in repr(kept)

    def test_an_error_is_kept_too(self):
        """No answer is an outcome: its kind and words stand in its place, and the caller still sees the error."""
        exchange = record(Request("GET", URL), TransportError("reset", "the peer hung up"))
        assert (exchange.response, exchange.error) == (None, "reset: the peer hung up")

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\xff\xfe\x00 binary",
            '{"displayName": "山田",  "spaced": 1.0}'.encode(),
            b"<html>Sign in</html>",
            b"a=1&b=2",
        ],
    )
    def test_what_holds_no_secret_is_kept_byte_for_byte(self, body):
        """Recordings are evidence: spacing, spelling and stray bytes stay."""
        exchange = record(Request("POST", URL, (), body), Response(400, (), body))
        assert (exchange.request.body, exchange.response.body) == (body, body)

    @pytest.mark.parametrize(
        "body",
        [
            {"NextToken": "AAMA-page-2"},
            {"nextToken": "AAMA-page-2", "ClientToken": "once-only"},
            {"changePassword": {"supported": False}},
            {"authenticationSchemes": [{"type": "oauthbearertoken", "name": "OAuth Bearer Token"}]},
            {"forceChangePasswordNextSignIn": True},
            {"key": "BaseAddress", "value": URL},
            {"password": None, "tokens": []},
        ],
    )
    def test_what_only_sounds_like_a_secret_stays(self, body):
        """Page tokens, settings and schemes are what one wants to see."""
        assert json.loads(redact_body(json.dumps(body).encode())) == body

    def test_a_page_token_in_a_query_stays(self):
        """Paging can be followed in the recording."""
        url = f"{URL}?nextToken=AAMA&$skiptoken=X"
        assert record(Request("GET", url), Response(200)).request.url == url


# Where the two services carry secrets. Each place is a function from a secret to a request and its answer.

OK = Response(200)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


def both(body: bytes) -> tuple[Request, Response]:
    """The same body asked with and answered."""
    return Request("POST", URL, (), body), Response(200, (), body)


PLACES = {
    "bearer token": lambda s: (json_request("GET", URL, bearer=s), OK),
    "lower-case authorization": lambda s: (Request("GET", URL, (("authorization", f"bearer {s}"),)), OK),
    "bearer token echoed in an error": lambda s: (
        json_request("GET", URL, bearer=s),
        Response(401, (("WWW-Authenticate", f'Bearer error="{s}"'),), json.dumps({"detail": f"<{s}>"}).encode()),
    ),
    "cookie": lambda s: (Request("GET", URL, (("Cookie", f"s={s}"),)), Response(200, (("Set-Cookie", f"s={s}"),))),
    "session token header": lambda s: (Request("GET", URL, (("X-Amz-Security-Token", s),)), OK),
    "control key": lambda s: (Request("POST", URL, (("X-Harness-Key", s),)), OK),
    "client secret in a form": lambda s: (
        Request("POST", URL, FORM, form(grant_type="client_credentials", client_secret=s, scope="x")),
        OK,
    ),
    "client secret first in a form": lambda s: (Request("POST", URL, FORM, form(client_secret=s)), OK),
    "client secret in JSON": lambda s: both(json.dumps({"clientSecret": s, "client_secret": s}).encode()),
    "secret in a query": lambda s: (Request("GET", f"{URL}?{urlencode({'a': 1, 'client_secret': s})}&b=2"), OK),
    "token in a query": lambda s: (Request("GET", f"{URL}?{urlencode({'token': s})}"), OK),
    "password in the address": lambda s: (Request("GET", f"https://ana:{urlencode({'': s})[1:]}@a.example/"), OK),
    "token in a fragment": lambda s: (
        Request("GET", URL),
        Response(302, (("Location", f"https://a.example/#{urlencode({'access_token': s})}"),)),
    ),
    "refresh token answered": lambda s: (
        Request("POST", URL),
        Response(200, (), json.dumps({"access_token": s, "refresh_token": s, "id_token": s}).encode()),
    ),
    "token created": lambda s: (
        Request("POST", URL),
        Response(200, (), json.dumps({"Token": {"AccessToken": s, "TokenId": "1"}}).encode()),
    ),
    "secret token pair": lambda s: both(
        json.dumps(
            {"value": [{"key": "BaseAddress", "value": URL}, {"key": "SecretToken", "value": s}]}
        ).encode()
    ),
    "secret token pair, value first": lambda s: both(
        json.dumps([{"value": s, "key": "secrettoken", "password": s}]).encode()
    ),
    "password profile": lambda s: both(json.dumps({"passwordProfile": {"password": s}}).encode()),
    "SCIM password": lambda s: both(
        json.dumps({"Operations": [{"op": "replace", "value": {"password": s}}]}).encode()
    ),
    "password of an odd shape": lambda s: both(json.dumps({"password": {"new": [s]}}).encode()),
    "password changed in a form": lambda s: (Request("POST", URL, FORM, form(newPassword=s, old_password=s)), OK),
    "nested form field": lambda s: (Request("POST", URL, FORM, urlencode({"user[password]": s}).encode()), OK),
    "SAML response posted": lambda s: (Request("POST", URL, FORM, form(SAMLResponse=s, RelayState="x")), OK),
    "SAML response in a query": lambda s: (Request("GET", f"{URL}?{urlencode({'SAMLResponse': s})}"), OK),
    "SAML response in a page": lambda s: both(
        f'<form><input type="hidden" name="SAMLResponse" value="{html.escape(s)}"/></form>'.encode()
    ),
    "SAML response in a page, value first": lambda s: both(
        f"<input value='{html.escape(s)}' type=hidden name='SAMLResponse'>".encode()
    ),
    "token shown on a page": lambda s: both(
        f'<dt>Access token</dt><dd><code class="token">{html.escape(s)}</code></dd>'.encode()
    ),
    "password at a SCIM path": lambda s: both(
        json.dumps({"Operations": [{"op": "replace", "path": "urn:x:User:password", "value": s}]}).encode()
    ),
    "password profile of a wrong shape": lambda s: both(json.dumps({"passwordProfile": [s]}).encode()),
    "credential under a mistyped key": lambda s: both(
        json.dumps({"value": [{"key": "SecretTokenn", "value": s}]}).encode()
    ),
    "user of an address in a body": lambda s: both(
        json.dumps({"key": "BaseAddress", "value": f"https://ana:{quote(s, safe='')}@h/scim"}).encode()
    ),
    "user of the address asked": lambda s: (Request("GET", f"https://ana:{quote(s, safe='')}@h/scim"), OK),
    "JSON within JSON": lambda s: both(
        json.dumps({"CloudTrailEvent": json.dumps({"responseElements": {"accessToken": s}})}).encode()
    ),
    "form within JSON": lambda s: both(json.dumps({"detail": f"posted {form(password=s).decode()}"}).encode()),
    "JSON cut short": lambda s: both(b'{"a":1,' + json.dumps({"accessToken": s}).encode()[1:-2]),
    "JSON with a byte-order mark": lambda s: both(b"\xef\xbb\xbf" + json.dumps({"password": s}).encode()),
    "form with a stray byte": lambda s: both(b"a=\xff&" + form(password=s)),
    "twice the same member": lambda s: both(
        b'{"password":' + json.dumps(s).encode() + b',"password":null}'
    ),
    "deeply nested": lambda s: both(
        b"[" * 500 + json.dumps({"password": s}).encode() + b"]" * 500,
    ),
    "error that quotes the URL": lambda s: (
        Request("GET", f"{URL}?{urlencode({'client_secret': s})}"),
        TransportError("url", f"'{URL}?{urlencode({'client_secret': s})}' leads nowhere"),
    ),
    "error that quotes the token": lambda s: (
        json_request("GET", URL, bearer=s),
        TransportError("reset", f"the peer did not like {s}"),
    ),
}  # fmt: skip

TOKENS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/", min_size=16).map(
    lambda text: text + "=="
)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=4).map(
    lambda text: f"q{text}7Z"
)


def spellings(secret: str) -> set[str]:
    """The ways a secret may be written and still be readable."""
    return {
        secret,
        urlencode({"": secret})[1:],
        html.escape(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(secret))[3:-3],
    }


@pytest.mark.parametrize("place", PLACES)
@given(data=st.data())
def test_no_secret_survives(place, data):
    """Wherever the services carry a secret, what is kept does not contain it, in no spelling, curl line included."""
    in_header = "token" in place or "authorization" in place or place in {"cookie", "control key"}
    secret = data.draw(TOKENS if in_header else st.one_of(TOKENS, WORDS))
    exchange = record(*PLACES[place](secret))
    parts = [exchange.request, exchange.response or OK]
    texts = [exchange.target, exchange.request.url, exchange.error or "", exchange.curl()]
    texts += [value for part in parts for _, value in part.headers]
    texts += [part.body.decode("utf-8", "replace") for part in parts]
    for spelling in spellings(secret):
        assert not [text for text in texts if spelling in text]


@pytest.mark.parametrize("place", [place for place in PLACES if place != "twice the same member"])
def test_what_was_hidden_shows_as_hidden(place):
    """One sees that something stood there."""
    exchange = record(*PLACES[place]("c2VjcmV0IHNlY3JldA+/=="))
    assert HIDDEN in repr(exchange)


def test_only_the_secret_is_hidden():
    """The rest of a form, a query and a JSON body stays readable."""
    assert redact_body(b"grant_type=x&client_secret=s&scope=y") == b"grant_type=x&client_secret=***&scope=y"
    assert redact_body(b'{"a":1,"accessToken":"s","b":[2]}') == b'{"a":1,"accessToken":"***","b":[2]}'
    exchange = record(Request("GET", f"{URL}?a=1&token=s&b=2"), OK)
    assert exchange.request.url == f"{URL}?a=1&token=***&b=2"


class TestCurl:
    def line(self, *request: object) -> list[str]:
        return shlex.split(Exchange("", "", "", Request(*request), OK).curl())

    def test_the_line_asks_the_same(self):
        """Method, URL, headers and body, each one word to the shell, with nothing for curl to interpret."""
        body = json.dumps({"displayName": 'Siobhán O\'Connor $HOME `id` "x"\n'}, ensure_ascii=False)
        url = f"{URL}?filter=emails[type eq 'work']&x={{a,b}}"
        assert self.line("PATCH", url, (("Content-Type", "application/scim+json"),), body.encode()) == [
            *["curl", "-i", "--globoff", "-X", "PATCH", url],
            *["-H", "Content-Type: application/scim+json", "--data-raw", body],
        ]

    def test_head_does_not_wait_for_a_body(self):
        """`-X HEAD` would hang."""
        assert self.line("HEAD", URL) == ["curl", "-i", "--globoff", "--head", URL]

    def test_the_token_is_left_to_the_shell(self):
        """Run by a real shell with TOKEN set, every word comes out as it should."""
        exchange = record(
            json_request("POST", f"{URL}?a=b&c=$d", {"it's": "`id` \\ !"}, bearer="a" * 20), Response(200)
        )
        line = exchange.curl()
        assert line.startswith("curl ")
        shown = subprocess.run(
            ["sh", "-c", "printf '%s\\0' " + line],
            env={"TOKEN": "t0k3n"},
            capture_output=True,
            check=True,
        ).stdout.decode()
        assert shown.split("\0")[:-1] == [
            *["curl", "-i", "--globoff", "-X", "POST", f"{URL}?a=b&c=$d"],
            *["-H", "Authorization: Bearer t0k3n", "-H", "Content-Type: application/json"],
            *["--data-raw", '{"it\'s":"`id` \\\\ !"}'],
        ]

    def test_an_aws_request_is_signed_anew(self):
        """Its scope is kept, its signature and its moment are not; the key pair is left to the shell."""
        signature = (
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/sso/aws4_request, "
            f"SignedHeaders=host;x-amz-date, Signature={'f' * 64}"
        )
        headers = (("X-Amz-Target", "A.B"), ("X-Amz-Date", "20130524T000000Z"), ("Authorization", signature))
        exchange = record(Request("POST", URL, headers, b"{}"), OK)
        shown = "AWS4-HMAC-SHA256 Credential=***/20130524/us-east-1/sso/aws4_request, Signature=***"
        assert exchange.request.header("Authorization") == shown
        assert exchange.curl() == (
            f"curl -i --globoff -X POST {URL} --aws-sigv4 aws:amz:us-east-1:sso "
            "--user \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\" -H 'X-Amz-Target: A.B' --data-raw '{}'"
        )

    @pytest.mark.parametrize(
        ("name", "variable"),
        [
            ("Cookie", "COOKIE"),
            ("x-amz-sso_bearer_token", "TOKEN"),
            ("X-Amz-Security-Token", "AWS_SESSION_TOKEN"),
        ],
    )
    def test_other_secrets_are_left_to_the_shell_too(self, name, variable):
        """Three asterisks would be sent as they are."""
        exchange = record(Request("GET", URL, ((name, "s" * 20),)), OK)
        assert exchange.curl() == f'curl -i --globoff -X GET {URL} -H "{name}: ${variable}"'

    @given(st.text(), st.text(st.characters(min_codepoint=32, max_codepoint=255)), st.binary())
    def test_any_request_becomes_one_line_of_words(self, path, value, body):
        """Whatever stands in URL, header or body, a shell finds the words again."""
        words = self.line("POST", URL + path, (("X-Thing", value),), b"x" + body)
        shown = ("x" + body.decode("utf-8", "replace")).replace("\0", "\ufffd")
        assert words == [
            *["curl", "-i", "--globoff", "-X", "POST", URL + path],
            *["-H", f"X-Thing: {value}", "--data-raw", shown],
        ]


@pytest.mark.parametrize(
    "name", ["X-Api-Key", "Ocp-Apim-Subscription-Key", "X-Auth-Token", "Cookie", "Authorization"]
)
def test_headers_that_hold_keys_are_never_shown(name):
    assert redact_headers(((name, "k3y-of-somebody"),)) == ((name, "***"),)


def test_the_secret_key_of_temporary_credentials_is_never_shown():
    for text in ('{"roleCredentials": {"secretAccessKey": "wJalr"}}', '{"SecretAccessKey": "wJalr"}'):
        assert b"wJalr" not in redact_body(text.encode())
