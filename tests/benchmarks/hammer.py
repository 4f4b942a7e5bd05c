"""A client that costs next to nothing, so that the server is what is measured: bytes made beforehand, bare sockets."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Sequence
from queue import SimpleQueue
from urllib.parse import urlsplit

_END = b"\r\n\r\n"


def request(method: str, url: str, token: str, body: object = None) -> bytes:
    """Return a request as it goes over the wire."""
    parts = urlsplit(url)
    content = b"" if body is None else json.dumps(body).encode()
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    head = (
        f"{method} {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/scim+json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def hammer(url: str, requests: Sequence[bytes], connections: int) -> float:
    """Send all requests over some connections at once, each answered before its next; return requests a second.

    A connection takes the next request as soon as it has its answer, so none of them is waited for at the end.
    """
    parts = urlsplit(url)
    assert parts.hostname is not None
    address = parts.hostname, parts.port or 80
    queue: SimpleQueue[bytes | None] = SimpleQueue()
    for one in (*requests, *[None] * connections):
        queue.put(one)
    refusals: list[bytes] = []
    threads = [threading.Thread(target=_send, args=(address, queue, refusals)) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - began
    assert not refusals, refusals[0]
    return len(requests) / spent


def _send(address: tuple[str, int], requests: SimpleQueue[bytes | None], refusals: list[bytes]) -> None:
    """Send requests, up to a None, over one connection, or over as many as a server wants that ends each with its answer."""
    connected = _connected(address)
    while (one := requests.get()) is not None:
        connected.sendall(one)
        head, _, body = _until(connected, _END).partition(_END)
        missing = _length(head) - len(body)
        while missing > 0:
            missing -= len(connected.recv(min(missing, 65536)))
        if head[9:10] != b"2":
            refusals.append(head + body)
            break
        if head.startswith(b"HTTP/1.0"):
            connected.close()
            connected = _connected(address)
    connected.close()


def _connected(address: tuple[str, int]) -> socket.socket:
    connected = socket.create_connection(address)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def _until(connected: socket.socket, end: bytes) -> bytes:
    received = b""
    while end not in received:
        piece = connected.recv(65536)
        if not piece:
            return received
        received += piece
    return received


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
