"""Reads XML from strangers: identity providers' metadata and SAML responses."""

from __future__ import annotations

import base64
from typing import Any

ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"


def parse(document: bytes) -> Any:
    """Read XML from a stranger. Raises ValueError for bad XML, and for any document type declaration."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("it is not well-formed XML") from error
    if root.getroottree().docinfo.doctype:
        raise ValueError("it has a document type declaration")
    return root


def text_of(element: Any) -> str:
    """Return all of an element's text, also after a comment, which must not shorten a name."""
    return "" if element is None else str(element.xpath("string()"))


def certificate(text: str) -> Any:
    """Return the certificate of a base64 text in metadata. Raises ValueError for a bad one."""
    from cryptography import x509

    return x509.load_der_x509_certificate(base64.b64decode(text, validate=True))
