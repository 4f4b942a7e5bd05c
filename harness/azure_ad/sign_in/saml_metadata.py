"""The metadata file of a service provider: its entity id, and the address to which a browser posts assertions.

Source: https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf, section 2.4.4 (not opened again since
2026-11: no stored copy of it was found).
"""

from __future__ import annotations

from msgspec import Struct

_METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


class ServiceProvider(Struct, frozen=True):
    """`identifier` is its entity id, `reply_url` its assertion consumer service."""

    identifier: str
    reply_url: str


def read_service_provider(text: str) -> ServiceProvider:
    """Read a metadata file. Raises ValueError, in words for the user, for another file."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        entity = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError("The file is no XML.") from error
    services = [
        service.get("Location", "")
        for service in entity.iterfind(f"{_METADATA}SPSSODescriptor/{_METADATA}AssertionConsumerService")
        if service.get("Binding") == _POST and service.get("Location", "").startswith(("https://", "http://"))
    ]
    if entity.tag != f"{_METADATA}EntityDescriptor" or not entity.get("entityID") or not services:
        raise ValueError("The file describes no service provider that takes assertions by HTTP-POST.")
    return ServiceProvider(str(entity.get("entityID")), services[0])
