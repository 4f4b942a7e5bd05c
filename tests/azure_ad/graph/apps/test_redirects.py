"""Addresses that a browser is sent to are addresses."""

import pytest

from tests.azure_ad.caller import Caller

WRONG = (
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    " javascript:alert(1)",
    "\x01javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "data:text/html,x",
    "https://a.example.com/a b",
    "",
)
RIGHT = ["https://a.example.com/?b=c#d", "http://localhost", "myapp://auth", "urn:ietf:wg:oauth:2.0:oob"]


@pytest.fixture
def graph(company):
    return Caller(company)


@pytest.mark.parametrize("url", WRONG)
def test_what_is_no_address_is_refused(graph, url):
    """By each way in, and nothing is kept."""
    key = graph.do("POST", "/applications", {"displayName": "Robot"}, 201)
    before = graph.company.rows()
    ways = [("PATCH", "/servicePrincipals/{app}", {"replyUrls": ["https://a.example.com", url]})]
    ways += [("POST", "/servicePrincipals", {"appId": key["appId"], "replyUrls": [url]})]
    for platform in ("web", "spa", "publicClient"):
        ways.append(("PATCH", f"/applications/{key['id']}", {platform: {"redirectUris": [url]}}))
        ways.append(("POST", "/applications", {"displayName": "Other", platform: {"redirectUris": [url]}}))
    for method, path, body in ways:
        status, code, message = graph.fail(method, path, body)
        assert (status, code) == (400, "Request_BadRequest")
        assert "Invalid value specified for property" in message
    assert graph.company.rows() == before


def test_an_address_is_kept(graph):
    graph.do("PATCH", "/servicePrincipals/{app}", {"replyUrls": RIGHT})
    assert graph.get("/servicePrincipals/{app}")["replyUrls"] == RIGHT
    made = graph.do("POST", "/applications", {"displayName": "Robot", "web": {"redirectUris": RIGHT}}, 201)
    assert made["web"]["redirectUris"] == RIGHT
