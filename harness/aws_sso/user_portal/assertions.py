"""Checks of a SAML response, before it signs a person in.

An e-mail address as the NameID is asked for by
https://docs.aws.amazon.com/singlesignon/latest/userguide/other-idps.html, "SAML"; one assertion, not encrypted, and the page's
sentence by https://docs.aws.amazon.com/singlesignon/latest/userguide/troubleshooting.html, "Error 'An unexpected error has
occurred' when a user tries to sign in using an external identity provider" (edition of June 2023; both read 2026-11-30). Most
of the reasons, which only CloudTrail shows, are nowhere recorded: they are this imitation's own.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import request
from msgspec import Struct
from werkzeug.exceptions import RequestEntityTooLarge

from harness.aws_sso.accounts.instance import instance
from harness.aws_sso.tenant import Tenant
from harness.aws_sso.user_portal import addresses, identity_source, saml_xml
from harness.aws_sso.user_portal.access_attributes import access_attributes
from harness.aws_sso.user_portal.saml_xml import ASSERTION, PROTOCOL, text_of
from harness.base.clock import from_iso
from harness.base.store import Document

_EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\Z")
_ASSERTION_LIMIT = 50_000  # characters

UNEXPECTED = "An unexpected error has occurred"
NOT_YOU = "It's not you, it's us"


class SignInError(Exception):
    """A failed sign-in: the page's sentence, and the reason, which only CloudTrail has."""

    def __init__(self, page: str, reason: str) -> None:
        super().__init__(reason)
        self.page = page


class Vouched(Struct, frozen=True):
    """The content of a valid assertion. `answers` is the id of the request that it answers, None without one.

    `until` is when the assertion ends; `attributes` are those for access control.
    """

    name_id: str
    assertion_id: str
    until: datetime
    answers: str | None
    attributes: Mapping[str, str]


def vouched(tenant: Tenant, saml_id: str) -> Vouched:
    """Return the content of the posted response. Raises SignInError."""
    provider = identity_source.provider(tenant)
    if provider is None:
        raise SignInError(NOT_YOU, "No identity provider is configured")
    if saml_id != addresses.saml_id(tenant):
        raise SignInError(UNEXPECTED, "Response was sent to another assertion consumer service")
    posted = _posted()
    assertion = _verified(tenant, provider, _only_assertion(posted, addresses.consumer(tenant)))
    confirmation = _check_conditions(tenant, provider, assertion)
    name_id = assertion.find(f"{ASSERTION}Subject/{ASSERTION}NameID")
    if name_id is None or name_id.get("Format") != _EMAIL:
        raise SignInError(NOT_YOU, "Response contains invalid name id policy format")
    value = text_of(name_id)
    if not _ADDRESS.match(value):
        raise SignInError(UNEXPECTED, "NameID is not an e-mail address")
    answers = confirmation.get("InResponseTo")
    if posted.get("InResponseTo") != answers:
        raise SignInError(UNEXPECTED, "Response and assertion answer different requests")
    until = from_iso(confirmation.get("NotOnOrAfter"))
    return Vouched(value, assertion.get("ID"), until, answers, _attributes(tenant, assertion))


def _attributes(tenant: Tenant, assertion: Any) -> Mapping[str, str]:
    if instance(tenant).attributes is None:
        return {}
    try:
        return access_attributes(assertion)
    except ValueError as error:
        raise SignInError(NOT_YOU, str(error)) from error


def _posted() -> Any:
    """Return the posted response as XML."""
    try:
        encoded = request.form.get("SAMLResponse", "")
        return saml_xml.parse(base64.b64decode(encoded, validate=True))
    except (ValueError, RequestEntityTooLarge) as error:
        raise SignInError(UNEXPECTED, "Response cannot be read") from error


def _only_assertion(response: Any, acs_url: str) -> bytes:
    """Return the assertion's text. Raises SignInError for a second or misplaced one, which could be forged."""
    from lxml import etree

    if response.get("Destination", acs_url) != acs_url:
        raise SignInError(UNEXPECTED, "Response was meant for another assertion consumer service")
    status = response.find(f"{PROTOCOL}Status/{PROTOCOL}StatusCode")
    if response.tag != f"{PROTOCOL}Response" or status is None or status.get("Value") != _SUCCESS:
        raise SignInError(UNEXPECTED, "Response is not a successful one")
    if next(response.iter(f"{ASSERTION}EncryptedAssertion"), None) is not None:
        raise SignInError(UNEXPECTED, "Response contains an encrypted assertion")
    assertions = list(response.iter(f"{ASSERTION}Assertion"))
    if len(assertions) != 1 or assertions[0].getparent() is not response:
        raise SignInError(UNEXPECTED, "Response does not contain exactly one assertion")
    text: str = etree.tostring(assertions[0], encoding="unicode", with_tail=False)
    if len(text) > _ASSERTION_LIMIT:
        raise SignInError(UNEXPECTED, f"Assertion is longer than {_ASSERTION_LIMIT} characters")
    return text.encode()


def _verified(tenant: Tenant, provider: Document, assertion: bytes) -> Any:
    """Return the signed element, parsed again from the octets that a trusted certificate signed."""
    from lxml import etree
    from signxml.exceptions import SignXMLException
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    # The signature is inside the assertion, and certificates are checked at the tenant's time.
    config = SignatureConfiguration(location="./", verification_time=tenant.clock.now())
    for certificate in provider["certificates"]:
        try:
            result: Any = XMLVerifier().verify(
                assertion, x509_cert=saml_xml.certificate(certificate), expect_config=config
            )
        except (SignXMLException, etree.LxmlError, ValueError, TypeError, KeyError):
            continue
        if result.signed_xml is not None and result.signed_xml.tag == f"{ASSERTION}Assertion":
            return result.signed_xml
    raise SignInError(NOT_YOU, "Assertion is not signed with a trusted certificate")


def _check_conditions(tenant: Tenant, provider: Document, assertion: Any) -> Any:
    """Return the valid subject confirmation. Raises SignInError for another provider, account or time."""
    now = tenant.clock.now()
    if text_of(assertion.find(f"{ASSERTION}Issuer")) != provider["entityId"]:
        raise SignInError(NOT_YOU, "Assertion has another issuer")
    conditions = assertion.find(f"{ASSERTION}Conditions")
    audiences = assertion.iterfind(
        f"{ASSERTION}Conditions/{ASSERTION}AudienceRestriction/{ASSERTION}Audience"
    )
    if conditions is None or addresses.issuer(tenant) not in map(text_of, audiences):
        raise SignInError(UNEXPECTED, "Assertion is meant for another audience")
    confirmations = [
        confirmation.find(f"{ASSERTION}SubjectConfirmationData")
        for confirmation in assertion.iterfind(f"{ASSERTION}Subject/{ASSERTION}SubjectConfirmation")
        if confirmation.get("Method") == _BEARER
    ]
    mine = [
        each
        for each in confirmations
        if each is not None and each.get("Recipient") == addresses.consumer(tenant)
    ]
    if not mine:
        raise SignInError(UNEXPECTED, "Assertion is meant for another recipient")
    # NotOnOrAfter is required in a bearer confirmation, not in conditions.
    timely = [each for each in mine if each.get("NotOnOrAfter") and _in_force(each, now)]
    if not timely or not _in_force(conditions, now):
        raise SignInError(NOT_YOU, "Assertion is not valid at this time")
    return timely[0]


def _in_force(element: Any, now: datetime) -> bool:
    try:
        begins = from_iso(element.get("NotBefore", "0001-01-01T00:00:00Z"))
        return begins <= now < from_iso(element.get("NotOnOrAfter", "9999-12-31T23:59:59Z"))
    except (ValueError, TypeError):  # not a moment, or one without a time zone
        return False
