"""`harness events`: the event history of a running harness, printed or written under the name that the file has."""

import gzip
import json

import pytest
from click.testing import CliRunner

from harness.cli import main

pytestmark = pytest.mark.slow


def test_events_are_printed_or_written(serve, tmp_path):
    """Text forms go to the terminal; a trail's file has a name of its own in the folder that was named."""
    world = serve("--seed", "1")
    where = ["--ready-file", str(world.ready_file)]
    run = CliRunner().invoke
    text = run(main, ["events", "csv", *where]).stdout
    assert text.startswith("User name,AWS access key,")
    assert json.loads(run(main, ["events", "json", "--most", "1", *where]).stdout)["Records"]
    written = run(main, ["events", "s3", "-o", str(tmp_path / "trail"), *where])
    (file,) = (tmp_path / "trail").iterdir()
    assert written.stdout == f"{file}\n"
    assert file.name.endswith(".json.gz")
    assert json.loads(gzip.decompress(file.read_bytes()))["Records"]
    refused = run(main, ["events", "s3", "-o", str(file / "deeper"), *where])
    assert (refused.exit_code, "cannot be written: " in refused.stderr) == (2, True)


def test_without_a_harness_there_are_no_events(tmp_path):
    """The file that is missing is named."""
    result = CliRunner().invoke(main, ["events", "csv", "--ready-file", str(tmp_path / "none.json")])
    assert result.exit_code == 2
    assert "none.json" in result.stderr
