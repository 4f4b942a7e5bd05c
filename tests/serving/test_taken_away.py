"""A data folder that is moved away under its server: told while it is served, and by the job's status."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from harness.cli import main

pytestmark = pytest.mark.slow

_LOOKS_OFTEN = """
from harness.serving import session
session._LOOKS_EVERY = 0.05
from harness.__main__ import main
main()
"""


def test_a_folder_that_is_moved_is_told_without_a_stop(tmp_path):
    folder, ready_file = tmp_path / "data", tmp_path / "ready.json"
    command = ["serve", "--aws-port", "0", "--azure-port", "0", "--data", folder, "--ready-file", ready_file]
    with subprocess.Popen(
        [sys.executable, "-c", _LOOKS_OFTEN, *command],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        while not process.stdout.readline().startswith("Ctrl-C"):
            assert process.poll() is None, process.stderr.read()
        assert "data  " not in status(ready_file)
        folder.rename(tmp_path / "away")
        assert "while it is served: what is written is in the moved folder" in process.stderr.readline()
        shown = status(ready_file)
        process.terminate()
        rest = process.communicate()[1]
    assert "data        " in shown
    assert "moved, removed or replaced" in shown
    assert process.returncode == 2
    assert rest.count("\n") == 1, "once, and at the stop"
    assert "while it was served" in rest


def status(ready_file):
    command = ["job", "status", "--ready-file", str(ready_file)]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    as_json = json.loads(CliRunner().invoke(main, [*command, "--json"]).stdout)
    assert bool(as_json["missing"]) is ("data   " in result.stdout)
    return result.stdout
