"""Automatic provisioning: the switch, the SCIM endpoint's address and its access tokens.

Called by the console and, for every SCIM request, by `scim/service.py`. Imitates
https://docs.aws.amazon.com/singlesignon/latest/userguide/provision-automatically.html, from "How to enable automatic
provisioning" to "How to rotate an access token" (edition of June 2023, read 2026-11-29). Of a token itself only the SHA-256
is kept, as the key under which its document is found, so no secret is ever compared letter by letter.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from msgspec import Struct

from harness.aws_sso.refusals import NOT_FOUND, UNAUTHORIZED, Refused
from harness.aws_sso.tenant import Tenant
from harness.base.clock import iso
from harness.base.store import Document

_TOKEN = "token"  # noqa: S105 - a kind of document
_SWITCH = "provisioning"
_TOKEN_OCTETS = 420  # 560 characters of base64


class Declined(Exception):
    """The console refuses an action: the HTTP status and the sentence for the administrator."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Token(Struct, frozen=True):
    """`value` is set only when the token has just been made; it cannot be seen again."""

    id: str
    created_at: str
    expires_at: str
    value: str | None = None


def endpoint(tenant: Tenant) -> str:
    slash = "/" if tenant.quirks["endpoint-trailing-slash"] else ""
    return f"{tenant.settings.scim_origin}/{tenant.settings.tenant_id}/scim/v2{slash}"


def enabled(tenant: Tenant) -> bool:
    return tenant.store.get(_SWITCH, _SWITCH) is not None


def listed(tenant: Tenant) -> list[Token]:
    """Return the tokens, expired ones included, oldest first."""
    return [Token(**body) for _, body in tenant.store.scan(_TOKEN)]


def enable(tenant: Tenant) -> Token:
    """Turn provisioning on and return the first token. Raises Declined when it is on."""
    if enabled(tenant):
        raise Declined(409, "Automatic provisioning is already enabled.")
    tenant.store.put(_SWITCH, _SWITCH, {"enabledAt": iso(tenant.clock.now())})
    return generate(tenant)


def disable(tenant: Tenant, confirm: object) -> None:
    """Turn provisioning off; users and groups stay. Raises Declined while there are tokens or without DISABLE."""
    _require_enabled(tenant)
    if listed(tenant):
        raise Declined(409, "Delete all access tokens before you disable automatic provisioning.")
    _require_word(confirm, "DISABLE")
    tenant.store.delete(_SWITCH, _SWITCH)


def generate(tenant: Tenant) -> Token:
    """Make another token. Raises Declined when provisioning is off or there are as many as allowed."""
    _require_enabled(tenant)
    most = tenant.quirks["most-tokens"]
    if len(listed(tenant)) >= most:
        raise Declined(409, f"There are {most} access tokens already; delete one first.")
    now = tenant.clock.now()
    value = tenant.ids.base64(_TOKEN_OCTETS)
    token = Token(
        id=tenant.ids.uuid(),
        created_at=iso(now),
        expires_at=iso(now + timedelta(days=tenant.quirks["token-life-days"])),
        value=value,
    )
    body = {"id": token.id, "created_at": token.created_at, "expires_at": token.expires_at}
    tenant.store.put(_TOKEN, _digest(value), body)
    return token


def remove(tenant: Tenant, token_id: str, confirm: object) -> None:
    """Delete a token, which stops working at once. Raises Declined when it is unknown or without DELETE."""
    key = next((key for key, body in tenant.store.scan(_TOKEN) if body["id"] == token_id), None)
    if key is None:
        raise Declined(404, "There is no access token with this ID.")
    _require_word(confirm, "DELETE")
    tenant.store.delete(_TOKEN, key)


def authenticate(tenant: Tenant, authorization: str | None, tenant_id: str) -> str:
    """Return the id of a request's token. Raises Refused unless it is valid.

    Where processes share the store, a cached token counts as valid here; `demand` checks it later, inside the transaction.
    """
    token = _read(tenant, _key(authorization))
    if token is None or tenant.now() >= token["expires_at"]:
        raise Refused(UNAUTHORIZED)
    if tenant_id != tenant.settings.tenant_id:
        error = tenant.quirks["wrong-tenant"]
        raise Refused(error, detail="TENANT does not exist." if error == NOT_FOUND else None)
    token_id: str = token["id"]
    return token_id


def demand(tenant: Tenant, authorization: str | None) -> None:
    """Check, inside a transaction, that a cached token still exists. Raises StaleError, perhaps only at the commit."""
    if not tenant.memory.tokens:
        return
    key = _key(authorization)
    if (token := tenant.memory.tokens.get(key)) is not None:
        tenant.store.require(_TOKEN, key, token)


def forget(tenant: Tenant, authorization: str | None) -> None:
    """Remove a token from the cache, so that the store is read next time."""
    tenant.memory.tokens.pop(_key(authorization), None)


def _read(tenant: Tenant, key: str) -> Document | None:
    if not tenant.store.shared:
        return tenant.store.recall(_TOKEN, key)
    token = tenant.memory.tokens.get(key) or tenant.store.get(_TOKEN, key)
    if token is not None:
        tenant.memory.tokens[key] = token
    return token


def _key(authorization: str | None) -> str:
    """Return the key of a bearer token in the store; for another Authorization a key that no token has."""
    scheme, _, value = (authorization or "").partition(" ")
    return _digest(value.strip()) if scheme.lower() == "bearer" else ""


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()


def _require_enabled(tenant: Tenant) -> None:
    if not enabled(tenant):
        raise Declined(409, "Automatic provisioning is not enabled.")


def _require_word(typed: object, word: str) -> None:
    if typed != word:
        raise Declined(400, f"Type {word} to confirm.")
