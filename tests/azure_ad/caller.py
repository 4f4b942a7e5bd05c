"""Whoever calls Microsoft Graph of a company, and looks at the form of every answer on the way."""

from typing import Any

from harness.wire.message import Request, Response, json_request
from tests.azure_ad.provisioning.company import GRAPH, GRAPH_TOKEN

BEARER = ("Authorization", f"Bearer {GRAPH_TOKEN}")
EVENTUAL = (("ConsistencyLevel", "eventual"),)


class Caller:
    """`{app}` and `{job}` in a path stand for the ids; a path begins behind `/v1.0` unless it is a whole URL."""

    def __init__(self, company):
        self.company = company

    def __call__(self, method, path, body=None, *, headers=(), version="v1.0", token=GRAPH_TOKEN) -> Response:
        path = path.replace("{app}", self.company.app).replace("{job}", self.company.job)
        url = path if path.startswith("https:") else f"{GRAPH}/{version}{path}"
        answer = self.company.ask(json_request(method, url, body, bearer=token, headers=headers))
        assert answer.status != 500, answer.body
        return answer

    def get(self, path, **options) -> Any:
        answer = self("GET", path, **options)
        assert answer.status == 200, answer.body
        return answer.json()

    def names(self, path, **options):
        items = self.get(path, **options)["value"]
        return [item.get("userPrincipalName") or item.get("displayName") for item in items]

    def do(self, method, path, body=None, status=204, **options) -> Any:
        answer = self(method, path, body, **options)
        assert answer.status == status, answer.body
        return answer.json() if answer.body else None

    def fail(self, method, path, body=None, **options):
        """Return status, code and message of a refusal; its form is checked on the way."""
        answer = self(method, path, body, **options)
        return checked_refusal(answer)

    def pages(self, path, **options):
        """Follow the next links; return all items and the last page."""
        items, page = [], self.get(path, **options)
        while "@odata.nextLink" in page:
            items += page["value"]
            page = self.get(page["@odata.nextLink"], **options)
            assert len(items) < 10_000
        return items + page["value"], page

    def ask(self, request: Request) -> Response:
        return self.company.ask(request)


def person(body):
    """Return the body of a POST to /users with whatever it must have (user-post-users) and does not say."""
    name = body.get("userPrincipalName")
    nickname = name.partition("@")[0] if isinstance(name, str) else "nobody"
    given = {"accountEnabled": True, "displayName": nickname, "mailNickname": nickname}
    return {**given, "passwordProfile": {"password": "xWwvJ]6NMw+bWH-d"}, **body}


def team(body):
    """Return the body of a POST to /groups with whatever it must have (group-post-groups) and does not say."""
    return {"mailEnabled": False, "securityEnabled": True, "mailNickname": "team", **body}


def checked_refusal(answer):
    """Return status, code and message of an error body of Graph's form."""
    document = answer.json()
    assert list(document) == ["error"]
    error = document["error"]
    assert [key for key in error if key != "details"] == ["code", "message", "innerError"]
    inner = error["innerError"]
    assert list(inner) == ["date", "request-id", "client-request-id"]
    assert inner["request-id"] == answer.header("request-id")
    assert inner["client-request-id"] == answer.header("client-request-id")
    assert answer.header("Content-Type").startswith("application/json")
    return answer.status, error["code"], error["message"]


def address(key, kind="directoryObjects"):
    return {"@odata.id": f"{GRAPH}/v1.0/{kind}/{key}"}
