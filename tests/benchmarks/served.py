"""What `harness serve` as a whole costs: filling it, a cycle on disk, and two processes instead of one on PostgreSQL."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from dataclasses import dataclass
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
_REQUESTS, _CONNECTIONS, _ROUNDS = 1000, 8, 9


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


@dataclass(frozen=True, slots=True)
class _Round:
    """Requests a second, and processor seconds of a request: the server's with its processes, the database's, the client's."""

    speed: float
    server: float
    database: float
    client: float


def processes() -> None:
    """Compare one process with two by the clock, on the same cores as their database and the client, in turns."""
    rounds: dict[int, list[_Round]] = {1: [], 2: []}
    with running_postgres() as address, tempfile.TemporaryDirectory(prefix="harness-bench-") as place:
        for number in range(2 * _ROUNDS):
            count = (1, 2, 2, 1)[number % 4]
            server = HarnessProcess(Path(place), "--data", address, "--processes", str(count))
            rounds[count].append(_creates(server, _postmaster(address), number * _REQUESTS))
            server.stop()
    for count, name in (1, "one process"), (2, "two processes"):
        every = rounds[count]
        remark(f"POST /Users a second on PostgreSQL, {name}", statistics.median(each.speed for each in every))
        remark("its server's share", 1e6 * statistics.median(each.server for each in every), "µs each")
        remark("its database's", 1e6 * statistics.median(each.database for each in every), "µs each")
        remark("its client's", 1e6 * statistics.median(each.client for each in every), "µs each")
    ratios = [two.speed / one.speed for one, two in zip(rounds[1], rounds[2], strict=True)]
    report("POST on PostgreSQL, two processes / one", statistics.median(ratios), "x", "1.5x")


def _creates(server: HarnessProcess, database: int, beginning: int) -> _Round:
    """Create people, numbered from `beginning`, over a few connections."""
    aws = server.ready["aws_sso"]
    url, token = aws["scim_endpoint"], aws["access_token"]
    posts = [request("POST", f"{url}/Users", token, scim_user(beginning + step)) for step in range(_REQUESTS)]
    everybody = server.process.pid, database
    before = [processor_of_all(number) for number in everybody]
    own = time.process_time()
    speed = hammer(url, posts, _CONNECTIONS)
    own = time.process_time() - own
    spent = [processor_of_all(number) - earlier for number, earlier in zip(everybody, before, strict=True)]
    return _Round(speed, *(each / _REQUESTS for each in (*spent, own)))


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
