"""A test's world on loopback sockets: two apps behind doors, which pass and record one request at a time."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.base.clock import VirtualClock, Waits, from_iso
from harness.base.ids import Ids
from harness.base.quirks import load_table
from harness.base.sqlite import Database
from harness.journal import Journal
from harness.origins import AWS_HOSTS
from harness.testing.seen import Seen
from harness.wire.faulty_application import FaultyApplication, is_api_call
from harness.wire.incoming import request_of
from harness.wire.inprocess import call, inprocess
from harness.wire.internet import internet
from harness.wire.message import Send
from harness.wire.recording.exchanges import Sent, recording
from harness.wire.sockets.server import Server
from harness.wire.sockets.tls import identity
from harness.world import Contexts, Parts, World, apps, assemble, choose_quirks

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CLIENT = "client"
_GRAPH = re.compile(r"//[^/]+/(?:v1\.0|beta)/")


class Teller(Journal):
    """A journal that also notes the requests of AWS's SCIM endpoint, and those of clients to Graph."""

    def __init__(self, journal: Journal, of_scim: Seen, of_graph: Seen) -> None:
        super().__init__()
        self.sent, self.lines = journal.sent, journal.lines
        self._of_scim, self._of_graph = of_scim, of_graph

    def exchange(self, sent: Sent) -> None:
        super().exchange(sent)
        if "/scim/v2" in sent.request.url:
            self._of_scim.add(sent.exchange())
        elif sent.source == CLIENT and _GRAPH.search(sent.request.url):
            self._of_graph.add(sent.exchange())


def listening(
    profile: str,
    quirk_values: Mapping[str, Any],
    seed: str,
    begin: datetime | None,
    teller: Teller,
    turn: threading.RLock,
    waits: Waits,
    tls: tuple[Path, Path] | None = None,
) -> tuple[World, list[Server]]:
    """Build a world whose apps listen on loopback, and its servers; requests take turns, for they share one memory.

    `waits` delays answers as a fault demands. `tls` are the PEM files of a certificate and its key. Raises HarnessError
    for unusable files.
    """
    certificate = identity(*tls) if tls else None
    quirks = choose_quirks(profile, quirk_values)
    clock = VirtualClock(begin or from_iso(str(load_table("harness.aws_sso").profiles[profile]["clock"])))
    database = Database()
    database.on_append = teller.log
    contexts: list[Contexts] = []
    sides: tuple[WSGIApplication, ...] = apps()
    doors = [_Door(app, partial(_context, contexts, side), turn) for side, app in enumerate(sides)]
    host = "localhost" if certificate else "127.0.0.1"
    aws, azure = servers = [Server(door, host, 0, identity=certificate) for door in doors]
    parts = Parts(
        clock=clock,
        ids=Ids(seed),
        aws_store=database.tenant("aws_sso"),
        azure_store=database.tenant("azure_ad"),
        origins={"graph": azure.url, **dict.fromkeys(AWS_HOSTS, aws.url)},
    )

    def local(_: Parts, wsgi_contexts: Contexts) -> Send:
        contexts.append(wsgi_contexts)
        inner = apps()
        return internet(
            {
                aws.url: inprocess(inner[0], wsgi_contexts.aws),
                azure.url: inprocess(inner[1], wsgi_contexts.azure),
            }
        )

    world = assemble(parts, quirks, local, teller)
    world.database = database
    for door, server in zip(doors, servers, strict=True):
        door.tell(teller, server.url, world, waits)
        server.start()
    return world, servers


class _Door:
    """An app behind a socket: one request at a time, each recorded as a client's; a delayed answer holds up no other."""

    def __init__(
        self, app: WSGIApplication, context: Callable[[], Mapping[str, object]], turn: threading.RLock
    ) -> None:
        self._app, self._context, self._turn = app, context, turn
        self._send: Send | None = None
        self._url = ""

    def tell(self, teller: Teller, url: str, world: World, waits: Waits) -> None:
        """Record the requests as sent to `url`; calls of the APIs meet the world's faults, before they take their turn."""
        self._url = url
        meeting_faults = FaultyApplication(self._in_turn, lambda: world.faults, waits.wait, is_api_call)
        self._send = of_clients(inprocess(meeting_faults), teller, world)

    def _in_turn(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ.update(self._context())
        with self._turn:
            status, headers, body = call(self._app, environ)
        start_response(f"{status} .", headers)
        return [body]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        assert self._send is not None
        response = self._send(request_of(environ, self._url))
        start_response(f"{response.status} .", list(response.headers))
        return [response.body]


def of_clients(send: Send, teller: Teller, world: World) -> Send:
    """Return a transport whose exchanges are recorded as a client's."""
    return recording(send, teller.exchange, world.clock, CLIENT, lambda _: "harness", order=teller.next)


def _context(contexts: list[Contexts], side: int) -> Mapping[str, object]:
    return contexts[0][side]
