"""The Azure AD side behind one address: Microsoft Graph under `/v1.0` and `/beta`, and everything that people see.

Built once a process and stateless; the tenant comes with each request (`tenant.current`).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.azure_ad.graph_app import Graph, is_graph
from harness.wire.present import answering

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask


class AzureAd:
    """A WSGI application of two: `graph`, and `pages`, which hardly a scenario asks for."""

    def __init__(self) -> None:
        self.graph = Graph()

    @cached_property
    def pages(self) -> Flask:
        """The application of the pages. They take as long to be imported as all else, so the first who wants one waits for it."""
        from harness.azure_ad import pages_app

        return pages_app.create_app()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        if is_graph(environ["PATH_INFO"]):
            return self.graph(environ, start_response)
        with answering(environ):
            return self.pages(environ, start_response)
