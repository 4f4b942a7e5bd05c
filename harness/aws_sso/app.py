"""The AWS SSO side behind one address: `/<tenant id>/scim/v2` is the SCIM endpoint, all else Flask's.

Built once a process and stateless; the tenant comes with each request in the WSGI environment (`tenant.TENANT`).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.aws_sso.console import api
from harness.aws_sso.scim import service

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask


_ENDPOINT = "/scim/v2"


def is_scim(environ: WSGIEnvironment) -> bool:
    """Tell whether a request is for the SCIM endpoint, which waits for nothing but the store."""
    tenant_id, endpoint, _ = environ["PATH_INFO"][1:].partition(_ENDPOINT)
    return bool(endpoint and tenant_id) and "/" not in tenant_id


class AwsSso:
    """A WSGI application of three: the SCIM endpoint, which is asked most and needs none of Flask, `orders` to the console, `surfaces`."""

    def __init__(self) -> None:
        self.orders = api.create_app()

    @cached_property
    def surfaces(self) -> Flask:
        """All else. Few scenarios ask for it, and its import takes long: the first who does waits for it."""
        from harness.aws_sso import surfaces

        return surfaces.create_app()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        tenant_id, endpoint, rest = path[1:].partition(_ENDPOINT)
        if not (endpoint and tenant_id) or "/" in tenant_id:
            app = self.orders if api.is_order(path) else self.surfaces
            return app(environ, start_response)
        try:
            return service.answer(environ, start_response, tenant_id, rest)
        except Exception as error:  # noqa: BLE001 - Flask logs and words whatever breaks
            with self.surfaces.request_context(environ):
                return self.surfaces.handle_exception(error)(environ, start_response)
