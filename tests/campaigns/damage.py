"""Damaging the data files of a world that was served, and starting again each time.

Half of them are as after a kill, which leaves no checksums of what the files were.

What must hold: the start ends with one line and exit status 2, or the world that starts answers whatever it is asked.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from harness.base.clock import Stopwatch
from harness.base.ids import Ids
from harness.serving.storage import checksums
from harness.wire.message import Request, json_request
from tests.serving.harness_process import HarnessProcess

_SIDES = ("aws_sso", "azure_ad")
_PEOPLE = 60
_LONGEST = 600  # seconds that a start may take on a busy machine
_SECRETS = ("contoso", "Bearer ")


def damage(folder: Path, seed: str, files: int) -> str:
    """Damage so many files and return the figures. Raises AssertionError for what did not hold."""
    watch, ids, ends = Stopwatch(), Ids(seed), Counter[str]()
    whole = _served_once(folder)
    kinds = (_changed, _torn, _cut, _emptied, _swapped)
    for number in range(files):
        data = shutil.copytree(whole, folder / f"damaged{number}")
        kind = kinds[number % len(kinds)]
        kind(data, ids)
        if was_killed := number // len(kinds) % 2 == 1:
            (data / checksums.NAME).unlink()
        after = "after a kill " if was_killed else ""
        ends[f"{kind.__name__.strip('_')} {after}{_started(folder, data)}"] += 1
        shutil.rmtree(data)
    words = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    return f"{files} damaged files in {watch.seconds():.0f} s: {words}"


def _served_once(folder: Path) -> Path:
    """Return a data folder with people on both sides, a cycle's logs and what the target answered."""
    data = folder / "whole"
    server = HarnessProcess(folder, "--data", str(data))
    people = [
        {"userPrincipalName": f"d{number}@contoso.com", "displayName": f"D {number}", "givenName": "D", "surname": str(number)}
        for number in range(_PEOPLE)
    ]  # fmt: skip
    group = {"displayName": "Everybody", "members": [person["userPrincipalName"] for person in people]}
    server.control("POST", "populate", {"azure_ad": {"users": people, "groups": [group]}})
    server.assign(server.graph("GET", "/groups").json()["value"][0]["id"])
    server.graph("POST", server.job("/start"))
    server.settle()
    assert len(server.console("/users")["users"]) == _PEOPLE
    assert server.stop() == 0
    return data


def _changed(data: Path, ids: Ids) -> None:
    """Change bytes here and there."""
    path = _one_of(data, ids)
    content = bytearray(path.read_bytes())
    for _ in range((1, 20, 2000)[ids.number(3)]):
        content[ids.number(len(content))] = ids.number(256)
    path.write_bytes(content)


def _torn(data: Path, ids: Ids) -> None:
    """Leave zeros where a piece was not written."""
    path = _one_of(data, ids)
    content = bytearray(path.read_bytes())
    begin, length = ids.number(len(content)), 1 + ids.number(20_000)
    content[begin : begin + length] = bytes(len(content[begin : begin + length]))
    path.write_bytes(content)


def _cut(data: Path, ids: Ids) -> None:
    path = _one_of(data, ids)
    path.write_bytes(path.read_bytes()[: ids.number(path.stat().st_size)])


def _emptied(data: Path, ids: Ids) -> None:
    _one_of(data, ids).write_bytes(b"")


def _swapped(data: Path, ids: Ids) -> None:
    """Put one side's file, or another program's, in the place of the other's."""
    first, second = (data / f"{side}.sqlite" for side in _SIDES)
    if ids.number(2):
        first.rename(data / "third")
        second.rename(first)
        (data / "third").rename(second)
    else:
        shutil.copy(second, first)


def _one_of(data: Path, ids: Ids) -> Path:
    return data / f"{_SIDES[ids.number(2)]}.sqlite"


def _started(folder: Path, data: Path) -> str:
    """Return how the start ended: `told` in one line, or `served` to the end. Raises AssertionError for anything between."""
    command = [sys.executable, "-m", "harness", "serve", "--aws-port", "0", "--azure-port", "0"]
    server = None
    with suppress(AssertionError):
        server = HarnessProcess(folder, "--data", str(data))
    if server is None:
        ended = subprocess.run(
            [*command, "--data", data], capture_output=True, text=True, timeout=_LONGEST, check=False
        )
        assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1), ended
        assert not [secret for secret in _SECRETS if secret in ended.stderr], ended.stderr
        return "told"
    answers = [(look, server.network(request).status) for look, request in _looks(server)]
    assert server.stop() == 0
    wrong = [line for line in server.said if "Traceback" in line or line.startswith("error")]
    assert ({status for _, status in answers}, wrong) == ({200}, []), answers
    return "served"


def _looks(server: HarnessProcess) -> Iterator[tuple[str, Request]]:
    """Yield what somebody asks who reads everything and lets the job run once more."""
    azure, aws = server.ready["azure_ad"], server.ready["aws_sso"]
    for path in (
        "/users?$top=999", "/groups?$expand=members", "/auditLogs/provisioning?$top=999", "/auditLogs/directoryAudits", server.job(),
    ):  # fmt: skip
        yield path, json_request("GET", f"{azure['graph_endpoint']}{path}", bearer=azure["graph_token"])
    for path in ("/Users?count=100", "/Groups"):
        yield path, json_request("GET", f"{aws['scim_endpoint']}{path}", bearer=aws["access_token"])
    for path in ("/console/api/users", "/console/api/groups"):
        yield path, json_request("GET", f"{aws['url']}{path}")
    for path in ("agreement", "timeline"):
        yield path, json_request("GET", f"{azure['url']}/_harness/{path}")
    yield "clock", json_request("POST", f"{azure['url']}/_harness/clock", {"advance": "40m"})
