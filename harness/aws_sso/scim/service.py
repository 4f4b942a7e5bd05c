"""One SCIM request from the socket to the answer: operation, token, body, transaction, event history.

A WSGI application of its own, which `app.py` puts in front of Flask's routes for everything under
`/<tenant id>/scim/v2`. The order matters: nothing is read before the token is
good, and a change commits together with its CloudTrail event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote

from flask import Response
from werkzeug.http import http_date

from harness.aws_sso import cloudtrail, refusals, tokens
from harness.aws_sso.cloudtrail import ScimCall
from harness.aws_sso.documents import decode
from harness.aws_sso.refusals import INVALID, THROTTLED, Refused
from harness.aws_sso.scim import discovery, groups, throttle, users
from harness.aws_sso.scim.call import Answer, Call, Operation
from harness.aws_sso.tenant import TENANT, Tenant
from harness.base.json_text import encode
from harness.base.quirks import Quirks
from harness.base.store import StaleError
from harness.wire.application import Ready
from harness.wire.incoming import body_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Written: TypeAlias = tuple[int, list[tuple[str, str]], bytes]
# Method, collection, whether an id follows.
OPERATIONS: Mapping[tuple[str, str, bool], Operation] = {
    ("POST", "Users", False): Operation("CreateUser", users.create, has_body=True),
    ("GET", "Users", True): Operation("GetUser", users.get, read_only=True),
    ("GET", "Users", False): Operation("ListUsers", users.find, read_only=True),
    ("PUT", "Users", True): Operation("PutUser", users.put, has_body=True),
    ("PATCH", "Users", True): Operation("PatchUser", users.patch, has_body=True),
    ("DELETE", "Users", True): Operation("DeleteUser", users.delete),
    ("POST", "Groups", False): Operation("CreateGroup", groups.create, has_body=True),
    ("GET", "Groups", True): Operation("GetGroup", groups.get, read_only=True),
    ("GET", "Groups", False): Operation("ListGroups", groups.find, read_only=True),
    ("PATCH", "Groups", True): Operation("PatchGroup", groups.patch, has_body=True),
    ("DELETE", "Groups", True): Operation("DeleteGroup", groups.delete),
    ("GET", "ServiceProviderConfig", False): Operation(
        "ServiceProviderConfig", discovery.service_provider_config, read_only=True
    ),
    ("GET", "Schemas", False): Operation("ListSchemas", discovery.schemas, read_only=True),
    ("GET", "Schemas", True): Operation("GetSchema", discovery.schema, read_only=True),
    ("GET", "ResourceTypes", False): Operation("ListResourceTypes", discovery.resource_types, read_only=True),
}
_ENDPOINTS = frozenset((collection, has_id) for _, collection, has_id in OPERATIONS)
_LATER_ENDPOINTS = frozenset({"Schemas", "ResourceTypes"})
_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_KEPT_QUOTED = "werkzeug.url_quote"  # werkzeug's way with octets that are no UTF-8: they stay as %FF


def answer(
    environ: WSGIEnvironment, start_response: StartResponse, tenant_id: str, rest: str
) -> Iterable[bytes]:
    """Answer a request; the path holds `tenant_id`, and `rest` is what follows `/scim/v2`."""
    tenant: Tenant = environ[TENANT]
    request_id = tenant.ids.uuid()
    try:
        status, headers, body = _written(
            tenant, request_id, _perform(environ, tenant, request_id, tenant_id, rest)
        )
    except Refused as refused:
        status, headers, body = written_refusal(tenant, refused, request_id)
    start_response(_STATUS_LINES[status], headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def refusal(tenant: Tenant, refused: Refused, request_id: str) -> Response:
    """Return an error answer in the form of the tenant's era."""
    return Ready(*written_refusal(tenant, refused, request_id))


def written_refusal(tenant: Tenant, refused: Refused, request_id: str) -> Written:
    """Return the same as status, headers and body."""
    made = Answer(refused.status, refusals.document(refused, tenant, request_id))
    return _written(tenant, request_id, made, refusals.headers(refused, tenant.quirks))


def _written(tenant: Tenant, request_id: str, made: Answer, more: Sequence[tuple[str, str]] = ()) -> Written:
    body = b"" if made.document is None else encode(made.document)
    headers = [
        ("Date", _date(tenant.clock.now().replace(microsecond=0))),
        ("Content-Type", "application/json"),
        ("x-amzn-RequestId", request_id),
        *more,
    ]
    if made.document is not None:
        headers.append(("Content-Length", str(len(body))))
    return made.status, headers, body


@lru_cache(maxsize=16)
def _date(second: datetime) -> str:
    return http_date(second)


def _perform(environ: WSGIEnvironment, tenant: Tenant, request_id: str, tenant_id: str, rest: str) -> Answer:
    """Carry out a request, once more where its token turns out to be another process's no longer."""
    while True:
        try:
            return _perform_once(environ, tenant, request_id, tenant_id, rest)
        except StaleError:
            tokens.forget(tenant, environ.get("HTTP_AUTHORIZATION"))


def _perform_once(
    environ: WSGIEnvironment, tenant: Tenant, request_id: str, tenant_id: str, rest: str
) -> Answer:
    operation, resource_id = _route(environ["REQUEST_METHOD"], rest, tenant.quirks)
    authorization = environ.get("HTTP_AUTHORIZATION")
    body = token_id = None

    def logged() -> ScimCall:
        parameters = _parameters(tenant_id, resource_id, environ["QUERY_STRING"])
        caller = cloudtrail.caller(environ)
        return ScimCall(operation.name, operation.read_only, request_id, token_id, parameters, body, caller)

    try:
        token_id = tokens.authenticate(tenant, authorization, tenant_id)
        body = _body(environ) if operation.has_body else None
        call = Call(tenant, resource_id, _query(environ["QUERY_STRING"]), body)
        if tenant.quirks["throttling"] and operation.name:
            throttle.enforce(call, operation)
        with tenant.store.transaction():
            tokens.demand(tenant, authorization)
            made = operation.handler(call)
            cloudtrail.scim_succeeded(tenant, logged(), made.document if made.logged else None)
    except Refused as refused:
        if operation.name and _is_logged(refused, token_id, tenant.quirks):
            with tenant.store.transaction():
                tokens.demand(tenant, authorization)
                cloudtrail.scim_refused(tenant, logged(), refused)
        raise
    return made


def _is_logged(refused: Refused, token_id: str | None, quirks: Quirks) -> bool:
    if token_id is None:
        return bool(quirks["trail-unauthorized-calls"])
    return refused.error != THROTTLED or bool(quirks["trail-throttled-calls"])


def _route(method: str, rest: str, quirks: Quirks) -> tuple[Operation, str]:
    """Return the operation and resource id of a path; what is not supported becomes an operation that refuses."""
    if rest.startswith("//"):
        if quirks["double-slash"] != "accepted":
            return _unsupported(quirks["double-slash"]), ""
        rest = rest[1:]
    before, _, tail = rest.removesuffix("/").partition("/")
    collection, slash, resource_id = tail.partition("/")
    endpoint = (collection, bool(slash))
    later = collection in _LATER_ENDPOINTS and not quirks["schema-discovery"]
    if before or endpoint not in _ENDPOINTS or "/" in resource_id or later:
        return _unsupported(quirks["unknown-endpoint"]), ""
    operation = OPERATIONS.get((method, *endpoint))
    if operation is not None:
        return operation, resource_id
    if (method, *endpoint) == ("PUT", "Groups", True):
        return _unsupported(quirks["put-group"]), ""
    return _unsupported(quirks["unsupported-method"]), ""


def _unsupported(error: str) -> Operation:
    def refuse(_: Call) -> Answer:
        raise Refused(error)

    return Operation("", refuse)


def _parameters(tenant_id: str, resource_id: str, query_string: str) -> dict[str, str]:
    parameters = {"tenantId": tenant_id}
    if resource_id:
        parameters["id"] = resource_id
    if "filter=" in query_string:
        parameters["filter"] = cloudtrail.HIDDEN
    return parameters


def _query(query_string: str) -> dict[str, str]:
    """Return the query's parameters, each as it was first given."""
    query: dict[str, str] = {}
    for pair in filter(None, query_string.encode("latin-1").decode().split("&")):
        name, _, value = pair.replace("+", " ").partition("=")
        query.setdefault(unquote(name, errors=_KEPT_QUOTED), unquote(value, errors=_KEPT_QUOTED))
    return query


def _body(environ: WSGIEnvironment) -> object:
    """Return the document of a request."""
    text = body_of(environ)
    if text is None:
        raise Refused(INVALID)
    try:
        return decode(text)
    except ValueError as error:
        raise Refused(INVALID, "Invalid JSON from RequestBody") from error
