"""What `harness serve` as a whole costs: filling it, a cycle on disk, and two processes instead of one on PostgreSQL."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

from tests.base.postgres.postgres_server import running_postgres
from tests.benchmarks.hammer import hammer, request
from tests.benchmarks.measuring import peak, processor, remark, report
from tests.benchmarks.people import person, scim_user
from tests.serving.harness_process import HarnessProcess

_PEOPLE, _FEW, _MANY = 200_000, 10_000, 1_000_000
_WARMED_UP, _SAMPLE = 500, 7000  # people of a cycle who are left out, and who are looked at
_LOOKS_EVERY = 0.5  # seconds
_REQUESTS, _CONNECTIONS, _ROUNDS = 2000, 8, 3


def large_world() -> None:
    """Fill worlds on disk and look at their initial cycles; cost is processor time, for others want the machine, too."""
    with tempfile.TemporaryDirectory(prefix="harness-bench-") as place:
        server = _filled(Path(place), _PEOPLE)
        number = server.process.pid
        report(f"`serve --populate` of {_PEOPLE:,} people", processor(number), "s", "15 s")
        report("its memory", peak(number), "MiB", "500 MiB")
        _begin(server)
        report("its cycle on disk, people a second of processor time", 1 / _costs([server])[0], "", "800")
        server.stop()
    with tempfile.TemporaryDirectory(prefix="harness-bench-") as place:
        worlds = [_filled(Path(place), people) for people in (_FEW, _MANY)]
        for server in worlds:
            _begin(server)
        few, many = _costs(worlds)  # side by side, so that what else is at work is the same for both
        report(f"an exchange at {_MANY:,} people on disk / at {_FEW:,}", many / few, "x", "1.2 x")
        report(f"memory with {_MANY:,} people on disk", peak(worlds[-1].process.pid), "MiB", "1,024 MiB")
        for server in worlds:
            server.stop()


def _filled(folder: Path, people: int) -> HarnessProcess:
    """Return a server that was started with so many people in a file."""
    path, own = folder / f"{people}.json", folder / f"world{people}"
    own.mkdir()
    with path.open("w", encoding="utf-8") as stream:
        stream.write('{"users": [')
        stream.writelines(f"{', ' if number else ''}{json.dumps(person(number))}" for number in range(people))
        stream.write("]}")
    return HarnessProcess(own, "--data", str(own / "data"), "--populate", str(path))


def _begin(server: HarnessProcess) -> None:
    """Have the job's initial cycle bring everybody, and come back when it is on its way."""
    azure = server.ready["azure_ad"]
    path = f"/servicePrincipals/{azure['service_principal_id']}/synchronization/secrets"
    assert server.graph("PUT", path, {"value": [{"key": "SyncAll", "value": "true"}]}).status == 204
    assert server.graph("POST", server.job("/start")).status == 204
    while _arrived(server) < _WARMED_UP:
        time.sleep(_LOOKS_EVERY)


def _costs(servers: list[HarnessProcess]) -> list[float]:
    """Return processor seconds for each person that arrives at each server in the same while."""
    before = [(_arrived(server), processor(server.process.pid)) for server in servers]
    while (
        min(_arrived(server) - arrived for server, (arrived, _) in zip(servers, before, strict=True))
        < _SAMPLE
    ):
        time.sleep(_LOOKS_EVERY)
    after = [(_arrived(server), processor(server.process.pid)) for server in servers]
    return [
        (spent - spent_before) / (arrived - arrived_before)
        for (arrived_before, spent_before), (arrived, spent) in zip(before, after, strict=True)
    ]


def processes() -> None:
    """Compare requests a second of one process and of two, with the database beside them."""
    speeds: dict[int, list[float]] = {1: [], 2: []}
    with running_postgres() as address, tempfile.TemporaryDirectory(prefix="harness-bench-") as place:
        number = 0
        for _ in range(_ROUNDS):
            for count, speed in speeds.items():
                server = HarnessProcess(Path(place), "--data", address, "--processes", str(count))
                aws = server.ready["aws_sso"]
                users = [scim_user(number + step) for step in range(_REQUESTS)]
                number += _REQUESTS
                posts = [
                    request("POST", f"{aws['scim_endpoint']}/Users", aws["access_token"], user)
                    for user in users
                ]
                speed.append(hammer(aws["scim_endpoint"], posts, _CONNECTIONS))
                server.stop()
    one, two = (statistics.median(speed) for speed in speeds.values())
    remark("POST /Users a second on PostgreSQL, 8 connections, one process", one)
    report("POST on PostgreSQL, two processes / one", two / one, "x", "1.5 x")


def _arrived(server: HarnessProcess) -> int:
    """Return how many people the target has, by the job's own progress."""
    status = server.graph("GET", server.job()).json()["status"]["progress"]
    return int(sum(entry["completedUnits"] for entry in status))
