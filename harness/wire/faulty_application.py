"""An application whose clients meet the faults of a world: in front of a served world's two, and of a test's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from harness.wire.faults import Faults, Wait
from harness.wire.incoming import request_of
from harness.wire.inprocess import call
from harness.wire.message import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_GRAPH = ("/v1.0/", "/beta/")


class FaultyApplication(Struct, frozen=True):
    """Requests that `is_clients` returns True for meet `faults`; `wait` lets time pass for a late answer.

    Raises TransportError where a fault gives no answer.
    """

    app: WSGIApplication
    faults: Callable[[], Faults]
    wait: Wait
    is_clients: Callable[[WSGIEnvironment], bool]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        faults = self.faults()
        if not faults.are_on or not self.is_clients(environ):
            return self.app(environ, start_response)

        def send(_: Request) -> Response:
            status, headers, body = call(self.app, environ)
            return Response(status, tuple(headers), body)

        request = request_of(environ, f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}")
        environ["wsgi.input"].seek(0)
        answer = faults.around(send, self.wait)(request)
        start_response(f"{answer.status} .", list(answer.headers))
        return [answer.body]


def is_api_call(environ: WSGIEnvironment) -> bool:
    """Return whether a request is a call of SCIM, Graph or an AWS API, not of a page or of the harness's own addresses."""
    path = environ["PATH_INFO"]
    return "/scim/v2/" in path or path.startswith(_GRAPH) or "HTTP_X_AMZ_TARGET" in environ
