"""Workload identity federation: tokens of other issuers that an application accepts instead of a secret.

At each sign-in the issuer's OpenID configuration and its keys are requested over the wire, so an issuer on this machine will do.
Issuer, audience and subject must equal those of one credential, with regard to case, and the token must be signed RS256. A token
of this tenant itself is refused.

Source: https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow, "Third case: access token request
with a federated credential", https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation-considerations,
"Supported signing algorithms and issuers" and "Microsoft Entra issuers aren't supported", and …/identity-platform/
reference-breaking-changes, on case-sensitive matching (read 2026-11-29).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from harness.azure_ad.certificates import SignedToken, is_signed_with
from harness.azure_ad.graph.apps.federated_credentials import credentials_of
from harness.azure_ad.sign_in.refusals import RefusedError
from harness.azure_ad.tenant import Tenant
from harness.base.store import Document
from harness.wire.message import Request, TransportError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_CONFIGURATION = "/.well-known/openid-configuration"
_MOST_KEYS, _LONGEST = 50, 1024  # keys of an issuer that are tried, characters of a key's numbers


def trust_of(tenant: Tenant, application: Document) -> list[Document]:
    """Return the federated identity credentials of a registration."""
    return list(credentials_of(tenant.store, application["id"]))


def demand_trusted(tenant: Tenant, token: SignedToken, trusted: list[Document]) -> None:
    """Raise RefusedError unless a credential matches the token and the issuer signed it."""
    issuer, subject, audience = (token.claims.get(name) for name in ("iss", "sub", "aud"))
    here = tenant.settings.graph_origin
    of_issuer = [item for item in trusted if item["issuer"] == issuer and not item["issuer"].startswith(here)]
    if not of_issuer:
        raise RefusedError(700211, str(issuer))
    of_subject = [item for item in of_issuer if item["subject"] == subject]
    if not of_subject:
        raise RefusedError(700213, str(subject))
    audiences = audience if isinstance(audience, list) else [audience]
    if not any(item["audiences"][0] in audiences for item in of_subject):
        raise RefusedError(700212, str(audience))
    keys = _public_keys(_published(tenant, str(issuer)), token.head.get("kid"))
    if token.head.get("alg") != "RS256" or not any(is_signed_with(token, key) for key in keys):
        raise RefusedError(700027, str(token.head.get("kid") or ""))


def _published(tenant: Tenant, issuer: str) -> list[Any]:
    """Return an issuer's JSON Web Keys. Raises RefusedError where it publishes none."""
    configuration = _read(tenant, issuer.rstrip("/") + _CONFIGURATION)
    address = configuration.get("jwks_uri")
    if configuration.get("issuer") != issuer or not isinstance(address, str):
        raise RefusedError(501661)
    keys = _read(tenant, address).get("keys")
    if not isinstance(keys, list):
        raise RefusedError(501661)
    return keys[:_MOST_KEYS]


def _read(tenant: Tenant, url: str) -> Document:
    try:
        answer = tenant.send(Request("GET", url, (("Accept", "application/json"),)))
        document = answer.json() if answer.status == 200 else None
    except (TransportError, ValueError) as error:
        raise RefusedError(501661) from error
    if not isinstance(document, dict):
        raise RefusedError(501661)
    return document


def _public_keys(published: Iterable[Any], key_id: object) -> Iterator[RSAPublicKey]:
    """Yield the RSA keys of an issuer that have the id `key_id`; where the token names none, all."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    for key in published:
        if not isinstance(key, dict) or key.get("kty") != "RSA" or (key_id and key.get("kid") != key_id):
            continue
        try:
            exponent, modulus = (_number(key.get(name)) for name in ("e", "n"))
            yield RSAPublicNumbers(exponent, modulus).public_key()
        except ValueError:
            continue


def _number(text: object) -> int:
    """Read a number of base64url. Raises ValueError."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise ValueError("no number")
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
