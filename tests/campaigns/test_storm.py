"""A short storm over real sockets; `make campaign` has the long one."""

import pytest

from tests.campaigns.storm import storm

pytestmark = pytest.mark.slow


def test_a_storm_leaves_everything_as_it_was_acknowledged(serve, tmp_path):
    world = serve("--data", str(tmp_path / "data"))
    assert "no 5xx" in storm(world, "1", clients=6, seconds=4, strangers=30)
