"""The tenant's OAuth 2.0 token endpoint, for programs and for people, and its discovery documents.

A program sends its client secret, or an assertion, and a scope: `https://graph.microsoft.com/.default`, the same with the address
where Graph is served, or that of an API of this tenant. A person's name and password are sent likewise; passwords are not
stored, so any is accepted.

Sources: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow, "Get a token",
…/v2-oauth-ropc, "Authorization request", …/reference-error-codes and …/v2-protocols-oidc, "Fetch the OpenID configuration
document" (read 2026-11-29).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.sign_in.access_tokens import LIFE, issued, of_person
from harness.azure_ad.sign_in.audiences import resource_of, token_for
from harness.azure_ad.sign_in.clients import client_of, demand
from harness.azure_ad.sign_in.refusals import REFUSALS, RefusedError
from harness.azure_ad.signing import signing_key
from harness.azure_ad.tenant import Tenant, current
from harness.base.clock import iso
from harness.base.store import Document

oauth = Blueprint("oauth", __name__)

_PROGRAM = "client_credentials"
_GRANTS = (_PROGRAM, "password")


@oauth.errorhandler(RefusedError)
def _refused(error: RefusedError) -> Response:
    tenant = current()
    status, name, sentence = REFUSALS[error.code]
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
    """Issue an access token for an authenticated client, or for a person's name and password."""
    tenant = _tenant(tenant_id)
    form = request.form
    grant = _grant(form)
    client = client_of(tenant, form, request.headers.get("Authorization", ""), confidential=grant == _PROGRAM)
    scope = demand(form, "scope")
    extra = {} if grant == _PROGRAM else {"scope": scope}
    issued_token = (
        token_for(tenant, client, resource_of(scope))
        if grant == _PROGRAM
        else issued(tenant, of_person(client.application, _person(tenant, form), scope))
    )
    seconds = int(LIFE.total_seconds())
    return _uncached(
        _json(
            {
                "token_type": "Bearer",
                **extra,
                "expires_in": seconds,
                "ext_expires_in": seconds,
                "access_token": issued_token,
            }
        )
    )


@oauth.post("/<tenant_id>/oauth2/token")
def token_of_version_1(tenant_id: str) -> Response:
    """Issue a program's access token for a `resource`, as the first version of the endpoint did; numbers are texts there.

    https://github.com/MicrosoftDocs/azure-docs, articles/active-directory/azuread-dev/v1-oauth2-client-creds-grant-flow.md (read
    2026-11-29).
    """
    tenant = _tenant(tenant_id)
    form = request.form
    grant = _grant(form)
    if grant != _PROGRAM:
        raise RefusedError(70003, grant)
    client = client_of(tenant, form, request.headers.get("Authorization", ""), confidential=True)
    resource = demand(form, "resource")
    issued_token = token_for(tenant, client, resource)
    now, seconds = int(tenant.clock.now().timestamp()), int(LIFE.total_seconds())
    return _uncached(
        _json(
            {
                "token_type": "Bearer",
                "expires_in": str(seconds),
                "ext_expires_in": str(seconds),
                "expires_on": str(now + seconds),
                "not_before": str(now),
                "resource": resource,
                "access_token": issued_token,
            }
        )
    )


def _grant(form: Mapping[str, Any]) -> str:
    grant = demand(form, "grant_type")
    if grant not in _GRANTS:
        raise RefusedError(70003, grant)
    return grant


def _person(tenant: Tenant, form: Mapping[str, Any]) -> Document:
    """Return the person who signs in by name and password. Raises RefusedError for an unknown or disabled one."""
    name = demand(form, "username")
    demand(form, "password")
    try:
        user = tenant.directory.find("User", name)
    except NotFoundError as error:
        raise RefusedError(50034, name, tenant.settings.tenant_id) from error
    if not user.get("accountEnabled", True):
        raise RefusedError(50057)
    return user


@oauth.get("/<tenant_id>/v2.0/.well-known/openid-configuration")
@oauth.get("/<tenant_id>/.well-known/openid-configuration")
def openid_configuration(tenant_id: str) -> Response:
    """Answer the token endpoint's address, and the key of tokens for APIs; tokens for Graph are checked by Graph alone."""
    tenant = _tenant(tenant_id)
    origin = f"{tenant.settings.graph_origin}/{tenant.settings.tenant_id}"
    return _json(
        {
            "token_endpoint": f"{origin}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": [
                "client_secret_post",
                "private_key_jwt",
                "client_secret_basic",
            ],
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
        raise RefusedError(90002, tenant_id)
    return tenant


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json; charset=utf-8")


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store, no-cache"
    response.headers["Pragma"] = "no-cache"
    return response
