"""Signing in to the user portal with SAML: whom AWS SSO trusts, the assertion consumer service (ACS), the portal's page.

Routes are bound by `app.py`. Imitates https://docs.aws.amazon.com/singlesignon/latest/userguide/other-idps.html,
limits.html and troubleshooting.html; the events are those of
https://github.com/awsdocs/aws-single-sign-on-user-guide/blob/main/doc_source/understanding-sign-in-events.md and, where
signing in failed, of https://github.com/goauthentik/authentik/issues/4554 (all read 2026-11). HTTP statuses of the error
pages and most `errorMessage` texts are nowhere recorded and are this imitation's own.
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from harness.aws_sso import cloudtrail, identity_store
from harness.aws_sso.documents import decode
from harness.aws_sso.identity_store import USER, Record
from harness.aws_sso.tenant import Tenant, current
from harness.aws_sso.tokens import Declined
from harness.base.clock import from_iso, iso
from harness.base.json_text import encode
from harness.base.store import Document

_SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
_METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_CERTIFICATES = ".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate"
_EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\Z")
# https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html, characters.
_METADATA_LIMIT, _CERTIFICATE_LIMIT, _ASSERTION_LIMIT = 75_000, 2_500, 50_000
# https://docs.aws.amazon.com/singlesignon/latest/userguide/configure-user-session.html, "default … is eight hours".
_SESSION = timedelta(hours=8)
_COOKIE = "x-amz-sso_authn"
_PROVIDER = ("account", "identity-provider")  # kept with the account, and so through a reset

UNEXPECTED = "An unexpected error has occurred"
NOT_YOU = "It's not you, it's us"


class _SignInError(Exception):
    """Nobody is signed in: the page's sentence, and the reason, which only CloudTrail tells."""

    def __init__(self, page: str, reason: str) -> None:
        super().__init__(reason)
        self.page = page


def register(app: Flask) -> None:
    """Bind the routes. The console's one is named into its blueprint, whose guard against other sites then holds."""
    rule = "/console/api/identity-source"
    app.add_url_rule(rule, "console.api_identity_source", identity_source, methods=["GET", "PUT"])
    app.add_url_rule("/platform/saml/acs/<saml_id>", "saml_acs", consume, methods=["POST"])
    app.add_url_rule("/start", "user_portal", portal)


def identity_source() -> Response:
    """Show the identity source; PUT `{"metadata": …}` makes it the identity provider which that XML describes."""
    tenant = current()
    try:
        if request.method == "PUT":
            _trust(tenant, _described_provider(_given_metadata()))
        status, document = 200, _shown(tenant)
    except Declined as declined:
        status, document = declined.status, {"message": str(declined)}
    return Response(encode(document), status, {"Content-Type": "application/json"})


def consume(saml_id: str) -> ResponseReturnValue:
    """Take the response that a browser brings from the identity provider, and sign its person in."""
    tenant = current()
    try:
        name_id = _trusted_name(tenant, saml_id)
        with tenant.store.transaction():
            user = _user(tenant, name_id)
            cookie = _open_session(tenant, user)
            _keep_success(tenant, user, name_id)
    except _SignInError as error:
        _keep_failure(tenant, str(error))
        return render_template("sign_in.html", sentence=error.page), 400
    answer = redirect(_portal_url(tenant))
    answer.set_cookie(_COOKIE, cookie, httponly=True, secure=request.is_secure, samesite="Lax")
    return answer


def portal() -> ResponseReturnValue:
    """Greet whoever signed in. Without a session: where to sign in, for nothing here leads to the provider's page."""
    tenant = current()
    session = tenant.store.get("portal-session", _digest(request.cookies.get(_COOKIE, "")))
    user = None
    if session is not None and iso(tenant.clock.now()) < session["expiresAt"]:
        user = identity_store.fetch(tenant, USER, session["userId"])
    if user is None or not user.attributes["active"]:
        sentence = "You are not signed in. Open AWS SSO from your identity provider."
        return render_template("sign_in.html", sentence=sentence), 401
    return render_template("portal.html", user=user.attributes)


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
        entity = _parse(metadata.encode())
    except ValueError as error:
        raise Declined(400, f"The metadata cannot be read: {error}.") from error
    provider = f"{_METADATA}IDPSSODescriptor/{_METADATA}"
    certificates = [
        "".join(_text(certificate).split())
        for descriptor in entity.iterfind(f"{provider}KeyDescriptor")
        if descriptor.get("use") != "encryption"
        for certificate in descriptor.iterfind(_CERTIFICATES)
    ]
    needed = {
        "an entityID": entity.tag == f"{_METADATA}EntityDescriptor" and entity.get("entityID"),
        "a SingleSignOnService": entity.find(f"{provider}SingleSignOnService") is not None,
        "a signing certificate": certificates,
    }
    for part, found in needed.items():
        if not found:
            raise Declined(400, f"The metadata must hold {part}.")
    if any(len(certificate) > _CERTIFICATE_LIMIT for certificate in certificates):
        raise Declined(400, f"A certificate is longer than {_CERTIFICATE_LIMIT} characters.")
    try:
        for certificate in certificates:
            _load(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Declined(400, "A certificate cannot be read.") from error
    return {"entityId": entity.get("entityID"), "certificates": certificates}


def _trust(tenant: Tenant, provider: Document) -> None:
    with tenant.store.transaction():
        action = "Update" if tenant.store.get(*_PROVIDER) else "Create"
        tenant.store.put(*_PROVIDER, provider)
        name = f"{action}ExternalIdPConfigurationForDirectory"
        parameters = {"identityStoreId": tenant.settings.identity_store_id}
        identity = {"type": "Unknown", "accountId": tenant.settings.account_id}
        source = {"eventSource": tenant.quirks["console-event-source"], "eventType": "AwsApiCall"}
        _keep(tenant, name, identity, {**source, "requestParameters": parameters})


def _shown(tenant: Tenant) -> Document:
    return {
        "type": "EXTERNAL_IDP" if tenant.store.get(*_PROVIDER) else "AWS_SSO",
        "acsUrl": _acs_url(tenant),
        "issuerUrl": _issuer_url(tenant),
        "signInUrl": _portal_url(tenant),
    }


def _saml_id(tenant: Tenant) -> str:
    """Return the instance's id in SAML addresses, which is not the SCIM tenant's."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, tenant.settings.instance_arn))


def _acs_url(tenant: Tenant) -> str:
    return f"{tenant.settings.signin_origin}/platform/saml/acs/{_saml_id(tenant)}"


def _issuer_url(tenant: Tenant) -> str:
    """Return the audience of assertions: a name, never an address that anybody asks."""
    return f"https://{tenant.settings.region}.signin.aws.amazon.com/platform/saml/{_saml_id(tenant)}"


def _portal_url(tenant: Tenant) -> str:
    return f"{tenant.settings.signin_origin}/start"


def _trusted_name(tenant: Tenant, saml_id: str) -> str:
    """Return the NameID that the posted response vouches for. Raises _SignInError."""
    provider = tenant.store.get(*_PROVIDER)
    if provider is None:
        raise _SignInError(NOT_YOU, "No identity provider is configured")
    if saml_id != _saml_id(tenant):
        raise _SignInError(UNEXPECTED, "Response was sent to another assertion consumer service")
    assertion = _verified(tenant, provider, _only_assertion(_posted(), _acs_url(tenant)))
    _check_conditions(tenant, provider, assertion)
    name_id = assertion.find(f"{_SAML}Subject/{_SAML}NameID")
    if name_id is None or name_id.get("Format") != _EMAIL:
        raise _SignInError(NOT_YOU, "Response contains invalid name id policy format")
    value = _text(name_id)
    if not _ADDRESS.match(value):
        raise _SignInError(UNEXPECTED, "NameID is not an e-mail address")
    return value


def _posted() -> Any:
    """Return the posted response as XML."""
    try:
        encoded = request.form.get("SAMLResponse", "")
        return _parse(base64.b64decode(encoded, validate=True))
    except (ValueError, RequestEntityTooLarge) as error:
        raise _SignInError(UNEXPECTED, "Response cannot be read") from error


def _only_assertion(response: Any, acs_url: str) -> bytes:
    """Return the assertion's text. A second one anywhere, or one elsewhere than it belongs, may hide a forged one."""
    from lxml import etree

    if response.get("Destination", acs_url) != acs_url:
        raise _SignInError(UNEXPECTED, "Response was meant for another assertion consumer service")
    status = response.find(f"{_PROTOCOL}Status/{_PROTOCOL}StatusCode")
    if response.tag != f"{_PROTOCOL}Response" or status is None or status.get("Value") != _SUCCESS:
        raise _SignInError(UNEXPECTED, "Response is not a successful one")
    if next(response.iter(f"{_SAML}EncryptedAssertion"), None) is not None:
        raise _SignInError(UNEXPECTED, "Response contains an encrypted assertion")
    assertions = list(response.iter(f"{_SAML}Assertion"))
    if len(assertions) != 1 or assertions[0].getparent() is not response:
        raise _SignInError(UNEXPECTED, "Response does not contain exactly one assertion")
    text: str = etree.tostring(assertions[0], encoding="unicode", with_tail=False)
    if len(text) > _ASSERTION_LIMIT:
        raise _SignInError(UNEXPECTED, f"Assertion is longer than {_ASSERTION_LIMIT} characters")
    return text.encode()


def _verified(tenant: Tenant, provider: Document, assertion: bytes) -> Any:
    """Return what a trusted certificate signed, read anew from the very octets that were signed."""
    from lxml import etree
    from signxml.exceptions import SignXMLException
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    # The signature stands in the assertion itself, and certificates are judged by the tenant's time.
    config = SignatureConfiguration(location="./", verification_time=tenant.clock.now())
    for certificate in provider["certificates"]:
        try:
            found: Any = XMLVerifier().verify(assertion, x509_cert=_load(certificate), expect_config=config)
        except (SignXMLException, etree.LxmlError, ValueError, TypeError, KeyError):
            continue
        if found.signed_xml is not None and found.signed_xml.tag == f"{_SAML}Assertion":
            return found.signed_xml
    raise _SignInError(NOT_YOU, "Assertion is not signed with a trusted certificate")


def _check_conditions(tenant: Tenant, provider: Document, assertion: Any) -> None:
    """Raise _SignInError unless the assertion is this provider's, for this account, now."""
    now = tenant.clock.now()
    if _text(assertion.find(f"{_SAML}Issuer")) != provider["entityId"]:
        raise _SignInError(NOT_YOU, "Assertion has another issuer")
    conditions = assertion.find(f"{_SAML}Conditions")
    audiences = assertion.iterfind(f"{_SAML}Conditions/{_SAML}AudienceRestriction/{_SAML}Audience")
    if conditions is None or _issuer_url(tenant) not in map(_text, audiences):
        raise _SignInError(UNEXPECTED, "Assertion is meant for another audience")
    confirmations = [
        confirmation.find(f"{_SAML}SubjectConfirmationData")
        for confirmation in assertion.iterfind(f"{_SAML}Subject/{_SAML}SubjectConfirmation")
        if confirmation.get("Method") == _BEARER
    ]
    mine = [each for each in confirmations if each is not None and each.get("Recipient") == _acs_url(tenant)]
    if not mine:
        raise _SignInError(UNEXPECTED, "Assertion is meant for another recipient")
    # A bearer confirmation must say until when, conditions need not.
    timely = any(each.get("NotOnOrAfter") and _in_force(each, now) for each in mine)
    if not timely or not _in_force(conditions, now):
        raise _SignInError(NOT_YOU, "Assertion is not valid at this time")


def _in_force(element: Any, now: datetime) -> bool:
    try:
        begins = from_iso(element.get("NotBefore", "0001-01-01T00:00:00Z"))
        return begins <= now < from_iso(element.get("NotOnOrAfter", "9999-12-31T23:59:59Z"))
    except (ValueError, TypeError):  # no moment, or one that names no zone
        return False


def _user(tenant: Tenant, name_id: str) -> Record:
    """Return the active user of exactly this user name; nobody is created just in time."""
    user_id = identity_store.find(tenant, "user.userName", name_id)
    user = None if user_id is None else identity_store.fetch(tenant, USER, user_id)
    # `find` may ignore case, for names must not collide in any.
    exact = user is not None and user.attributes["userName"] == name_id
    if user is None or not (exact or tenant.quirks["name-id-ignores-case"]):
        raise _SignInError(UNEXPECTED, "NameID matches the user name of no user")
    if not user.attributes["active"]:
        raise _SignInError(UNEXPECTED, "User is disabled")
    return user


def _open_session(tenant: Tenant, user: Record) -> str:
    """Return the new session's cookie, of which only a digest is kept."""
    cookie = tenant.ids.alphanumeric(64)
    expires = iso(tenant.clock.now() + _SESSION)
    tenant.store.put("portal-session", _digest(cookie), {"userId": user.id, "expiresAt": expires})
    return cookie


def _keep_success(tenant: Tenant, user: Record, name_id: str) -> None:
    settings = tenant.settings
    identity = _anonymous(tenant) | {"userName": name_id}
    if tenant.quirks["sign-in-identity-type"] == "IdentityCenterUser":
        store = f"arn:aws:identitystore::{settings.account_id}:identitystore/{settings.identity_store_id}"
        identity = {
            "type": "IdentityCenterUser",
            "accountId": settings.account_id,
            "onBehalfOf": {"userId": user.id, "identityStoreArn": store},
            "credentialId": tenant.ids.uuid(),
        }
    details = {
        "additionalEventData": {
            "AuthWorkflowID": tenant.ids.uuid(),
            "LoginTo": _portal_url(tenant),
            "CredentialType": "EXTERNAL_IDP",
            "UserName": name_id,
        },
        "eventType": "AwsServiceEvent",
        "serviceEventDetails": {"UserAuthentication": "Success"},
    }
    _keep(tenant, "UserAuthentication", identity, details)


def _keep_failure(tenant: Tenant, reason: str) -> None:
    name = "ExternalIdPDirectoryLogin"
    outcome = {"errorMessage": reason, "responseElements": {name: "Failure"}, "eventType": "AwsConsoleSignIn"}
    _keep(tenant, name, _anonymous(tenant), outcome)


def _anonymous(tenant: Tenant) -> dict[str, Any]:
    account = tenant.settings.account_id
    return {"type": "Unknown", "principalId": account, "arn": "", "accountId": account, "accessKeyId": ""}


def _keep(tenant: Tenant, name: str, identity: Mapping[str, Any], details: Mapping[str, Any]) -> None:
    person = cloudtrail.caller()
    event = {
        "eventVersion": "1.08",
        "userIdentity": identity,
        "eventTime": iso(tenant.clock.now()),
        "eventSource": "signin.amazonaws.com",
        "eventName": name,
        "awsRegion": tenant.settings.region,
        "sourceIPAddress": person.address,
        "userAgent": person.agent,
        "requestParameters": None,
        "responseElements": None,
        **details,
        "requestID": tenant.ids.uuid(),
        "eventID": tenant.ids.uuid(),
        "readOnly": False,
        "managementEvent": True,
        "recipientAccountId": tenant.settings.account_id,
        "eventCategory": "Management",
    }
    cloudtrail.keep(tenant, name, event)


def _parse(document: bytes) -> Any:
    """Read XML that a stranger sent. Raises ValueError for what is none, and for any document type declaration."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("it is not well-formed XML") from error
    if root.getroottree().docinfo.doctype:
        raise ValueError("it has a document type declaration")
    return root


def _text(element: Any) -> str:
    """Return all of an element's text: a comment inside must not cut a name short."""
    return "" if element is None else str(element.xpath("string()"))


def _load(certificate: str) -> Any:
    """Return the certificate behind the base64 text of metadata. Raises ValueError when it is none."""
    from cryptography import x509

    return x509.load_der_x509_certificate(base64.b64decode(certificate, validate=True))


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()
