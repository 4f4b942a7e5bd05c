"""A few kills in conversions of older folders; `make campaign` has sixty for each layout."""

import pytest

from tests.campaigns.conversions import Conversions
from tests.serving.storage.older_folders import LAYOUTS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("layout", LAYOUTS)
def test_kills_in_conversions(tmp_path, layout):
    assert "2 kills" in Conversions(tmp_path, layout, "1", people=30).run(2)
