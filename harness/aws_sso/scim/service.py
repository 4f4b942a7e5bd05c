"""Handles one SCIM request: operation, token, body, transaction, event history.

`app.py` puts this WSGI application in front of Flask's for `/<tenant id>/scim/v2`. The order matters: nothing is read
before the token is checked, and a change commits together with its CloudTrail event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias

from harness.aws_sso import cloudtrail, refusals, tokens
from harness.aws_sso.cloudtrail import ScimCall
from harness.aws_sso.refusals import Refused
from harness.aws_sso.scim import throttle
from harness.aws_sso.scim.call import Answer, Call
from harness.aws_sso.scim.incoming import document_of, parameters_of
from harness.aws_sso.scim.operations import operation_of
from harness.aws_sso.tenant import TENANT, Tenant
from harness.base.json_text import encode
from harness.base.store import StaleError, StorageError
from harness.wire.outgoing import http_date
from harness.wire.present import log_broken

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Written: TypeAlias = tuple[int, list[tuple[str, str]], bytes]
_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def answer(
    environ: WSGIEnvironment, start_response: StartResponse, tenant_id: str, rest: str
) -> Iterable[bytes]:
    """Answer a request; `tenant_id` is the one in its path, `rest` the path after `/scim/v2`."""
    tenant: Tenant = environ[TENANT]
    request_id = tenant.ids.uuid()
    try:
        status, headers, body = _written(
            tenant, request_id, _perform(environ, tenant, request_id, tenant_id, rest)
        )
    except Refused as refused:
        status, headers, body = written_refusal(tenant, refused, request_id)
    except StorageError as error:
        log_broken(environ, error)
        broken = Refused("InternalServerException", detail=str(error))
        status, headers, body = written_refusal(tenant, broken, request_id)
    start_response(_STATUS_LINES[status], headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def written_refusal(tenant: Tenant, refused: Refused, request_id: str) -> Written:
    """Return an error answer in the form of the tenant's profile: status, headers and body."""
    made = Answer(refused.status, refusals.document(refused, tenant, request_id))
    return _written(tenant, request_id, made, refusals.headers(refused, tenant.quirks))


def _written(tenant: Tenant, request_id: str, made: Answer, more: Sequence[tuple[str, str]] = ()) -> Written:
    body = b"" if made.document is None else encode(made.document)
    headers = [
        ("Date", _date(int(tenant.clock.now().timestamp()))),
        ("Content-Type", "application/json"),
        ("x-amzn-RequestId", request_id),
        *more,
    ]
    if made.document is not None:
        headers.append(("Content-Length", str(len(body))))
    return made.status, headers, body


@lru_cache(maxsize=16)
def _date(second: int) -> str:
    return http_date(datetime.fromtimestamp(second, UTC))


def _perform(environ: WSGIEnvironment, tenant: Tenant, request_id: str, tenant_id: str, rest: str) -> Answer:
    """Carry out a request; repeat it if another process has revoked the token in the meantime."""
    while True:
        try:
            return _perform_once(environ, tenant, request_id, tenant_id, rest)
        except StaleError:
            tokens.forget(tenant, environ.get("HTTP_AUTHORIZATION"))


def _perform_once(
    environ: WSGIEnvironment, tenant: Tenant, request_id: str, tenant_id: str, rest: str
) -> Answer:
    operation, resource_id = operation_of(environ["REQUEST_METHOD"], rest, tenant.quirks)
    authorization = environ.get("HTTP_AUTHORIZATION")
    body = token_id = None

    def logged() -> ScimCall:
        parameters = cloudtrail.parameters_of(tenant_id, resource_id, environ["QUERY_STRING"])
        caller = cloudtrail.caller(environ)
        return ScimCall(operation.name, operation.read_only, request_id, token_id, parameters, body, caller)

    def perform() -> Answer:
        tokens.demand(tenant, authorization)
        made = operation.handler(call)
        cloudtrail.scim_succeeded(tenant, logged(), made.document if made.logged else None)
        return made

    try:
        token_id = tokens.authenticate(tenant, authorization, tenant_id)
        body = document_of(environ) if operation.has_body else None
        call = Call(tenant, resource_id, parameters_of(environ["QUERY_STRING"]), body)
        if tenant.quirks["throttling"] and operation.name:
            throttle.enforce(call, operation)
        return tenant.store.carry_out(perform, only_reads=operation.read_only)
    except Refused as refused:
        if operation.name and cloudtrail.is_kept(refused, token_id, tenant.quirks):
            with tenant.store.transaction():
                tokens.demand(tenant, authorization)
                cloudtrail.scim_refused(tenant, logged(), refused)
        raise
