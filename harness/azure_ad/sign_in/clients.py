"""Authentication of clients that request a token: by a secret, or by an assertion.

An assertion is signed with the client's certificate, or issued by an issuer that the client trusts.

Source: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow, "Get a token", and
…/certificate-credentials (read 2026-11-29).

An unknown client (AADSTS700016) is refused before a wrong secret (7000215), so a stranger learns which clients exist, as at Entra: both
are pasted, as answers to requests whose secret was not right, in https://github.com/MicrosoftDocs/azure-docs/issues/21690 and
https://github.com/ahaenggli/AzureAD-LDAP-wrapper/issues/45 (read 2026-11-30). A client id is no secret.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

from msgspec import Struct

from harness.azure_ad.applications.registrations import ExpiredSecretError
from harness.azure_ad.certificates import SignedToken, is_signed_by, read_token
from harness.azure_ad.sign_in.federation import demand_trusted, trust_of
from harness.azure_ad.sign_in.refusals import RefusedError
from harness.azure_ad.tenant import Tenant
from harness.base.clock import iso
from harness.base.store import Document

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BY_NOTHING, BY_SECRET, BY_CERTIFICATE = "0", "1", "2"
"""How a client showed who it is, in the words of the claims appidacr and azpacr."""


class Client(Struct, frozen=True):
    """The app registration that requests a token, and how it was authenticated."""

    application: Document
    shown_by: str


def demand(form: Mapping[str, Any], name: str) -> str:
    """Return a parameter of a token request. Raises RefusedError where it is missing or empty."""
    value = str(form.get(name, ""))
    if not value:
        raise RefusedError(900144, name)
    return value


def client_of(tenant: Tenant, form: Mapping[str, Any], authorization: str, *, confidential: bool) -> Client:
    """Return the request's client; a public client needs no secret. Raises RefusedError."""
    client_id, secret = _named(form, authorization)
    application = tenant.registrations.of_client(client_id.lower())
    if application is None:
        raise RefusedError(700016, client_id, tenant.settings.domain)
    if form.get("client_assertion_type") == ASSERTION_TYPE and form.get("client_assertion"):
        _demand_assertion(tenant, application, _read(str(form["client_assertion"])))
        return Client(application, BY_CERTIFICATE)
    if not secret and not confidential:
        return Client(application, BY_NOTHING)
    _demand_secret(tenant, application, client_id, secret)
    return Client(application, BY_SECRET)


def _named(form: Mapping[str, Any], authorization: str) -> tuple[str, str]:
    """Return client id and secret: from the Authorization header when it is Basic, else from the form."""
    scheme, _, pair = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(pair, validate=True).decode().partition(":")
        except (binascii.Error, ValueError) as error:
            raise RefusedError(900144, "client_id") from error
        return unquote_plus(name), unquote_plus(secret)
    return demand(form, "client_id"), str(form.get("client_secret", ""))


def _demand_secret(tenant: Tenant, application: Document, client_id: str, secret: str) -> None:
    if not secret:
        raise RefusedError(7000218)
    try:
        right = tenant.registrations.is_secret(application, secret)
    except ExpiredSecretError as error:
        raise RefusedError(7000222, client_id) from error
    if not right:
        raise RefusedError(7000215, client_id)


def _read(assertion: str) -> SignedToken:
    try:
        return read_token(assertion)
    except ValueError as error:
        raise RefusedError(50027, str(error)) from error


def _demand_assertion(tenant: Tenant, application: Document, token: SignedToken) -> None:
    """Raise RefusedError unless the assertion is a valid token of the client itself, or of an issuer that it trusts."""
    now = tenant.clock.now()
    if token.claims.get("iss") != application["appId"] and (trusted := trust_of(tenant, application)):
        demand_trusted(tenant, token, trusted)
    else:
        _demand_own(tenant, application, token)
    if not token.holds(now):
        raise RefusedError(700024, iso(now, 7), _written(token.start), _written(token.end))


def _demand_own(tenant: Tenant, application: Document, token: SignedToken) -> None:
    """Raise RefusedError unless a token is of the client about itself, for this tenant, signed with one of its keys."""
    client_id, here = application["appId"], f"{tenant.settings.graph_origin}/{tenant.settings.tenant_id}"
    if token.claims.get("iss") != client_id or token.claims.get("sub") != client_id:
        raise RefusedError(700021)
    audiences = (f"{here}/oauth2/v2.0/token", f"{here}/oauth2/token", f"{here}/v2.0", here)
    domain, tenant_id = f"/{tenant.settings.domain}/", f"/{tenant.settings.tenant_id}/"
    if str(token.claims.get("aud")).replace(domain, tenant_id) not in audiences:
        raise RefusedError(700023)
    if not is_signed_by(token, _keys(tenant, application), tenant.clock.now()):
        raise RefusedError(700027, token.thumbprint)


def _keys(tenant: Tenant, application: Document) -> list[Document]:
    """Return the keys of a registration and of its service principal."""
    holders = (application, tenant.applications.of_client(application["appId"]) or {})
    return [key for holder in holders for key in holder.get("keyCredentials") or ()]


def _written(seconds: float) -> str:
    """Write a moment as the refusals of the token endpoint do, with seven digits behind the second."""
    return iso(datetime.fromtimestamp(seconds, UTC), 7)
