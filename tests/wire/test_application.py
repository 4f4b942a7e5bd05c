"""Flask with less: what was left out is what nobody here uses."""

import pytest
from flask import session

from harness.wire.application import Application, Ready
from harness.wire.inprocess import inprocess
from harness.wire.message import Request

ORIGIN = "https://scim.example"


@pytest.fixture
def app():
    app = Application("test")
    app.add_url_rule(
        "/ready", "ready", lambda: Ready(201, [("X-Name", "Zoë"), ("Content-Length", "4")], b"body")
    )
    app.add_url_rule("/<name>", "named", lambda name: name)
    return app


def test_a_ready_answer_goes_out_as_it_is(app):
    """Status, headers and body are those given, nothing added."""
    response = inprocess(app)(Request("GET", f"{ORIGIN}/ready"))
    assert (response.status, response.body) == (201, b"body")
    assert response.headers == (("X-Name", "Zoë"), ("Content-Length", "4"))


def test_a_ready_answer_to_head_has_no_body(app):
    """HEAD tells the length and no more."""
    started = []
    environ = {
        "REQUEST_METHOD": "HEAD", "PATH_INFO": "/ready", "SCRIPT_NAME": "", "QUERY_STRING": "",
        "SERVER_NAME": "scim.example", "SERVER_PORT": "443", "wsgi.url_scheme": "https",
    }  # fmt: skip
    assert list(app(environ, lambda *answer: started.append(answer))) == []
    assert ("Content-Length", "4") in started[0][1]


@pytest.mark.parametrize("host", ["scim.example", "127.0.0.1:8080", "[::1]:8080", "no host at all"])
def test_routes_hold_for_every_host(app, host):
    """The same path leads to the same view whatever the Host header says, in any script."""
    request = Request("GET", f"{ORIGIN}/%E5%B1%B1", (("Host", host),))
    assert inprocess(app)(request).body.decode() == "山"


def test_there_are_no_sessions(app):
    """Nothing can be kept between requests by mistake."""
    app.testing = True
    app.add_url_rule("/keep/it", "keep", lambda: session.update(user="ana") or "kept")
    with pytest.raises(RuntimeError, match="session is unavailable"):
        app.test_client().get("/keep/it")
