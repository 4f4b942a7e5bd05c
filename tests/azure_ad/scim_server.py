"""A small SCIM server that is strict about what Azure AD sends, remembers every request, and misbehaves on demand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

from harness.scim.names import ENTERPRISE_USER, ERROR, LIST_RESPONSE, PATCH_OP
from harness.scim.path import parse_path, read, remove, write
from harness.wire.message import Request, Response
from tests.conftest import TOKEN

BASE = "https://scim.example.com/v2"
_GUID = re.compile(r'"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"')
_EQUALS = re.compile(r'(?P<attribute>.+) eq (?P<value>"(?:[^"\\]|\\.)*")\Z')
_MEMBER = re.compile(r'members\[value eq "(?P<id>[^"]+)"\]\Z')

Rule = Callable[[Request], Response | None]


def reply(status: int, body: Any = None, kind: str = "application/scim+json") -> Response:
    """Return a response; bytes go out as they are, None as an empty body."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Response(status, (("Content-Type", kind),), raw)


def refusal(status: int, detail: str = "refused") -> Response:
    return reply(status, {"schemas": [ERROR], "status": str(status), "detail": detail})


class ScimServer:
    """A `Send`. Ids are `u1`, `u2`, … and `g1`, … so that tests read like transcripts."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.rules: list[Rule] = []
        self.token = TOKEN
        self.resources: dict[str, dict[str, dict[str, Any]]] = {"Users": {}, "Groups": {}}
        self.created: list[str] = []
        self._made = {"Users": 0, "Groups": 0}

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        for rule in self.rules:
            answer = rule(request)
            if answer is not None:
                return answer
        self._demand_manners(request)
        return self._answer(request)

    def refuse(self, method: str, path: str, answer: Response | Exception, times: int = 10**6) -> None:
        """Answer the next `times` requests of a method whose decoded path matches in the given way."""
        left = [times]

        def rule(request: Request) -> Response | None:
            if request.method != method or not re.search(path, shown(request)) or left[0] == 0:
                return None
            left[0] -= 1
            if isinstance(answer, Exception):
                raise answer
            return answer

        self.rules.append(rule)

    def mend(self) -> None:
        self.rules.clear()

    def add(self, kind: str, resource: dict[str, Any]) -> str:
        """Put an account there that Azure AD knows nothing of."""
        self._made[kind] += 1
        key = f"{kind[0].lower()}{self._made[kind]}"
        self.resources[kind][key] = {**resource, "id": key}
        return key

    def seen(self) -> list[str]:
        """Return what was asked for, probes left out, and forget it."""
        told = [f"{request.method} {shown(request)}" for request in self.requests if not is_probe(request)]
        self.requests.clear()
        return told

    def bodies(self, method: str) -> list[Any]:
        """Return the bodies of all requests of a method, and forget them."""
        told = [json.loads(request.body) for request in self.requests if request.method == method]
        self.requests.clear()
        return told

    def user(self, name: str) -> dict[str, Any]:
        return next(user for user in self.resources["Users"].values() if user["userName"] == name)

    def state(self) -> Any:
        """Return what a person would see, without the ids of this run."""
        names = {key: user["userName"] for key, user in self.resources["Users"].items()}
        names |= {key: group["displayName"] for key, group in self.resources["Groups"].items()}
        users = []
        for user in self.resources["Users"].values():
            extension = dict(user.get(ENTERPRISE_USER, {}))
            if "manager" in extension:
                extension["manager"] = names.get(extension["manager"]["value"], "?")
            users.append({**user, "id": "", ENTERPRISE_USER: extension})
        groups = [
            {**group, "id": "", "externalId": "", "members": sorted(names[key] for key in group["members"])}
            for group in self.resources["Groups"].values()
        ]
        return sorted(users, key=lambda user: user["userName"]), sorted(
            groups, key=lambda group: group["displayName"]
        )

    def _demand_manners(self, request: Request) -> None:
        assert request.header("Authorization") == f"Bearer {self.token}"
        assert request.header("User-Agent") is None
        assert re.fullmatch(
            r"Date:\S+Z, ActivityId:[0-9a-f]{8}-[0-9a-f-]{27}", request.header("Adscimversion") or ""
        )
        wanted = "application/scim+json; charset=utf-8" if request.body else None
        assert request.header("Content-Type") == wanted
        assert request.url.startswith(f"{BASE}/")
        assert "aadOptscim" not in request.url

    def _answer(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        kind, _, key = parts.path.removeprefix("/v2/").partition("/")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if kind == "Groups" and request.method == "GET":
            assert query.get("excludedAttributes") == "members"
        if request.method == "POST":
            return self._create(kind, json.loads(request.body))
        if not key:
            return self._search(kind, query["filter"])
        return self._one(request, kind, unquote(key))

    def _search(self, kind: str, condition: str) -> Response:
        match = _EQUALS.match(condition)
        assert match, condition
        path, value = parse_path(match["attribute"]), json.loads(match["value"])
        found = [
            _without_members(resource)
            for resource in self.resources[kind].values()
            if str(read(resource, path)).lower() == value.lower()
        ]
        return reply(
            200,
            {
                "schemas": [LIST_RESPONSE],
                "totalResults": len(found),
                "Resources": found,
                "startIndex": 1,
                "itemsPerPage": 20,
            },
        )

    def _create(self, kind: str, body: dict[str, Any]) -> Response:
        name = "userName" if kind == "Users" else "displayName"
        assert body["schemas"]
        assert "id" not in body
        assert body.get("active", True) in (True, False)
        if any(held[name].lower() == body[name].lower() for held in self.resources[kind].values()):
            return refusal(409, "taken")
        if kind == "Groups":
            assert body["members"] == []
        key = self.add(kind, body)
        self.created.append(body[name])
        return reply(201, {**body, "id": key})

    def _one(self, request: Request, kind: str, key: str) -> Response:
        resource = self.resources[kind].get(key)
        if resource is None:
            return refusal(404, f"{key} not found")
        if request.method == "DELETE":
            del self.resources[kind][key]
            for group in self.resources["Groups"].values():
                group["members"] = [member for member in group["members"] if member != key]
            return reply(204)
        if request.method == "PATCH":
            body = json.loads(request.body)
            assert body["schemas"] == [PATCH_OP]
            assert body["Operations"]
            for operation in body["Operations"]:
                _apply(resource, operation)
            return reply(204) if kind == "Groups" else reply(200, resource)
        assert request.method == "GET"
        return reply(200, _without_members(resource))


def shown(request: Request) -> str:
    """Return path and query as a person reads them."""
    parts = urlsplit(request.url)
    path = unquote(parts.path.removeprefix("/v2"))
    return f"{path}?{unquote_plus(parts.query)}" if parts.query else path


def is_probe(request: Request) -> bool:
    return request.method == "GET" and _GUID.search(unquote_plus(request.url)) is not None


def _without_members(resource: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name != "members"}


def _apply(resource: dict[str, Any], operation: dict[str, Any]) -> None:
    """Apply one operation of either dialect, and fail the test for any other form."""
    kind, path, value = operation["op"].lower(), operation.get("path"), operation.get("value")
    assert kind in ("add", "replace", "remove")
    if path is None:
        assert kind == "replace"
        for name, each in value.items():
            write(resource, parse_path(name), each)
    elif path == "members":
        keys = [member["value"] for member in value]
        if kind == "remove":
            resource["members"] = [member for member in resource["members"] if member not in keys]
        else:
            resource["members"] += [key for key in keys if key not in resource["members"]]
    elif match := _MEMBER.match(path):
        resource["members"] = [member for member in resource["members"] if member != match["id"]]
    elif ":manager" in path:
        assert value is None or isinstance(value, str)
        extension = resource.setdefault(ENTERPRISE_USER, {})
        extension.pop("manager", None)
        if kind != "remove":
            extension["manager"] = {"value": value}
    elif kind == "remove":
        remove(resource, parse_path(path))
    else:
        if path == "active" and isinstance(value, str):
            assert value in ("True", "False")
            value = value == "True"
        write(resource, parse_path(path), value)
