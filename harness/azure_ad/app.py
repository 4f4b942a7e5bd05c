"""The Azure AD application: Microsoft Graph under `/v1.0`, a plain page at `/`.

Built once a process and stateless; the tenant comes with each request (`tenant.current`).
"""

from __future__ import annotations

import hmac

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from harness.azure_ad.directory import ConflictError, NotFoundError
from harness.azure_ad.graph.audit_logs import audit_logs
from harness.azure_ad.graph.directory import directory
from harness.azure_ad.graph.odata import ODataError, error_answer
from harness.azure_ad.graph.service_principals import service_principals
from harness.azure_ad.graph.synchronization import synchronization
from harness.azure_ad.single_sign_on import single_sign_on
from harness.azure_ad.tenant import current
from harness.base.errors import HarnessError
from harness.wire.server import MAX_BODY

_VERSION = "/v1.0"


def create_app() -> Flask:
    """Build the application; one serves every tenant of the process."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.before_request(_authorize)
    for blueprint in (directory, service_principals, synchronization, audit_logs):
        app.register_blueprint(blueprint, url_prefix=_VERSION + (blueprint.url_prefix or ""))
    app.register_blueprint(single_sign_on)
    app.add_url_rule("/", view_func=home)
    app.register_error_handler(ODataError, error_answer)
    app.register_error_handler(NotFoundError, _not_found)
    app.register_error_handler(ConflictError, _conflict)
    app.register_error_handler(HarnessError, _bad_request)
    app.register_error_handler(HTTPException, _http_error)
    return app


def home() -> str:
    """Say what runs here, with what a person needs to copy."""
    tenant = current()
    return render_template(
        "azure_ad_home.html", settings=tenant.settings, apps=list(tenant.engine.apps.scan())
    )


def _authorize() -> Response | None:
    """Graph wants the tenant's bearer token. https://learn.microsoft.com/en-us/graph/errors, 401 (read 2026-11)."""
    if not request.path.startswith(_VERSION + "/"):
        return None
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = current().settings.graph_token
    if scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), wanted.encode()):
        return None
    if not token:
        return error_answer(ODataError(401, "InvalidAuthenticationToken", "Access token is empty."))
    return error_answer(
        ODataError(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.")
    )


def _not_found(error: NotFoundError) -> Response:
    return error_answer(ODataError(404, "Request_ResourceNotFound", str(error)))


def _conflict(error: ConflictError) -> Response:
    return error_answer(ODataError(400, "Request_BadRequest", str(error)))


def _bad_request(error: HarnessError) -> Response:
    return error_answer(ODataError(400, "Request_BadRequest", str(error)))


def _http_error(error: HTTPException) -> Response:
    """Give what Flask refuses by itself (unknown paths and methods, large bodies) Graph's shape."""
    codes = {404: "ResourceNotFound", 405: "Request_BadRequest", 413: "RequestEntityTooLarge"}
    status = error.code or 500
    message = (
        f"The body is larger than {MAX_BODY} bytes."
        if isinstance(error, RequestEntityTooLarge)
        else f"Resource not found for the segment '{request.path.rpartition('/')[2]}'."
    )
    if status == 405:
        message = f"The request is using an unsupported HTTP method '{request.method}'."
    return error_answer(ODataError(status, codes.get(status, "BadRequest"), message))
