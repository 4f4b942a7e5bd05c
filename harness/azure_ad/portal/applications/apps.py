"""Enterprise applications: the list, a new one, and the Overview page of one.

Source: https://learn.microsoft.com/en-us/entra/identity/enterprise-apps/add-application-portal, "Add an
enterprise application" (edition of March 2023, read 2026-11-30).
"""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from harness.azure_ad.applications.enterprise_applications import EnterpriseApps
from harness.azure_ad.applications.gallery import NON_GALLERY_TEMPLATE, application_templates
from harness.azure_ad.graph.apps.templates import add_application
from harness.azure_ad.portal.searching import named
from harness.azure_ad.tenant import current
from harness.pages.listing import after, behind, entered, page_of, ways


def listed() -> str:
    search = entered("search")
    page = page_of(behind(_apps().scan(), after()), named(search))
    return render_template("portal/apps.html", page=page, ways=ways(page), search=search)


def new() -> str:
    return _new()


def create() -> ResponseReturnValue:
    name, template = entered("displayName"), entered("template") or NON_GALLERY_TEMPLATE
    if not name:
        return _new("An application needs a name."), 400
    _, made = add_application(name, template)
    return redirect(url_for("portal.apps_overview", app=made["id"], notice="created"), 303)


def overview(app: str) -> str:
    return render_template("portal/app.html", app=_apps().find(app), assigned=len(_apps().assigned(app)))


def _new(problem: str | None = None) -> str:
    return render_template(
        "portal/new_app.html", templates=application_templates(), own=NON_GALLERY_TEMPLATE, problem=problem
    )


def _apps() -> EnterpriseApps:
    return current().applications


ROUTES = (
    ("GET", "/apps", listed),
    ("GET", "/apps/new", new),
    ("POST", "/apps/new", create),
    ("GET", "/apps/<app>", overview),
)
