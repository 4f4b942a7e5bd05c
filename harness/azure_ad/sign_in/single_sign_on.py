"""Single sign-on: Azure AD as the SAML identity provider of an enterprise application, begun on either side.

`/<tenant id>/saml2` takes an application's request; `/<tenant id>/saml2/sign-on?servicePrincipalId=…` starts here, like a tile
of My Apps. Both answer a page that asks who signs in, without a password. A script may send the same as JSON, also with another
NameID and further claims.

Sources: https://learn.microsoft.com/en-us/entra/identity-platform/federation-metadata, "SAML protocol endpoint URL",
…/single-sign-on-saml-protocol, "AuthnRequest" and "Response", …/reference-error-codes, and
https://learn.microsoft.com/en-us/graph/api/serviceprincipal-update, preferredSingleSignOnMode (read 2026-11-29).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from itertools import islice

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct, field

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.logs.sign_in_log import Failure, write_sign_in
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import body
from harness.azure_ad.sign_in.claims import mapped_claims
from harness.azure_ad.sign_in.saml_requests import AuthnRequest, read_request
from harness.azure_ad.sign_in.saml_responses import Statement, issuer, signed_response, signing
from harness.azure_ad.tenant import Tenant, current
from harness.base.clock import iso
from harness.base.store import Document
from harness.pages.policy import guard

single_sign_on = Blueprint("single_sign_on", __name__)

# The page runs its one script and no other, and posts to wherever the application is (https://www.w3.org/TR/CSP3/).
_SCRIPT = "document.forms[0].submit();"
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_POLICY = f"default-src 'none'; script-src 'sha256-{_SCRIPT_HASH}'; frame-ancestors 'none'; base-uri 'none'"
_REFUSALS: Mapping[str, str] = {
    "AADSTS50011": (
        "The reply URL '{acs}' specified in the request does not match the reply URLs configured for the application "
        "'{app}'. Make sure the reply URL sent in the request matches one added to your application."
    ),
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
    "AADSTS75005": "The request is not a valid Saml2 protocol message.",
    "AADSTS750054": (
        "SAMLRequest or SAMLResponse must be present as query string parameters in HTTP request for SAML Redirect "
        "binding."
    ),
    "AADSTS90002": "Tenant '{tenant}' not found.",
}
_SUGGESTED = 20  # people whom the sign-in page offers


class _Entry(Struct, frozen=True):
    """The user and application in a form or JSON. `saml_request` is the application's, not yet read, with its binding."""

    user: str
    app: str
    name_id: str | None = None
    claims: Mapping[str, str] = field(default_factory=dict)
    saml_request: str = ""
    binding: str = ""
    relay_state: str = ""


class _SignOnError(Exception):
    """Sign-on is refused: an AADSTS code and the names in its sentence."""

    def __init__(self, code: str, **names: str) -> None:
        sentence = _REFUSALS[code].format(**names)
        super().__init__(f"{code}: {sentence}")
        self.failure = Failure(int(code.removeprefix("AADSTS")), sentence)


@single_sign_on.errorhandler(_SignOnError)
def _refused(error: _SignOnError) -> Response:
    page = render_template("sign_on_refused.html", sentence=str(error), at=iso(current().clock.now()))
    return guard(make_response(page, 400))


@single_sign_on.get("/<tenant_id>/federationmetadata/2007-06/federationmetadata.xml")
def federation_metadata(tenant_id: str) -> ResponseReturnValue:
    """Answer the metadata by which a service provider trusts this tenant: issuer, certificate and sign-on address.

    With `appid` the certificate is that application's.
    """
    tenant, app_id = _tenant(tenant_id), request.args.get("appid", "").lower()
    service = tenant.applications.of_client(app_id) or {}
    text = render_template(
        "federation_metadata.xml",
        issuer=issuer(tenant),
        certificate=signing(tenant, service).certificate,
        location=f"{tenant.settings.graph_origin}/{tenant_id}/saml2",
    )
    return Response(text, content_type="application/samlmetadata+xml; charset=utf-8")


@single_sign_on.route("/<tenant_id>/saml2", methods=["GET", "POST"])
def asked_by_application(tenant_id: str) -> ResponseReturnValue:
    """Ask who signs in to the application of a SAML request, in the address or in a form."""
    tenant = _tenant(tenant_id)
    binding = "post" if request.method == "POST" else "redirect"
    text = request.values.get("SAMLRequest", "")
    question = _read(text, binding)
    service = _named(tenant, question.issuer)
    _consumer(service, question)
    return _choose(tenant, service, text, binding)


@single_sign_on.get("/<tenant_id>/saml2/sign-on")
def begun_here(tenant_id: str) -> ResponseReturnValue:
    """Ask who signs in to the application of a tile in My Apps."""
    tenant = _tenant(tenant_id)
    return _choose(tenant, _application(tenant, request.args.get("servicePrincipalId", "")))


@single_sign_on.post("/<tenant_id>/saml2/sign-on")
def sign_on(tenant_id: str) -> ResponseReturnValue:
    """Answer the form that a browser submits at once, with the signed response in it."""
    tenant = _tenant(tenant_id)
    entry = _from_form() if request.mimetype == "application/x-www-form-urlencoded" else _from_json()
    service = _application(tenant, entry.app)
    answered = _read(entry.saml_request, entry.binding) if entry.saml_request else None
    user = _user(tenant, entry.user)
    try:
        _demand_access(tenant, service, user)
        acs = _consumer(service, answered)
    except _SignOnError as error:
        write_sign_in(tenant, user, service, error.failure)
        raise
    write_sign_in(tenant, user, service)
    statement = Statement(
        name_id=entry.name_id or user["userPrincipalName"],
        audience=next(iter(service.get("servicePrincipalNames", ())), ""),
        acs=acs,
        answers=None if answered is None else answered.id,
        claims={**mapped_claims(tenant, service["id"], user), **entry.claims},
    )
    response = base64.b64encode(signed_response(tenant, statement, signing(tenant, service))).decode()
    page = render_template(
        "sign_on.html", acs=statement.acs, script=_SCRIPT, response=response, relay_state=entry.relay_state
    )
    return page, {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY}


def _choose(tenant: Tenant, service: Document, saml_request: str = "", binding: str = "") -> Response:
    """Return the page that asks who signs in; it offers some of those who may."""
    people = (
        user["userPrincipalName"]
        for user in tenant.directory.scan("User")
        if user.get("accountEnabled", True)
    )
    page = render_template(
        "sign_on_choose.html",
        service=service,
        people=list(islice(people, _SUGGESTED)),
        action=f"/{tenant.settings.tenant_id}/saml2/sign-on",
        saml_request=saml_request,
        binding=binding,
        relay_state=request.values.get("RelayState", ""),
    )
    return guard(make_response(page), forms_lead_on=True)


def _from_form() -> _Entry:
    form = request.form
    return _Entry(
        user=form.get("user", "").strip(),
        app=form.get("servicePrincipalId", ""),
        saml_request=form.get("SAMLRequest", ""),
        binding=form.get("binding", ""),
        relay_state=form.get("RelayState", ""),
    )


def _from_json() -> _Entry:
    document = body()
    name, app, name_id = document.get("user"), document.get("servicePrincipalId"), document.get("nameId")
    claims = document.get("claims") or {}
    texts = isinstance(claims, dict) and all(isinstance(value, str) for value in claims.values())
    if not (isinstance(name, str) and isinstance(app, str) and isinstance(name_id, str | None) and texts):
        raise refusals.VALUE_FORM.error(
            name="user and servicePrincipalId, and nameId and claims if given,", form="texts"
        )
    return _Entry(name, app, name_id, claims)


def _read(text: str, binding: str) -> AuthnRequest:
    """Return an application's request. Raises _SignOnError for none, and for what is no request."""
    if not text:
        raise _SignOnError("AADSTS750054")
    try:
        return read_request(text, deflated=binding == "redirect")
    except ValueError as error:
        raise _SignOnError("AADSTS75005") from error


def _named(tenant: Tenant, name: str) -> Document:
    """Return the application that a request's Issuer names: one of its identifiers."""
    for service in tenant.applications.scan():
        if name in service.get("servicePrincipalNames", ()):
            return service
    raise _SignOnError("AADSTS700016", app=name, tenant=tenant.settings.tenant_id)


def _consumer(service: Document, question: AuthnRequest | None) -> str:
    """Return where the response goes: a registered reply address, the first unless the request names another."""
    # A browser posts the response there, so what is no server's address would run somebody's script.
    registered: list[str] = [
        url for url in service.get("replyUrls", ()) if url.startswith(("https://", "http://"))
    ]
    if not registered:
        raise _SignOnError("AADSTS500113")
    if question is None or question.consumer is None:
        return registered[0]
    if question.consumer not in registered:
        raise _SignOnError("AADSTS50011", acs=question.consumer, app=service["appId"])
    return question.consumer


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
