"""The query protocol, which asks by a form and is answered in XML: STS speaks it, and much that is not served here.

Framing follows https://smithy.io/2.0/aws/protocols/aws-query-protocol.html, "Response serialization" and "Operation error
serialization"; InvalidAction is that of https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html (both read
2026-11-30). What a signature is refused with is there and, MissingAuthenticationToken, in
https://docs.aws.amazon.com/transcribe/latest/APIReference/CommonErrors.html (read 2026-11-30); SignatureDoesNotMatch is that of
https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html, and its status inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from harness.aws_sso.apis.errors import ApiError
from harness.wire.present import HttpError, present

MEDIA_TYPE = "text/xml"
_FORM = "application/x-www-form-urlencoded"
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
# What the APIs in JSON call an error, and what this protocol does.
_CODES = {
    "MissingAuthenticationTokenException": ("MissingAuthenticationToken", 403),
    "IncompleteSignatureException": ("IncompleteSignature", 400),
    "UnrecognizedClientException": ("InvalidClientTokenId", 403),
    "InvalidSignatureException": ("SignatureDoesNotMatch", 403),
    "InternalServerException": ("InternalFailure", 500),
}


def is_spoken() -> bool:
    """Tell whether the present request is asked in this protocol."""
    return not present().text("X-Amz-Target") and present().environ.get("CONTENT_TYPE", "").startswith(_FORM)


def operation() -> str:
    """Return what the present request asks for, an empty text for nothing."""
    try:
        form = parse_qs(present().body().decode("ascii", "replace"))
    except HttpError:
        return ""
    return form.get("Action", [""])[0]


def document(name: str, answer: Mapping[str, Any], request_id: str) -> bytes:
    """Return the answer of STS to an operation: texts by name."""
    members = "".join(f"<{member}>{escape(str(text))}</{member}>" for member, text in answer.items())
    result = f"<{name}Result>{members}</{name}Result>"
    metadata = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    return f'<{name}Response xmlns="{_NAMESPACE}">{result}{metadata}</{name}Response>'.encode()


def refusal(error: ApiError, request_id: str) -> tuple[int, bytes]:
    """Return the status and the document of an error."""
    code, status = _CODES.get(error.code, (error.code, error.status))
    sender = "Receiver" if status >= 500 else "Sender"
    told = f"<Type>{sender}</Type><Code>{code}</Code><Message>{escape(str(error))}</Message>"
    return (
        status,
        f"<ErrorResponse><Error>{told}</Error><RequestId>{request_id}</RequestId></ErrorResponse>".encode(),
    )
