"""What the control API refuses before anything is done, and the limit on how many requests it carries out at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

# What moves the clock keeps its thread until the cycle is over, and the cycle needs threads that answer its requests.
AT_WORK = 4


class RefusedError(Exception):
    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@contextmanager
def place(places: BoundedSemaphore) -> Iterator[None]:
    """Count as one of the requests that are carried out. Raises RefusedError when there are as many as may be."""
    if not places.acquire(blocking=False):
        raise RefusedError(f"{AT_WORK} control requests are at work already; ask again", 503)
    try:
        yield
    finally:
        places.release()
