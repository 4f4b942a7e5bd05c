"""The tenant's OAuth 2.0 token endpoint, for programs and for people, and the documents that lead to it.

A program sends its client secret and the scope `https://graph.microsoft.com/.default`, or the same behind the address
that Graph is served at. A person's name and password go the same way; passwords are not kept here, so any will do.

Sources: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow, …/v2-oauth-ropc,
…/reference-error-codes and …/v2-protocols-oidc (read 2026-11).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from flask import Blueprint, Response, request

from harness.azure_ad.applications.registrations import ExpiredSecretError
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.sign_in.access_tokens import GRAPH, LIFE, issued, of_person, of_program
from harness.azure_ad.signing import signing_key
from harness.azure_ad.tenant import Tenant, current
from harness.base.clock import iso
from harness.base.store import Document

oauth = Blueprint("oauth", __name__)

_PROGRAM = "client_credentials"
_GRANTS = (_PROGRAM, "password")
# Code, HTTP status, OAuth error and sentence.
_REFUSALS: Mapping[int, tuple[int, str, str]] = {
    90002: (
        400,
        "invalid_request",
        (
            "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and are signing into the correct "
            "cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for "
            "the tenant."
        ),
    ),
    900144: (400, "invalid_request", "The request body must contain the following parameter: '{0}'."),
    70003: (400, "unsupported_grant_type", "The app requested an unsupported grant type '{0}'."),
    700016: (
        400,
        "unauthorized_client",
        (
            "Application with identifier '{0}' was not found in the directory '{1}'. This can happen if the application "
            "has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may "
            "have sent your authentication request to the wrong tenant."
        ),
    ),
    7000218: (
        401,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    7000215: (
        401,
        "invalid_client",
        (
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
            "the client secret ID, for a secret added to app '{0}'."
        ),
    ),
    7000222: (401, "invalid_client", "The provided client secret keys for app '{0}' are expired."),
    1002012: (
        400,
        "invalid_scope",
        (
            "The provided value for scope {0} is not valid. Client credential flows must have a scope value with /.default "
            "suffixed to the resource identifier (application ID URI)."
        ),
    ),
    50034: (
        400,
        "invalid_grant",
        "The user account {0} does not exist in the {1} directory. To sign into this application, the account must be added to the directory.",
    ),
    50057: (400, "invalid_grant", "The user account is disabled."),
    500011: (
        400,
        "invalid_resource",
        (
            "The resource principal named {0} was not found in the tenant named {1}. This can happen if the application "
            "has not been installed by the administrator of the tenant or consented to by any user in the tenant. You "
            "might have sent your authentication request to the wrong tenant."
        ),
    ),
}


class _RefusedError(Exception):
    """No token is issued: an AADSTS code and what its sentence names."""

    def __init__(self, code: int, *names: str) -> None:
        super().__init__(code)
        self.code = code
        self.names = [name[:200] for name in names]


@oauth.errorhandler(_RefusedError)
def _refused(error: _RefusedError) -> Response:
    tenant = current()
    status, name, sentence = _REFUSALS[error.code]
    trace, correlation = tenant.ids.uuid(), tenant.ids.uuid()
    at = iso(tenant.clock.now()).replace("T", " ")
    reason = sentence.format(*error.names)
    body = {
        "error": name,
        "error_description": (
            f"AADSTS{error.code}: {reason}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {at}"
        ),
        "error_codes": [error.code],
        "timestamp": at,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"{tenant.settings.graph_origin}/error?code={error.code}",
    }
    return _uncached(_json(body, status))


@oauth.post("/<tenant_id>/oauth2/v2.0/token")
def token(tenant_id: str) -> Response:
    """Issue an access token for a client id and secret, in the form or as HTTP Basic, or for a person's name and password."""
    tenant = _tenant(tenant_id)
    form = request.form
    grant = _demand(form, "grant_type")
    if grant not in _GRANTS:
        raise _RefusedError(70003, grant)
    client, secret = _client(form)
    scope = _demand(form, "scope")
    application = tenant.registrations.of_client(client.lower())
    if application is None:
        raise _RefusedError(700016, client, tenant.settings.domain)
    if secret or grant == _PROGRAM:
        _demand_secret(tenant, application, client, secret)
    if grant == _PROGRAM:
        claims, shown = of_program(application, _resource(tenant, scope)), {}
    else:
        person = _person(tenant, form)
        claims, shown = of_person(application, person, scope), {"scope": scope}
    seconds = int(LIFE.total_seconds())
    return _uncached(
        _json(
            {
                "token_type": "Bearer",
                **shown,
                "expires_in": seconds,
                "ext_expires_in": seconds,
                "access_token": issued(tenant, claims),
            }
        )
    )


def _demand_secret(tenant: Tenant, application: Document, client: str, secret: str) -> None:
    if not secret:
        raise _RefusedError(7000218)
    try:
        right = tenant.registrations.is_secret(application, secret)
    except ExpiredSecretError as error:
        raise _RefusedError(7000222, client) from error
    if not right:
        raise _RefusedError(7000215, client)


def _person(tenant: Tenant, form: Mapping[str, Any]) -> Document:
    """Return who signs in by name and password. Raises _RefusedError for the unknown and the disabled."""
    name = _demand(form, "username")
    _demand(form, "password")
    try:
        user = tenant.directory.find("User", name)
    except NotFoundError as error:
        raise _RefusedError(50034, name, tenant.settings.tenant_id) from error
    if not user.get("accountEnabled", True):
        raise _RefusedError(50057)
    return user


@oauth.get("/<tenant_id>/v2.0/.well-known/openid-configuration")
@oauth.get("/<tenant_id>/.well-known/openid-configuration")
def openid_configuration(tenant_id: str) -> Response:
    """Answer where the token endpoint is, and the key of tokens that others may check; Graph's own are for Graph alone."""
    tenant = _tenant(tenant_id)
    origin = f"{tenant.settings.graph_origin}/{tenant.settings.tenant_id}"
    return _json(
        {
            "token_endpoint": f"{origin}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "jwks_uri": f"{origin}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "issuer": f"{origin}/v2.0",
            "authorization_endpoint": f"{origin}/oauth2/v2.0/authorize",
            "tenant_region_scope": None,
            "msgraph_host": tenant.settings.graph_origin.partition("//")[2],
        }
    )


@oauth.get("/<tenant_id>/discovery/v2.0/keys")
@oauth.get("/<tenant_id>/discovery/keys")
def keys(tenant_id: str) -> Response:
    tenant = _tenant(tenant_id)
    return _json({"keys": [signing_key(tenant.store, tenant.clock, tenant.ids).public()]})


def _tenant(tenant_id: str) -> Tenant:
    tenant = current()
    if tenant_id.lower() not in (tenant.settings.tenant_id, tenant.settings.domain):
        raise _RefusedError(90002, tenant_id)
    return tenant


def _demand(form: Mapping[str, Any], name: str) -> str:
    value = str(form.get(name, ""))
    if not value:
        raise _RefusedError(900144, name)
    return value


def _client(form: Mapping[str, Any]) -> tuple[str, str]:
    """Return client id and secret: from the Authorization header when it is Basic, else from the form."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, ValueError) as error:
            raise _RefusedError(900144, "client_id") from error
        return unquote_plus(name), unquote_plus(secret)
    return _demand(form, "client_id"), str(form.get("client_secret", ""))


def _resource(tenant: Tenant, scope: str) -> str:
    resource = scope.removesuffix("/.default").rstrip("/")
    if not scope.endswith("/.default") or " " in scope:
        raise _RefusedError(1002012, scope)
    if resource not in (GRAPH, tenant.settings.graph_origin):
        raise _RefusedError(500011, resource, tenant.settings.domain)
    return resource


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json; charset=utf-8")


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store, no-cache"
    response.headers["Pragma"] = "no-cache"
    return response
