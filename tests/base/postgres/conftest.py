import pytest

from tests.base.postgres.postgres_server import running_postgres


@pytest.fixture(scope="module")
def address():
    """Return where a PostgreSQL server of the module's own is."""
    with running_postgres() as url:
        yield url
