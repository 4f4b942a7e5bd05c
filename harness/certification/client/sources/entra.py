"""An Azure AD as a client's source: Microsoft Graph of a tenant of the harness's, listening on loopback.

Its pages are short, as any page may be, so that a handful of people makes several. Broken, it answers the first request as it
should, and then half of each answer, or 503.

Sources, read 2026-11-29: https://learn.microsoft.com/en-us/graph/paging (a page may hold less than what was asked for, and
the next one is where `@odata.nextLink` says), https://learn.microsoft.com/en-us/graph/errors (503).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from harness.base.errors import HarnessError
from harness.certification.client.sources.people import POPULATION, People, Person, changed, people
from harness.origins import GRAPH
from harness.wire.incoming import request_of
from harness.wire.message import Request, Response, json_request
from harness.wire.sockets.server import Server
from harness.world import create

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_PAGE = 3
_LISTS = ("/users", "/groups", "/members")
_BUSY = b'{"error": {"code": "serviceNotAvailable", "message": "The service is temporarily unavailable."}}'
_PASSWORD = "Tmp!1a2b3c4d@5e6f7a8b"  # noqa: S105 - of nobody, in a directory of the harness's own
_WORKS, _HALVED, _UNAVAILABLE = "works", "halved", "unavailable"


class EntraSource:
    """`address` is Graph's, version included; `token` is what calls bear."""

    def __init__(self, seed: str, size: int = POPULATION) -> None:
        self._world = create(seed=f"{seed}/source")
        self.before = people(size)
        self.after = changed(self.before)
        self.token = self._world.azure.settings.graph_token
        self._users: dict[str, tuple[str, Person]] = {}  # id and what is there, by key
        self._groups: dict[str, tuple[str, set[str]]] = {}  # id and members' keys, by display name
        self._state, self._answers = _WORKS, 0
        self._server = Server(self, "127.0.0.1", 0)
        self._server.start()
        self.address = f"{self._server.url}/v1.0"

    def write(self, there: People) -> None:
        """Create, change and delete through Graph, as an administrator does."""
        self._state = _WORKS
        for person in there.users:
            self._write_user(person)
        for name in set(self._users) - {each.key for each in there.users}:
            self._do("DELETE", f"/users/{self._users.pop(name)[0]}")
        for name in set(self._groups) - set(there.groups):
            self._do("DELETE", f"/groups/{self._groups.pop(name)[0]}")
        present = set(self._users)
        for name, members in there.groups.items():
            self._write_group(name, {each.lower() for each in members} & present, present)

    def cut_off(self) -> None:
        self._state, self._answers = _HALVED, 0

    def fail(self) -> None:
        self._state, self._answers = _UNAVAILABLE, 0

    def close(self) -> None:
        self._server.stop()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._answer(_short(request_of(environ, GRAPH)))
        body = answer.body.replace(GRAPH.encode(), self._server.url.encode())
        sent_body = body[: len(body) // 2] if self._state == _HALVED and self._answers > 1 else body
        headers = [each for each in answer.headers if each[0].lower() != "content-length"]
        start_response(
            f"{answer.status} {HTTPStatus(answer.status).phrase}",
            [*headers, ("Content-Length", str(len(body)))],
        )
        return [sent_body]

    def _answer(self, request: Request) -> Response:
        self._answers += 1
        if self._state == _UNAVAILABLE and self._answers > 1:
            return Response(503, (("Content-Type", "application/json"),), _BUSY)
        return self._world.unrecorded(request)

    def _write_user(self, person: Person) -> None:
        properties = {
            "accountEnabled": person.active,
            "displayName": person.display_name,
            "givenName": person.given_name,
            "surname": person.family_name,
        }
        if person.key not in self._users:
            made = self._do(
                "POST",
                "/users",
                {
                    **properties,
                    "userPrincipalName": person.user_name,
                    "mail": person.user_name,
                    "mailNickname": person.name,
                    "passwordProfile": {"password": _PASSWORD},
                },
            )
            self._users[person.key] = made["id"], person
            return
        key, there = self._users[person.key]
        if there != person:
            self._do("PATCH", f"/users/{key}", {**properties, "userPrincipalName": person.user_name})
            self._users[person.key] = key, person

    def _write_group(self, name: str, members: set[str], present: set[str]) -> None:
        if name not in self._groups:
            nickname = name.lower()
            body = {
                "displayName": name,
                "mailEnabled": False,
                "mailNickname": nickname,
                "securityEnabled": True,
            }
            self._groups[name] = self._do("POST", "/groups", body)["id"], set()
        key, there = self._groups[name]
        for newcomer in sorted(members - there):
            reference = {"@odata.id": f"{GRAPH}/v1.0/directoryObjects/{self._users[newcomer][0]}"}
            self._do("POST", f"/groups/{key}/members/$ref", reference)
        for leaving in sorted((there - members) & present):
            self._do("DELETE", f"/groups/{key}/members/{self._users[leaving][0]}/$ref")
        self._groups[name] = key, members

    def _do(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._world.unrecorded(json_request(method, f"{GRAPH}/v1.0{path}", body, bearer=self.token))
        if answer.status >= 300:
            raise HarnessError(f"Microsoft Graph answered {answer.status} to {method} {path}")
        return answer.json() if answer.body else {}


def _short(request: Request) -> Request:
    """Ask for a short page; the next one is where the link says."""
    parts = urlsplit(request.url)
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    if request.method != "GET" or not parts.path.endswith(_LISTS) or "$skiptoken" in parameters:
        return request
    top = parameters.get("$top", "")
    if top.isdecimal() and int(top) <= _PAGE:
        return request
    query = urlencode({**parameters, "$top": _PAGE}, safe="$,")
    return replace(request, url=parts._replace(query=query).geturl())
