"""Single sign-on of an application: Basic SAML Configuration, what the other side needs, and trying it.

Source: https://learn.microsoft.com/en-us/entra/identity/saas-apps/aws-single-sign-on-tutorial, "Configure Microsoft
Entra SSO" (edition of March 2024, read 2026-11-30).
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from harness.azure_ad.sign_in.saml_metadata import read_service_provider
from harness.azure_ad.sign_in.saml_responses import issuer
from harness.azure_ad.tenant import current
from harness.pages.listing import entered


def shown(app: str) -> str:
    return _page(app)


def save(app: str) -> ResponseReturnValue:
    """Save the typed addresses, or those of the chosen metadata file."""
    file = request.files.get("file")
    identifier, reply_url = entered("identifier"), entered("reply")
    if file is not None and file.filename:
        try:
            described = read_service_provider(file.read().decode("utf-8", "replace"))
        except ValueError as error:
            return _page(app, str(error)), 400
        identifier, reply_url = described.identifier, described.reply_url
    if not identifier or not reply_url.startswith(("https://", "http://")):
        return _page(app, "An identifier is needed, and a reply URL that begins with https."), 400
    configuration = {
        "preferredSingleSignOnMode": "saml",
        "servicePrincipalNames": [identifier],
        "replyUrls": [reply_url],
    }
    current().applications.update(app, configuration)
    return redirect(url_for("portal.saml_shown", app=app, notice="saved"), 303)


def _page(app: str, problem: str | None = None) -> str:
    tenant = current()
    origin, directory = tenant.settings.graph_origin, tenant.settings.tenant_id
    return render_template(
        "portal/saml.html",
        app=tenant.applications.find(app),
        problem=problem,
        metadata=f"{origin}/{directory}/federationmetadata/2007-06/federationmetadata.xml",
        addresses={"Login URL": f"{origin}/{directory}/saml2", "Identifier": issuer(tenant)},
        test=f"/{directory}/saml2/sign-on?servicePrincipalId={app}",
    )


ROUTES = (
    ("GET", "/apps/<app>/single-sign-on", shown),
    ("POST", "/apps/<app>/single-sign-on", save),
)
