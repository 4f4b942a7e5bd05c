"""Ctrl-C a few times at each command; `make campaign` has thirty."""

import pytest

from tests.campaigns.interruptions import interruptions

pytestmark = pytest.mark.slow


def test_ctrl_c_at_any_instant(tmp_path):
    assert "4 interruptions" in interruptions(tmp_path, "1", 1)
