"""The ready file belongs to one server, from its start to its end."""

import json
import os

import pytest

from harness.base.errors import HarnessError
from harness.serving.ready_file import ReadyFile


def test_another_running_server_keeps_its_file(tmp_path):
    """Neither taken over nor removed."""
    path = tmp_path / "ready.json"
    path.write_text(json.dumps({"server": {"pid": os.getppid()}}), encoding="utf-8")
    with pytest.raises(
        HarnessError, match=f"belongs to the server with pid {os.getppid()}, which is running"
    ):
        ReadyFile(path)
    assert path.exists()


@pytest.mark.parametrize("left", ['{"server": {"pid": 999999999}}', "{}", "[", '{"server": {"pid": true}}'])
def test_what_a_dead_server_or_somebody_else_left_is_replaced(tmp_path, left):
    path = tmp_path / "ready.json"
    path.write_text(left, encoding="utf-8")
    file = ReadyFile(path)
    file.write({"aws_sso": {}})
    assert json.loads(path.read_text(encoding="utf-8")) == {"server": {"pid": os.getpid()}, "aws_sso": {}}
    file.remove()
    assert not path.exists()


def test_a_file_that_became_somebody_elses_is_left(tmp_path):
    """Two started at once: who ends first does not take the other's away."""
    path = tmp_path / "ready.json"
    file = ReadyFile(path)
    file.write({})
    path.write_text(json.dumps({"server": {"pid": os.getppid()}}), encoding="utf-8")
    file.remove()
    assert path.exists()
