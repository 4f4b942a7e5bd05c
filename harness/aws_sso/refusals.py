"""The refusals of SCIM calls in AWS's words: the HTTP answer, and the error in CloudTrail's event.

Raised anywhere below `scim/`, written by `scim/service.py`. The names are those of the developer guide's error tables
(https://docs.aws.amazon.com/singlesignon/latest/developerguide/createuser.html, Errors, read 2026-11-29) and never show over
HTTP; the sentences are RFC 7644's, section 3.12, and for 429 RFC 6585's; the envelope is as quoted in
https://docs.aws.amazon.com/singlesignon/latest/userguide/idp-microsoft-entra.html and in issues since.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from harness.aws_sso.tenant import Tenant
from harness.base.quirks import Quirks
from harness.scim.names import ERROR


class Kind(Struct, frozen=True):
    status: int
    sentence: str


KINDS: Mapping[str, Kind] = {
    "ValidationException": Kind(400, "Request is unparsable, syntactically incorrect, or violates schema."),
    "UnauthorizedException": Kind(
        401, "Authorization failure. The authorization header is invalid or missing."
    ),
    "AccessDeniedException": Kind(403, "Operation is not permitted based on the supplied authorization."),
    "ResourceNotFoundException": Kind(404, "Specified resource (e.g., User) or endpoint does not exist."),
    "ConflictException": Kind(409, "Refused to create a new, duplicate resource."),
    "ThrottlingException": Kind(429, "Too Many Requests"),
    "InternalServerException": Kind(500, "An internal error."),
}

INVALID = "ValidationException"
UNAUTHORIZED = "UnauthorizedException"
NOT_FOUND = "ResourceNotFoundException"
CONFLICT = "ConflictException"
THROTTLED = "ThrottlingException"


class Refused(Exception):
    """A SCIM call is refused.

    `error` is a key of `KINDS`, `reason` the specific cause where the service names one. CloudTrail always prints the
    reason; the HTTP answer has it only if the quirk `specific-details` lists the error. `detail` is a text that the HTTP
    answer has in every profile.
    """

    def __init__(self, error: str, reason: str | None = None, *, detail: str | None = None) -> None:
        super().__init__(reason or KINDS[error].sentence)
        self.error = error
        self.reason = reason
        self.detail = detail

    @property
    def status(self) -> int:
        return KINDS[self.error].status

    def trail_message(self, quirks: Quirks) -> str:
        return self.reason or self.detail or self.sentence(quirks)

    def http_message(self, quirks: Quirks) -> str:
        """Return the text of the answer's `detail`."""
        cause = self.reason if self.error in quirks["specific-details"] else None
        return self.detail or cause or self.sentence(quirks)

    def sentence(self, quirks: Quirks) -> str:
        """Return the error's general sentence, for answers without a cause."""
        sentences: Mapping[str, str] = quirks["error-sentences"]
        return sentences.get(self.error, KINDS[self.error].sentence)


def document(refused: Refused, tenant: Tenant, request_id: str) -> dict[str, Any]:
    """Return the error body in the form of the tenant's profile."""
    members = {
        "schema": [ERROR],
        "schemas": [ERROR],
        "detail": refused.http_message(tenant.quirks),
        "status": str(refused.status),
        "exceptionRequestId": request_id,
        "timeStamp": _timestamp(tenant.clock.now()),
    }
    return {name: members[name] for name in tenant.quirks["error-members"]}


def headers(refused: Refused, quirks: Quirks) -> list[tuple[str, str]]:
    """Return the headers that only an error answer has."""
    if refused.error == UNAUTHORIZED and (challenge := quirks["www-authenticate"]):
        return [("WWW-Authenticate", challenge)]
    if refused.error == THROTTLED and (seconds := quirks["retry-after-seconds"]):
        return [("Retry-After", str(seconds))]
    return []


def _timestamp(moment: datetime) -> str:
    """Write `2026-05-27 00:37:52.16`: milliseconds lose their trailing zeros, but one digit stays."""
    millis = f"{moment.microsecond // 1000:03d}".rstrip("0") or "0"
    return f"{moment.isoformat(' ')[:19]}.{millis}"
