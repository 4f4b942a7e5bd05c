"""The control API's early refusals, and its limit of requests at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

# A request that moves the clock holds its thread until the cycle is over, and the cycle needs free threads for its own requests.
AT_WORK = 4


class RefusedError(Exception):
    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@contextmanager
def place(places: BoundedSemaphore) -> Iterator[None]:
    """Count one request that is carried out. Raises RefusedError at the limit."""
    if not places.acquire(blocking=False):
        raise RefusedError(f"{AT_WORK} control requests are at work already; ask again", 503)
    try:
        yield
    finally:
        places.release()
