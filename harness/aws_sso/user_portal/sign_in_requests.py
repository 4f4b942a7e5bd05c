"""Sign-in requests that start at the user portal: what is sent to the identity provider, and which answers are awaited.

The request asks for an e-mail address as the NameID, as https://docs.aws.amazon.com/singlesignon/latest/userguide/other-idps.html
says under "SAML" (read 2026-11-30). The page does not say how the request is sent. Here it is not signed and is in the address
(HTTP-Redirect, section 3.4 of https://docs.oasis-open.org/security/saml/v2.0/saml-bindings-2.0-os.pdf, read 2026-11),
and an answer is awaited for as long as a session lasts: both are inferred.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from harness.aws_sso.tenant import Tenant
from harness.aws_sso.user_portal import addresses, identity_source
from harness.aws_sso.user_portal.sessions import LENGTH
from harness.base.clock import iso

_KIND = "saml-request"
_REQUEST = (
    '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="{id}" Version="2.0" IssueInstant="{issued}" '
    'Destination="{destination}" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" '
    'AssertionConsumerServiceURL="{consumer}">'
    '<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{issuer}</saml:Issuer>'
    '<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"/>'
    "</samlp:AuthnRequest>"
)


@dataclass(frozen=True, slots=True)
class Awaited:
    """A request without an answer yet. `back` is the portal's path to go to afterwards; `until` is when the request ends."""

    back: str
    until: str


def begin(tenant: Tenant, back: str) -> str | None:
    """Return the identity provider's address to sign a person in, None without a provider.

    `back` is a path of the user portal. Call it inside `store.transaction()`.
    """
    from markupsafe import escape

    provider = identity_source.provider(tenant)
    if provider is None or not provider.get("signInUrl"):
        return None
    _forget_old(tenant)
    request_id, now = f"_{tenant.ids.uuid()}", tenant.clock.now()
    tenant.store.put(_KIND, request_id, asdict(Awaited(back, iso(now + LENGTH))))
    text = _REQUEST.format(
        id=request_id,
        issued=iso(now, 3),
        destination=escape(provider["signInUrl"]),
        consumer=escape(addresses.consumer(tenant)),
        issuer=escape(addresses.issuer(tenant)),
    )
    deflating = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = deflating.compress(text.encode()) + deflating.flush()
    separator = "&" if "?" in provider["signInUrl"] else "?"
    query = urlencode({"SAMLRequest": base64.b64encode(packed).decode(), "RelayState": request_id})
    return f"{provider['signInUrl']}{separator}{query}"


def take(tenant: Tenant, request_id: str) -> Awaited | None:
    """Return the awaited request of an answer, and delete it; None for an unknown one."""
    document = tenant.store.get(_KIND, request_id)
    tenant.store.delete(_KIND, request_id)
    awaited = None if document is None else Awaited(**document)
    return awaited if awaited is not None and awaited.until > iso(tenant.clock.now()) else None


def _forget_old(tenant: Tenant) -> None:
    now = iso(tenant.clock.now())
    for request_id, document in list(tenant.store.scan(_KIND)):
        if document["until"] <= now:
            tenant.store.delete(_KIND, request_id)
