"""Killing `harness serve` while it converts a data folder of an older version, and starting it again.

What must hold after each death: the next start serves what a start without any kill would have served, file for file and answer
for answer, and what the files were stays beside them.
"""

from __future__ import annotations

import re
import shutil
import signal
import stat
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.base.clock import Stopwatch
from harness.base.ids import Ids
from harness.serving.storage.data import SIDES
from harness.serving.storage.folder_lock import NAME as LOCK
from tests.serving.harness_process import HarnessProcess
from tests.serving.storage.older_folders import dump, older_folder

_CONVERTED = "it is converted"
_MOST = 3  # kills in a row before a start is left alone
_BY_THEN = ("no file converted yet", "one file converted", "both converted")
_PRIVATE = 0o600
_EVENTS = 10_000
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(slots=True)
class Conversions:
    """A campaign over folders of one layout, all of them copies of one with so many people."""

    folder: Path
    layout: int
    seed: str
    people: int = 600
    _ids: Ids = field(init=False)
    _older: Path = field(init=False)
    _older_ids: frozenset[str] = field(init=False)
    _wanted: dict[str, Any] = field(init=False)
    _takes: float = field(init=False)  # seconds from the lock on the folder to the second file's conversion
    _came: Counter[str] = field(default_factory=Counter)  # kills by what was converted by then

    def __post_init__(self) -> None:
        self._ids = Ids(self.seed)
        self._older = older_folder(self.folder / "older", self.layout, self.people)
        text = "".join("".join(dump(self._older / f"{side}.sqlite")) for side in SIDES)
        self._older_ids = frozenset(_UUID.findall(text))
        self._takes = self._undisturbed_time()
        self._wanted = self._served(self._copy())

    def run(self, kills: int) -> str:
        """Kill so often and return the figures. Raises AssertionError for what did not hold."""
        watch, left, folders = Stopwatch(), kills, 0
        while left:
            data, converted = self._copy(), 0
            for _ in range(min(left, 1 + self._ids.number(_MOST))):
                converted += self._kill(data)
                self._came[_BY_THEN[converted]] += 1
                left -= 1
            assert self._served(data) == self._wanted, "another world than without kills"
            folders += 1
        came = ", ".join(f"{count} with {stage}" for stage, count in sorted(self._came.items()))
        return (
            f"{kills} kills in conversions of layout {self.layout} ({came}) in {watch.seconds():.0f} s: {folders} folders of "
            f"{self.people} people are what they are without, each older file is kept"
        )

    def _copy(self) -> Path:
        data = self.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        return shutil.copytree(self._older, data)

    def _undisturbed_time(self) -> float:
        data = self._copy()
        with _begun(data) as process:
            _wait_for_lock(data, process)
            watch, files = Stopwatch(), 0
            assert process.stdout is not None
            while files < len(SIDES):
                files += _CONVERTED in process.stdout.readline()
            seconds = watch.seconds()
            process.kill()
        return seconds

    def _kill(self, data: Path) -> int:
        """Kill a server at some moment of the time that a conversion takes; return how many files it converted before."""
        with _begun(data) as process:
            _wait_for_lock(data, process)
            with suppress(subprocess.TimeoutExpired):
                process.wait(self._takes * self._ids.number(1000) / 1000)
            process.kill()
            said = process.communicate()[0]
        assert process.returncode == -signal.SIGKILL, said
        return said.count(_CONVERTED)

    def _served(self, data: Path) -> dict[str, Any]:
        """Start, and return all that a person can ask for of what was in the older folder."""
        server = HarnessProcess(self.folder, "--data", str(data))
        try:
            server.settle()
            answers = self._answers(server)
        finally:
            assert server.stop() == 0
        for side in SIDES:
            path = data / f"{side}.sqlite.layout-{self.layout}"
            assert dump(path) == dump(self._older / f"{side}.sqlite"), "the older file is not kept as it was"
            assert stat.S_IMODE(path.stat().st_mode) == _PRIVATE
        assert not [*data.glob("*.part*"), *data.glob("*-journal"), *data.glob("*-wal")], (
            "something half done is left"
        )
        return answers

    def _answers(self, server: HarnessProcess) -> dict[str, Any]:
        """Return people, groups, tokens, clock and the logs' older lines, as they are shown; what this start wrote is left out."""
        control = server.control
        return {
            "users": _pages(server, "/users?$top=999"),
            "groups": _pages(server, "/groups?$expand=members"),
            "assigned": _pages(server, f"{server.job().partition('/synchronization')[0]}/appRoleAssignedTo?$top=999"),
            "target users": server.console("/users"),
            "target groups": server.console("/groups"),
            "tokens": server.console("/automatic-provisioning")["tokens"],
            "the token": server.ready["aws_sso"]["access_token"],
            "the token opens": server.scim("GET", "/Users?count=1").status,
            "clock": round(control("GET", "clock").json()["offsetSeconds"]),
            "agreement": control("GET", "agreement").json()["agree"],
            "provisioning log": self._older_lines(_pages(server, "/auditLogs/provisioning?$top=999"), "id"),
            "audit log": self._older_lines(_pages(server, "/auditLogs/directoryAudits?$top=999"), "id"),
            "events": self._older_lines(server.console(f"/event-history?form=json&most={_EVENTS}")["Records"], "eventID"),
        }  # fmt: skip

    def _older_lines(self, lines: list[Any], name: str) -> list[Any]:
        """Return the lines that were in the folder before: one that is derived from another bears that one's id in its own."""
        return [line for line in lines if self._older_ids.intersection(_UUID.findall(line[name]))]


def _begun(data: Path) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-u",
        "-m",
        "harness",
        "serve",
        "--aws-port",
        "0",
        "--azure-port",
        "0",
        "--data",
        str(data),
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _wait_for_lock(data: Path, process: subprocess.Popen[str]) -> None:
    """Come back when a server has the folder: what comes before touches nothing in it."""
    lock = data / LOCK
    while not (lock.exists() and lock.read_text(encoding="utf-8").split()[:1] == [str(process.pid)]):
        assert process.poll() is None, process.communicate()[0]


def _pages(server: HarnessProcess, path: str) -> list[Any]:
    entries: list[Any] = []
    while path:
        answer = server.graph("GET", path)
        assert answer.status == 200, answer.body
        page = answer.json()
        entries += page["value"]
        path = page.get("@odata.nextLink", "").partition("/v1.0")[2]
    return entries
