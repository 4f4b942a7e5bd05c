"""An application's Users and groups: who is assigned, Add Assignment, Remove.

The wording is of https://docs.aws.amazon.com/singlesignon/latest/userguide/azure-ad-idp.html, "Step 3:
Assign Access for Users and Groups in Azure AD" (edition of August 2020, read 2026-11-29).
"""

from __future__ import annotations

import itertools

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from harness.azure_ad.applications.enterprise_applications import DEFAULT_ACCESS
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.apps.app_role_assignments import give, withdraw
from harness.azure_ad.portal.notices import refusal
from harness.azure_ad.portal.searching import principals
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.pages.listing import after, behind, entered, page_of, ways

_OFFERED = 25


def listed(app: str) -> str:
    return _listed(app)


def remove(app: str) -> ResponseReturnValue:
    """Remove the chosen assignments, all or none."""
    tenant, chosen = current(), request.form.getlist("assignment")
    tenant.applications.find(app)
    if not chosen:
        return _listed(app, "Select who is to be removed first."), 400
    with tenant.store.transaction():
        for assignment in chosen:
            withdraw(app, assignment)
    return redirect(url_for("portal.assignments_listed", app=app, notice="removed"), 303)


def add(app: str) -> str:
    return _add(app)


def assign(app: str) -> ResponseReturnValue:
    """Assign all chosen users and groups, or none if one of them cannot be assigned."""
    tenant, chosen = current(), request.form.getlist("selected")
    tenant.applications.find(app)
    if not chosen:
        return _add(app, "Select at least one user or group first."), 400

    def carry_out() -> None:
        with tenant.store.transaction():
            for principal in chosen:
                give(app, principal, entered("role") or None)

    problem = refusal(carry_out)
    if problem is not None:
        return _add(app, problem), 400
    return redirect(url_for("portal.assignments_listed", app=app, notice="assigned"), 303)


def _listed(app: str, problem: str | None = None) -> str:
    apps = current().applications
    service = apps.find(app)
    page = page_of(behind(({"id": key} for key in apps.assigned(app)), after()))
    rows = [assignment for row in page.rows for assignment in apps.assignments_of(app, row["id"])]
    roles = {DEFAULT_ACCESS: "Default Access"} | {
        role["id"]: role["displayName"] for role in service["appRoles"]
    }
    return render_template(
        "portal/assignments.html",
        app=service,
        rows=rows,
        page=page,
        ways=ways(page),
        roles=roles,
        problem=problem,
    )


def _add(app: str, problem: str | None = None) -> str:
    """Show the page; a further search keeps those that are selected."""
    tenant, search = current(), entered("search")
    service, directory = tenant.applications.find(app), tenant.directory
    selected = [_principal(key) for key in dict.fromkeys(request.values.getlist("selected"))]
    chosen = [item for item in selected if item is not None]
    keys = {item["id"] for item in chosen}
    offered = list(itertools.islice(principals(directory, search), _OFFERED + 1))
    return render_template(
        "portal/add_assignment.html",
        app=service,
        search=search,
        chosen=chosen,
        offered=[item for item in offered[:_OFFERED] if item["id"] not in keys],
        more=len(offered) > _OFFERED,
        role=entered("role"),
        roles=[(role["id"], role["displayName"]) for role in service["appRoles"]],
        problem=problem,
    )


def _principal(key: str) -> Document | None:
    try:
        return current().directory.principal(key)
    except NotFoundError:
        return None


ROUTES = (
    ("GET", "/apps/<app>/users", listed),
    ("POST", "/apps/<app>/users/remove", remove),
    ("GET", "/apps/<app>/users/add", add),
    ("POST", "/apps/<app>/users/add", assign),
)
