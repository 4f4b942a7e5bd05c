"""The start page: the tenant, and where to go from here."""

from __future__ import annotations

from flask import render_template

from harness.azure_ad.tenant import current


def home() -> str:
    tenant = current()
    return render_template(
        "portal/home.html",
        settings=tenant.settings,
        users=tenant.store.count("User"),
        groups=tenant.store.count("Group"),
        apps=list(tenant.applications.scan()),
    )


ROUTES = (("GET", "/", home),)
