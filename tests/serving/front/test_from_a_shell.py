"""`harness fault` and `harness requests` beside a `harness serve` of their own, as a script runs them: processes and sockets."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
PERSON = {"userName": "ana@contoso.com", "displayName": "Ana", "name": {"givenName": "A", "familyName": "R"}}


def test_faults_are_put_met_and_ended(serve, tmp_path):
    world = serve()
    put = harness(tmp_path, "fault", "put", "POST /Users", "--answer", "503", "--times", "2")
    assert put == (0, "from now on 'POST /Users' misbehaves, 2 times; 'harness fault end 1' ends it\n")
    assert [world.scim("POST", "/Users", PERSON).status, world.scim("GET", "/Users").status] == [503, 200]
    assert harness(tmp_path, "fault", "list") == (0, "1  POST /Users  has met 1 of 2\n")
    assert harness(tmp_path, "fault", "end") == (1, "1  POST /Users  has met 1 of 2\n")
    assert world.scim("POST", "/Users", PERSON).status == 201


def test_requests_are_counted_and_forgotten(serve, tmp_path):
    world = serve()
    assert world.scim("POST", "/Users", PERSON).status == 201
    code, output = harness(tmp_path, "requests", "POST /Users", "--times", "1")
    assert (code, output.rstrip().endswith("Client  POST /Users → 201")) == (0, True)
    assert harness(tmp_path, "requests", "POST /Groups")[0] == 1
    assert harness(tmp_path, "requests", "--forget")[0] == 0
    assert harness(tmp_path, "requests", "POST /Users") == (1, "no POST /Users was seen\n")


def harness(folder, *arguments):
    """Run a command beside the ready file; returns exit code and output."""
    command = [sys.executable, "-m", "harness", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert run.stderr == ""
    return run.returncode, run.stdout
