"""A few damaged files; `make campaign` has a hundred."""

import pytest

from tests.campaigns.damage import damage

pytestmark = pytest.mark.slow


def test_damaged_files_start_right_or_are_told(tmp_path):
    assert "5 damaged files" in damage(tmp_path, "1", 5)
