"""Microsoft Graph as a Flask application, under `/v1.0` and `/beta`: addresses, tokens, ids of requests, refusals."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from harness.azure_ad.directory.errors import ConflictError
from harness.azure_ad.graph.alternate_keys import ALTERNATE_KEYS, applications_rules, of_service_principal
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.addresses import Addresses
from harness.azure_ad.graph.odata.entities import ODataError, error_answer
from harness.azure_ad.graph.odata.errors import request_ids
from harness.azure_ad.graph.odata.faults import fault
from harness.azure_ad.graph.routes import ROUTES
from harness.azure_ad.sign_in.access_tokens import TokenError, claims_of, person_claimed
from harness.azure_ad.tenant import TENANT, current
from harness.wire.application import Application
from harness.wire.message import MAX_BODY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


_ADDRESSES = Addresses([*(rule for _, rule, _ in ROUTES), *applications_rules(ROUTES)], ALTERNATE_KEYS)
_ME = re.compile(r"me(?=/|\Z)", re.IGNORECASE)
_GRAPH = re.compile(r"/(v1\.0|beta)(?:/(.*))?\Z", re.IGNORECASE | re.DOTALL)


class _Graph(Application):
    """Flask below each of Graph's versions, with addresses brought to one form before they are looked up."""

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        match = _GRAPH.match(environ["PATH_INFO"])
        assert match is not None, "whoever calls sends Graph's addresses alone"
        path = _ME.sub(_own_address(environ), match[2] or "", count=1)
        path = _ADDRESSES.canonical(path, environ[TENANT])
        environ["SCRIPT_NAME"] = f"/{match[1].lower()}"
        environ["PATH_INFO"] = of_service_principal(path, environ[TENANT])
        return super().wsgi_app(environ, start_response)


def is_graph(path: str) -> bool:
    """Tell whether a path is one of Graph's: below a version, or a version alone."""
    return _GRAPH.match(path) is not None


def _own_address(environ: WSGIEnvironment) -> str:
    """Return what `me` stands for: the address of the person whose token it is, checked later as every token is."""
    token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")[2].strip()
    person = person_claimed(token)
    return "me" if person is None else f"users/{quote(person, safe='')}"


def create_app() -> Flask:
    """Build the application; one serves every tenant of the process."""
    app = _Graph(__name__, static_folder=None)
    app.before_request(_check_length)
    app.before_request(_authorize)
    app.after_request(_identify)
    for method, rule, view in ROUTES:
        endpoint = f"{view.__module__.rpartition('.')[2]} {view.__name__}"
        app.add_url_rule(rule, endpoint, view, methods=[method])
    word_refusals(app)
    app.register_error_handler(HTTPException, _http_error)
    return app


def word_refusals(app: Flask) -> None:
    """Let an application answer in Graph's shape what directory, applications, engine and readers of bodies refuse."""
    app.register_error_handler(ODataError, error_answer)
    for kind in refusals.REFUSALS_BELOW:
        app.register_error_handler(kind, _refused_below)


def _check_length() -> Response | None:
    """Refuse a request whose address and headers are together longer than Graph's own server reads.

    What is longer than 64 KiB comes to no application: the connection answers it 431, in plain text (wire/sockets).
    """
    head = len(request.full_path) + sum(len(name) + len(value) + 4 for name, value in request.headers)
    if head <= current().quirks["longest-request-bytes"]:
        return None
    return error_answer(refusals.REQUEST_TOO_LONG.error())


def _authorize() -> Response | None:
    """Graph wants a bearer token: the tenant's fixed one, or one that its token endpoint issued.

    https://learn.microsoft.com/en-us/graph/errors, 401 (read 2026-11-29).
    """
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
    response.headers["request-id"], response.headers["client-request-id"] = request_ids()
    return response


def _refused_below(error: Exception) -> Response:
    """Give what directory, applications and engine refuse Graph's status and code."""
    row = next(row for kind, row in refusals.REFUSALS_BELOW.items() if isinstance(error, kind))
    refusal = row.error(reason=error)
    refusal.target = error.target if isinstance(error, ConflictError) else None
    return error_answer(refusal)


def _http_error(error: HTTPException) -> Response:
    if error.code in (404, 405) and "/synchronization/" in request.path:
        return error_answer(refusals.SYNCHRONIZATION_UNKNOWN.error(url=request.url))
    return refused_by_flask(error)


def refused_by_flask(error: HTTPException) -> Response:
    """Give what Flask refuses by itself (unknown paths and methods, large bodies) Graph's shape."""
    status = error.code or 500
    row = refusals.REFUSALS_OF_FLASK.get(status)
    if row is None:
        return error_answer(ODataError(status, "BadRequest", error.description or error.name))
    segment = request.path.rstrip("/").rpartition("/")[2]
    return error_answer(row.error(segment=segment, method=request.method, limit=MAX_BODY))
