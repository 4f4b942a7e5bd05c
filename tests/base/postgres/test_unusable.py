"""Databases that a process cannot start on, each in one line that says why and what to do; and roles with odd settings, where it can."""

from __future__ import annotations

import itertools

import pytest

from harness.base.errors import HarnessError

pytestmark = pytest.mark.slow
_numbers = itertools.count()


@pytest.fixture
def administrator(address):
    from psycopg import connect

    with connect(address, autocommit=True) as connection:
        yield connection


@pytest.fixture
def place(address, administrator):
    """Return the address of a new role in a new database of its own."""
    name = f"role_{next(_numbers)}"
    administrator.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'hush'")
    administrator.execute(f"CREATE DATABASE {name} OWNER {name}")
    assert "postgres:@/postgres?" in address
    return name, address.replace("postgres:@/postgres?", f"{name}:hush@/{name}?")


def refusal(url: str) -> str:
    from harness.base.postgres import PostgresDatabase

    with pytest.raises(HarnessError) as caught:
        PostgresDatabase(url)
    message = str(caught.value)
    assert "\n" not in message
    assert "hush" not in message
    return message


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("ALTER DATABASE {0} OWNER TO postgres", ["permission denied for database", "GRANT CREATE ON DATABASE"]),
        ("ALTER ROLE {0} SET default_transaction_read_only = on", ["read-only", "may write"]),
        ("ALTER ROLE {0} CONNECTION LIMIT 1", ["too many connections", "max_connections"]),
        ("ALTER ROLE {0} CONNECTION LIMIT 2", ["too many connections", "max_connections"]),
        ("ALTER ROLE {0} NOLOGIN", ["not permitted to log in", "role and password"]),
        ("ALTER DATABASE {0} RENAME TO {0}_moved", ["does not exist", "address"]),
    ],
)  # fmt: skip
def test_what_the_server_refuses(administrator, place, given, words):
    name, url = place
    administrator.execute(given.format(name))
    message = refusal(url)
    assert all(word in message for word in words), message


def test_a_schema_of_somebody_else(place):
    """It has our name and other tables."""
    from psycopg import connect

    _, url = place
    with connect(url) as connection:
        connection.execute("CREATE SCHEMA harness CREATE TABLE layout (x int)")
    assert "name another database" in refusal(url)


_SETTINGS = {
    "statement_timeout": "60ms",
    "lock_timeout": "70ms",
    "idle_in_transaction_session_timeout": "80ms",
    "default_transaction_isolation": "serializable",
    "search_path": "nowhere",
}


def test_what_a_role_says_of_limits_is_set_aside(administrator, place):
    """Who waits for another process waits as long as it takes; what the address itself asks for stays."""
    from harness.base.postgres import PostgresDatabase

    name, url = place
    for setting, value in _SETTINGS.items():
        administrator.execute(f"ALTER ROLE {name} SET {setting} TO '{value}'")
    database = PostgresDatabase(f"{url}&options=-clock_timeout%3D90ms")
    store = database.tenant("x")
    store.put("user", "1", {})
    with store._connections.one() as connection:
        values = [connection.execute(f"SHOW {setting}").fetchone()[0] for setting in _SETTINGS]
    database.close()
    assert values == ["0", "90ms", "0", "read committed", "harness"]


def test_sessions_that_are_passed_around(address):
    """A pooler in transaction mode gives two clients the same session, by turns; a server does not."""
    from psycopg import connect

    from harness.base.postgres.session import is_passed_around

    with connect(address, autocommit=True) as one, connect(address, autocommit=True) as other:
        assert not is_passed_around(one, other)
        assert is_passed_around(one, one)
