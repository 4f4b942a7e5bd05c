"""What `harness serve` as a whole costs: filling it, a cycle on disk, and two processes instead of one on PostgreSQL."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

import psycopg

from tests.base.postgres.postgres_server import running_postgres
from tests.benchmarks.hammer import hammer, request
from tests.benchmarks.measuring import peak, processor, processor_of_all, remark, report
from tests.benchmarks.people import person, scim_user
from tests.serving.harness_process import HarnessProcess

_PEOPLE, _FEW, _MANY = 200_000, 10_000, 1_000_000
_WARMED_UP, _SAMPLE = 500, 7000  # people of a cycle who are left out, and who are looked at
_LOOKS_EVERY = 0.5  # seconds
_REQUESTS, _CONNECTIONS, _ROUNDS = 1000, 8, 3


def large_world() -> None:
    """Fill worlds on disk and look at their initial cycles; cost is processor time, for others want the machine, too."""
    with tempfile.TemporaryDirectory(prefix="harness-bench-") as place:
        server = _filled(Path(place), _PEOPLE)
        number = server.process.pid
        report(f"`--populate`, {_PEOPLE:,} people", processor(number), "s", "15 s")
        report("its memory", peak(number), "MiB", "500 MiB")
        _begin(server)
        report("their cycle on disk, people a processor second", 1 / _costs([server])[0], "", "800")
        server.stop()
    with tempfile.TemporaryDirectory(prefix="harness-bench-") as place:
        worlds = [_filled(Path(place), people) for people in (_FEW, _MANY)]
        for server in worlds:
            _begin(server)
        few, many = _costs(worlds)  # side by side, so that what else is at work is the same for both
        report(f"exchange at {_MANY:,} people on disk / {_FEW:,}", many / few, "x", "1.2x")
        report(f"memory, {_MANY:,} people on disk", peak(worlds[-1].process.pid), "MiB", "1,024 MiB")
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
    """Compare one process with two, with the database beside them: requests a second, and what the cores have room for.

    A process alone keeps one core busy and the database part of the other; two share both cores with it.
    """
    speeds: dict[int, list[float]] = {1: [], 2: []}
    rooms: list[float] = []
    with running_postgres() as address, tempfile.TemporaryDirectory(prefix="harness-bench-") as place:
        database = _postmaster(address)
        made = 0
        for _ in range(_ROUNDS):
            for count, speed in speeds.items():
                server = HarnessProcess(Path(place), "--data", address, "--processes", str(count))
                aws = server.ready["aws_sso"]
                posts = [
                    request(
                        "POST", f"{aws['scim_endpoint']}/Users", aws["access_token"], scim_user(made + step)
                    )
                    for step in range(_REQUESTS)
                ]
                made += _REQUESTS
                both = server.process.pid, database
                before = [processor_of_all(number) for number in both]
                speed.append(hammer(aws["scim_endpoint"], posts, _CONNECTIONS))
                ours, theirs = (
                    processor_of_all(number) - spent for number, spent in zip(both, before, strict=True)
                )
                rooms.append(2 * ours / (ours + theirs))
                server.stop()
    one, two = (statistics.median(speed) for speed in speeds.values())
    remark("POST /Users a second on PostgreSQL, 8 connections, one process", one)
    remark("two processes / one, by the clock", two / one, "x")
    report(
        "POST on PostgreSQL, two processes / one, as two cores allow", statistics.median(rooms), "x", "1.5x"
    )


def _postmaster(address: str) -> int:
    """Return the number of the process that a PostgreSQL server on this machine began as."""
    with psycopg.connect(address) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    return int((Path(row[0]) / "postmaster.pid").read_text(encoding="utf-8").split()[0])


def _arrived(server: HarnessProcess) -> int:
    """Return how many people the target has, by the job's own progress."""
    status = server.graph("GET", server.job()).json()["status"]["progress"]
    return int(sum(entry["completedUnits"] for entry in status))
