"""Opaque tokens that carry state to the client and back: page tokens, delta tokens, access tokens.

They are signed with a key made from the tenant's Graph token, so no client can forge one, and they stay valid when the
process restarts. Their content is not secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from harness.azure_ad.tenant import current
from harness.base.store import Document

_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode


def seal(purpose: str, payload: Any) -> str:
    """Return a token with a value; `unseal` reads it with the same purpose and tenant only."""
    text = encoded(payload)
    return f"{text}.{signature(purpose, text)}"


def unseal(purpose: str, token: str) -> Document | None:
    """Return a token's value, None for a forged or changed one."""
    text, _, signed = token.rpartition(".")
    if not token.isascii() or not hmac.compare_digest(signed, signature(purpose, text)):
        return None
    payload: Document = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return payload


def encoded(payload: Any) -> str:
    """Return a JSON value as base64url without padding."""
    return base64.urlsafe_b64encode(_encode(payload).encode()).decode().rstrip("=")


def signature(purpose: str, text: str) -> str:
    """Return the signature of a text by this tenant, for this purpose."""
    key = f"{purpose}:{current().settings.graph_token}".encode()
    return base64.urlsafe_b64encode(hmac.digest(key, text.encode(), hashlib.sha256)).decode().rstrip("=")
