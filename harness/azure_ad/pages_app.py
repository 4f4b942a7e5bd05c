"""What people see of Azure AD as a Flask application: the portal, sign-in with its token endpoint, a plain page at `/`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, default_exceptions

from harness.azure_ad import portal
from harness.azure_ad.graph.odata.entities import ODataError, error_answer
from harness.azure_ad.graph.odata.faults import FAULT_HEADER
from harness.azure_ad.graph.odata.wording import BELOW, refused, refused_below
from harness.azure_ad.sign_in.oauth import oauth
from harness.azure_ad.sign_in.redemption import redemption
from harness.azure_ad.sign_in.single_sign_on import single_sign_on
from harness.azure_ad.tenant import Tenant, current
from harness.base.sqlite import is_full
from harness.base.store import Document
from harness.pages.blueprint import blueprint as pages
from harness.pages.policy import guard
from harness.wire import message as wire
from harness.wire.application import Application
from harness.wire.present import HttpError


def create_app() -> Flask:
    """Build the application; one serves every tenant of the process."""
    app = Application(__name__)
    app.register_blueprint(single_sign_on)
    app.register_blueprint(oauth)
    app.register_blueprint(redemption)
    app.register_blueprint(pages)
    app.register_blueprint(portal.blueprint)
    app.context_processor(portal.frame)
    app.add_url_rule("/", view_func=home)
    # What sign-in refuses; the portal has words of its own.
    for kind, worded in ((ODataError, error_answer), *((kind, refused_below) for kind in BELOW)):
        app.register_error_handler(kind, partial(_worded, worded))
    app.register_error_handler(HttpError, _refused_by_http)
    app.register_error_handler(HTTPException, _refuse)
    return app


def home() -> Response:
    """Say what runs here, with what a person needs to copy."""
    tenant = current()
    page = render_template(
        "azure_ad_home.html",
        settings=tenant.settings,
        apps=list(tenant.applications.scan()),
        client=_client(tenant),
        fault_header=FAULT_HEADER,
    )
    return guard(make_response(page))


def _client(tenant: Tenant) -> Document | None:
    """Return the registration that programs sign in as; None where it is still to be made and the disk is full."""
    try:
        return tenant.registrations.registration()
    except Exception as error:
        if not is_full(error):
            raise
        return None


def _refuse(error: HTTPException) -> Response:
    """Answer what no page took, and what broke in one; an address that is nobody's in Graph's shape."""
    if request.path.startswith(("/portal", "/pages")):
        return portal.refuse(error)
    return _written(refused(error.code or 500, error.description or error.name))


def _refused_by_http(error: HttpError) -> Response:
    return _refuse(default_exceptions[error.status]())


def _worded(worded: Callable[[Any], wire.Response], error: Exception) -> Response:
    return _written(worded(error))


def _written(response: wire.Response) -> Response:
    """Return an answer of Graph's as Flask's."""
    return Response(response.body, response.status, list(response.headers))
