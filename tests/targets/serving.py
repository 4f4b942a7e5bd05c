"""A WSGI application on a port of its own, until standard input ends; the first line that it prints is its address."""

from __future__ import annotations

import sys
from typing import Any

from harness.wire.sockets.server import Server

TOKEN = "targets-token-of-a-test-tenant"
PATH = "/scim/v2"


def serve(app: Any) -> None:
    """Serve with one thread: what a target does with several at once is its deployment's business, not its code's."""
    server = Server(app, "127.0.0.1", 0, threads=1)
    server.start()
    sys.stdout.write(f"{server.url}{PATH}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()


def mounted(app: Any) -> Any:
    """Return an application below PATH that wants the token."""

    def guarded(environ: Any, start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        if environ.get("HTTP_AUTHORIZATION") != f"Bearer {TOKEN}":
            body = b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"401","detail":"who are you?"}'
            start_response(
                "401 UNAUTHORIZED",
                [("Content-Type", "application/scim+json"), ("WWW-Authenticate", 'Bearer realm="scim"')],
            )
            return [body]
        inner = {**environ, "SCRIPT_NAME": PATH, "PATH_INFO": path.removeprefix(PATH)}
        return app(inner, start_response)

    return guarded
