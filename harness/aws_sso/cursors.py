"""Cursors, opaque strings for a place in a list: SCIM's `nextCursor` and the `NextToken` of the AWS APIs.

A cursor is signed together with the request that it continues, so a changed one, or one used with another filter, is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from harness.aws_sso.tenant import Tenant

_SIGNATURE = 16


def seal(tenant: Tenant, scope: str, anchors: Sequence[str]) -> str:
    """Return a cursor within `scope` for the place after the last of `anchors` that still exists."""
    payload = "\n".join(anchors).encode()
    return base64.urlsafe_b64encode(_sign(tenant, scope, payload) + payload).decode().rstrip("=")


def unseal(tenant: Tenant, scope: str, cursor: str) -> list[str]:
    """Return the anchors. Raises ValueError for a cursor that `seal` never gave out for this scope."""
    try:
        sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (ValueError, binascii.Error) as error:
        raise ValueError("not a cursor") from error
    signature, payload = sealed[:_SIGNATURE], sealed[_SIGNATURE:]
    canonical = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    if canonical != cursor or not hmac.compare_digest(signature, _sign(tenant, scope, payload)):
        raise ValueError("not a cursor of this list")
    return payload.decode().split("\n")


def _sign(tenant: Tenant, scope: str, payload: bytes) -> bytes:
    key = f"{tenant.settings.instance_arn} {tenant.settings.identity_store_id}".encode()
    return hmac.new(key, scope.encode() + b"\0" + payload, hashlib.sha256).digest()[:_SIGNATURE]
