"""Bulk create: the template to download, the upload of the filled-in file, and the result for each of its users.

Source: https://learn.microsoft.com/en-us/entra/identity/users/users-bulk-add, "To create users in bulk" (read 2026-11-29). A file
with a fault makes nobody; of a right one each user is made or not by itself. An initial password is checked for being there and
forgotten, since nobody signs in to Azure AD with one here.
"""

from __future__ import annotations

from functools import partial

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from harness.azure_ad.graph.objects import audited
from harness.azure_ad.portal.directory.bulk_template import NewUser, new_users, template
from harness.azure_ad.portal.files import attached, uploaded
from harness.azure_ad.portal.notices import refusal
from harness.azure_ad.tenant import current
from harness.base.errors import HarnessError

_SHOWN = 100


def shown() -> str:
    return render_template("portal/bulk_create.html")


def download() -> Response:
    return attached(
        [template(current().settings.domain)], "UserCreateTemplate.csv", "text/csv; charset=utf-8"
    )


def create() -> ResponseReturnValue:
    try:
        name, text = uploaded()
        users = new_users(text)
    except HarnessError as error:
        return render_template("portal/bulk_create.html", problem=str(error)), 400
    failures = [(user, problem) for user in users if (problem := refusal(partial(_make, user)))]
    return render_template(
        "portal/bulk_create.html",
        name=name,
        made=len(users) - len(failures),
        failed=len(failures),
        failures=failures[:_SHOWN],
    )


def _make(user: NewUser) -> None:
    audited.create("User", user.properties)


ROUTES = (
    ("GET", "/users/bulk-create", shown),
    ("GET", "/users/bulk-create/download/template", download),
    ("POST", "/users/bulk-create", create),
)
