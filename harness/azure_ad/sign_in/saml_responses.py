"""The signed response, the tenant's key and certificate for it, and its metadata's issuer.

Sources: https://learn.microsoft.com/en-us/entra/identity-platform/single-sign-on-saml-protocol and
https://learn.microsoft.com/en-us/entra/identity-platform/federation-metadata (read 2026-11).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import render_template

from harness.azure_ad.tenant import Tenant
from harness.base.clock import iso
from harness.base.errors import HarnessError

_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"
# The window of Microsoft's sample response: five minutes before, an hour and five minutes after.
_BEFORE, _AFTER = timedelta(minutes=5), timedelta(minutes=65)
_CERTIFICATE_LIFE = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a response says: of whom, for whom, sent where, in answer to which request; `claims` by their name."""

    name_id: str
    audience: str
    acs: str
    answers: str | None = None
    claims: Mapping[str, str] = field(default_factory=dict)


def signed_response(tenant: Tenant, statement: Statement) -> bytes:
    """Return a SAML response whose one assertion is signed. Raises HarnessError for a name that XML cannot hold."""
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
        not_before=iso(now - _BEFORE, 3),
        not_on_or_after=iso(now + _AFTER, 3),
    )
    try:
        response = etree.fromstring(text)
    except etree.XMLSyntaxError as error:
        raise HarnessError("The name identifier has characters that XML cannot hold.") from error
    assertion = response.find(_ASSERTION)
    own = signing(tenant)
    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    signed = signer.sign(
        assertion, key=own["key"], cert=_pem(own["certificate"]), reference_uri=assertion.get("ID")
    )
    response.replace(assertion, signed)
    document: bytes = etree.tostring(response)
    return document


def issuer(tenant: Tenant) -> str:
    return f"https://sts.windows.net/{tenant.settings.tenant_id}/"


def signing(tenant: Tenant) -> dict[str, Any]:
    """Return the tenant's signing key and certificate, made when first asked for; the key leaves the store for signing only."""
    with tenant.store.transaction():
        document = tenant.store.get("account", "saml-signing")
        if document is None:
            document = _make_signing(tenant)
            tenant.store.put("account", "saml-signing", document)
    return document


def _make_signing(tenant: Tenant) -> dict[str, Any]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name(
        [x509.NameAttribute(x509.NameOID.COMMON_NAME, "Microsoft Azure Federated SSO Certificate")]
    )
    now = tenant.clock.now()
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 1 + tenant.ids.number(1 << 120))
    builder = builder.not_valid_before(now).not_valid_after(now + _CERTIFICATE_LIFE)
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"key": private.decode(), "certificate": base64.b64encode(certificate).decode()}


def _pem(certificate: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"
