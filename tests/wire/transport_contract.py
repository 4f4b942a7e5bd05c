"""The law of `Send`: what an application sees and what comes back does not depend on the way between.

Subclass `TransportContract` with a fixture `reach`: a callable that takes a WSGI application and returns
`(send, origin)`. The application used here answers with what it saw.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.wrappers import Request as Seen
from werkzeug.wrappers import Response as Answer

from harness.wire.message import Request, Response

# What a server adds for the journey; nothing in the product looks at it.
OF_THE_JOURNEY = {"server", "date", "connection", "keep-alive", "transfer-encoding"}


@Seen.application
def echo(seen: Seen) -> Answer:
    """Answer with everything an application can know of a request."""
    told = {
        "method": seen.method,
        "path": seen.environ["PATH_INFO"].encode("latin-1").decode(),
        "raw path": seen.environ["REQUEST_URI"],
        "query": seen.query_string.decode("latin-1"),
        "arguments": seen.args.to_dict(flat=False),
        "headers": sorted((name.lower(), value) for name, value in seen.headers if name != "Host"),
        "length": seen.content_length,
        "body": seen.get_data().decode("latin-1"),
    }
    return Answer(json.dumps(told), content_type="application/json")


def told(response: Response) -> dict[str, Any]:
    assert response.status == 200
    return response.json()


def own(response: Response) -> list[tuple[str, str]]:
    """The headers that the application itself set; a name is the same in any case (RFC 9110 section 5.1)."""
    return [(name.lower(), value) for name, value in response.headers if name.lower() not in OF_THE_JOURNEY]


class TransportContract:
    @pytest.fixture
    def ask(self, reach):
        """Send a request to the echoing application and return what it saw."""
        send, origin = reach(echo)

        def ask(method: str, target: str, headers: Any = (), body: bytes = b"") -> dict[str, Any]:
            return told(send(Request(method, origin + target, tuple(headers), body)))

        return ask

    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    def test_the_method_arrives(self, ask, method):
        """PATCH, which SCIM lives by, is a method like any other."""
        assert ask(method, "/Users")["method"] == method

    @pytest.mark.parametrize(
        ("target", "path"),
        [
            ("/", "/"),
            ("", "/"),
            ("?x=1", "/"),
            ("/Users/ana%40contoso.com", "/Users/ana@contoso.com"),
            ("/Users/a%20b", "/Users/a b"),
            ("/Users/a+b", "/Users/a+b"),
            ("/Users/%E5%B1%B1%E7%94%B0", "/Users/山田"),
            ("/Users/a%2Fb", "/Users/a/b"),
            ("/Users/a%25b", "/Users/a%b"),
            ("/Users/", "/Users/"),
            ("/t/scim/v2//Users", "/t/scim/v2//Users"),
            ("//Users/1", "//Users/1"),
            ("/Users;v=1", "/Users;v=1"),
        ],
    )
    def test_the_path_arrives_decoded_once(self, ask, target, path):
        """Percent signs are undone, plus signs and doubled slashes are left alone."""
        assert ask("GET", target)["path"] == path

    @pytest.mark.parametrize("target", ["/Users/a%2Fb", "//Users/%E5%B1%B1?a=%20+b", "/?x"])
    def test_the_target_arrives_as_written_too(self, ask, target):
        """Who must tell an encoded slash from a plain one can."""
        assert ask("GET", target)["raw path"] == target

    @pytest.mark.parametrize(
        ("query", "arguments"),
        [
            ("filter=userName+eq+%22a%40b.c%22", {"filter": ['userName eq "a@b.c"']}),
            ("filter=userName%20eq%20%22a%2Bb%40c.d%22", {"filter": ['userName eq "a+b@c.d"']}),
            (
                "filter=displayName+eq+%22%E5%B1%B1+%F0%9F%A7%91%22&count=2",
                {"filter": ['displayName eq "山 🧑"'], "count": ["2"]},
            ),
            ("a=1&a=2&b=", {"a": ["1", "2"], "b": [""]}),
            ("a=b=c%26d", {"a": ["b=c&d"]}),
            ("", {}),
        ],
    )
    def test_the_query_arrives_as_written(self, ask, query, arguments):
        """Plus and %20 are both a space, an encoded plus is a plus, and the raw text is untouched."""
        seen = ask("GET", f"/Users?{query}")
        assert seen["query"] == query
        assert seen["arguments"] == arguments

    def test_only_the_headers_given_arrive(self, ask):
        """No User-Agent, no Accept, nothing: third parties shall see what Azure AD would send and no more."""
        assert ask("GET", "/Users")["headers"] == []

    def test_headers_given_arrive(self, ask):
        """A User-Agent or Accept-Encoding of one's own goes out as it is, whatever case the names have."""
        headers = [("user-agent", "Azure/1.0"), ("ACCEPT-ENCODING", "gzip"), ("X-Thing", 'a, b;c="d"')]
        assert ask("GET", "/Users", headers)["headers"] == [
            ["accept-encoding", "gzip"],
            ["user-agent", "Azure/1.0"],
            ["x-thing", 'a, b;c="d"'],
        ]

    def test_a_repeated_list_header_arrives_as_one_list(self, ask):
        """Two Accept lines mean one list, in order."""
        headers = [("Accept", "application/scim+json"), ("Accept", "application/json")]
        assert ask("GET", "/Users", headers)["headers"] == [
            ["accept", "application/scim+json, application/json"]
        ]

    def test_the_authorization_arrives(self, ask):
        """A bearer token with every sign that base64 uses."""
        assert ask("GET", "/Users", [("Authorization", "Bearer a+b/c==")])["headers"] == [
            ["authorization", "Bearer a+b/c=="]
        ]

    def test_header_values_are_latin_1(self, ask):
        """A header byte is a character, in both directions."""
        assert ask("GET", "/Users", [("X-Name", "Zoë Núñez")])["headers"] == [["x-name", "Zoë Núñez"]]

    def test_an_empty_post_has_length_zero(self, ask):
        """A POST without a body says so: length nought, no content type."""
        seen = ask("POST", "/Users")
        assert (seen["length"], seen["body"]) == (0, "")
        assert seen["headers"] == [["content-length", "0"]]

    def test_a_get_has_no_length(self, ask):
        """A GET has no body, not an empty one."""
        assert ask("GET", "/Users")["length"] is None

    @pytest.mark.parametrize(
        "body",
        [
            '{"displayName":"山田 太郎 🧑‍🚀"}'.encode(),
            b"a=1&b=%20+",
            bytes(range(256)) * 3,
            b"\r\n\r\n",
            b"x" * 1_048_576,
        ],
        ids=["UTF-8", "form", "binary", "blank lines", "one megabyte"],
    )
    @pytest.mark.parametrize("method", ["POST", "PATCH"])
    def test_the_body_arrives_byte_for_byte(self, ask, method, body):
        """Text, bytes, blank lines or a megabyte: what is sent is what is read, with its length and type."""
        seen = ask(method, "/Users", [("Content-Type", "application/scim+json; charset=utf-8")], body)
        assert seen["body"].encode("latin-1") == body
        assert seen["headers"] == [
            ["content-length", str(len(body))],
            ["content-type", "application/scim+json; charset=utf-8"],
        ]

    @pytest.mark.parametrize(
        "body",
        [b"", '{"detail":"山田 🧑‍🚀"}'.encode(), bytes(range(256)), b"x" * 1_048_576],
        ids=["none", "UTF-8", "binary", "one megabyte"],
    )
    def test_the_answer_comes_back_byte_for_byte(self, reach, body):
        """Status, the application's own headers and body are what the application said."""
        send, origin = reach(Answer(body, 409, [("X-Request-Id", "7"), ("Content-Type", "application/json")]))
        response = send(Request("POST", f"{origin}/Users"))
        assert (response.status, response.body) == (409, body)
        assert own(response) == [
            ("x-request-id", "7"),
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
        ]

    def test_an_answer_in_pieces_is_whole(self, reach):
        """A streamed answer of unknown length arrives complete."""
        send, origin = reach(Answer(iter([b"a", b"", b"b" * 70_000])))
        assert send(Request("GET", f"{origin}/")).body == b"a" + b"b" * 70_000

    def test_no_content_has_no_content(self, reach):
        """204, SCIM's answer to a deletion, comes back empty."""
        send, origin = reach(Answer(status=204))
        response = send(Request("DELETE", f"{origin}/Users/1"))
        assert (response.status, response.body) == (204, b"")

    def test_head_says_how_long_and_no_more(self, reach):
        """HEAD has the headers of GET and no body."""
        send, origin = reach(Answer(b"twelve bytes", content_type="text/plain"))
        response = send(Request("HEAD", f"{origin}/"))
        assert (response.status, response.body) == (200, b"")
        assert response.header("content-length") == "12"

    def test_an_application_that_ignores_head_does_no_harm(self, reach):
        """A body sent to HEAD all the same is dropped, and the next answer is the next answer."""

        def app(environ, start):
            start("200 OK", [("Content-Length", "4")])
            return [environ["PATH_INFO"].encode()]

        send, origin = reach(app)
        assert send(Request("HEAD", f"{origin}/one")).body == b""
        assert send(Request("GET", f"{origin}/two")).body == b"/two"

    def test_repeated_answer_headers_stay_apart(self, reach):
        """Two cookies are two headers."""
        send, origin = reach(Answer(headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]))
        response = send(Request("GET", f"{origin}/"))
        assert [value for name, value in response.headers if name.lower() == "set-cookie"] == ["a=1", "b=2"]

    def test_answer_headers_are_latin_1(self, reach):
        """What the application put into a header comes back as the same text."""
        send, origin = reach(Answer(headers=[("X-Name", "Zoë")]))
        assert send(Request("GET", f"{origin}/")).header("x-name") == "Zoë"

    @pytest.mark.parametrize("status", [301, 302, 307, 401, 429, 500, 503])
    def test_every_status_is_an_answer(self, reach, status):
        """Redirects are not followed, refusals not retried: the caller decides."""
        asked = []

        def app(environ, start):
            asked.append(environ["REQUEST_METHOD"])
            headers = [("Location", "/elsewhere"), ("Retry-After", "0")]
            return Answer(b"{}", status, headers)(environ, start)

        send, origin = reach(app)
        response = send(Request("GET", f"{origin}/"))
        assert (response.status, response.header("location"), asked) == (status, "/elsewhere", ["GET"])

    def test_a_compressed_answer_stays_compressed(self, reach):
        """The body is what was on the wire, so that recordings are true."""
        send, origin = reach(Answer(b"not really gzip", headers=[("Content-Encoding", "gzip")]))
        assert send(Request("GET", f"{origin}/")).body == b"not really gzip"

    def test_one_transport_serves_many_requests(self, reach):
        """Nothing of one exchange leaks into the next."""
        send, origin = reach(echo)
        first = told(send(Request("POST", f"{origin}/Users", (("X-Thing", "1"),), b"body")))
        second = told(send(Request("GET", f"{origin}/Groups")))
        assert (first["path"], first["body"]) == ("/Users", "body")
        assert (second["path"], second["headers"], second["body"]) == ("/Groups", [], "")


class Stage:
    """An application that plays whichever application is put on it, and sees to the scheme it is asked by."""

    def __init__(self, scheme: str) -> None:
        self.app: Any = None
        self._scheme = scheme

    def __call__(self, environ: Any, start: Any) -> Any:
        assert environ["wsgi.url_scheme"] == self._scheme
        return self.app(environ, start)


class OverASocket(TransportContract):
    """The law over a fixture `stage`: a Stage behind a server, a transport, and the server's address."""

    @pytest.fixture
    def reach(self, stage: Any) -> Any:
        stage, network, url = stage

        def reach(app: Any) -> Any:
            stage.app = app
            return network, url

        return reach
