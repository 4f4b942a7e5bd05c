"""The provisioning service's client for the target's SCIM server: requests and judgements are Azure AD's.

Every answer that the protocol does not allow becomes a `TargetError` with the provisioning log's error code; no answer can
raise anything else.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups, "SCIM protocol
requests and responses", and https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs,
"Error codes" (both read 2026-11-29).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from harness.azure_ad.mappings.compiled import ObjectMapping
from harness.azure_ad.provisioning.target.reactions import SCIM, Kind, Reaction, reaction
from harness.base import json_text
from harness.base.clock import Clock, iso
from harness.base.ids import Ids
from harness.base.quirks import Quirks
from harness.base.store import Document
from harness.scim.names import ENTERPRISE_USER, ERROR
from harness.wire.message import Request, Response, Send, TransportError, media_type
from harness.wire.recording.secrets import Secrets, quotable


@dataclass(slots=True)
class TargetError(Exception):
    """A failed request. `response` is None when no answer came.

    `body` is the answer's body, for the log. A `fatal` failure is of the connection, not of one object: the job goes into
    quarantine at once. `category` is the log's errorCategory.
    """

    code: str
    message: str
    request: Request
    response: Response | None = None
    fatal: bool = False
    category: str = "nonServiceFailure"

    def __str__(self) -> str:
        return f"{self.code}: {self.guilty}"

    @property
    def guilty(self) -> str:
        """Return the request and its failure: `PATCH https://…/Users/1 answered 500`."""
        outcome = "got no answer" if self.response is None else f"answered {self.response.status}"
        return f"{self.request.method} {self.request.url} {outcome}"

    @property
    def body(self) -> str:
        return "" if self.response is None else self.response.body.decode("utf-8", "replace")

    @property
    def status_name(self) -> str:
        """Return the status as .NET spells it: 400 is `BadRequest`."""
        return "" if self.response is None else status_name(self.response.status)


@lru_cache(maxsize=64)
def status_name(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "").replace("'", "")
    except ValueError:
        return str(status)


class Target:
    """A SCIM server: base address, token, and the `query` of every URL.

    `waits`: the clock may be moved to wait as long as a server's Retry-After asks.
    """

    def __init__(
        self, send: Send, base: str, token: str, clock: Clock, ids: Ids, *, quirks: Quirks, query: str = ""
    ) -> None:
        self.waits = True
        # https://github.com/kortix-ai/suna/pull/7297, description (read 2026-11-30): no User-Agent; nobody shows an Accept.
        headers = {"User-Agent": quirks["user-agent-header"], "Accept": quirks["accept-header"]}
        self._headers = (
            ("Authorization", f"Bearer {token}"),
            *((k, v) for k, v in headers.items() if v),
        )
        self._query = query
        self._send = send
        self._base = _USER.sub("", base)  # .NET does not send an address's user, and no log may have one
        self._has_host = bool(urlsplit(self._base).hostname)
        self._has_token, self._secrets = token != "", Secrets([token])
        self._clock = clock
        self._ids = ids
        self._quirks = quirks

    def probe(self, mapping: ObjectMapping) -> None:
        """Search for an object that cannot exist. Raises a fatal TargetError for anything but an empty list with 200.

        Source: …/app-provisioning/provision-on-demand, "Step 1: Test connection" (read 2026-11-30).
        """
        request, response, matches = self._search(
            "probe", mapping, mapping.matching[0].target, self._ids.uuid()
        )
        if matches and self._quirks["probe-must-find-nobody"]:
            raise self._failure("probe", "somebody", request, response)

    def find(self, mapping: ObjectMapping, attribute: str, value: str) -> list[Document]:
        """Return the resources whose attribute equals `value`. Raises TargetError."""
        return self._search("filter", mapping, attribute, value)[2]

    def read(self, mapping: ObjectMapping, key: str) -> Document:
        """Return one resource. Raises TargetError, with the code `InvalidAnchor` when it is gone."""
        suffix = "" if mapping.kind == "User" else "?excludedAttributes=members"
        request = self._request("GET", f"{mapping.resource}/{quote(key, safe='')}{suffix}")
        response = self._exchange("read", request, (200,))
        answer = self._resource("read", request, response)
        if answer["id"] != key and self._quirks["resource-of-another-id"] == "refused":
            raise self._failure("read", "unreadable", request, response)
        return answer

    def refers(self, mapping: ObjectMapping, key: str, other: str) -> bool:
        """Return whether a resource has `other` as its manager or among its members, by a request. Raises TargetError."""
        assert mapping.reference is not None
        condition = quote_plus(f'id eq "{key}" and {mapping.reference.target} eq "{other}"')
        request = self._request("GET", f"{mapping.resource}?filter={condition}&attributes=id")
        answer = self._document("filter", request, self._exchange("filter", request, (200,)))
        return answer.get("totalResults") != 0

    def create(self, mapping: ObjectMapping, body: Document) -> tuple[str, Document]:
        """Create a resource and return its id and the answer. Raises TargetError, also when the answer has no id."""
        request = self._request("POST", mapping.resource, body)
        answer = self._resource("create", request, self._exchange("create", request, (200, 201)))
        return answer["id"], answer

    def patch(self, mapping: ObjectMapping, key: str, body: Document) -> None:
        """Change a resource. Raises TargetError. The body of a 200 is read only where a quirk says so."""
        request = self._request("PATCH", f"{mapping.resource}/{quote(key, safe='')}", body)
        response = self._exchange("patch", request, (200, 204))
        if response.status == 200 and self._quirks["patch-answer"] == "read":
            self._resource("patch", request, response)

    def delete(self, mapping: ObjectMapping, key: str) -> None:
        """Delete a resource; one that is gone already counts as deleted. Raises TargetError."""
        request = self._request("DELETE", f"{mapping.resource}/{quote(key, safe='')}")
        response = self._exchange("delete", request, (200, 202, 204, 404))
        if response.status == 404 and self._quirks["deleted-already"] != "done":
            raise self._failure("delete", 404, request, response)

    def _search(
        self, kind: Kind, mapping: ObjectMapping, attribute: str, value: str
    ) -> tuple[Request, Response, list[Document]]:
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        excluded = "" if mapping.kind == "User" else "excludedAttributes=members&"
        condition = f"{_quoted_name(attribute)}+eq+%22{quote_plus(quoted)}%22"
        request = self._request("GET", f"{mapping.resource}?{excluded}filter={condition}")
        response = self._exchange(kind, request, (200,))
        answer = self._document(kind, request, response)
        resources = answer.get("Resources")
        if resources is None and answer.get("totalResults") == 0:
            resources = []  # RFC 7644 3.4.2: required only when there are any
        if not isinstance(resources, list) or not all(map(_is_resource, resources)):
            raise self._failure(kind, "unreadable", request, response)
        return request, response, resources

    def _request(self, method: str, path: str, body: Document | None = None) -> Request:
        # https://github.com/bitwarden/server: Azure AD is told by this header.
        form, activity = self._quirks["adscimversion-header"], self._ids.uuid()
        words = "" if form is None else form.format(date=iso(self._clock.now()), activity=activity)
        version = [("Adscimversion", words)] if words else []
        url = f"{self._base}/{path}"
        if self._query:
            url += f"{'&' if '?' in path else '?'}{self._query}"
        if body is None:
            return Request(method, url, (*self._headers, *version))
        return Request(method, url, (*self._headers, *version, _CONTENT_TYPE), json_text.encode(body))

    def _exchange(self, kind: Kind, request: Request, statuses: tuple[int, ...]) -> Response:
        """Return an answer with one of the wanted statuses. Raises TargetError for any other, and for none."""
        if not self._has_host or not self._has_token:
            # https://learn.microsoft.com/en-us/graph/application-provisioning-configure-api
            wanted_credential = "secret token" if self._has_host else "tenant URL"
            message = f"Please provide a valid {wanted_credential} for your application."
            raise TargetError(f"{SCIM}InvalidCredentials", message, request, fatal=True)
        try:
            response = self._answer(request)
        except TransportError as error:
            outcome = "timeout" if error.kind == "timeout" else "no answer"
            answer_text = f"{error} Resource: {request.url} Operation: {request.method}"
            raise self._failure(kind, outcome, request, answer_text=answer_text) from error
        if response.status not in statuses:
            refused = response.status == 400 and kind in ("create", "patch") and self._incompatible(response)
            raise self._failure(kind, "refused" if refused else response.status, request, response)
        return response

    def _incompatible(self, response: Response) -> bool:
        """Return whether a 400 to a write counts as an incompatibility of the server."""
        if self._quirks["refused-write"] == "incompatible":
            return True
        try:
            answer = response.json()
        except ValueError:
            return False
        named = answer.get("schemas") or answer.get("schema") if isinstance(answer, dict) else None
        return isinstance(named, list) and ERROR in named

    def _answer(self, request: Request) -> Response:
        """Send a request with the quirk's timeout; after a Retry-After, wait and repeat it once, if `waits`."""
        began = self._clock.now()
        response = self._send(request)
        if response.status == 429 and self.waits and self._quirks["retry-after"] == "honoured":
            seconds = response.header("Retry-After") or ""
            if seconds.isascii() and seconds.isdigit() and len(seconds) < 6:
                self._clock.advance(timedelta(seconds=int(seconds)))
                began = self._clock.now()
                response = self._send(request)
        took = self._clock.now() - began
        if took and took > timedelta(seconds=self._quirks["answer-timeout-seconds"]):
            raise TransportError("timeout", "The operation has timed out.")
        return response

    def _resource(self, kind: Kind, request: Request, response: Response) -> Document:
        answer = self._document(kind, request, response)
        if not _is_resource(answer):
            raise self._failure(kind, "unreadable", request, response)
        return answer

    def _document(self, kind: Kind, request: Request, response: Response) -> Document:
        body_type = media_type(response.header("Content-Type") or "")
        try:
            answer = response.json() if body_type in self._quirks["answer-media-types"] else None
        except ValueError as error:
            raise self._failure(kind, "unreadable", request, response) from error
        brackets = response.body.count(b"[") + response.body.count(b"{")
        if not isinstance(answer, dict) or (brackets > _DEEPEST and json_text.is_deep(answer, _DEEPEST)):
            raise self._failure(kind, "unreadable", request, response)
        return answer

    def _failure(
        self,
        kind: Kind,
        outcome: int | str,
        request: Request,
        response: Response | None = None,
        answer_text: str = "",
    ) -> TargetError:
        """Return the error for an outcome by the table of reactions; `answer_text` stands for a missing answer.

        Answers go into logs, so a token that the server repeats is removed from them, and they are cut.
        """
        row = reaction(kind, outcome) or Reaction(self._quirks["unlisted-statuses"])
        if response is not None:
            response = quotable(response, self._secrets)
            answer_text = describe(request, response) if row.sentence else ""
        sentence = row.sentence or ("" if response else "{answer}")
        message = sentence.format(answer=answer_text, status=_status(response) if response else "")
        return TargetError(row.code, message, request, response, row.fatal, row.category)


def _status(response: Response) -> str:
    is_listed = response.status in _PHRASES
    return f"{response.status} {HTTPStatus(response.status).phrase}" if is_listed else str(response.status)


def _is_resource(value: Any) -> bool:
    """Return whether a value is a SCIM resource for Azure AD: an object with an id, and no bare text as manager.

    Though it sends one: https://github.com/Budibase/budibase/issues/15369 and …/pull/17071, the opening posts (read 2026-11-30).
    """
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or value["id"] == "":
        return False
    extension = value.get(ENTERPRISE_USER)
    return not isinstance(extension, dict) or not isinstance(extension.get("manager"), str)


_quoted_name = lru_cache(maxsize=64)(quote_plus)  # a mapping searches by one or two attributes
_CONTENT_TYPE = ("Content-Type", "application/scim+json; charset=utf-8")
_USER = re.compile(r"(?<=://)[^/?#]*@")
_DEEPEST = 50  # no resource comes near
_PHRASES = {status.value for status in HTTPStatus}


def describe(request: Request, response: Response) -> str:
    """Return an unexpected answer in the portal's words (https://knowledge.broadcom.com/external/article/430118)."""
    headers = " ".join(f"{name}: {value}" for name, value in response.headers if name.lower() != "set-cookie")
    return (
        f"Received response from Web resource. Resource: {request.url} Operation: {request.method} Response Status Code: "
        f"{status_name(response.status)} Response Headers: {headers} Response Content: {response.body.decode('utf-8', 'replace')}"
    )


def explain(error: TargetError) -> str:
    """Return in the portal's words why the connection is bad."""
    if error.message:
        return error.message
    return describe(error.request, error.response) if error.response else error.code
