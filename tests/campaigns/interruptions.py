"""Pressing Ctrl-C at any instant of a command's first moments.

What must hold: no traceback that leads through the harness, no file that is half written, exit status 130, or the command's own
where it was done by then. What comes in Python's own start, before a line of the harness runs, is Python's to answer.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import harness
from harness.base.clock import Stopwatch
from harness.base.ids import Ids
from tests.serving.harness_process import HarnessProcess

_ROOT = Path(harness.__file__).parents[1]
_OURS = f'File "{Path(harness.__file__).parent}'
_INTERRUPTED, _PYTHONS = 130, (-signal.SIGINT, 1)
_LONGEST = 120  # seconds from Ctrl-C to the end, on a busy machine
_PEOPLE = 500
_WHOLE = {".html": "</html>", ".xml": ">", ".csv": "\n", ".json": "\n"}  # how a file ends


def interruptions(folder: Path, seed: str, times: int) -> str:
    """Interrupt each command so often and return the figures. Raises AssertionError for what did not hold."""
    watch, ids, ends = Stopwatch(), Ids(seed), Counter[str]()
    world = HarnessProcess(folder)
    try:
        environment = {**os.environ, "SCIM_TOKEN": world.ready["aws_sso"]["access_token"]}
        for name, arguments in _commands(folder, world).items():
            seconds = _takes(folder / name, arguments, environment)
            for number in range(times):
                delay = seconds * ids.number(1000) / 1000
                ends[_interrupted(folder / f"{name}{number}", arguments, environment, delay)] += 1
    finally:
        world.stop()
    words = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    return f"{ends.total()} interruptions in {watch.seconds():.0f} s: {words}; no traceback of ours, no half of a file"


def _commands(folder: Path, world: HarnessProcess) -> Mapping[str, Sequence[str]]:
    """Return what is interrupted, by name; each writes into the folder that it runs in."""
    people = folder / "people.json"
    people.write_text(json.dumps([_person(number) for number in range(_PEOPLE)]), encoding="utf-8")
    reports = ("--json", "a.json", "--html", "a.html")
    return {
        "serve": ("serve", "--aws-port", "0", "--azure-port", "0", "--data", str(folder / "data"), "--ready-file", "a.json"),
        "run": ("run", str(_ROOT / "scenarios" / "setup" / "account-access.yaml"), *reports, "--junit", "a.xml"),
        "diagnose": ("diagnose", str(people), *reports, "--csv", "a.csv"),
        "certify": ("certify", "server", world.ready["aws_sso"]["scim_endpoint"], "--suite", "okta", *reports),
    }  # fmt: skip


def _person(number: int) -> dict[str, object]:
    return {
        "id": f"{number:08x}-0000-4000-8000-000000000000", "userPrincipalName": f"p{number}@contoso.com",
        "displayName": f"P {number}", "givenName": "P", "surname": str(number), "accountEnabled": True,
    }  # fmt: skip


def _begun(folder: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    folder.mkdir()
    return subprocess.Popen(
        [sys.executable, "-m", "harness", *arguments],
        cwd=folder, env={**environment, "PYTHONPATH": str(_ROOT)}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def _takes(folder: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> float:
    """Return the seconds that a command takes, a server until it listens."""
    with _begun(folder, arguments, environment) as process:
        watch = Stopwatch()
        assert process.stdout is not None
        while (line := process.stdout.readline()) and not line.startswith("Ctrl-C"):
            pass
        seconds = watch.seconds()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=_LONGEST)
    return seconds


def _interrupted(folder: Path, arguments: Sequence[str], environment: Mapping[str, str], delay: float) -> str:
    """Interrupt a command after so many seconds, and return how it ended."""
    with _begun(folder, arguments, environment) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(delay)
        process.send_signal(signal.SIGINT)
        problems = process.communicate(timeout=_LONGEST)[1]
    assert _OURS not in problems, problems
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        assert path.suffix in _WHOLE, f"{path.name} is left"
        assert text.endswith(_WHOLE[path.suffix]) or text.rstrip().endswith(_WHOLE[path.suffix].strip()), path
        if path.suffix == ".json":
            json.loads(text)
    if process.returncode == _INTERRUPTED:
        assert problems.strip() in ("", "interrupted"), problems
        return "told"
    if "Traceback" in problems or process.returncode == -signal.SIGINT:
        assert process.returncode in _PYTHONS, problems
        return "in Python's own start or end"
    return "done by then"
