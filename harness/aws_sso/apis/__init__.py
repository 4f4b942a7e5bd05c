"""The AWS APIs of this account in AWS JSON 1.1, as boto3 and the AWS CLI speak them, and `sts`, which is asked in a `query`.

`portal` holds those in REST-JSON. `app.py` routes `POST /` and all that is signed here. Framing and errors follow
https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html, "Protocol Behaviors" and "Operation error serialization" (read
2026-11-30). A change and its CloudTrail event are kept together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.aws_sso.accounts import roles
from harness.aws_sso.apis import query, signatures, trail, unserved
from harness.aws_sso.apis.call import Call, Service, only_reads
from harness.aws_sso.apis.errors import ApiError
from harness.aws_sso.apis.served import BY_TARGET, SIGNING_NAMES, STS, Served
from harness.aws_sso.apis.signatures import Signature, Signed
from harness.aws_sso.apis.trail import Heard
from harness.aws_sso.documents import decode
from harness.aws_sso.tenant import Tenant, current
from harness.base.json_text import encode
from harness.base.sqlite import is_full
from harness.base.store import StorageError
from harness.wire.message import Response, reason_phrase
from harness.wire.outgoing import http_date
from harness.wire.present import HttpError, log_broken, present


class _Services(Mapping[str, Service]):
    """The services by the prefix of X-Amz-Target; each is imported at its first call."""

    def __getitem__(self, target: str) -> Service:
        return BY_TARGET[target].load()

    def __iter__(self) -> Iterator[str]:
        return iter(BY_TARGET)

    def __len__(self) -> int:
        return len(BY_TARGET)


SERVICES: Mapping[str, Service] = _Services()


def answer() -> Response:
    """Answer the present request by its `X-Amz-Target`; an internal error is answered as AWS does."""
    tenant = current()
    try:
        return _answer(tenant)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and worded
        log_broken(present().environ, error)
        sentence = str(error) if isinstance(error, StorageError) else reason_phrase(500)
        broken = ApiError("InternalServerException", sentence, 500)
        return _refusal(tenant, broken, tenant.ids.uuid())


def _answer(tenant: Tenant) -> Response:
    request_id = tenant.ids.uuid()
    try:
        heard = _hear_query(tenant, request_id) if query.is_spoken() else _hear(tenant, request_id)
    except ApiError as error:
        return _refusal(tenant, error, request_id)
    try:
        document = _kept(tenant, heard)
    except ApiError as error:
        trail.refused(tenant, heard, error)
        return _refusal(tenant, error, request_id, heard.service)
    if query.is_spoken():
        content = query.document(heard.operation, document, request_id)
        return _response(tenant, 200, content, request_id, media_type=query.MEDIA_TYPE)
    return _response(tenant, 200, document, request_id)


def _kept(tenant: Tenant, heard: Heard) -> dict[str, Any]:
    """Carry out a call and log its event; on a full disk a call that only reads is answered without one."""

    def perform() -> dict[str, Any]:
        document = _carry_out(tenant, heard)
        trail.succeeded(tenant, heard, document)
        return document

    try:
        return tenant.store.carry_out(perform, only_reads=only_reads(heard.operation))
    except Exception as error:
        if not (is_full(error) and only_reads(heard.operation)):
            raise
    return _carry_out(tenant, heard)


def _hear(tenant: Tenant, request_id: str) -> Heard:
    """Return the call: signer, service, operation and body. Raises ApiError for a bad signature, operation or JSON."""
    request = present()
    signature = signatures.parse(request.header("Authorization"))
    if signature.scope[2] not in SIGNING_NAMES:
        raise unserved.not_served(signature.scope[2])
    target, _, operation = request.text("X-Amz-Target").rpartition(".")
    entry = BY_TARGET.get(target)
    if entry is not None and operation and operation not in entry.load().handlers:
        raise unserved.operation_not_served(entry.module, operation)
    if entry is None or not operation or _is_later(tenant, entry, operation):
        # Without a message: https://github.com/hashicorp/terraform-provider-aws/issues/31624, comment of 2023-08-23
        # (read 2026-11-29).
        raise ApiError("UnknownOperationException", "")
    body = _verified(tenant, signature, entry)
    try:
        raw = decode(body or b"{}")
    except ValueError as error:
        raise ApiError("SerializationException", "The request body is not JSON.") from error
    return Heard(entry.load(), operation, signature.access_key_id, raw, request_id)


def _hear_query(tenant: Tenant, request_id: str) -> Heard:
    """Return who asks STS for what. Raises ApiError for a bad signature and for an operation that is not here."""
    signature = signatures.parse(present().header("Authorization"))
    operation, service = query.operation(), STS.load()
    if signature.scope[2] != STS.signing_name or operation not in service.handlers:
        raise unserved.not_served(signature.scope[2])
    if roles.unseal(tenant, signature.access_key_id, present().text("X-Amz-Security-Token")) is None:
        _verified(tenant, signature, STS)
    return Heard(service, operation, signature.access_key_id, {}, request_id)


def _verified(tenant: Tenant, signature: Signature, entry: Served) -> bytes:
    """Return the body. Raises ApiError for one that is too long, or that the owner of the configured key pair did not sign."""
    request = present()
    try:
        body = request.body()
    except HttpError as error:
        raise ApiError("SerializationException", "The request body is too long.") from error
    if tenant.settings.api_credentials is not None:
        headers = {name.lower(): value for name, value in request.headers()}
        signed = Signed(request.environ["QUERY_STRING"], headers, body)
        credentials, region = tenant.settings.api_credentials, tenant.settings.region
        signatures.verify(signature, signed, credentials, region, entry.signing_name)
    return body


def _is_later(tenant: Tenant, entry: Served, operation: str) -> bool:
    """Tell whether an operation of today was not there in the year that is imitated."""
    if entry.module == "sso_admin":
        return operation in tenant.quirks["later-admin-operations"]
    return f"{entry.signing_name}:{operation}" in tenant.quirks["later-operations"]


def _carry_out(tenant: Tenant, heard: Heard) -> dict[str, Any]:
    parameters = heard.service.read(heard.operation, heard.raw, tenant.quirks)
    return heard.service.handlers[heard.operation](
        Call(tenant, parameters, heard.request_id, heard.access_key_id)
    )


def _refusal(tenant: Tenant, error: ApiError, request_id: str, service: Service | None = None) -> Response:
    in_xml = unserved.refusal(error, request_id)
    if in_xml is not None:
        return _response(tenant, *in_xml, request_id, media_type=query.MEDIA_TYPE)
    name = "message" if service is None else service.message
    document = {
        "__type": error.code,
        **({name: str(error)} if str(error) else {}),
        **error.members,
        **({"RequestId": request_id} if service is not None and service.tells_request_id else {}),
    }
    return _response(tenant, error.status, document, request_id, ("x-amzn-ErrorType", error.code))


def _response(
    tenant: Tenant,
    status: int,
    content: Any,
    request_id: str,
    *more: tuple[str, str],
    media_type: str = "application/x-amz-json-1.1",
) -> Response:
    """Return a response with `content`: bytes as they are, anything else as JSON."""
    body = content if isinstance(content, bytes) else encode(content)
    headers = (
        ("Date", http_date(tenant.clock.now())),
        ("Content-Type", media_type),
        ("x-amzn-RequestId", request_id),
        ("Content-Length", str(len(body))),
    )
    return Response(status, (*headers, *more), body)
