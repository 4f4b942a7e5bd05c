"""Real HTTP, plain or over TLS: a WSGI application on a loopback socket, in threads of this process."""

from __future__ import annotations

import io
import select
import socket
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from cheroot import errors, server, wsgi
from cheroot.makefile import MakeFile

from harness.base.errors import HarnessError
from harness.wire.tls import Identity

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MAX_BODY = 1_048_576
_PATIENCE = 0.005  # seconds that a thread waits for the next request of a connection
_LOOK_UP = 0.1  # seconds between looks whether to stop
_QUEUE = 128  # connections not yet accepted; those beyond are not heard for a second
_IN_A_ROW = 100  # then other connections have their turn
_ONLY_TLS = b"This port speaks https only.\n"


class _Gateway(wsgi.Gateway_10):  # type: ignore[misc, unused-ignore]
    """The path as it was asked for: cheroot takes `//Users` for a host and leaves `%2F` encoded."""

    def get_environ(self) -> Any:
        environ: Any = super().get_environ()  # type: ignore[no-untyped-call]
        path = self.req.uri.partition(b"?")[0]
        if path.startswith(b"/"):
            environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
        return environ


class _Request(server.HTTPRequest):  # type: ignore[misc, unused-ignore]
    def __init__(self, listening: Any, connection: Any) -> None:
        super().__init__(listening, connection, proxy_mode=True)  # else `//Users` is an absolute URI, refused
        self._unsent = b""

    def send_headers(self) -> None:
        """Keep the headers for `write`: in a packet of their own they cost the client a second look."""
        out, self.conn.wfile = self.conn.wfile, io.BytesIO()
        try:
            super().send_headers()
            self._unsent = self.conn.wfile.getvalue()
        finally:
            self.conn.wfile = out
        if self.chunked_write:
            self._flush()

    def write(self, chunk: bytes) -> None:
        if self._unsent:
            chunk, self._unsent = self._unsent + chunk, b""
        super().write(chunk)

    def respond(self) -> None:
        super().respond()
        self._flush()

    def _flush(self) -> None:
        if self._unsent:
            self.conn.wfile.write(self._unsent)
            self._unsent = b""


class _Received(socket.SocketIO):
    """A socket's bytes, counted."""

    count = 0

    def readinto(self, buffer: Any) -> int | None:
        received = super().readinto(buffer)
        self.count += received or 0
        return received


class _Reader(io.BufferedReader):
    """What cheroot reads from, in C; its own is in Python and takes longer over a request than most applications."""

    def __init__(self, connected: socket.socket) -> None:
        self._received = _Received(connected, "r")
        super().__init__(self._received)
        self.bytes_read = 0

    def read(self, size: int | None = -1, /) -> bytes:
        got = super().read(size)
        self.bytes_read += len(got)
        return got

    def readline(self, size: int | None = -1, /) -> bytes:
        got = super().readline(size)
        self.bytes_read += len(got)
        return got

    def has_data(self) -> bool:
        return self._received.count > self.bytes_read


class _TlsReader(_Reader):
    def __init__(self, connected: ssl.SSLSocket) -> None:
        super().__init__(connected)
        self._connected = connected

    def has_data(self) -> bool:
        """Tell also of what is decrypted already: the socket does not show as readable for it."""
        return super().has_data() or self._connected.pending() > 0


class _Connection(server.HTTPConnection):  # type: ignore[misc, unused-ignore]
    RequestHandlerClass = _Request
    ReaderClass: type[_Reader] = _Reader

    def __init__(self, listening: Any, connected: Any, makefile: Any) -> None:
        def opened(of: Any, mode: str, size: int) -> Any:
            return self.ReaderClass(of) if mode == "rb" else makefile(of, mode, size)

        super().__init__(listening, connected, opened)

    def communicate(self) -> bool:
        """Stay with a connection while requests follow: from thread to thread and back costs as much as an answer."""
        for _ in range(_IN_A_ROW):
            if not super().communicate():  # type: ignore[no-untyped-call]
                return False
            if not self._follows():
                break
        return True

    def _follows(self) -> bool:
        if not self.server.ready:
            return False
        return self.rfile.has_data() or bool(select.select([self.socket], [], [], _PATIENCE)[0])


class _TlsConnection(_Connection):
    """A connection that greets in a worker's thread: who is slow at it, or never ends, does not keep others out."""

    ReaderClass = _TlsReader
    greeted = False

    def communicate(self) -> bool:
        if not self.greeted:
            try:
                self.socket.do_handshake()
            except OSError as error:
                if getattr(error, "reason", "") == "HTTP_REQUEST":
                    self._refuse()
                return False
            self.greeted = True
            if not self._follows():
                return True
        return super().communicate()

    def close(self) -> None:
        """Say that this is the end (RFC 8446 section 6.1), without waiting for the other side to say so too."""
        with suppress(OSError, ValueError):
            self.socket.settimeout(0)
            self.socket.unwrap()
        super().close()

    def _refuse(self) -> None:
        """Answer plain HTTP plainly."""
        with suppress(OSError):
            head = f"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: {len(_ONLY_TLS)}\r\n"
            socket.socket.send(self.socket, f"{head}Connection: close\r\n\r\n".encode() + _ONLY_TLS)


class _Tls:
    """What cheroot asks for a connection over TLS; its own adapter greets in the thread that accepts."""

    def __init__(self, shown: ssl.SSLContext) -> None:
        self._shown = shown

    def bind(self, listening: socket.socket) -> socket.socket:
        return listening

    def wrap(self, connected: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]:
        try:
            wrapped = self._shown.wrap_socket(connected, server_side=True, do_handshake_on_connect=False)
        except OSError as error:  # it is gone already
            raise errors.FatalSSLAlert from error
        return wrapped, {}

    makefile = staticmethod(MakeFile)


class _QuietServer(wsgi.Server):  # type: ignore[misc, unused-ignore]
    """cheroot without its log on standard error: request lines hold people's names."""

    ConnectionClass = _Connection

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        del msg, level, traceback


class Server:
    """A listening server. `port` 0 lets the system choose; `url` says what it chose.

    With an `identity` it speaks https and nothing else. Raises HarnessError for a port or host that cannot be had.
    """

    def __init__(
        self, app: WSGIApplication, host: str, port: int, threads: int = 8, identity: Identity | None = None
    ) -> None:
        if not host:
            raise HarnessError("there is no address to listen on; 0.0.0.0 stands for all of this machine's")
        self._server: Any = _QuietServer((host, port), app, numthreads=threads, max=64, shutdown_timeout=5)
        self._server.request_queue_size = _QUEUE
        self._server.gateway = _Gateway
        self._server.max_request_body_size = (
            2 * MAX_BODY
        )  # the applications refuse at MAX_BODY, in their own words
        self._server.keep_alive_conn_limit = 128
        self._server.expiration_interval = _LOOK_UP
        if identity is not None:
            self._server.ssl_adapter = _Tls(identity.shown)
            self._server.ConnectionClass = _TlsConnection
        try:
            self._server.prepare()
        except OSError as error:
            raise HarnessError(
                f"cannot listen on {host}:{port}: {error.strerror or error}; choose another port"
            ) from error
        bound = self._server.bind_addr[1]
        # The host as it was asked for: a certificate may be for that name alone.
        shown = f"[{host}]" if ":" in host else host
        self.url = f"{'https' if identity else 'http'}://{shown}:{bound}"
        self._thread = threading.Thread(target=self._server.serve, name=f"http-{bound}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the requests under way, then close the socket."""
        self._server.stop()
        if self._thread.is_alive():
            self._thread.join()
