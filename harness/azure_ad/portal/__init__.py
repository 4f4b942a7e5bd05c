"""The Azure portal for people: plain pages and forms over the directory and the engine, below `/portal`.

It has no sign-in, since the app is a tool for the loopback interface; what it does refuse is being pressed by a page of
another site in the same browser. Buttons and fields are named as in
https://docs.aws.amazon.com/singlesignon/latest/userguide/azure-ad-idp.html, steps 2 and 3 (edition of August 2020), and
https://learn.microsoft.com/en-us/entra/identity/app-provisioning/configure-automatic-user-provisioning-portal, Configuring
automatic user account provisioning (both read 2026-11-29).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from harness import azure_ad
from harness.azure_ad.directory.errors import ConflictError, NotFoundError
from harness.azure_ad.portal import mail, start
from harness.azure_ad.portal.applications import apps, assignments, my_apps, saml
from harness.azure_ad.portal.directory import bulk_create, downloads, groups, provisioned, users
from harness.azure_ad.portal.jobs import on_demand, provisioning, settings, why
from harness.azure_ad.portal.log import audits, log_download, logs, sign_ins
from harness.azure_ad.portal.mapping import mapping_form, mappings, schema_file, scope
from harness.azure_ad.portal.notices import NOTICES
from harness.azure_ad.tenant import current
from harness.base.errors import HarnessError
from harness.pages import portal
from harness.pages.policy import guard
from harness.pages.portal import Portal, Section
from harness.pages.routes import bind
from harness.pages.surroundings import product
from harness.wire.cross_site import is_order_of_another_site

blueprint = Blueprint("portal", __name__, url_prefix="/portal")
bind(
    blueprint,
    (
        start,
        bulk_create,
        downloads,
        users,
        groups,
        apps,
        assignments,
        saml,
        provisioning,
        settings,
        mappings,
        mapping_form,
        scope,
        schema_file,
        on_demand,
        logs,
        log_download,
        audits,
        sign_ins,
        mail,
        my_apps,
        provisioned,
        why,
    ),
)

_SECTIONS = (
    ("Overview", "portal.start_home"),
    ("Users", "portal.users_listed"),
    ("Groups", "portal.groups_listed"),
    ("Enterprise applications", "portal.apps_listed"),
    ("Provisioning logs", "portal.logs_provisioning"),
    ("Audit logs", "portal.audits_listed"),
    ("Sign-in logs", "portal.sign_ins_listed"),
    ("My Apps", "portal.my_apps_shown"),
    ("Mail", "portal.mail_listed"),
)
_STATUS: dict[type[Exception], int] = {NotFoundError: 404, ConflictError: 409, HarnessError: 400}

_WORDS = {
    404: "There is no such page.",
    413: "This is more than the 1 MiB that is taken at once: upload it in parts, or serve with --populate or --schema.",
}


@blueprint.before_request
def _refuse_other_sites() -> None:
    """Refuse changes by a page of another site; a script that sends no Origin is somebody on this machine."""
    if is_order_of_another_site(request.environ):
        abort(403, "The portal takes no orders from other sites.")


@blueprint.after_request
def _guard(response: Response) -> Response:
    return guard(response)


def frame() -> dict[str, Any]:
    """Give every page of the application its portal, and the sentence that a redirect asked for."""
    tenant = current()
    return {
        **portal.frame(_portal(), tenant.clock),
        "domain": tenant.settings.domain,
        "notice": NOTICES.get(request.args.get("notice", "")),
    }


def _portal() -> Portal:
    sections = tuple(Section(label, url_for(endpoint)) for label, endpoint in _SECTIONS)
    return Portal(
        product(azure_ad.__name__, current().quirks.profile),
        "azure",
        url_for("portal.start_home"),
        sections,
    )


def refuse(error: HTTPException) -> Response:
    """Answer unknown addresses and internal errors with a page that says so."""
    code = error.code or 500
    words = _WORDS.get(code) or error.description or error.name
    return _guard(_page(words, code))


@blueprint.errorhandler(NotFoundError)
@blueprint.errorhandler(ConflictError)
@blueprint.errorhandler(HarnessError)
def _refused(error: Exception) -> Response:
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    return _page(str(error), status)


def _page(message: str, status: int) -> Response:
    return make_response(render_template("portal/refused.html", message=message, status=status), status)
