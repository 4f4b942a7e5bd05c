"""A short campaign of kills on each engine; `make campaign` has the long ones."""

import pytest

from tests.base.postgres.postgres_server import running_postgres
from tests.campaigns.kills import Kills

pytestmark = pytest.mark.slow


def test_kills_on_files(tmp_path):
    assert "4 kills" in Kills(tmp_path, str(tmp_path / "data"), seed="1").run(4)


def test_kills_on_postgres(tmp_path):
    """One of two processes dies each time."""
    with running_postgres() as address:
        assert "3 kills" in Kills(tmp_path, address, seed="2", processes=2).run(3)
