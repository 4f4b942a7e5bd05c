"""The AWS APIs of this account, in AWS JSON 1.1: CloudTrail, Identity Store (reads) and SSO Admin, as boto3 speaks them.

`app.py` routes `POST /` here. Framing and errors follow https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
(read 2026-11); a request must be signed in form, but any signature is good.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date

from harness.aws_sso.apis import cloudtrail, identitystore, sso_admin
from harness.aws_sso.apis.parameters import ApiError, Handler, Parameters
from harness.aws_sso.documents import decode, encode
from harness.aws_sso.tenant import Tenant, current

OPERATIONS: Mapping[str, Handler] = {
    **{
        f"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{name}": handler
        for name, handler in cloudtrail.OPERATIONS.items()
    },
    **{f"AWSIdentityStore.{name}": handler for name, handler in identitystore.OPERATIONS.items()},
    **{f"SWBExternalService.{name}": handler for name, handler in sso_admin.OPERATIONS.items()},
}
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=[^\s/,]+/\d{8}/[a-z0-9-]+/[a-z0-9-]+/aws4_request *, *"
    r"SignedHeaders=[a-z0-9;-]+ *, *Signature=[0-9a-f]{64}\Z"
)


def answer() -> Response:
    """Answer the present request by its `X-Amz-Target`."""
    tenant = current()
    request_id = tenant.ids.uuid()
    try:
        handler = _handler(request.headers.get("X-Amz-Target", ""))
        document = handler(tenant, Parameters(_body()))
    except ApiError as error:
        return _refusal(tenant, error, request_id)
    return _response(tenant, 200, document, request_id)


def refuse(error: HTTPException) -> Response:
    """Answer what never reached an operation, or broke in one."""
    tenant = current()
    code = "InternalServerException" if (error.code or 500) >= 500 else "SerializationException"
    return _refusal(tenant, ApiError(code, error.name, error.code or 500), tenant.ids.uuid())


def _handler(target: str) -> Handler:
    authorization = request.headers.get("Authorization")
    if authorization is None:
        raise ApiError("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
    if not _AUTHORIZATION.match(authorization):
        raise ApiError(
            "IncompleteSignatureException", "The Authorization header is not a Signature Version 4."
        )
    if target not in OPERATIONS:
        raise ApiError("UnknownOperationException", "The requested operation is not known.")
    return OPERATIONS[target]


def _body() -> Any:
    try:
        return decode(request.get_data(cache=False) or b"{}")
    except (ValueError, HTTPException) as error:
        raise ApiError("SerializationException", "The request body is not JSON.") from error


def _refusal(tenant: Tenant, error: ApiError, request_id: str) -> Response:
    document = {"__type": error.code, "message": str(error), **error.members}
    response = _response(tenant, error.status, document, request_id)
    response.headers["x-amzn-ErrorType"] = error.code
    return response


def _response(tenant: Tenant, status: int, document: Any, request_id: str) -> Response:
    headers = {
        "Date": http_date(tenant.clock.now()),
        "Content-Type": "application/x-amz-json-1.1",
        "x-amzn-RequestId": request_id,
    }
    return Response(encode(document), status, headers)
