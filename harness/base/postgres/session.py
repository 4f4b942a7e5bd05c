"""What a session has to be for us, whatever its role's or its database's settings are, and whether it is one at all."""

from __future__ import annotations

from typing import Any

import psycopg

# Who waits for another process' turn waits as long as that takes. What the address itself asks for stays (its source is the
# client), and a server has no row for a setting that it does not know.
_OURS = """
SELECT set_config(name, value, false) FROM pg_settings JOIN (VALUES
  ('statement_timeout', '0'), ('lock_timeout', '0'), ('transaction_timeout', '0'),
  ('idle_in_transaction_session_timeout', '0'), ('default_transaction_isolation', 'read committed')
) AS wanted (name, value) USING (name) WHERE source <> 'client' AND setting <> value
"""


def settle(connection: psycopg.Connection[Any]) -> None:
    """Set aside what a role or a database says of time limits and isolation."""
    connection.execute(_OURS)


def is_passed_around(connection: psycopg.Connection[Any], another: psycopg.Connection[Any]) -> bool:
    """Tell whether something between us and the server gives each transaction whatever session is free.

    Locks and settings then belong to nobody: https://www.pgbouncer.org/features.html, "SQL feature map for pooling modes",
    read 2026-11-30. While one transaction has a session, whoever shared it is given another.
    """
    before = _session(connection)
    with another.transaction():
        return _session(another) == before or _session(connection) != before


def _session(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])
