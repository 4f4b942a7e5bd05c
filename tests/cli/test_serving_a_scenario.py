"""`harness serve --scenario`: what goes together on the command line, and a world that a process really serves."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import main

GOOD = "scenario: It is enabled\nexpects: nothing\nsteps:\n  - enable automatic provisioning: {}\n"
CASES = GOOD + "cases: [{case: one}, {case: two}]\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--until", "3"), "--until and --var go with --scenario"),
        (("--var", "a=b"), "--until and --var go with --scenario"),
        (
            ("--scenario", "good.yaml", "--data", "d", "--quirk", "throttling=true"),
            "--data or HARNESS_DATA, --quirk cannot be added",
        ),
        (
            ("--scenario", "cases.yaml"),
            "'cases.yaml' is 2 scenarios; name one: cases.yaml[one], cases.yaml[two]",
        ),
        (("--scenario", "bad.yaml"), "bad.yaml:"),
        (("--scenario", "goood.yaml"), "did you mean 'good.yaml'"),
        (
            ("--scenario", "good.yaml", "--until", "9", "--aws-port", "0", "--azure-port", "0"),
            "'9' is no step of good.yaml",
        ),
    ],
)
def test_what_does_not_go_together_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    """Nothing is served; the exit code is that of bad usage."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("good", GOOD), ("cases", CASES), ("bad", "scenario: x\n")):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["serve", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.slow
def test_a_process_serves_it_until_it_is_ended(tmp_path: Path) -> None:
    """It says where, up to which step, and where tokens are; the ready file is there as long as the world."""
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    ready = tmp_path / "ready.json"
    words = [
        "serve",
        "--scenario",
        "good.yaml",
        "--aws-port",
        "0",
        "--azure-port",
        "0",
        "--ready-file",
        "ready.json",
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "harness", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line.rstrip())
            if said[-1] == "Ctrl-C stops":
                break
        tokens = json.loads(ready.read_text(encoding="utf-8"))
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
    assert said[2] == "scenario  good.yaml, after step 1 of 1: enable automatic provisioning"
    assert "nothing failed; the whole scenario has been played" in said[3]
    assert tokens["aws_sso"]["scim_endpoint"].startswith(tokens["aws_sso"]["url"])
    assert (process.returncode, rest, ready.exists()) == (0, "stopped\n", False)
