"""The administrator's console for people, under `/console`.

It has no sign-in, since the app is a tool for the loopback interface; what it does refuse is being pressed by a page of
another site in the same browser. Wording and rules follow
https://docs.aws.amazon.com/singlesignon/latest/userguide/provision-automatically.html, from "How to enable
automatic provisioning" to "How to rotate an access token" (edition of June 2023, read 2026-11-29).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from harness import aws_sso
from harness.aws_sso.console import (
    accounts,
    changing_source,
    downloads,
    events,
    groups,
    overview,
    permission_sets,
    settings,
    users,
)
from harness.aws_sso.console.notices import NOTICES
from harness.aws_sso.refusals import Refused
from harness.aws_sso.tenant import current
from harness.aws_sso.tokens import Declined
from harness.base.errors import HarnessError
from harness.base.json_text import encode
from harness.pages import portal
from harness.pages.policy import guard
from harness.pages.portal import Portal, Section
from harness.pages.routes import bind
from harness.pages.surroundings import product
from harness.wire.cross_site import is_order_of_another_site

blueprint = Blueprint("console", __name__, url_prefix="/console")
downloads.register(blueprint)
bind(blueprint, (overview, settings, changing_source, users, groups, accounts, permission_sets, events))

_SECTIONS = (
    ("Dashboard", "console.overview_home"),
    ("Users", "console.users_listed"),
    ("Groups", "console.groups_listed"),
    ("AWS accounts", "console.accounts_listed"),
    ("Permission sets", "console.permission_sets_listed"),
    ("Settings", "console.settings_shown"),
    ("Event history", "console.events_listed"),
)


def frame() -> dict[str, Any]:
    """Give every page of the application its portal."""
    tenant = current()
    name = product(aws_sso.__name__, tenant.quirks.profile)
    sections = tuple(Section(label, url_for(endpoint)) for label, endpoint in _SECTIONS)
    return {
        **portal.frame(Portal(name, "aws", url_for("console.overview_home"), sections), tenant.clock),
        "notice": NOTICES.get(request.args.get("notice", "")),
    }


@blueprint.after_request
def _guard(response: Response) -> Response:
    return guard(response)


@blueprint.before_request
def _refuse_other_sites() -> None:
    if is_order_of_another_site(request.environ):
        abort(403, "The console takes no orders from other sites.")


@blueprint.errorhandler(Declined)
@blueprint.errorhandler(Refused)
@blueprint.errorhandler(HarnessError)
def _declined(error: Exception) -> Response:
    """Say what was not done, and why."""
    return _page(str(error), error.status if isinstance(error, Declined) else 400)


def refuse(error: HTTPException) -> Response:
    """Answer what no console route took, and what broke in one."""
    code = error.code or 500
    if request.path.startswith("/console/api"):
        message = encode({"message": error.description or error.name})
        return Response(message, code, {"Content-Type": "application/json"})
    words = "There is no such page." if code == 404 else error.description or error.name
    return guard(_page(words, code))


def _page(message: str, status: int) -> Response:
    return make_response(render_template("declined.html", message=message, status=status), status)
