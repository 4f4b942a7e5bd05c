"""The identity source, which signs people in: the trusted provider, and the metadata that describes it.

Limits are those of https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html, required metadata that of
https://docs.aws.amazon.com/singlesignon/latest/userguide/other-idps.html, SAML (editions of June 2023, read
2026-11-29; the first in "Application quotas").
"""

from __future__ import annotations

from flask import Response, abort, render_template, request

from harness.aws_sso.documents import decode
from harness.aws_sso.tenant import Tenant, current
from harness.aws_sso.tokens import Declined
from harness.aws_sso.user_portal import addresses, events, saml_xml
from harness.aws_sso.user_portal.saml_xml import METADATA, text_of
from harness.base.json_text import encode
from harness.base.store import Document

_CERTIFICATES = ".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate"
_METADATA_LIMIT, _CERTIFICATE_LIMIT = 75_000, 2_500  # characters
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_ASKED_FOR = {
    "metadata": "Upload the identity provider's SAML metadata.",
    "confirm": "Type ACCEPT to confirm that the identity source is to change.",
}
_PROVIDER = ("account", "identity-provider")  # kept with the account, so that a reset leaves it


def answer() -> Response:
    """Answer the identity source; PUT `{"metadata": …}` makes the XML's identity provider the source.

    DELETE `{"confirm": "ACCEPT"}` makes AWS SSO's own directory the source again. Users, groups and assignments stay:
    https://docs.aws.amazon.com/singlesignon/latest/userguide/manage-your-identity-source-considerations.html, "Changing between
    IAM Identity Center and an external identity provider" (edition of June 2023, read 2026-11-30). That sessions last until
    their time is over is inferred.
    """
    tenant = current()
    try:
        if request.method == "PUT":
            trust(tenant, described_provider(_given("metadata")))
        if request.method == "DELETE":
            trust_nobody(tenant, _given("confirm"))
        status, document = 200, _shown(tenant)
    except Declined as declined:
        status, document = declined.status, {"message": str(declined)}
    return Response(encode(document), status, {"Content-Type": "application/json"})


def provider(tenant: Tenant) -> Document | None:
    """Return the trusted provider, None before there is one.

    It is `{"entityId": …, "certificates": [base64 text], "signInUrl": …}`; one of an older data file has no address.
    """
    return tenant.store.get(*_PROVIDER)


def metadata(saml_id: str) -> Response:
    """Answer the metadata file of this account for an identity provider: issuer, consumer service, name format."""
    tenant = current()
    if saml_id != addresses.saml_id(tenant):
        abort(404)
    text = render_template(
        "service_provider_metadata.xml",
        issuer=addresses.issuer(tenant),
        consumer=addresses.consumer(tenant),
    )
    headers = {
        "Content-Type": "application/samlmetadata+xml; charset=utf-8",
        "Content-Disposition": 'attachment; filename="service-provider-metadata.xml"',
    }
    return Response(text, 200, headers)


def _given(name: str) -> str:
    try:
        document = decode(request.get_data(cache=False))
    except ValueError as error:
        raise Declined(400, "The body is not JSON.") from error
    text = document.get(name) if isinstance(document, dict) else None
    if not isinstance(text, str):
        raise Declined(400, _ASKED_FOR[name])
    return text


def described_provider(metadata: str) -> Document:
    """Return the provider that metadata describes. Raises Declined when a required part is missing."""
    from cryptography.exceptions import UnsupportedAlgorithm

    if len(metadata) > _METADATA_LIMIT:
        raise Declined(400, f"The metadata is longer than {_METADATA_LIMIT} characters.")
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
    services = [
        service
        for service in entity.iterfind(f"{path}SingleSignOnService")
        if str(service.get("Location", "")).startswith(("https://", "http://"))
    ]
    services.sort(key=lambda service: service.get("Binding") != _REDIRECT)
    sign_in_url = services[0].get("Location") if services else None
    needed = {
        "an entityID": entity.tag == f"{METADATA}EntityDescriptor" and entity.get("entityID"),
        "a SingleSignOnService with an address that begins with https": sign_in_url,
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
    return {"entityId": entity.get("entityID"), "certificates": certificates, "signInUrl": sign_in_url}


def confirm(word: str) -> None:
    """Raise Declined unless the word is the one that confirms a change of the identity source."""
    if word != "ACCEPT":
        raise Declined(400, _ASKED_FOR["confirm"])


def trust_nobody(tenant: Tenant, confirmation: str) -> None:
    """Make AWS SSO's own directory the identity source again. Raises Declined without the confirming word."""
    confirm(confirmation)
    with tenant.store.transaction():
        if tenant.store.get(*_PROVIDER) is not None:
            tenant.store.delete(*_PROVIDER)
            _tell(tenant, "Delete")


def trust(tenant: Tenant, described: Document) -> None:
    with tenant.store.transaction():
        action = "Update" if tenant.store.get(*_PROVIDER) else "Create"
        tenant.store.put(*_PROVIDER, described)
        _tell(tenant, action)


def _tell(tenant: Tenant, action: str) -> None:
    parameters = {"identityStoreId": tenant.settings.identity_store_id}
    identity = {"type": "Unknown", "accountId": tenant.settings.account_id}
    source = {"eventSource": tenant.quirks["console-event-source"], "eventType": "AwsApiCall"}
    name = f"{action}ExternalIdPConfigurationForDirectory"
    events.keep(tenant, name, identity, {**source, "requestParameters": parameters})


def _shown(tenant: Tenant) -> Document:
    return {
        "type": "EXTERNAL_IDP" if tenant.store.get(*_PROVIDER) else "AWS_SSO",
        "acsUrl": addresses.consumer(tenant),
        "issuerUrl": addresses.issuer(tenant),
        "signInUrl": addresses.portal(tenant),
        "metadataUrl": addresses.metadata(tenant),
    }
