"""Flask with less: what was left out is what nobody here uses."""

import pytest
from flask import session

from harness.wire.application import Application
from harness.wire.inprocess import inprocess
from harness.wire.message import Request

ORIGIN = "https://scim.example"


@pytest.fixture
def app():
    app = Application("test")
    app.add_url_rule("/<name>", "named", lambda name: name)
    return app


@pytest.mark.parametrize("host", ["scim.example", "127.0.0.1:8080", "[::1]:8080", "no host at all"])
def test_routes_hold_for_every_host(app, host):
    """The same path leads to the same view whatever the Host header says, in any script."""
    request = Request("GET", f"{ORIGIN}/%E5%B1%B1", (("Host", host),))
    assert inprocess(app)(request).body.decode() == "山"


def test_a_redirect_keeps_the_port(app):
    """A slash too many leads to the address without it, on this server."""
    app.add_url_rule("/a/b", "deep", lambda: "deep")
    response = inprocess(app)(Request("GET", "http://127.0.0.1:8081/a//b"))
    assert (response.status, response.header("Location")) == (308, "http://127.0.0.1:8081/a/b")


def test_there_are_no_sessions(app):
    """Nothing can be kept between requests by mistake."""
    app.testing = True
    app.add_url_rule("/keep/it", "keep", lambda: session.update(user="ana") or "kept")
    with pytest.raises(RuntimeError, match="session is unavailable"):
        app.test_client().get("/keep/it")
