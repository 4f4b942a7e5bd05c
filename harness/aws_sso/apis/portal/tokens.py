"""The `sso-oidc` API: clients register, ask for a person's access, and are given tokens.

Imitates the model sso-oidc/2019-06-10 in botocore 1.44.5 (read 2026-11-30): device code, authorization code with PKCE, refresh
token. A token lasts eight hours, as long as a portal session; one for a client that
named scopes lasts an hour and comes with a refresh token for the rest of the eight.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from flask import request

from harness.aws_sso.apis.portal.errors import oauth_error
from harness.aws_sso.documents import decode
from harness.aws_sso.tenant import Tenant
from harness.aws_sso.user_portal import addresses, events, grants, sessions
from harness.aws_sso.user_portal.grants import ALLOWED, DENIED, Client, Permission
from harness.aws_sso.user_portal.sessions import ACCOUNTS, ELSEWHERE, Session, digest

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
AUTHORIZATION_CODE, REFRESH_TOKEN = "authorization_code", "refresh_token"
_GRANT_TYPES = (AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN)
_ACCOUNT_ACCESS = "sso:account:access"
_SCOPE = re.compile(r"[a-z0-9_-]+(:[a-z0-9_*-]+)+")
_HOUR = timedelta(hours=1)
_Value = TypeVar("_Value")


def register_client(tenant: Tenant) -> dict[str, Any]:
    parameters = _Given(tenant)
    name, kind = parameters.text("clientName"), parameters.text("clientType")
    scopes, redirects = parameters.texts("scopes"), parameters.texts("redirectUris")
    grant_types = parameters.texts("grantTypes") or (DEVICE_CODE, REFRESH_TOKEN)
    if kind != "public":
        raise oauth_error(tenant, "invalid_client_metadata")
    if any(each not in _GRANT_TYPES for each in grant_types):
        raise oauth_error(tenant, "unsupported_grant_type")
    if not all(map(_SCOPE.fullmatch, scopes)):
        raise oauth_error(tenant, "invalid_scope")
    if any(grants.loopback(each) is None for each in redirects) or (
        AUTHORIZATION_CODE in grant_types and not redirects
    ):
        raise oauth_error(tenant, "invalid_redirect_uri")
    client, secret = grants.register(tenant, name, scopes, grant_types, redirects)
    return {
        "clientId": client.id,
        "clientSecret": secret,
        "clientIdIssuedAt": int(grants.now(tenant)),
        "clientSecretExpiresAt": int(client.expires),
    }


def start_device_authorization(tenant: Tenant) -> dict[str, Any]:
    parameters = _Given(tenant)
    client = _client(tenant, parameters)
    start = parameters.text("startUrl").rstrip("#/")
    if start not in (addresses.portal(tenant), addresses.portal_at_aws(tenant)):
        raise oauth_error(tenant, "invalid_request")
    if DEVICE_CODE not in client.grant_types:
        raise oauth_error(tenant, "unauthorized_client")
    secret, device = grants.ask(tenant, client)
    page = addresses.device(tenant)
    return {
        "deviceCode": secret,
        "userCode": device.user_code,
        "verificationUri": page,
        "verificationUriComplete": f"{page}?user_code={device.user_code}",
        "expiresIn": int(grants.DEVICE_LIFE.total_seconds()),
        "interval": grants.INTERVAL,
    }


def create_token(tenant: Tenant) -> dict[str, Any]:
    parameters = _Given(tenant)
    client, grant_type = _client(tenant, parameters), parameters.text("grantType")
    if grant_type not in _GRANT_TYPES:
        raise oauth_error(tenant, "unsupported_grant_type")
    if grant_type not in client.grant_types:
        raise oauth_error(tenant, "unauthorized_client")
    if not set(parameters.texts("scope")) <= set(client.scopes):
        raise oauth_error(tenant, "invalid_scope")
    if grant_type == DEVICE_CODE:
        permission = _by_device(tenant, client, parameters.text("deviceCode"))
    elif grant_type == AUTHORIZATION_CODE:
        permission = _by_code(tenant, client, parameters)
    else:
        permission = _by_refresh(tenant, client, parameters.text("refreshToken"))
    user = sessions.holder(tenant, permission.user_id, permission.times_disabled)
    if user is None:
        raise oauth_error(tenant, "invalid_grant")
    session, answer = _tokens(tenant, permission)
    events.token_created(tenant, user, session, parameters.members, answer)
    return answer


def _tokens(tenant: Tenant, permission: Permission) -> tuple[Session, dict[str, Any]]:
    """Return a new session for a program, and the answer that gives its token."""
    left = timedelta(seconds=permission.expires - grants.now(tenant))
    length = min(_HOUR, left) if permission.scopes else left
    use = ACCOUNTS if not permission.scopes or _ACCOUNT_ACCESS in permission.scopes else ELSEWHERE
    secret, session = sessions.begin(tenant, permission.user_id, length, use, permission.attributes)
    refresh = {"refreshToken": grants.refreshable(tenant, permission)} if permission.scopes else {}
    expires_in = int(length.total_seconds())
    return session, {"accessToken": secret, "tokenType": "Bearer", "expiresIn": expires_in, **refresh}


def _by_device(tenant: Tenant, client: Client, secret: str) -> Permission:
    device = grants.device(tenant, secret)
    if device is None or device.client_id != client.id:
        raise oauth_error(tenant, "invalid_grant")
    if device.expires <= grants.now(tenant):
        raise oauth_error(tenant, "expired_token")
    if device.state == DENIED:
        raise oauth_error(tenant, "access_denied")
    if device.state != ALLOWED or device.user_id is None:
        in_time = grants.poll(tenant, device)
        raise oauth_error(tenant, "authorization_pending" if in_time else "slow_down")
    grants.spend(tenant, device)
    expires = grants.now(tenant) + sessions.LENGTH.total_seconds()
    return Permission(
        client.id,
        device.user_id,
        client.scopes,
        expires,
        attributes=device.attributes,
        times_disabled=device.times_disabled,
    )


def _by_code(tenant: Tenant, client: Client, parameters: _Given) -> Permission:
    permission = grants.take_code(tenant, parameters.text("code"))
    verifier = hashlib.sha256(parameters.text("codeVerifier").encode("utf-8", "replace")).digest()
    challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
    if (
        permission is None
        or permission.client_id != client.id
        or permission.redirect_uri != parameters.text("redirectUri")
        or not hmac.compare_digest(permission.challenge.encode(), challenge.encode())
    ):
        raise oauth_error(tenant, "invalid_grant")
    return replace(permission, expires=grants.now(tenant) + sessions.LENGTH.total_seconds())


def _by_refresh(tenant: Tenant, client: Client, secret: str) -> Permission:
    permission = grants.take_refresh(tenant, secret)
    if permission is None or permission.client_id != client.id:
        raise oauth_error(tenant, "invalid_grant")
    return permission


def _client(tenant: Tenant, parameters: _Given) -> Client:
    """Return the client whose id and secret the request brings."""
    client = grants.client(tenant, parameters.text("clientId"))
    if client is None or not hmac.compare_digest(
        client.secret_digest, digest(parameters.text("clientSecret"))
    ):
        raise oauth_error(tenant, "invalid_client")
    return client


class _Given:
    """The request's JSON. Reading a member that is missing or has another type raises PortalError (invalid_request)."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        try:
            document = decode(request.get_data(cache=False))
        except ValueError:
            document = None
        self.members: dict[str, Any] = self._checked(document, isinstance(document, dict))

    def text(self, name: str) -> str:
        value = self.members.get(name)
        return self._checked(value or "", isinstance(value, str) and value != "")

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.members.get(name) or []
        good = isinstance(value, list) and all(isinstance(each, str) for each in value)
        return tuple(self._checked(value, good))

    def _checked(self, value: _Value, good: bool) -> _Value:
        if not good:
            raise oauth_error(self._tenant, "invalid_request")
        return value
