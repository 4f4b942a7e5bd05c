"""Whom AWS SSO trusts to sign people in: the identity source, and the metadata that describes a provider.

Limits are those of https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html, what metadata must hold that of
https://docs.aws.amazon.com/singlesignon/latest/userguide/other-idps.html (both read 2026-11).
"""

from __future__ import annotations

from flask import Response, request

from harness.aws_sso.documents import decode
from harness.aws_sso.tenant import Tenant, current
from harness.aws_sso.tokens import Declined
from harness.aws_sso.user_portal import addresses, events, saml_xml
from harness.aws_sso.user_portal.saml_xml import METADATA, text_of
from harness.base.json_text import encode
from harness.base.store import Document

_CERTIFICATES = ".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate"
_METADATA_LIMIT, _CERTIFICATE_LIMIT = 75_000, 2_500  # characters
_PROVIDER = ("account", "identity-provider")  # kept with the account, and so through a reset


def answer() -> Response:
    """Show the identity source; PUT `{"metadata": …}` makes it the identity provider which that XML describes."""
    tenant = current()
    try:
        if request.method == "PUT":
            _trust(tenant, _described_provider(_given_metadata()))
        status, document = 200, _shown(tenant)
    except Declined as declined:
        status, document = declined.status, {"message": str(declined)}
    return Response(encode(document), status, {"Content-Type": "application/json"})


def provider(tenant: Tenant) -> Document | None:
    """Return the trusted provider as `{"entityId": …, "certificates": [base64 text]}`, None before there is one."""
    return tenant.store.get(*_PROVIDER)


def _given_metadata() -> str:
    try:
        document = decode(request.get_data(cache=False))
    except ValueError as error:
        raise Declined(400, "The body is not JSON.") from error
    metadata = document.get("metadata") if isinstance(document, dict) else None
    if not isinstance(metadata, str):
        raise Declined(400, "Upload the identity provider's SAML metadata.")
    if len(metadata) > _METADATA_LIMIT:
        raise Declined(400, f"The metadata is longer than {_METADATA_LIMIT} characters.")
    return metadata


def _described_provider(metadata: str) -> Document:
    """Return who the metadata describes. Raises Declined when anything that is needed is missing."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        entity = saml_xml.parse(metadata.encode())
    except ValueError as error:
        raise Declined(400, f"The metadata cannot be read: {error}.") from error
    path = f"{METADATA}IDPSSODescriptor/{METADATA}"
    certificates = [
        "".join(text_of(certificate).split())
        for descriptor in entity.iterfind(f"{path}KeyDescriptor")
        if descriptor.get("use") != "encryption"
        for certificate in descriptor.iterfind(_CERTIFICATES)
    ]
    needed = {
        "an entityID": entity.tag == f"{METADATA}EntityDescriptor" and entity.get("entityID"),
        "a SingleSignOnService": entity.find(f"{path}SingleSignOnService") is not None,
        "a signing certificate": certificates,
    }
    for part, value in needed.items():
        if not value:
            raise Declined(400, f"The metadata must hold {part}.")
    if any(len(certificate) > _CERTIFICATE_LIMIT for certificate in certificates):
        raise Declined(400, f"A certificate is longer than {_CERTIFICATE_LIMIT} characters.")
    try:
        for certificate in certificates:
            saml_xml.certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Declined(400, "A certificate cannot be read.") from error
    return {"entityId": entity.get("entityID"), "certificates": certificates}


def _trust(tenant: Tenant, described: Document) -> None:
    with tenant.store.transaction():
        action = "Update" if tenant.store.get(*_PROVIDER) else "Create"
        tenant.store.put(*_PROVIDER, described)
        name = f"{action}ExternalIdPConfigurationForDirectory"
        parameters = {"identityStoreId": tenant.settings.identity_store_id}
        identity = {"type": "Unknown", "accountId": tenant.settings.account_id}
        source = {"eventSource": tenant.quirks["console-event-source"], "eventType": "AwsApiCall"}
        events.keep(tenant, name, identity, {**source, "requestParameters": parameters})


def _shown(tenant: Tenant) -> Document:
    return {
        "type": "EXTERNAL_IDP" if tenant.store.get(*_PROVIDER) else "AWS_SSO",
        "acsUrl": addresses.consumer(tenant),
        "issuerUrl": addresses.issuer(tenant),
        "signInUrl": addresses.portal(tenant),
    }
