"""The SCIM server as the engine sees it: requests in Azure AD's form, answers judged as Azure AD judges them.

Every answer that is not what the protocol asks for becomes a `TargetError` with the code that the provisioning log
shows; nothing a server says can raise anything else.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups and
https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs (read 2026-11).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from harness.azure_ad.provisioning.mapping import ObjectMapping
from harness.base.clock import Clock, iso
from harness.base.ids import Ids
from harness.base.store import Document
from harness.wire.message import Request, Response, Send, TransportError

SCIM = "SystemForCrossDomainIdentityManagement"
INCOMPATIBLE = f"{SCIM}ServiceIncompatible"
# https://github.com/Budibase/budibase/issues/15369
NOT_DESERIALIZED = (
    "We are not able to deserialize the resource received from your SCIM endpoint because your SCIM endpoint is not fully "
    "compatible with the Azure Active Directory SCIM client."
)
# Status of a refused write to the log's error code; howto-analyze-provisioning-logs, and for 400
# https://github.com/1Password/scim-examples/issues/82.
_CODES = {
    400: f"{SCIM}BadRequest",
    401: "Unauthorized",
    403: "InsufficientRights",
    404: "InvalidAnchor",
    405: "MethodNotAllowed",
    409: "EntryConflict",
    422: "UnprocessableEntity",
    429: "TooManyRequests",
    501: "NotImplemented",
}
_TRANSPORT_CODES = {"timeout": "Timeout"}


@dataclass(slots=True)
class TargetError(Exception):
    """A request that did not do what it should. `response` is None when no answer came.

    `body` is what the server said, for the log. `fatal` failures concern the connection, not one object: the job goes
    into quarantine at once.
    """

    code: str
    message: str
    request: Request
    response: Response | None = None
    fatal: bool = False

    @property
    def body(self) -> str:
        return "" if self.response is None else self.response.body.decode("utf-8", "replace")

    @property
    def status_name(self) -> str:
        """Return the status as .NET spells it: 400 is `BadRequest`."""
        return "" if self.response is None else status_name(self.response.status)


def status_name(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "").replace("'", "")
    except ValueError:
        return str(status)


class Target:
    """One SCIM base address and its token."""

    def __init__(self, send: Send, base: str, token: str, clock: Clock, ids: Ids) -> None:
        self._send = send
        self._base = base
        self._token = token
        self._clock = clock
        self._ids = ids

    def probe(self, mapping: ObjectMapping) -> None:
        """Ask for an object that cannot exist; anything but an empty list with 200 is a fatal TargetError.

        Source: use-scim-to-provision-users-and-groups, on Test Connection (read 2026-11).
        """
        first = mapping.matching[0].target
        try:
            self.find(mapping, first, self._ids.uuid())
        except TargetError as error:
            error.fatal = True
            raise

    def find(self, mapping: ObjectMapping, attribute: str, value: str) -> list[Document]:
        """Return the resources whose attribute equals `value`. Raises TargetError."""
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        excluded = "" if mapping.kind == "User" else "excludedAttributes=members&"
        condition = quote_plus(f'{attribute} eq "{quoted}"')
        request = self._request("GET", f"{mapping.resource}?{excluded}filter={condition}")
        response = self._exchange(request)
        if response.status in (401, 403):
            raise TargetError(
                f"{SCIM}CredentialValidationFailure",
                "While attempting to validate our authorization to access your application, we received this unexpected "
                f"response: {describe(request, response)}",
                request,
                response,
                fatal=True,
            )
        if response.status != 200:
            raise TargetError(
                INCOMPATIBLE, self._not_ok(response), request, response, fatal=response.status == 404
            )
        answer = self._json(request, response)
        resources = answer.get("Resources", [])
        if not isinstance(resources, list) or not all(map(_is_resource, resources)):
            raise TargetError(INCOMPATIBLE, NOT_DESERIALIZED, request, response)
        return resources

    def read(self, mapping: ObjectMapping, key: str) -> Document:
        """Return one resource. Raises TargetError, `InvalidAnchor` when it is gone."""
        suffix = "" if mapping.kind == "User" else "?excludedAttributes=members"
        request = self._request("GET", f"{mapping.resource}/{quote(key, safe='')}{suffix}")
        return self._json(request, self._write(request, (200,)))

    def create(self, mapping: ObjectMapping, body: Document) -> tuple[str, Document]:
        """Create a resource and return its id and the answer. Raises TargetError, also when the answer has no id."""
        request = self._request("POST", mapping.resource, body)
        response = self._write(request, (200, 201))
        answer = self._json(request, response)
        if not _is_resource(answer):
            raise TargetError(INCOMPATIBLE, NOT_DESERIALIZED, request, response)
        return answer["id"], answer

    def patch(self, mapping: ObjectMapping, key: str, body: Document) -> None:
        self._write(self._request("PATCH", f"{mapping.resource}/{quote(key, safe='')}", body), (200, 204))

    def delete(self, mapping: ObjectMapping, key: str) -> None:
        """Delete a resource; one that is gone already counts as deleted."""
        self._write(
            self._request("DELETE", f"{mapping.resource}/{quote(key, safe='')}"), (200, 202, 204, 404)
        )

    def _request(self, method: str, path: str, body: Document | None = None) -> Request:
        headers = [("Authorization", f"Bearer {self._token}")]
        # https://github.com/bitwarden/server: Azure AD is told by this header; it sends no User-Agent.
        headers.append(("Adscimversion", f"Date:{iso(self._clock.now())}, ActivityId:{self._ids.uuid()}"))
        if body is None:
            return Request(method, f"{self._base}/{path}", tuple(headers))
        headers.append(("Content-Type", "application/scim+json; charset=utf-8"))
        encoded = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        return Request(method, f"{self._base}/{path}", tuple(headers), encoded)

    def _exchange(self, request: Request) -> Response:
        if not urlsplit(self._base).hostname:
            # https://learn.microsoft.com/en-us/graph/application-provisioning-configuration-api
            message = "Please provide a valid tenant URL for your application."
            raise TargetError(f"{SCIM}InvalidCredentials", message, request, fatal=True)
        try:
            response = self._send(request)
        except TransportError as error:
            code = _TRANSPORT_CODES.get(error.kind, "WebExceptionProtocolError")
            raise TargetError(code, str(error), request) from error
        token = self._token.encode()
        if token and token in response.body:
            # What a server says goes into logs; a server that repeats the token must not put it there.
            response = Response(response.status, response.headers, response.body.replace(token, b"***"))
        return response

    def _write(self, request: Request, wanted: tuple[int, ...]) -> Response:
        response = self._exchange(request)
        if response.status not in wanted:
            code = _CODES.get(response.status) or (
                "InternalServerError" if response.status >= 500 else INCOMPATIBLE
            )
            raise TargetError(code, "", request, response, fatal=response.status == 401)
        return response

    def _json(self, request: Request, response: Response) -> Document:
        try:
            answer = response.json()
            # Lone surrogates and towers of brackets parse, and break whatever keeps or shows them later.
            json.dumps(answer, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise TargetError(INCOMPATIBLE, NOT_DESERIALIZED, request, response) from error
        if not isinstance(answer, dict) or is_deep(answer, _DEEPEST):
            raise TargetError(INCOMPATIBLE, NOT_DESERIALIZED, request, response)
        return answer

    def _not_ok(self, response: Response) -> str:
        # https://github.com/snipe/snipe-it/issues/11913
        status = (
            f"{response.status} {HTTPStatus(response.status).phrase}"
            if response.status in _PHRASES
            else response.status
        )
        return (
            f"An HTTP/{status} response was returned rather than the expected HTTP/200 OK response. To address this issue, "
            "ensure that the tenant URL is correct. The tenant URL is usually in a format like: https://<>/scim. If this "
            "does not resolve the issue, contact the application developer to ensure their SCIM endpoint conforms with the "
            "protocol https://tools.ietf.org/html/rfc7644#section-3.4.2"
        )


def _is_resource(value: Any) -> bool:
    """Tell whether a value is a SCIM resource: an object with an id."""
    return isinstance(value, dict) and isinstance(value.get("id"), str) and value["id"] != ""


def is_deep(value: Any, limit: int) -> bool:
    """Tell whether JSON is nested deeper than `limit`: what parses here may be too deep to be written elsewhere."""
    level = [value]
    for _ in range(limit):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


_DEEPEST = 50  # no resource comes near
_PHRASES = {status.value for status in HTTPStatus}


def describe(request: Request, response: Response) -> str:
    """Word an unexpected answer as the portal does (https://knowledge.broadcom.com/external/article/430118)."""
    headers = " ".join(f"{name}: {value}" for name, value in response.headers if name.lower() != "set-cookie")
    return (
        f"Received response from Web resource. Resource: {request.url} Operation: {request.method} Response Status Code: "
        f"{status_name(response.status)} Response Headers: {headers} Response Content: {response.body.decode('utf-8', 'replace')}"
    )


def as_text(value: Any) -> str:
    """Write a target value as logs show it: booleans as `True` and `False`."""
    return (
        value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False)
        if isinstance(value, dict)
        else str(value)
    )


def explain(error: TargetError) -> str:
    """Say in the portal's words why the connection is bad."""
    if error.message:
        return error.message
    return describe(error.request, error.response) if error.response else error.code
