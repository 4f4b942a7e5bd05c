"""Signature Version 4 of a request. Without a configured key pair any well-formed signature is good.

Imitates https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (read 2026-11-30). The sentences
about date, Region and service and about a signature that does not match are those of
https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html, "Canonicalization errors" and "Credential scope
errors" (read 2026-11-30). A signature's age is not judged: clients sign by the wall clock, and this account's clock may be months
ahead of it on purpose.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote

from msgspec import Struct

from harness.aws_sso.apis.errors import ApiError

_ALGORITHM = "AWS4-HMAC-SHA256"
_PART = re.compile(r"\s*(\w+)=([^,\s]*)\s*(?:,|\Z)")
_PARTS = ("Credential", "SignedHeaders", "Signature")
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
    "signing method. Consult the service documentation for details."
)


class Signature(Struct, frozen=True):
    """The Authorization header, taken apart. `scope` is date, region, service and `aws4_request`."""

    access_key_id: str
    scope: tuple[str, ...]
    signed_headers: tuple[str, ...]
    digest: str


class Signed(Struct, frozen=True):
    """What a signature covers: the request to `/`, its header names in lower case."""

    query: str
    headers: Mapping[str, str]
    body: bytes


def parse(authorization: str | None) -> Signature:
    """Return the signature of a request. Raises ApiError for none, or for one that is malformed."""
    if authorization is None:
        raise ApiError("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != _ALGORITHM:
        raise _incomplete(f"Unsupported AWS 'algorithm': only {_ALGORITHM} for now.")
    parts = dict(_PART.findall(rest))
    missing = [f"Authorization header requires '{name}' parameter." for name in _PARTS if not parts.get(name)]
    if missing:
        raise _incomplete(" ".join(missing))
    key, *scope = parts["Credential"].split("/")
    if not key or len(scope) != 4 or not re.fullmatch(r"\d{8}", scope[0]) or scope[3] != "aws4_request":
        raise _incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term."
        )
    if not re.fullmatch("[0-9a-f]{64}", parts["Signature"]):
        raise _incomplete("The Signature is not a SHA-256 digest in hexadecimal.")
    return Signature(key, tuple(scope), tuple(parts["SignedHeaders"].split(";")), parts["Signature"])


def verify(
    signature: Signature, signed: Signed, credentials: tuple[str, str], region: str, service: str
) -> None:
    """Raise ApiError unless the owner of `credentials` (key id, secret) made this signature of this very request."""
    key_id, secret = credentials
    if signature.access_key_id != key_id:
        raise ApiError(
            "UnrecognizedClientException", "The security token included in the request is invalid."
        )
    date, given_region, given_service, _ = signature.scope
    stamp = signed.headers.get("x-amz-date", "")
    problems = [
        (given_region != region, f"Credential should be scoped to a valid region, not '{given_region}'."),
        (given_service != service, f"Credential should be scoped to correct service: '{service}'."),
        (
            stamp[:8] != date,
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.",
        ),
        (
            "host" not in signature.signed_headers,
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ),
    ]
    reason = " ".join(sentence for wrong, sentence in problems if wrong)
    if not reason and not hmac.compare_digest(_digest(signature, signed, secret, stamp), signature.digest):
        reason = _MISMATCH
    if reason:
        raise ApiError("InvalidSignatureException", reason)


def _digest(signature: Signature, signed: Signed, secret: str, stamp: str) -> str:
    query = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in parse_qsl(signed.query, keep_blank_values=True)
    )
    headers = [
        f"{name}:{' '.join(signed.headers.get(name, '').split())}\n" for name in signature.signed_headers
    ]
    request = "\n".join(
        (
            "POST",
            "/",
            "&".join(f"{name}={value}" for name, value in query),
            "".join(headers),
            ";".join(signature.signed_headers),
            hashlib.sha256(signed.body).hexdigest(),
        )
    )
    hashed = hashlib.sha256(request.encode()).hexdigest()
    to_sign = "\n".join((_ALGORITHM, stamp, "/".join(signature.scope), hashed))
    key = f"AWS4{secret}".encode()
    for part in signature.scope:
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


def _incomplete(message: str) -> ApiError:
    return ApiError("IncompleteSignatureException", message)
