"""The two ports of a served world, opened together or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.base.errors import HarnessError
from harness.serving.several.processes import Listening
from harness.wire.sockets.bridge import Quick
from harness.wire.sockets.server import Server
from harness.wire.sockets.tls import Identity

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def listen(
    host: str,
    shown: Identity | None,
    listening: Listening | None,
    quick: Quick,
    *doors: tuple[WSGIApplication, int],
) -> list[Server]:
    """Start the servers of both ports, or none, on sockets that listen already or on new ones. Raises HarnessError for a busy port."""
    servers: list[Server] = []
    try:
        for (app, port), door in zip(doors, listening or (None, None), strict=True):
            servers.append(Server(app, host, port, identity=shown, quick=quick, listening=door))
    except HarnessError:
        for server in servers:
            server.stop()
        raise
    return servers
