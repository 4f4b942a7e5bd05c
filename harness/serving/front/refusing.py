"""What the control API refuses before anything is done: with its status, or for want of a place to work in."""

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
    """Hold one of the places that there are for work. Raises RefusedError when all are taken."""
    if not places.acquire(blocking=False):
        raise RefusedError(f"{AT_WORK} control requests are at work already; ask again", 503)
    try:
        yield
    finally:
        places.release()
