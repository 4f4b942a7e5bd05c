"""The AuthnRequest of a service provider where sign-in starts, in the address or in a form.

Sources: https://learn.microsoft.com/en-us/entra/identity-platform/single-sign-on-saml-protocol, "AuthnRequest", and
https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes (read 2026-11-29). A signature of the request is
not looked at: as "Signature" has it, Azure AD demands one only where it is configured to.
"""

from __future__ import annotations

import base64
import zlib

from msgspec import Struct

_LONGEST = 65_536  # octets, unpacked
_PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"


class AuthnRequest(Struct, frozen=True):
    """`issuer` names the application; `consumer` is the requested reply URL, None for the registered one."""

    id: str
    issuer: str
    consumer: str | None


def read_request(text: str, *, deflated: bool) -> AuthnRequest:
    """Read a SAMLRequest parameter. Raises ValueError for a bad one."""
    from lxml import etree

    octets = base64.b64decode(text, validate=True)
    if deflated:
        octets = _inflated(octets)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(octets[: _LONGEST + 1], parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("it is not well-formed XML") from error
    issuer = root.findtext(f"{_ASSERTION}Issuer")
    request_id = root.get("ID")
    if (
        root.getroottree().docinfo.doctype
        or root.tag != f"{_PROTOCOL}AuthnRequest"
        or not issuer
        or not request_id
    ):
        raise ValueError("it is no AuthnRequest with an ID and an Issuer")
    return AuthnRequest(str(request_id), str(issuer).strip(), root.get("AssertionConsumerServiceURL"))


def _inflated(octets: bytes) -> bytes:
    """Return an inflated text, cut at a request's greatest length: a small input must not become a large text."""
    inflating = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        text = inflating.decompress(octets, _LONGEST)
    except zlib.error as error:
        raise ValueError("it is not deflated") from error
    if inflating.unconsumed_tail:
        raise ValueError("it is too long")
    return text
