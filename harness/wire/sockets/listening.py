"""Sockets that listen for connections."""

from __future__ import annotations

import errno
import os
import socket

from harness.base.errors import HarnessError

_QUEUE = 1024  # connections not yet accepted


def listen(host: str, port: int) -> socket.socket:
    """Open a port; 0 lets the system choose. Raises HarnessError for a host or port that cannot be had."""
    if not host:
        raise HarnessError("there is no address to listen on; 0.0.0.0 stands for all of this machine's")
    listening = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        if os.name == "posix":  # elsewhere it would let two servers share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_QUEUE)
        listening.setblocking(False)
    except (OSError, UnicodeError) as error:
        if listening is not None:
            listening.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise HarnessError(f"cannot listen on {host}:{port}: {reason}; {_remedy(error)}") from error
    return listening


def _remedy(error: OSError | UnicodeError) -> str:
    if isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, errno.EACCES):
        return "choose another port"
    return "choose one of this machine's, or 0.0.0.0 for all"
