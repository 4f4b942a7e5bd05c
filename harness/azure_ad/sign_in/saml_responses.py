"""The signed response, the tenant's key and certificate for it, and its metadata's issuer.

Sources: https://learn.microsoft.com/en-us/entra/identity-platform/single-sign-on-saml-protocol, "Response", and
https://learn.microsoft.com/en-us/entra/identity-platform/federation-metadata, "Entity ID" (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import render_template
from msgspec import Struct, field

from harness.azure_ad.signing import SigningKey, signing_key, token_signing_key
from harness.azure_ad.tenant import Tenant
from harness.base.clock import iso
from harness.base.errors import HarnessError

_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"
# single-sign-on-saml-protocol, "Conditions": from the moment of issue, without any buffer.
_LIFE = timedelta(minutes=70)


class Statement(Struct, frozen=True):
    """The content of a response: subject, audience, destination, the request it answers, and `claims` by name."""

    name_id: str
    audience: str
    acs: str
    answers: str | None = None
    claims: Mapping[str, str] = field(default_factory=dict)


def signed_response(tenant: Tenant, statement: Statement, own: SigningKey) -> bytes:
    """Return a SAML response whose one assertion is signed with a key. Raises HarnessError for a name that XML cannot hold."""
    from lxml import etree
    from signxml.algorithms import CanonicalizationMethod
    from signxml.signer import XMLSigner

    now = tenant.clock.now()
    text = render_template(
        "saml_response.xml",
        response_id=f"_{tenant.ids.uuid()}",
        assertion_id=f"_{tenant.ids.uuid()}",
        issuer=issuer(tenant),
        statement=statement,
        issued=iso(now, 3),
        not_before=iso(now, 3),
        not_on_or_after=iso(now + _LIFE, 3),
    )
    try:
        response = etree.fromstring(text)
    except etree.XMLSyntaxError as error:
        raise HarnessError("The name identifier has characters that XML cannot hold.") from error
    assertion = response.find(_ASSERTION)
    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    signed = signer.sign(
        assertion, key=own.opened(), cert=_pem(own.certificate), reference_uri=assertion.get("ID")
    )
    response.replace(assertion, signed)
    document: bytes = etree.tostring(response)
    return document


def issuer(tenant: Tenant) -> str:
    return f"https://sts.windows.net/{tenant.settings.tenant_id}/"


def signing(tenant: Tenant, service: Mapping[str, Any]) -> SigningKey:
    """Return the key for an application's assertions: the one that it prefers, else the tenant's."""
    preferred = service.get("preferredTokenSigningKeyThumbprint")
    own = token_signing_key(tenant.store, preferred) if isinstance(preferred, str) else None
    return own or signing_key(tenant.store, tenant.clock, tenant.ids)


def _pem(certificate: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"
