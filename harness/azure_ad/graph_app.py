"""Microsoft Graph as an application, under `/v1.0` and `/beta`: addresses, tokens, ids of requests, refusals."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from harness.azure_ad.graph.alternate_keys import ALTERNATE_KEYS, applications_rules, of_service_principal
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.addresses import Addresses
from harness.azure_ad.graph.odata.entities import ODataError, error_answer
from harness.azure_ad.graph.odata.errors import request_ids, with_headers
from harness.azure_ad.graph.odata.faults import fault
from harness.azure_ad.graph.odata.wording import BELOW, refused, refused_below
from harness.azure_ad.graph.routes import ROUTES
from harness.azure_ad.sign_in.access_tokens import TokenError, claims_of, person_claimed
from harness.azure_ad.tenant import CLAIMS, GRAPH, TENANT, current
from harness.base.store import StorageError
from harness.wire.message import Response
from harness.wire.outgoing import begin
from harness.wire.present import HttpError, Present, answering, log_broken, without_view
from harness.wire.routes import Routes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment


_ME = re.compile(r"me(?=/|\Z)", re.IGNORECASE)
_GRAPH = re.compile(r"/(v1\.0|beta)(?:/(.*))?\Z", re.IGNORECASE | re.DOTALL)


class Graph:
    """A WSGI application; one serves every tenant of the process."""

    def __init__(self) -> None:
        self._routes = Routes(ROUTES, applications_rules(ROUTES))
        self._addresses = Addresses(self._routes, ALTERNATE_KEYS)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, its address brought to one form before it is looked up."""
        match = _GRAPH.match(environ["PATH_INFO"])
        assert match is not None, "whoever calls sends Graph's addresses alone"
        path = _ME.sub(_own_address(environ), match[2] or "", count=1)
        path = self._addresses.canonical(path, environ[TENANT])
        environ["SCRIPT_NAME"] = f"/{match[1].lower()}"
        environ["PATH_INFO"] = of_service_principal(path, environ[TENANT])
        environ[GRAPH] = self
        with answering(environ) as request:
            response = self._worded(request)
            request_id, client_id = request_ids()
            ids = {"request-id": request_id, "client-request-id": client_id}
            return begin(with_headers(response, ids), environ, start_response)

    def _worded(self, request: Present) -> Response:
        """Return the answer; what is refused or breaks on the way is told in Graph's shape."""
        try:
            return self._answer(request)
        except HttpError as error:
            return refused(error.status)
        except ODataError as error:
            return error_answer(error)
        except BELOW as error:
            return refused_below(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and worded
            log_broken(request.environ, error)
            if isinstance(error, StorageError):
                return error_answer(ODataError(500, "BadRequest", str(error)))
            return refused(500)

    def _answer(self, request: Present) -> Response:
        refusal = _too_long(request) or _unauthorized(request) or fault()
        if refusal is not None:
            return error_answer(refusal)
        match = self._routes.match(request.method, request.path)
        if match.view is None:
            return without_view(match)
        response: Response = match.view(**match.arguments)
        return response


def is_graph(path: str) -> bool:
    """Tell whether a path is one of Graph's: below a version, or a version alone."""
    return _GRAPH.match(path) is not None


def _own_address(environ: WSGIEnvironment) -> str:
    """Return what `me` stands for: the address of the person whose token it is, checked later as every token is."""
    token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")[2].strip()
    person = person_claimed(token)
    return "me" if person is None else f"users/{quote(person, safe='')}"


def _too_long(request: Present) -> ODataError | None:
    """Refuse a request whose address and headers are together longer than Graph's own server reads.

    What is longer than 64 KiB comes to no application: the connection answers it 431, in plain text (wire/sockets).
    """
    headers = sum(len(name) + len(value) + 4 for name, value in request.headers())
    head = len(f"{request.path}?{request.query}") + headers
    return None if head <= current().quirks["longest-request-bytes"] else refusals.REQUEST_TOO_LONG.error()


def _unauthorized(request: Present) -> ODataError | None:
    """Graph wants a bearer token: the tenant's fixed one, or one that its token endpoint issued.

    https://learn.microsoft.com/en-us/graph/errors, 401 (read 2026-11-29).
    """
    scheme, _, token = request.text("Authorization").partition(" ")
    token, own = token.strip(), current().settings.graph_token
    reason: str | None = "Access token is empty."
    if token and scheme.lower() == "bearer":
        reason = None
        if not hmac.compare_digest(token.encode(), own.encode()):
            try:
                request.environ[CLAIMS] = claims_of(token)
            except TokenError as error:
                reason = str(error)
    elif token:
        reason = "Access token validation failure. Invalid audience."
    return None if reason is None else refusals.TOKEN_REFUSED.error(reason=reason)
