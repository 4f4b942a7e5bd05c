"""The connection that a turn hangs on: what the turn writes goes over it, by whichever of its threads.

Where the server ends it, somebody else has the turn, and nothing more of this one is written.
"""

from __future__ import annotations

import threading
from typing import Any

import psycopg

from harness.base.postgres import failures


class Turn:
    """`connection`, for one thread at a time; until the turn `is_over`."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.is_over = False
        self._begun_by, self._taken_by = threading.get_ident(), 0
        self._free = threading.Lock()

    @property
    def is_of_this_thread(self) -> bool:
        """Tell whether this thread began the turn; others only work for it."""
        return self._begun_by == threading.get_ident()

    def take(self) -> bool:
        """Have the connection once it is free; False where this thread has it. Raises StorageError when the turn is over."""
        if self._taken_by == threading.get_ident():
            return False
        self._free.acquire()
        if self.is_over:
            self._free.release()
            raise failures.cut_off(is_undone=True)
        self._taken_by = threading.get_ident()
        return True

    def give_back(self) -> None:
        self._taken_by = 0
        self._free.release()
