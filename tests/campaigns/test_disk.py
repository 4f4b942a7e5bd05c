"""A full disk: told as such, and reads go on."""

import subprocess

import pytest

from tests.campaigns.disk import full_disk

pytestmark = pytest.mark.slow


def test_a_full_disk(tmp_path):
    try:
        assert "told once" in full_disk(tmp_path)
    except subprocess.CalledProcessError:
        pytest.skip("this account may not mount a file system")
