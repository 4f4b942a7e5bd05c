"""The Azure AD application: Microsoft Graph under `/v1.0` and `/beta`, sign-in, the portal, a plain page at `/`.

Built once a process and stateless; the tenant comes with each request (`tenant.current`).
"""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from harness.azure_ad import portal
from harness.azure_ad.directory.errors import ConflictError
from harness.azure_ad.graph.alternate_keys import ALTERNATE_KEYS, applications_rules, of_service_principal
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.addresses import Addresses
from harness.azure_ad.graph.odata.entities import ODataError, error_answer
from harness.azure_ad.graph.odata.errors import request_ids
from harness.azure_ad.graph.odata.faults import FAULT_HEADER, fault
from harness.azure_ad.graph.routes import ROUTES, VERSIONS
from harness.azure_ad.sign_in.access_tokens import TokenError, claims_of, person_claimed
from harness.azure_ad.sign_in.oauth import oauth
from harness.azure_ad.sign_in.single_sign_on import single_sign_on
from harness.azure_ad.tenant import TENANT, current
from harness.pages.blueprint import blueprint as pages
from harness.pages.policy import guard
from harness.wire.application import Application
from harness.wire.message import MAX_BODY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


_ADDRESSES = Addresses([*(rule for _, rule, _ in ROUTES), *applications_rules(ROUTES)], ALTERNATE_KEYS)
_ME = re.compile(r"me(?=/|\Z)", re.IGNORECASE)
_GRAPH = re.compile(r"/(v1\.0|beta)(?:/(.*))?\Z", re.IGNORECASE | re.DOTALL)


class _AzureAd(Application):
    """Flask, with Graph's addresses brought to one form before they are looked up."""

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        match = _GRAPH.match(environ["PATH_INFO"])
        if match is not None:
            path = _ME.sub(_own_address(environ), match[2] or "", count=1)
            path = _ADDRESSES.canonical(path, environ[TENANT])
            environ["PATH_INFO"] = f"/{match[1].lower()}{of_service_principal(path, environ[TENANT])}"
        return super().wsgi_app(environ, start_response)


def _own_address(environ: WSGIEnvironment) -> str:
    """Return what `me` stands for: the address of the person whose token it is, checked later as every token is."""
    token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")[2].strip()
    person = person_claimed(token)
    return "me" if person is None else f"users/{quote(person, safe='')}"


def create_app() -> Flask:
    """Build the application; one serves every tenant of the process."""
    app = _AzureAd(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    # Graph's own pages print `…/synchronization/jobs/` beside `…/synchronization/jobs` (synchronizationjob-get).
    app.url_map.strict_slashes = False
    app.before_request(_authorize)
    app.after_request(_identify)
    for method, rule, view in ROUTES:
        for version in VERSIONS:
            endpoint = f"{version} {view.__module__.rpartition('.')[2]} {view.__name__}"
            app.add_url_rule(f"/{version}{rule}", endpoint, view, methods=[method])
    app.register_blueprint(single_sign_on)
    app.register_blueprint(oauth)
    app.register_blueprint(pages)
    app.register_blueprint(portal.blueprint)
    app.context_processor(portal.frame)
    app.add_url_rule("/", view_func=home)
    app.register_error_handler(ODataError, error_answer)
    for kind in refusals.REFUSALS_BELOW:
        app.register_error_handler(kind, _refused_below)
    app.register_error_handler(HTTPException, _http_error)
    return app


def home() -> Response:
    """Say what runs here, with what a person needs to copy."""
    tenant = current()
    page = render_template(
        "azure_ad_home.html",
        settings=tenant.settings,
        apps=list(tenant.applications.scan()),
        client=tenant.registrations.registration(),
        fault_header=FAULT_HEADER,
    )
    return guard(make_response(page))


def _is_graph() -> bool:
    return request.path.startswith(tuple(f"/{version}/" for version in VERSIONS))


def _authorize() -> Response | None:
    """Graph wants a bearer token: the tenant's fixed one, or one that its token endpoint issued.

    https://learn.microsoft.com/en-us/graph/errors, 401 (read 2026-11).
    """
    if not _is_graph():
        return None
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token, wanted = token.strip(), current().settings.graph_token
    reason: str | None = "Access token is empty."
    if token and scheme.lower() == "bearer":
        reason = None
        if not hmac.compare_digest(token.encode(), wanted.encode()):
            try:
                g.claims = claims_of(token)
            except TokenError as error:
                reason = str(error)
    elif token:
        reason = "Access token validation failure. Invalid audience."
    if reason is not None:
        return error_answer(refusals.TOKEN_REFUSED.error(reason=reason))
    refusal = fault()
    return None if refusal is None else error_answer(refusal)


def _identify(response: Response) -> Response:
    """Name the request in the answer, as Graph does for support: its own id and the client's."""
    if _is_graph():
        response.headers["request-id"], response.headers["client-request-id"] = request_ids()
    return response


def _refused_below(error: Exception) -> Response:
    """Give what directory, applications and engine refuse Graph's status and code."""
    row = next(row for kind, row in refusals.REFUSALS_BELOW.items() if isinstance(error, kind))
    refusal = row.error(reason=error)
    refusal.target = error.target if isinstance(error, ConflictError) else None
    return error_answer(refusal)


def _http_error(error: HTTPException) -> Response:
    """Give what Flask refuses by itself (unknown paths and methods, large bodies) Graph's shape, or the portal's."""
    if request.path.startswith(("/portal", "/pages")):
        return portal.refuse(error)
    status = error.code or 500
    if status in (404, 405) and _is_graph() and "/synchronization/" in request.path:
        return error_answer(refusals.SYNCHRONIZATION_UNKNOWN.error(url=request.url))
    row = refusals.REFUSALS_OF_FLASK.get(status)
    if row is None:
        return error_answer(ODataError(status, "BadRequest", error.description or error.name))
    segment = request.path.rstrip("/").rpartition("/")[2]
    return error_answer(row.error(segment=segment, method=request.method, limit=MAX_BODY))
