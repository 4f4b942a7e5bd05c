"""The AWS SSO side behind one address: `/<tenant id>/scim/v2` is the SCIM endpoint, `POST /` the AWS APIs, the rest mostly Flask.

Built once per process and stateless; the tenant comes with each request in the WSGI environment (`tenant.TENANT`).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.aws_sso.cloudtrail.events import unkept
from harness.aws_sso.console import api
from harness.aws_sso.scim import service
from harness.base.sqlite import is_full
from harness.wire.outgoing import begin
from harness.wire.present import answering

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask


_ENDPOINT = "/scim/v2"


def is_scim(environ: WSGIEnvironment) -> bool:
    """Return whether a request is for the SCIM endpoint, which waits for nothing but the store."""
    tenant_id, endpoint, _ = environ["PATH_INFO"][1:].partition(_ENDPOINT)
    return bool(endpoint and tenant_id) and "/" not in tenant_id


class AwsSso:
    """A WSGI application of four: the SCIM endpoint (most requests), the console's JSON API, the AWS APIs, and `surfaces`."""

    @cached_property
    def surfaces(self) -> Flask:
        """The Flask application for all else, imported at its first request: few scenarios need it, and it takes long."""
        from harness.aws_sso import surfaces

        return surfaces.create_app()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        tenant_id, endpoint, rest = path[1:].partition(_ENDPOINT)
        if endpoint and tenant_id and "/" not in tenant_id:
            try:
                return _scim(environ, start_response, tenant_id, rest)
            except Exception as error:  # noqa: BLE001 - Flask logs and words whatever breaks
                with answering(environ), self.surfaces.request_context(environ):
                    return self.surfaces.handle_exception(error)(environ, start_response)
        with answering(environ):
            if api.is_order(path):
                return begin(api.answer(), environ, start_response)
            to_apis = environ["REQUEST_METHOD"] == "POST" and not path.strip("/")
            if to_apis or environ.get("HTTP_AUTHORIZATION", "").startswith("AWS4-HMAC-SHA256"):
                from harness.aws_sso import apis  # takes its time, and not every scenario asks for one

                return begin(apis.answer(), environ, start_response)
            return self.surfaces(environ, start_response)


def _scim(environ: WSGIEnvironment, start_response: StartResponse, tenant_id: str, rest: str) -> Any:
    """Answer at the SCIM endpoint; on a full disk a request that only reads is answered without its event."""
    try:
        return service.answer(environ, start_response, tenant_id, rest)
    except Exception as error:
        if not (is_full(error) and environ["REQUEST_METHOD"] == "GET"):
            raise
    with unkept():
        return service.answer(environ, start_response, tenant_id, rest)
