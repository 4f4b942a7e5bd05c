"""The targets: how each is started, what it comes to, and how that differs from what is stored."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from harness.base.clock import OffsetClock, pause
from harness.certification.bench.patience import Patience
from harness.certification.certificate import judge
from harness.certification.running import run
from harness.certification.subject import Subject
from harness.certification.suites import SUITES
from harness.wire.sockets.network import Network
from tests.targets.serving import TOKEN

_HERE = Path(__file__).parent


def _node(folder: str) -> tuple[tuple[str, ...], str]:
    return ("node", str(_HERE / folder / "server.mjs")), str(_HERE / folder / "node_modules")


# What starts it, and what has to be there: a module of Python, or a folder.
TARGETS: dict[str, tuple[tuple[str, ...], str]] = {
    "scim2-server": ((sys.executable, "-m", "tests.targets.scim2_server_target"), "scim2_server"),
    "scim2-flask": ((sys.executable, "-m", "tests.targets.scim2_flask_target"), "scim2_flask"),
    "django-scim2": ((sys.executable, "-m", "tests.targets.django_scim2_target"), "django_scim"),
    "scimmy": _node("scimmy"),
    "better-auth": _node("better_auth"),
}
_AT_ONCE = Patience(settle=timedelta())  # all of them show at once what was written
Verdicts = dict[str, dict[str, str]]  # suite to "verdict" and the checks that did not pass


def is_installed(name: str) -> bool:
    _, needed = TARGETS[name]
    return Path(needed).is_dir() if "/" in needed else importlib.util.find_spec(needed) is not None


def certified(name: str) -> Verdicts:
    """Start a target, and return what it comes to in every suite."""
    with _started(name) as url:
        results = list(
            run(Subject(url, TOKEN), SUITES, Network(), OffsetClock(), "1", patience=_AT_ONCE, pause=pause)
        )
    return {
        verdict.suite.name: {
            "verdict": verdict.word,
            **{each.check.name: str(each.outcome) for each in verdict.results if each.outcome != "PASSED"},
        }
        for verdict in judge(SUITES, results)
    }


def store(name: str, results: Verdicts) -> None:
    _file(name).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def differences(name: str, results: Verdicts) -> list[str]:
    """Return a line for each verdict and check that is not as stored."""
    stored: Verdicts = json.loads(_file(name).read_text(encoding="utf-8"))
    lines = []
    for suite in SUITES:
        before, after = stored.get(suite.name, {}), results.get(suite.name, {})
        for check in sorted({*before, *after}):
            usual = "absent" if check == "verdict" else "PASSED"
            was, is_now = before.get(check, usual), after.get(check, usual)
            if was != is_now:
                lines.append(f"{suite.name} {check}: {was} → {is_now}")
    return lines


def _file(name: str) -> Path:
    return _HERE / "verdicts" / f"{name}.json"


@contextmanager
def _started(name: str) -> Iterator[str]:
    """Yield the address of a target; it ends with its standard input."""
    command, _ = TARGETS[name]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "SCIM_TOKEN": TOKEN},
        cwd=_HERE.parents[1],
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().decode().strip()
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()
