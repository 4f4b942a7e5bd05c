"""A full disk: told as such, and reads go on."""

import subprocess

import pytest

from tests.campaigns.disk import full_disk, small_disk
from tests.serving.test_serve import harness

pytestmark = pytest.mark.slow


def test_a_full_disk(tmp_path):
    try:
        assert "told once" in full_disk(tmp_path)
    except subprocess.CalledProcessError:
        pytest.skip("this account may not mount a file system")


@pytest.mark.parametrize("size", ["16k", "100k", "200k", "300k"])
def test_a_start_without_room(tmp_path, size):
    """Wherever in the start it ends: one line that names the folder and what to do, and no advice to remove anything."""
    try:
        with small_disk(tmp_path / "disk", size) as disk:
            folder = str(disk / "data")
            ended = harness("serve", "--aws-port", "0", "--azure-port", "0", "--data", folder)
    except subprocess.CalledProcessError:
        pytest.skip("this account may not mount a file system")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert folder in ended.stderr
    assert "full; make room, or name another folder" in ended.stderr
