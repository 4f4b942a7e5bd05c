"""Access tokens of OAuth grants: requested at the application's token endpoint, and renewed when they expire.

The endpoint is Oauth2TokenExchangeUri. The request has the authorization code of a person's consent, else the refresh token,
else client id and secret; the answer is saved among the job's credentials.

Sources: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups,
"Authorization to provisioning connectors in the application gallery" (the table: both grants "have an automated refresh
mechanism"), and RFC 6749, 4.4.2 and 6 (read 2026-11-29, the RFC as quoted by programs that follow it; 4.1.3 was not
opened). Which keys of the secrets hold what, that TokenExpiration is in seconds, and that a token is renewed before a cycle
is inferred. A grant without an access token is asked for nothing before `acquireAccessToken`, as
https://github.com/pranems/SCIMServer saw it in 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from harness.base.clock import from_iso, iso
from harness.wire.message import Request, Send, TransportError

_LONGEST = 4000  # characters of a token; what is longer is none


class GrantError(ValueError):
    """The token endpoint gave no token; the message says why, without any secret."""


def is_due(secrets: Mapping[str, str], now: datetime) -> bool:
    """Return whether a grant's access token has expired and there is an endpoint to renew it."""
    begun, seconds = secrets.get("Oauth2AccessTokenCreationTime", ""), secrets.get("TokenExpiration", "")
    if not secrets.get("Oauth2AccessToken") or not secrets.get("Oauth2TokenExchangeUri"):
        return False
    if not seconds.isascii() or not seconds.isdigit() or len(seconds) > 9:
        return False
    try:
        return from_iso(begun) + timedelta(seconds=int(seconds)) <= now
    except (ValueError, TypeError):
        return False


def obtained(send: Send, secrets: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Request a token; return the secrets that change. Raises GrantError."""
    url = secrets.get("Oauth2TokenExchangeUri", "")
    if not url.startswith(("https://", "http://")):
        raise GrantError("Oauth2TokenExchangeUri is no address of a token endpoint.")
    headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"))
    try:
        response = send(Request("POST", url, headers, urlencode(_form(secrets)).encode()))
        answer = response.json()
    except TransportError as error:
        raise GrantError(f"The token endpoint could not be reached: {error}") from error
    except ValueError as error:
        raise GrantError("The token endpoint answered no JSON.") from error
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not 200 <= response.status < 300 or not isinstance(token, str) or not 0 < len(token) <= _LONGEST:
        raise GrantError(f"The token endpoint answered {response.status} without an access token.")
    saved = {"Oauth2AccessToken": token, "Oauth2AccessTokenCreationTime": iso(now)}
    if secrets.get("Oauth2AuthorizationCode"):
        saved["Oauth2AuthorizationCode"] = ""  # good for once
    for key, name in (("Oauth2RefreshToken", "refresh_token"), ("TokenExpiration", "expires_in")):
        if isinstance(answer.get(name), str | int) and answer[name]:
            saved[key] = str(answer[name])
    return saved


def _form(secrets: Mapping[str, str]) -> dict[str, str]:
    """Return the form of a token request. Raises GrantError where the secrets have no grant."""
    client = {
        "client_id": secrets.get("Oauth2ClientId", ""),
        "client_secret": secrets.get("Oauth2ClientSecret", ""),
    }
    code, refresh = secrets.get("Oauth2AuthorizationCode"), secrets.get("Oauth2RefreshToken")
    if code:
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": secrets.get("Oauth2RedirectUri", ""),
            **client,
        }
    if refresh:
        return {"grant_type": "refresh_token", "refresh_token": refresh, **client}
    if not all(client.values()):
        raise GrantError(
            "A token needs Oauth2AuthorizationCode, Oauth2RefreshToken, or Oauth2ClientId with its secret."
        )
    return {"grant_type": "client_credentials", **client}
