"""Right servers that are unusual: each does what the RFCs leave to a server, so that no check may hold it against them.

Source: RFC 7644, 3.3 (a server may alter what is sent), 3.4.2.2 (filters may be declined), 3.4.2.4 (fewer than asked for),
3.5.1 (defaults for what a PUT leaves out), 3.5.2 (204), 3.6 (former names in conflict: SHOULD NOT), RFC 7643, 3.3, 4.1.1 (what
active means is the server's to say) and 7 (mutability is a schema's to say),
https://datatracker.ietf.org/doc/html/rfc7644 (read 2026-11-29).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from harness.scim.names import CORE_GROUP, CORE_USER, ENTERPRISE_USER
from harness.wire.message import Request, Response
from tests.certification.right import schema
from tests.certification.right.patching import Refusal
from tests.certification.right.server import Resource, RightServer

_OWN = "urn:ietf:params:scim:schemas:extension:example:2.0:User"
_NAMES = {CORE_USER: "userName", CORE_GROUP: "displayName"}
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_TERM = re.compile(r"([\w:.]+)\s+(?:eq|ne|co|sw|ew|gt|ge|lt|le|pr)\b", re.IGNORECASE)
_EQUAL = re.compile(r'\w+ eq ("(?:[^"\\]|\\.)*"|true|false)', re.IGNORECASE)


class Adorning(RightServer):
    """Fills in defaults, texts made of parts, a mark in each element, and an extension of its own that counts writes."""

    def __init__(self) -> None:
        super().__init__()
        self.composed: set[str] = set()

    def store(self, kind: str, resource: Resource, moment: str) -> Resource:
        if kind == "Users":
            self.adorn(resource)
        for each in resource.get("members", []):
            each |= {"$ref": f"../Users/{each['value']}", "display": "Somebody"}
        return super().store(kind, resource, moment)

    def put(self, kind: str, there: Resource, body: Resource) -> Resource:
        return super().put(kind, there, {"preferredLanguage": "en"} | body if kind == "Users" else body)

    def adorn(self, user: Resource) -> None:
        for name, default in {"locale": "en-US", "userType": "Employee", "timezone": "Etc/UTC"}.items():
            user.setdefault(name, default)
        name = user.get("name")
        if isinstance(name, dict):
            self.compose(name, "familyName", "givenName")
        for each in (*_elements(user, "emails"), *_elements(user, "phoneNumbers")):
            each |= {"display": each.get("value", ""), "primary": each.get("primary", False)}
        for each in _elements(user, "addresses"):
            self.compose(each, "locality", "country")
        user.setdefault(ENTERPRISE_USER, {}).setdefault("organization", "Example")
        user[_OWN] = {"revision": self.version, "score": self.version * 0.5}
        user["schemas"] = [*schema.URNS[:1], ENTERPRISE_USER, _OWN]

    def compose(self, parts: Resource, *names: str) -> None:
        """Make `formatted` of parts, unless a client said what it is."""
        if parts.get("formatted") in {None, *self.composed}:
            parts["formatted"] = " ".join(str(parts.get(name, "")) for name in names)
            self.composed.add(parts["formatted"])


class Tidying(RightServer):
    """Keeps telephones without blanks, addresses and names in lower case, texts without tags; times in whole seconds."""

    def now(self) -> str:
        self.time += timedelta(seconds=1)  # for nobody waits here
        return self.time.isoformat(timespec="seconds").replace("+00:00", "Z")

    def store(self, kind: str, resource: Resource, moment: str) -> Resource:
        for each in _elements(resource, "phoneNumbers"):
            each["value"] = str(each.get("value", "")).replace(" ", "")
        for each in _elements(resource, "emails"):
            each["value"] = str(each.get("value", "")).lower()
        if "userName" in resource:
            resource["userName"] = resource["userName"].lower()
        for name in ("displayName", "title"):
            if isinstance(resource.get(name), str):
                resource[name] = re.sub(r"<[^>]*>", "", resource[name])
        return super().store(kind, resource, moment)

    def answer_patch(self, there: Resource, query: dict[str, str]) -> Response:
        return replace(self.no_content(), headers=(("ETag", there["meta"]["version"]),))


class Sparing(RightServer):
    """Claims no more than PATCH and eq, gives ten of a list, keeps former names, and shows nobody's groups."""

    def __init__(self) -> None:
        super().__init__()
        self.former: set[str] = set()

    def discovery(self, request: Request, root: str, rest: list[str], query: dict[str, str]) -> Response:
        answer = super().discovery(request, root, rest, query)
        if root != "ServiceProviderConfig" or answer.status != 200:
            return answer
        config = answer.json()
        config |= {name: {"supported": False} for name in ("sort", "etag")}
        config["bulk"] = {"supported": False, "maxOperations": 0, "maxPayloadSize": 0}
        config["filter"] = {"supported": True, "maxResults": 10}
        return self.reply(200, config)

    def bulk(self, body: Resource, request: Request) -> Response:
        raise Refusal(501)

    def search(self, kind: str, body: Resource) -> Response:
        raise Refusal(404)

    def match_version(self, request: Request, there: Resource) -> None:
        """There are no versions."""

    def tags(self, resource: Resource) -> dict[str, str]:
        return {}

    def test(self, query: dict[str, str]) -> Any:
        if not _EQUAL.fullmatch(query.get("filter", "a eq true")):
            raise Refusal(400, "invalidFilter")
        return super().test(query)

    def ordered(self, resources: list[Resource], query: dict[str, str]) -> list[Resource]:
        return resources

    def bounds(self, query: dict[str, str], total: int) -> tuple[int, int]:
        start, count = super().bounds(query, total)
        return start, min(count, 10)

    def shown(self, resource: Resource, query: dict[str, str]) -> Resource:
        shown = super().shown(resource, query)
        shown.pop("groups", None)
        shown.get("meta", {}).pop("version", None)
        return shown

    def delete(self, kind: str, key: str) -> None:
        there = self.kinds[kind][key]
        self.former.add(self.folded(there.get("userName") or there["displayName"]))
        del self.kinds[kind][key]

    def require_unique(self, kind: str, resource: Resource, key: str) -> None:
        if not key and self.folded(resource.get("userName") or resource["displayName"]) in self.former:
            raise Refusal(409, "uniqueness")
        super().require_unique(kind, resource, key)


class Declining(Sparing):
    """Has neither filters nor PATCH, and says so."""

    def discovery(self, request: Request, root: str, rest: list[str], query: dict[str, str]) -> Response:
        answer = super().discovery(request, root, rest, query)
        if root != "ServiceProviderConfig" or answer.status != 200:
            return answer
        declined = {"patch": {"supported": False}, "filter": {"supported": False, "maxResults": 0}}
        return self.reply(200, answer.json() | declined)

    def test(self, query: dict[str, str]) -> Any:
        if "filter" in query:
            raise Refusal(501)
        return super().test(query)

    def patch(self, kind: str, there: Resource, body: Resource) -> Resource:
        raise Refusal(501)


class Narrow(RightServer):
    """Takes filters of users by userName alone."""

    def listed(self, kind: str, query: dict[str, str]) -> Resource:
        names = _TERM.findall(_TEXT.sub('""', query.get("filter", "")))
        if kind == "Users" and any(name.lower() != "username" for name in names):
            raise Refusal(400, "invalidFilter")
        return super().listed(kind, query)


class Ungrouped(RightServer):
    """Takes no filters of groups."""

    def listed(self, kind: str, query: dict[str, str]) -> Resource:
        if kind == "Groups" and "filter" in query:
            raise Refusal(400, "invalidFilter")
        return super().listed(kind, query)


class Choosy(RightServer):
    """Takes one value of a type, roles of its own alone, and nobody for a member who is disabled."""

    def store(self, kind: str, resource: Resource, moment: str) -> Resource:
        for name in ("emails", "phoneNumbers", "addresses"):
            types = [each.get("type") for each in _elements(resource, name)]
            if len(types) != len(set(types)):
                raise Refusal(400, "invalidValue")
        if any(each.get("value") not in ("guide", "guest") for each in _elements(resource, "roles")):
            raise Refusal(400, "invalidValue")
        people = [self.kinds["Users"].get(each["value"], {}) for each in _elements(resource, "members")]
        if not all(each.get("active", True) for each in people):
            raise Refusal(400, "invalidValue")
        stored = super().store(kind, resource, moment)
        if stored.get("active") is False:
            self.leave_groups(stored["id"])
        return stored


class Constant(RightServer):
    """Lets names be for good and disables nobody, as its schemas say, and refuses a second address."""

    def discovery(self, request: Request, root: str, rest: list[str], query: dict[str, str]) -> Response:
        answer = super().discovery(request, root, rest, query)
        if root != "Schemas" or answer.status != 200:
            return answer
        document = answer.json()
        for each in document.get("Resources", [document]):
            each["attributes"] = [one for one in each["attributes"] if one["name"] != "active"]
            for one in each["attributes"]:
                if one["name"] == _NAMES.get(each["id"]):
                    one["mutability"] = "immutable"
        return self.reply(200, document)

    def store(self, kind: str, resource: Resource, moment: str) -> Resource:
        name, there = _NAMES[schema.CORE[kind]], self.kinds[kind].get(resource["id"])
        if there is not None and resource[name] != there[name]:
            raise Refusal(400, "mutability")
        if len(_elements(resource, "emails")) > 1:
            raise Refusal(400, "invalidValue")
        resource.pop("active", None)
        return super().store(kind, resource, moment)


def _elements(resource: Resource, name: str) -> list[Resource]:
    there = resource.get(name)
    return [each for each in there if isinstance(each, dict)] if isinstance(there, list) else []


CONTROLS = (Adorning, Tidying, Sparing, Declining, Narrow, Ungrouped, Choosy, Constant)
