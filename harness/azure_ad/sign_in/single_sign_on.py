"""Single sign-on: Azure AD as the SAML identity provider of an enterprise application, started from Azure AD's side.

`POST /<tenant id>/saml2/sign-on` stands in for the person at the sign-in page: it asks for no password, only who signs in
and to which application, and may be told another NameID. Sign-in that the application starts is not imitated.

Sources: https://learn.microsoft.com/en-us/entra/identity-platform/federation-metadata, …/single-sign-on-saml-protocol,
…/reference-error-codes and https://learn.microsoft.com/en-us/graph/api/serviceprincipal-update (read 2026-11).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, make_response, render_template
from flask.typing import ResponseReturnValue

from harness.azure_ad.directory.directory import NotFoundError
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import body
from harness.azure_ad.graph.sign_in_log import Failure, write_sign_in
from harness.azure_ad.tenant import Tenant, current
from harness.base.clock import iso
from harness.base.errors import HarnessError
from harness.base.store import Document

single_sign_on = Blueprint("single_sign_on", __name__)

_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"
# The window of Microsoft's sample response: five minutes before, an hour and five minutes after.
_BEFORE, _AFTER = timedelta(minutes=5), timedelta(minutes=65)
_CERTIFICATE_LIFE = timedelta(days=3 * 365)
# The page runs its one script and no other, and posts to wherever the application is (https://www.w3.org/TR/CSP3/, read 2026-11).
_SCRIPT = "document.forms[0].submit();"
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_POLICY = f"default-src 'none'; script-src 'sha256-{_SCRIPT_HASH}'; frame-ancestors 'none'; base-uri 'none'"
_REFUSALS: Mapping[str, str] = {
    "AADSTS50034": (
        "The user account {user} does not exist in the {tenant} directory. "
        "To sign into this application, the account must be added to the directory."
    ),
    "AADSTS50057": "The user account is disabled.",
    "AADSTS50105": (
        "Your administrator has configured the application {name} ('{app}') to block users unless they are "
        "specifically granted ('assigned') access to the application. The signed in user '{user}' is blocked because "
        "they are not a direct member of a group with access, nor had access directly assigned by an administrator."
    ),
    "AADSTS500113": "No reply address is registered for the application.",
    "AADSTS700016": "Application with identifier '{app}' was not found in the directory '{tenant}'.",
    "AADSTS90002": "Tenant '{tenant}' not found.",
}


class _SignOnError(Exception):
    """Nobody is signed on: an AADSTS code and what its sentence names."""

    def __init__(self, code: str, **names: str) -> None:
        sentence = _REFUSALS[code].format(**names)
        super().__init__(f"{code}: {sentence}")
        self.failure = Failure(int(code.removeprefix("AADSTS")), sentence)


@single_sign_on.errorhandler(_SignOnError)
def _refused(error: _SignOnError) -> Response:
    page = render_template("sign_on_refused.html", sentence=str(error), at=iso(current().clock.now()))
    return make_response(page, 400)


@single_sign_on.get("/<tenant_id>/federationmetadata/2007-06/federationmetadata.xml")
def federation_metadata(tenant_id: str) -> ResponseReturnValue:
    """Answer what a service provider needs to trust this tenant: issuer, certificate and sign-on address."""
    tenant = _tenant(tenant_id)
    text = render_template(
        "federation_metadata.xml",
        issuer=_issuer(tenant),
        certificate=_signing(tenant)["certificate"],
        location=f"{tenant.settings.graph_origin}/{tenant_id}/saml2",
    )
    return Response(text, content_type="application/samlmetadata+xml; charset=utf-8")


@single_sign_on.post("/<tenant_id>/saml2/sign-on")
def sign_on(tenant_id: str) -> ResponseReturnValue:
    """Answer the form that a browser submits at once, with the signed response in it."""
    tenant, given = _tenant(tenant_id), body()
    name, app = given.get("user"), given.get("servicePrincipalId")
    name_id = given.get("nameId")
    if not isinstance(name, str) or not isinstance(app, str) or not isinstance(name_id, str | None):
        raise refusals.VALUE_FORM.error(
            name="user and servicePrincipalId, and nameId if given,", form="texts"
        )
    service = _application(tenant, app)
    user = _user(tenant, name)
    try:
        _demand_access(tenant, service, user)
    except _SignOnError as error:
        write_sign_in(tenant, user, service, error.failure)
        raise
    audience, acs = (next(iter(service.get(key, ())), "") for key in ("servicePrincipalNames", "replyUrls"))
    if not acs:
        raise _SignOnError("AADSTS500113")
    write_sign_in(tenant, user, service)
    response = _response(tenant, name_id or user["userPrincipalName"], audience, acs)
    page = render_template(
        "sign_on.html", acs=acs, script=_SCRIPT, response=base64.b64encode(response).decode()
    )
    return page, {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY}


def _tenant(tenant_id: str) -> Tenant:
    tenant = current()
    if tenant_id != tenant.settings.tenant_id:
        raise _SignOnError("AADSTS90002", tenant=tenant_id)
    return tenant


def _application(tenant: Tenant, app: str) -> Document:
    try:
        return tenant.applications.find(app)
    except NotFoundError as error:
        raise _SignOnError("AADSTS700016", app=app, tenant=tenant.settings.tenant_id) from error


def _user(tenant: Tenant, name: str) -> Document:
    """Return who signs on. Raises _SignOnError for the unknown."""
    try:
        return tenant.directory.find("User", name)
    except NotFoundError as error:
        raise _SignOnError("AADSTS50034", user=name, tenant=tenant.settings.tenant_id) from error


def _demand_access(tenant: Tenant, service: Document, user: Document) -> None:
    """Raise _SignOnError for the disabled and the unassigned."""
    if not user.get("accountEnabled", True):
        raise _SignOnError("AADSTS50057")
    # Members of nested groups have no access: only direct members of an assigned group do.
    entitled = [user["id"], *tenant.directory.groups_of(user["id"])]
    if service["appRoleAssignmentRequired"] and not any(
        tenant.applications.is_assigned(service["id"], subject) for subject in entitled
    ):
        raise _SignOnError(
            "AADSTS50105", name=service["displayName"], app=service["appId"], user=user["userPrincipalName"]
        )


def _response(tenant: Tenant, name_id: str, audience: str, acs: str) -> bytes:
    """Return a SAML response whose one assertion is signed. Raises HarnessError for a name that XML cannot hold."""
    from lxml import etree
    from signxml.algorithms import CanonicalizationMethod
    from signxml.signer import XMLSigner

    now = tenant.clock.now()
    text = render_template(
        "saml_response.xml",
        response_id=f"_{tenant.ids.uuid()}",
        assertion_id=f"_{tenant.ids.uuid()}",
        issuer=_issuer(tenant),
        name_id=name_id,
        audience=audience,
        acs=acs,
        issued=iso(now, 3),
        not_before=iso(now - _BEFORE, 3),
        not_on_or_after=iso(now + _AFTER, 3),
    )
    try:
        response = etree.fromstring(text)
    except etree.XMLSyntaxError as error:
        raise HarnessError("The name identifier has characters that XML cannot hold.") from error
    assertion = response.find(_ASSERTION)
    signing = _signing(tenant)
    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    signed = signer.sign(
        assertion, key=signing["key"], cert=_pem(signing["certificate"]), reference_uri=assertion.get("ID")
    )
    response.replace(assertion, signed)
    document: bytes = etree.tostring(response)
    return document


def _issuer(tenant: Tenant) -> str:
    return f"https://sts.windows.net/{tenant.settings.tenant_id}/"


def _signing(tenant: Tenant) -> dict[str, Any]:
    """Return the tenant's signing key and certificate, made when first asked for; the key leaves the store for signing only."""
    with tenant.store.transaction():
        kept = tenant.store.get("account", "saml-signing")
        if kept is None:
            kept = _make_signing(tenant)
            tenant.store.put("account", "saml-signing", kept)
    return kept


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
