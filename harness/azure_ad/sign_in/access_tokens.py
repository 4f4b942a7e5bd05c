"""Access tokens for Microsoft Graph: their claims, written and read. A token says who signed in, a program or a person.

It is a JWT of 3599 seconds, signed with a secret of this tenant (HS256), so Graph here reads it and nothing else does.

Source: https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference (read 2026-11-29).
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from harness.azure_ad.graph.odata.querying.tokens import encoded, signature
from harness.azure_ad.tenant import Tenant, current
from harness.base.store import Document

LIFE = timedelta(seconds=3599)
GRAPH = "https://graph.microsoft.com"
_HEADER = {"typ": "JWT", "alg": "HS256"}
_PURPOSE = "access-token"


class TokenError(ValueError):
    """Graph refuses a bearer token; the message says why."""


def claims_of(bearer: str) -> Mapping[str, Any]:
    """Return the claims of an access token that Graph takes. Raises TokenError for any other."""
    head, _, signed = bearer.rpartition(".")
    if not bearer.isascii() or not hmac.compare_digest(signed, signature(_PURPOSE, head)):
        raise TokenError("Access token validation failure. Invalid audience.")
    claims: Mapping[str, Any] = _payload(head)
    if claims["exp"] <= current().clock.now().timestamp():
        raise TokenError("Lifetime validation failed, the token is expired.")
    return claims


def person_claimed(bearer: str) -> str | None:
    """Return the user id in a token, which is not checked yet; None for a program's token."""
    try:
        claims = _payload(bearer.rpartition(".")[0])
    except ValueError:
        return None
    key = claims.get("oid") if isinstance(claims, dict) and claims.get("idtyp") == "user" else None
    return key if isinstance(key, str) else None


def _payload(head: str) -> Any:
    text = head.partition(".")[2]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def of_program(application: Document, resource: str, shown_by: str) -> Document:
    """Return the claims, without roles, of a program that signed in by itself; `shown_by` is the claim appidacr."""
    return {
        "aud": resource,
        "app_displayname": application["displayName"],
        "appid": application["appId"],
        "appidacr": shown_by,
        "idtyp": "app",
    }


def of_person(application: Document, person: Document, scope: str) -> Document:
    """Return the claims of a person who signed in by way of an application."""
    return {
        "aud": GRAPH,
        "app_displayname": application["displayName"],
        "appid": application["appId"],
        "appidacr": "0",
        "idtyp": "user",
        "name": person.get("displayName"),
        "oid": person["id"],
        "scp": scope,
        "upn": person["userPrincipalName"],
    }


def issued(tenant: Tenant, claims: Document) -> str:
    """Return an access token with these claims, valid from now on."""
    now = int(tenant.clock.now().timestamp())
    whole = {
        **claims,
        "iss": f"https://sts.windows.net/{tenant.settings.tenant_id}/",
        "iat": now,
        "nbf": now,
        "exp": now + int(LIFE.total_seconds()),
        "tid": tenant.settings.tenant_id,
        "uti": tenant.ids.base64(16).rstrip("="),
        "ver": "1.0",
    }
    text = f"{encoded(_HEADER)}.{encoded(whole)}"
    return f"{text}.{signature(_PURPOSE, text)}"
