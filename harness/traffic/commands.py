"""`harness record` and `replay`: a proxy that records calls, and a server that answers as recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_FILE = click.Path(path_type=Path)
_PORT = click.option(
    "--listen", "port", type=click.IntRange(0, 65535), default=0, metavar="PORT", help="Port on loopback."
)


@click.command()
@click.argument("url")
@_PORT
@click.option(
    "-o", "--output", type=_FILE, default=Path("traffic.har"), show_default=True, help="Where the HAR goes."
)
def record(url: str, port: int, output: Path) -> None:
    """Pass requests on to the server at URL, a SCIM endpoint or Graph, and keep them as HAR, without secrets.

    Point the client at the address printed; end with Ctrl-C, and the file is written.
    """
    from harness.base.clock import OffsetClock
    from harness.base.ids import Ids
    from harness.base.output import check_writable, write_all
    from harness.traffic.recording import Recorder
    from harness.wire.message import TransportError, check_url
    from harness.wire.recording.har import har_texts
    from harness.wire.sockets.network import Network

    try:
        check_url(url)
    except TransportError as error:
        raise click.UsageError(str(error)) from error
    check_writable(output)
    recorder = Recorder(url, Network(), OffsetClock(), Ids(None))
    _until_stopped(recorder, port)
    write_all(output, har_texts(recorder.exchanges), private=True)
    click.echo(f"{len(recorder.exchanges)} requests in {output}")


@click.command()
@click.argument("file", type=_FILE)
@_PORT
def replay(file: Path, port: int) -> None:
    """Answer as recorded in FILE (HAR), request by request; one that was never recorded gets 502 and the nearest one.

    Exit code 1 if there was any.
    """
    from harness.traffic.calls import read_calls
    from harness.traffic.replaying import Replay

    application = Replay(read_calls(file))
    _until_stopped(application, port)
    for miss in application.misses:
        click.echo(f"not recorded: {miss['request']}; nearest: {miss.get('nearest', 'none')}")
    if application.misses:
        raise SystemExit(1)


def _until_stopped(application: WSGIApplication, port: int) -> None:
    """Serve on loopback until a signal ends it."""
    from harness.serving.stopping import stop_signal
    from harness.wire.sockets.server import Server

    with stop_signal() as stopped:
        server = Server(application, "127.0.0.1", port)
        server.start()
        click.echo(f"listening at {server.url} until Ctrl-C")
        try:
            stopped.wait()
        finally:
            server.stop()
