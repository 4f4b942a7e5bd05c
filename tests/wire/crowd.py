"""Connections of strangers: silent ones, halves of requests, and idle ones, as many as one likes."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

HALF = b"POST /half HTTP/1.1\r\nHost: harness\r\nContent-Le"
HALF_A_BODY = b"POST /half HTTP/1.1\r\nHost: harness\r\nContent-Length: 10\r\n\r\nfive!"
WHOLE = b"GET /whole HTTP/1.1\r\nHost: harness\r\n\r\n"


@contextmanager
def crowd(port: int, number: int) -> Iterator[list[socket.socket]]:
    """Keep `number` connections open that said nothing, as many with half a request, and as many that were served once."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with ExitStack() as stack:

        def connect() -> socket.socket:
            return stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))

        silent = [connect() for _ in range(number)]
        half = [connect() for _ in range(number)]
        for place, client in enumerate(half):
            client.sendall(HALF if place % 2 else HALF_A_BODY)
        idle = []
        for _ in range(number):
            idle.append(connect())
            idle[-1].sendall(WHOLE)
            assert idle[-1].recv(65536).startswith(b"HTTP/1.1 ")
        yield [*silent, *half, *idle]
