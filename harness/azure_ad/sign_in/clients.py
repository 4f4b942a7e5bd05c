"""Which client asks for a token, and whether it is that client: by a secret, or by an assertion that its certificate signed.

Source: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow, "Get a token", and
…/certificate-credentials (read 2026-11-29). RS256 with the thumbprint `x5t`, which older libraries send, is taken as well as PS256 with
`x5t#S256`; without a thumbprint every registered certificate is tried (inferred).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

from harness.azure_ad.applications.registrations import ExpiredSecretError
from harness.azure_ad.sign_in.refusals import RefusedError
from harness.azure_ad.tenant import Tenant
from harness.base.clock import iso
from harness.base.store import Document

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BY_NOTHING, BY_SECRET, BY_CERTIFICATE = "0", "1", "2"
"""How a client showed who it is, in the words of the claims appidacr and azpacr."""
_THUMBPRINTS = {"x5t": hashlib.sha1, "x5t#S256": hashlib.sha256}


@dataclass(frozen=True, slots=True)
class Client:
    """An app registration that asks for a token, and how it showed that it is that."""

    application: Document
    shown_by: str


def demand(form: Mapping[str, Any], name: str) -> str:
    """Return a parameter of a token request. Raises RefusedError where it is missing or empty."""
    value = str(form.get(name, ""))
    if not value:
        raise RefusedError(900144, name)
    return value


def client_of(tenant: Tenant, form: Mapping[str, Any], authorization: str, *, confidential: bool) -> Client:
    """Return who asks; a client that need not be confidential may come without a secret. Raises RefusedError."""
    client_id, secret = _named(form, authorization)
    application = tenant.registrations.of_client(client_id.lower())
    if application is None:
        raise RefusedError(700016, client_id, tenant.settings.domain)
    if form.get("client_assertion_type") == ASSERTION_TYPE and form.get("client_assertion"):
        _demand_assertion(tenant, application, str(form["client_assertion"]))
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


def _demand_assertion(tenant: Tenant, application: Document, assertion: str) -> None:
    """Demand a token of the client about itself, for this tenant, valid now, signed with a key of the registration."""
    head, claims, signature = _read(assertion)
    client_id, here = application["appId"], f"{tenant.settings.graph_origin}/{tenant.settings.tenant_id}"
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise RefusedError(
            700021, "https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials"
        )
    audiences = (f"{here}/oauth2/v2.0/token", f"{here}/oauth2/token", f"{here}/v2.0", here)
    if (
        str(claims.get("aud")).replace(f"/{tenant.settings.domain}/", f"/{tenant.settings.tenant_id}/")
        not in audiences
    ):
        raise RefusedError(700023, audiences[0])
    now, start, end = (
        tenant.clock.now().timestamp(),
        _seconds(claims, "nbf", 0),
        _seconds(claims, "exp", None),
    )
    if not start <= now < end:
        raise RefusedError(700024, iso(tenant.clock.now()), _said(start), _said(end))
    signed = assertion.rpartition(".")[0].encode()
    if not any(_is_signed(key, head, signed, signature) for key in _certificates(application, head)):
        raise RefusedError(700027, str(head.get("x5t#S256") or head.get("x5t") or ""))


def _read(assertion: str) -> tuple[Document, Document, bytes]:
    """Return header, claims and signature of a JSON Web Token. Raises RefusedError for anything else."""
    parts = assertion.split(".")
    try:
        head, claims = (json.loads(_bytes(part)) for part in parts[:2])
        signature = _bytes(parts[2])
    except (ValueError, IndexError, RecursionError) as error:
        raise RefusedError(50027, "it is no signed JSON Web Token") from error
    if len(parts) != 3 or not isinstance(head, dict) or not isinstance(claims, dict):
        raise RefusedError(50027, "it is no signed JSON Web Token")
    return head, claims, signature


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _seconds(claims: Document, name: str, usual: int | None) -> float:
    """Return a moment among the claims, in seconds of the epoch, parts of one included. Raises RefusedError for none."""
    value = claims.get(name, usual)
    if not isinstance(value, int | float) or not 0 <= value < 1 << 36:
        raise RefusedError(50027, f"its claim {name} is no moment")
    return value


def _said(seconds: float) -> str:
    return iso(datetime.fromtimestamp(seconds, UTC))


def _certificates(application: Document, head: Document) -> Iterator[bytes]:
    """Yield the registered certificates, DER, that the header's thumbprint is of; all of them where it has none."""
    for credential in application.get("keyCredentials") or ():
        try:
            der = base64.b64decode(str(credential.get("key")), validate=True)
        except ValueError:
            continue
        prints = [
            (digest, str(head[name]).rstrip("=")) for name, digest in _THUMBPRINTS.items() if name in head
        ]
        if all(
            base64.urlsafe_b64encode(digest(der).digest()).decode().rstrip("=") == text
            for digest, text in prints
        ):
            yield der


def _is_signed(certificate: bytes, head: Document, signed: bytes, signature: bytes) -> bool:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    paddings: dict[str, padding.AsymmetricPadding] = {
        "PS256": padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size),
        "RS256": padding.PKCS1v15(),
    }
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
        if not isinstance(key, RSAPublicKey) or head.get("alg") not in paddings:
            return False
        key.verify(signature, signed, paddings[head["alg"]], hashes.SHA256())
    except (ValueError, InvalidSignature):
        return False
    return True
