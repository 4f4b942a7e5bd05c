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

_PEOPLE = 200_000
_WARMS_UP, _LASTS = 5, 20  # seconds of the cycle that are left out, and that are looked at
_REQUESTS, _CONNECTIONS, _ROUNDS = 2000, 8, 3


def large_world() -> None:
    """Fill a world on disk and look at its initial cycle."""
    with tempfile.TemporaryDirectory(prefix="harness-bench-") as place:
        folder = Path(place)
        people = folder / "people.json"
        people.write_text(
            json.dumps({"users": [person(number) for number in range(_PEOPLE)]}), encoding="utf-8"
        )
        server = HarnessProcess(folder, "--data", str(folder / "data"), "--populate", str(people))
        size, number = people.stat().st_size / 1e6, server.process.pid
        report(f"`serve --populate` of {_PEOPLE:,} people", processor(number), "s", "15 s")
        remark(f"its file of {size:.0f} MB of JSON took memory of at most", peak(number), "MiB, budget 500")
        azure = server.ready["azure_ad"]
        everybody = {"value": [{"key": "SyncAll", "value": "true"}]}
        path = f"/servicePrincipals/{azure['service_principal_id']}/synchronization/secrets"
        assert server.graph("PUT", path, everybody).status == 204
        assert server.graph("POST", server.job("/start")).status == 204
        time.sleep(_WARMS_UP)
        before, spent = _arrived(server), processor(number)
        time.sleep(_LASTS)
        arrived, spent = _arrived(server) - before, processor(number) - spent
        report("its cycle on disk, people a second", arrived / _LASTS, "", "800")
        remark("the same a second of processor time", arrived / spent)
        server.stop()


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
