"""The AWS SSO side that is Flask's: the user portal, the console's pages, the AWS APIs in REST-JSON.

A few paths are those APIs, `/start` is the user portal, `/console` the administrator's pages, which have no sign-in: this is a
tool for the loopback interface.
"""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from harness.aws_sso import tokens, user_portal
from harness.aws_sso.apis import portal
from harness.aws_sso.console import blueprint as console
from harness.aws_sso.refusals import INVALID, Refused
from harness.aws_sso.scim import service
from harness.aws_sso.tenant import current
from harness.aws_sso.user_portal import addresses
from harness.pages.blueprint import blueprint as pages
from harness.pages.policy import guard
from harness.wire.application import Application


def create_app() -> Flask:
    """Build the application; one serves every tenant of the process."""
    app = Application(__name__, static_folder=None)
    app.url_map.merge_slashes = False
    # POST is answered in app.py; this rule lists it for OPTIONS.
    app.add_url_rule("/", "home", _home, methods=["GET", "POST"])
    app.register_blueprint(pages)
    app.register_blueprint(console.blueprint)
    app.context_processor(console.frame)
    portal.register(app)
    user_portal.register(app)
    app.register_error_handler(HTTPException, _refuse)
    return app


def _home() -> Response:
    tenant = current()
    page = render_template(
        "home.html",
        settings=tenant.settings,
        endpoint=tokens.endpoint(tenant),
        start_url=addresses.portal_at_aws(tenant),
    )
    return guard(make_response(page))


def _refuse(error: HTTPException) -> Response:
    """Answer unknown addresses and internal errors in the form of the surface that the address belongs to."""
    if request.path.startswith(("/console", "/pages")):
        return console.refuse(error)
    tenant = current()
    code = error.code or 500
    refused = Refused("InternalServerException" if code >= 500 else INVALID)
    if code in (404, 405):
        refused = Refused(tenant.quirks["unknown-endpoint"])
    status, headers, body = service.written_refusal(tenant, refused, tenant.ids.uuid())
    return Response(body, status, headers)
