"""A small right SCIM server in memory: all that the suites demand, so that a mutant of it is wrong in one point alone.

Time is its own and moves with each request. What its mutants override are its methods.
"""

from __future__ import annotations

import copy
import json
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from harness.base.ids import Ids
from harness.scim.names import CORE_USER, ENTERPRISE_USER, ERROR, LIST_RESPONSE
from harness.scim.path import get
from harness.wire.message import Request, Response
from tests.certification.right import schema
from tests.certification.right.filters import FilterError, elements, parse, values
from tests.certification.right.patching import Patching, Refusal
from tests.certification.wrong import URL
from tests.conftest import TOKEN

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
Resource = dict[str, Any]


class RightServer:
    """A transport into a directory of its own; `START` is where its time begins."""

    patching = Patching
    media_type = "application/scim+json"

    def __init__(self) -> None:
        from tests.certification.conftest import START

        self.kinds: dict[str, dict[str, Resource]] = {"Users": {}, "Groups": {}}
        self.ids, self.time, self.version = Ids("right"), START, 0
        self.turn = threading.RLock()

    # What is asked

    def __call__(self, request: Request) -> Response:
        with self.turn:
            return self.answer(request)

    def answer(self, request: Request) -> Response:
        self.time += timedelta(milliseconds=7)
        parts = urlsplit(request.url.removeprefix(URL))
        query = {name: each[0] for name, each in parse_qs(parts.query, keep_blank_values=True).items()}
        segments = [unquote(each) for each in parts.path.strip("/").split("/")]
        try:
            self.authorize(request)
            return self.route(request, segments, query)
        except Refusal as refusal:
            return self.refusal(refusal)

    def authorize(self, request: Request) -> None:
        scheme, _, token = (request.header("Authorization") or "").partition(" ")
        if (scheme.lower(), token) != ("bearer", TOKEN):
            raise Refusal(401)

    def route(self, request: Request, segments: list[str], query: dict[str, str]) -> Response:
        root, rest = segments[0], segments[1:]
        if root in self.kinds:
            if rest == [".search"] and request.method == "POST":
                return self.search(root, self.read_body(request))
            return (
                self.collection(request, root, query)
                if not rest
                else self.single(request, root, rest[0], query)
            )
        if root == "Bulk" and request.method == "POST":
            return self.bulk(self.read_body(request), request)
        if root == "Me":
            raise Refusal(501)
        return self.discovery(request, root, rest, query)

    def collection(self, request: Request, kind: str, query: dict[str, str]) -> Response:
        if request.method == "GET":
            return self.reply(200, self.listed(kind, query))
        if request.method == "POST":
            made = self.create(kind, self.read_body(request))
            return self.reply(
                201, self.shown(made, query), self.tags(made) | {"Location": made["meta"]["location"]}
            )
        raise Refusal(405)

    def single(self, request: Request, kind: str, key: str, query: dict[str, str]) -> Response:
        there = self.find(kind, key)
        if request.method in ("PUT", "PATCH", "DELETE"):
            self.match_version(request, there)
        if request.method == "GET":
            if request.header("If-None-Match") == there["meta"]["version"]:
                return Response(304)
        elif request.method == "PUT":
            there = self.put(kind, there, self.read_body(request))
        elif request.method == "PATCH":
            return self.answer_patch(self.patch(kind, there, self.read_body(request)), query)
        elif request.method == "DELETE":
            self.delete(kind, key)
            return self.no_content()
        else:
            raise Refusal(405)
        return self.reply(200, self.shown(there, query), self.tags(there))

    def answer_patch(self, there: Resource, query: dict[str, str]) -> Response:
        return self.reply(200, self.shown(there, query), self.tags(there))

    def no_content(self) -> Response:
        return Response(204)

    def match_version(self, request: Request, there: Resource) -> None:
        if request.header("If-Match") not in (None, "*", there["meta"]["version"]):
            raise Refusal(412)

    def read_body(self, request: Request) -> Resource:
        try:
            body = json.loads(request.body)
        except ValueError as error:
            raise Refusal(400, "invalidSyntax") from error
        if not isinstance(body, dict):
            raise Refusal(400, "invalidSyntax")
        return body

    def discovery(self, request: Request, root: str, rest: list[str], query: dict[str, str]) -> Response:
        documents = {"ResourceTypes": schema.resource_types(URL), "Schemas": schema.schemas(URL)}
        if root == "ServiceProviderConfig":
            self.refuse_writes(request)
            return self.reply(200, schema.service_provider_config())
        if root not in documents:
            raise Refusal(404)
        self.refuse_writes(request)
        if "filter" in query:
            raise Refusal(403)
        if not rest:
            return self.reply(200, self.page(documents[root], 1, len(documents[root])))
        return self.reply(
            200, next((each for each in documents[root] if each["id"] == rest[0]), None) or self.missing()
        )

    def refuse_writes(self, request: Request) -> None:
        if request.method != "GET":
            raise Refusal(405)

    def missing(self) -> Any:
        raise Refusal(404)

    # What is done

    def now(self) -> str:
        return self.time.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def find(self, kind: str, key: str) -> Resource:
        return self.kinds[kind].get(key) or self.missing()

    def create(self, kind: str, body: Resource) -> Resource:
        made = self.cleaned(kind, body)
        self.require_unique(kind, made, "")
        key = self.ids.uuid()
        made = {**made, "id": key, "meta": {"resourceType": schema.TYPE[kind], "created": self.now()}}
        made["meta"]["location"] = f"{URL}/{kind}/{key}"
        return self.store(kind, made, made["meta"]["created"])

    def put(self, kind: str, there: Resource, body: Resource) -> Resource:
        changed = {**self.cleaned(kind, body), "id": there["id"], "meta": dict(there["meta"])}
        self.require_unique(kind, changed, there["id"])
        return self.store(kind, changed, self.now())

    def patch(self, kind: str, there: Resource, body: Resource) -> Resource:
        operations = get(body, "Operations")
        if not isinstance(operations, list):
            raise Refusal(400, "invalidSyntax")
        changed = copy.deepcopy(there)
        patching = self.patching(changed, schema.CORE[kind])
        for operation in operations:
            self.operate(kind, patching, operation)
        self.require_unique(kind, changed, there["id"])
        return self.store(kind, changed, self.now())

    def operate(self, kind: str, patching: Patching, operation: Any) -> None:
        patching.operate(operation)

    def delete(self, kind: str, key: str) -> None:
        del self.kinds[kind][key]
        self.leave_groups(key)

    def leave_groups(self, key: str) -> None:
        for group in self.kinds["Groups"].values():
            if "members" in group:
                group["members"] = [each for each in group["members"] if each["value"] != key]

    def store(self, kind: str, resource: Resource, moment: str) -> Resource:
        self.version += 1
        resource["meta"]["version"] = f'W/"{self.version}"'
        resource["meta"]["lastModified"] = moment
        resource.pop("password", None)
        self.kinds[kind][resource["id"]] = resource
        return resource

    def cleaned(self, kind: str, body: Resource) -> Resource:
        """Return what a client may write of a resource, by the names of the schema, extensions in their place."""
        core = schema.CORE[kind]
        names = {name.lower(): name for name in schema.ATTRIBUTES[core] if name != "groups"}
        parts = {names[name.lower()]: each for name, each in body.items() if name.lower() in names}
        cleaned = {
            "schemas": [core],
            **{name: each for name, each in parts.items() if each not in (None, "", [], {})},
        }
        extension = get(body, ENTERPRISE_USER)
        if core == CORE_USER and isinstance(extension, dict) and extension:
            cleaned |= {"schemas": [core, ENTERPRISE_USER], ENTERPRISE_USER: copy.deepcopy(extension)}
            manager = cleaned[ENTERPRISE_USER].get("manager")
            if isinstance(manager, str):
                cleaned[ENTERPRISE_USER]["manager"] = {"value": manager}
        name = "userName" if kind == "Users" else "displayName"
        if not isinstance(cleaned.get(name), str):
            raise Refusal(400, "invalidValue")
        return copy.deepcopy(cleaned)

    def require_unique(self, kind: str, resource: Resource, key: str) -> None:
        """Azure AD's validator wants the names of groups unique too."""
        name = "userName" if kind == "Users" else "displayName"
        wanted = self.folded(resource.get(name, ""))
        for each in self.kinds[kind].values():
            if each["id"] != key and self.folded(each.get(name, "")) == wanted:
                raise Refusal(409, "uniqueness")

    def folded(self, name: str) -> str:
        return name.lower()

    def bulk(self, body: Resource, request: Request) -> Response:
        made: dict[str, str] = {}
        results: list[dict[str, Any]] = []
        if len(get(body, "Operations")) > schema.MOST_OPERATIONS or len(request.body) > schema.MOST_BYTES:
            raise Refusal(413)
        most = get(body, "failOnErrors") or len(get(body, "Operations"))
        for each in get(body, "Operations"):
            if sum(int(result["status"]) >= 400 for result in results) >= most:
                break
            text = json.dumps(get(each, "data"))
            for name, key in made.items():
                text = text.replace(f"bulkId:{name}", key)
            path = get(each, "path")
            inner = Request(get(each, "method"), f"{URL}{path}", request.headers, text.encode())
            answer = self(inner)
            result = {"method": get(each, "method"), "status": str(answer.status)}
            if "bulkId" in each:
                result["bulkId"] = each["bulkId"]
            if answer.status == 201:
                made[get(each, "bulkId")] = answer.json()["id"]
                result["location"] = answer.json()["meta"]["location"]
            elif inner.method != "POST":
                result["location"] = inner.url
            if answer.status >= 400:
                result["response"] = answer.json()
            results.append(result)
        return self.reply(200, {"schemas": [BULK], "Operations": results})

    # What is shown

    def search(self, kind: str, body: Resource) -> Response:
        query = {name: each for name, each in body.items() if name != "schemas"}
        for name in ("attributes", "excludedAttributes"):
            if name in query:
                query[name] = ",".join(query[name])
        return self.reply(200, self.listed(kind, {name: str(each) for name, each in query.items()}))

    def listed(self, kind: str, query: dict[str, str]) -> Resource:
        test = self.test(query)
        chosen = [each for each in self.kinds[kind].values() if test(each)]
        chosen = self.ordered(chosen, query)
        start, count = self.bounds(query, len(chosen))
        return self.page(
            [self.shown(each, query) for each in chosen[start - 1 : start - 1 + count]], start, len(chosen)
        )

    def bounds(self, query: dict[str, str], total: int) -> tuple[int, int]:
        try:
            return max(1, int(query.get("startIndex", "1"))), max(0, int(query.get("count", str(total))))
        except ValueError as error:
            raise Refusal(400, "invalidValue") from error

    def page(self, resources: list[Any], start: int, total: int) -> Resource:
        return {
            "schemas": [LIST_RESPONSE],
            "totalResults": total,
            "startIndex": start,
            "itemsPerPage": len(resources),
            "Resources": resources,
        }

    def test(self, query: dict[str, str]) -> Any:
        if "filter" not in query:
            return lambda _: True
        try:
            return parse(query["filter"])
        except (FilterError, ValueError) as error:
            raise Refusal(400, "invalidFilter") from error

    def ordered(self, resources: list[Resource], query: dict[str, str]) -> list[Resource]:
        """Whoever lacks the value is last, in descending order first; of a list the primary counts (RFC 7644, 3.4.2.3)."""
        if "sortBy" not in query:
            return resources
        down, name = query.get("sortOrder") == "descending", query["sortBy"]
        return sorted(resources, key=lambda each: _place(each, name), reverse=down)

    def shown(self, resource: Resource, query: dict[str, str]) -> Resource:
        """Return a resource with what was asked for, and a user's groups."""
        there = copy.deepcopy(resource)
        if there["id"] in self.kinds["Users"]:
            groups = [
                {"value": each["id"], "display": each["displayName"]}
                for each in self.kinds["Groups"].values()
                if there["id"] in [member["value"] for member in each.get("members", [])]
            ]
            there |= {"groups": groups} if groups else {}
        wanted, unwanted = (
            [_short(each.strip().lower()) for each in query.get(name, "").split(",") if each.strip()]
            for name in ("attributes", "excludedAttributes")
        )
        if wanted:
            return _narrowed(there, wanted)
        for name in [each for each in there if each.lower() in unwanted and each not in ("id", "schemas")]:
            del there[name]
        for name, value in there.items():
            parts = [each.removeprefix(f"{name.lower()}:") for each in unwanted]
            if name.startswith("urn:"):
                there[name] = {sub: each for sub, each in value.items() if sub.lower() not in parts}
        return there

    def tags(self, resource: Resource) -> dict[str, str]:
        return {"ETag": resource["meta"]["version"]}

    def reply(self, status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
        all_headers = {"Content-Type": self.media_type, **(headers or {})}
        return Response(status, tuple(all_headers.items()), json.dumps(body).encode())

    def refusal(self, refusal: Refusal) -> Response:
        body = {"schemas": [ERROR], "status": str(refusal.status), "detail": refusal.detail}
        if refusal.scim_type:
            body["scimType"] = refusal.scim_type
        headers = {"WWW-Authenticate": 'Bearer realm="scim"'} if refusal.status == 401 else {}
        return self.reply(refusal.status, body, headers)


def _place(resource: Resource, name: str) -> tuple[bool, str]:
    """Return what a resource is sorted by; true is behind false."""
    root, _, rest = name.partition(".")
    primary = [each for each in elements(resource, root) if each.get("primary") is True]
    there = values({root: primary}, name) if primary and rest else values(resource, name)
    return not there, str(next(iter(there), "")).lower()


def _short(name: str) -> str:
    """Return a core attribute's name without its schema's."""
    for urn in schema.CORE.values():
        name = name.removeprefix(f"{urn.lower()}:")
    return name


def _narrowed(there: Resource, wanted: list[str]) -> Resource:
    narrowed: Resource = {"schemas": there["schemas"], "id": there["id"]}
    for name, value in there.items():
        starts = tuple(name.lower() + sign for sign in ".:")
        subs = [each[len(name) + 1 :] for each in wanted if each.startswith(starts)]
        if name.lower() in wanted:
            narrowed[name] = value
        elif subs and isinstance(value, dict):
            narrowed[name] = {sub: each for sub, each in value.items() if sub.lower() in subs}
    return narrowed
