"""What the clients of AWS's other services are told, each in a form that they can read: that it is not served here.

S3 answers as in https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, "REST error responses" and, of its list,
NotImplemented; Route 53 and CloudFront wrap an error as the query protocol does (the models of botocore 1.44.5, `protocol` and
`restXmlErrorWrapping`; all read 2026-11-30). The other services read JSON.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from harness.aws_sso.apis import query, signatures
from harness.aws_sso.apis.errors import ApiError
from harness.wire.present import present

_S3 = frozenset({"s3", "s3express", "s3-object-lambda", "s3-outposts"})
_WRAPPED = frozenset({"cloudfront", "route53"})


def not_served(service: str) -> ApiError:
    """Return the error for a service by the name in its signature; of `sts`, for all but one operation."""
    code, status = ("NotImplemented", 501) if service in _S3 else ("UnknownOperationException", 400)
    if query.is_spoken():
        code = "InvalidAction"
    what = "This operation of sts" if service == "sts" else service
    sentence = (
        f"{what} is not served here. Of the AWS APIs that are signed there are cloudtrail, identitystore, organizations and "
        "sso-admin, and of sts GetCallerIdentity: ask the others at an endpoint of their own."
    )
    return ApiError(code, sentence, status)


def operation_not_served(module: str, operation: str) -> ApiError:
    """Return the error for an operation of a service that is here; AWS says nothing beside the code, and has more operations."""
    service = module.replace("_", "-")
    return ApiError("UnknownOperationException", f"{operation} of {service} is not served here.")


def refusal(error: ApiError, request_id: str) -> tuple[int, bytes] | None:
    """Return the status and the document in XML for a client that reads it, None for one that reads JSON."""
    if query.is_spoken():
        return query.refusal(error, request_id)
    service = _service()
    if service in _WRAPPED:
        return query.refusal(error, request_id)
    if service not in _S3:
        return None
    members = (
        f"<Code>{error.code}</Code><Message>{escape(str(error))}</Message><RequestId>{request_id}</RequestId>"
    )
    return error.status, f"<Error>{members}</Error>".encode()


def _service() -> str:
    """Return what the present request was signed for, an empty text for nothing."""
    try:
        return signatures.parse(present().header("Authorization")).scope[2]
    except ApiError:
        return ""
