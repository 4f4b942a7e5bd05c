"""`harness serve` with arguments that cannot be meant: one sentence that says which, and what to give instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import main


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--data", "mysql://root:geheim@localhost/world"),
            "--data is a folder, or postgresql://ROLE:PASSWORD@HOST/DATABASE; mysql:// is neither",
        ),
        (("--key-file", "key"), "--key-file encrypts what --data keeps; add --data, or leave the key out"),
        (
            ("--data", "d1", "--old-key-file", "key"),
            "--old-key-file has the key until now; give the new one in --key-file",
        ),
        (("--seed", ""), "--seed is empty; give one, or leave it out"),
        (
            ("--aws-port", "9000", "--azure-port", "9000"),
            "--aws-port and --azure-port are both 9000; give each its own",
        ),
        (
            ("--scenario", "@setup/tokens.yaml", "--aws-port", "9000", "--azure-port", "9000"),
            "--aws-port and --azure-port are both 9000; give each its own",
        ),
        (
            ("--scenario", "@setup/tokens.yaml", "--processes", "2", "--profile", "aws-sso-2020"),
            "a scenario says itself what its world is: --profile, --processes cannot be added",
        ),
        (
            ("--scenario", "@setup/tokens.yaml", "--data", "d1"),
            "a scenario says itself what its world is: --data or HARNESS_DATA cannot be added",
        ),
        (
            ("--smtp", "localhost:99999"),
            "--smtp 'localhost:99999' is not HOST:PORT, as in localhost:1025; ports are 1 to 65535",
        ),
        (("--profile", "aws"), "unknown profile 'aws'; there are: aws-sso-2020, identity-center"),
        (
            ("--host", "203.0.113.1", "--allow-remote", "--aws-port", "0", "--azure-port", "0"),
            "cannot listen on 203.0.113.1:0: Cannot assign requested address; choose one of this machine's, or 0.0.0.0 for all",
        ),
        (
            ("--scenario", "setup/tokens"),
            "there is no file or folder 'setup/tokens'; did you mean '@setup/tokens.yaml', which comes with the harness?",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_meant_is_a_sentence(
    arguments: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Exit code 2, before anything is made or listens; no password is told."""
    monkeypatch.delenv("HARNESS_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["serve", *arguments])
    assert (result.exit_code, result.stderr) == (2, f"error: {message}\n")
    assert not list(tmp_path.iterdir())
