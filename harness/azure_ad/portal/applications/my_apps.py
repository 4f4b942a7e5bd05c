"""My Apps: a tile for every application that people can sign in to.

Source: https://support.microsoft.com/en-us/account-billing/my-apps-portal-overview-2f3b1bae-0e5a-4a86-a33e-876fbd2a4510 (read
2026-11). Here it is one page for everybody, since nobody is signed in to Azure AD itself.
"""

from __future__ import annotations

from flask import render_template

from harness.azure_ad.tenant import current


def shown() -> str:
    tenant = current()
    return render_template(
        "portal/my_apps.html",
        apps=list(tenant.applications.scan()),
        sign_on=f"/{tenant.settings.tenant_id}/saml2/sign-on",
    )


ROUTES = (("GET", "/my-apps", shown),)
