"""What `harness serve` as a whole costs: filling it, a cycle on disk, and two processes instead of one on PostgreSQL."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.base.postgres.postgres_server import running_postgres
from tests.benchmarks.hammer import hammer, request
from tests.serving.harness_process import HarnessProcess

_PEOPLE = 200_000
_WARMS_UP, _LASTS = 5, 20  # seconds of the cycle that are left out, and that are looked at
_REQUESTS, _CONNECTIONS, _ROUNDS = 2000, 8, 5
Report = Callable[[str, float, str, str], None]


def served(
    person: Callable[[int], dict[str, object]], scim_user: Callable[[int], dict[str, object]], report: Report
) -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory(prefix="harness-bench-") as place:
        _large_world(Path(place), person, report)
    _processes(scim_user, report)


def _large_world(folder: Path, person: Callable[[int], dict[str, object]], report: Report) -> None:
    people = folder / "people.json"
    people.write_text(json.dumps({"users": [person(number) for number in range(_PEOPLE)]}), encoding="utf-8")
    size = people.stat().st_size / 1e6
    bare = _seconds(lambda: HarnessProcess(folder, "--data", str(folder / "empty")).stop())
    began = time.perf_counter()
    server = HarnessProcess(folder, "--data", str(folder / "data"), "--populate", str(people))
    report(
        f"serve --populate, {_PEOPLE:,} people in {size:.0f} MB of JSON",
        time.perf_counter() - began - bare,
        "≤ 15 s",
        "s",
    )
    report("its memory at most", _peak(server), "≤ 500 MiB", "MiB")
    azure = server.ready["azure_ad"]
    everybody = {"value": [{"key": "SyncAll", "value": "true"}]}
    path = f"/servicePrincipals/{azure['service_principal_id']}/synchronization/secrets"
    assert server.graph("PUT", path, everybody).status == 204
    assert server.graph("POST", server.job("/start")).status == 204
    time.sleep(_WARMS_UP)
    counts, processor = [], [_processor(server)]
    for pause in (0, _LASTS):
        time.sleep(pause)
        counts.append(_arrived(server))
    processor.append(_processor(server))
    arrived = counts[1] - counts[0]
    report(f"served cycle, {_PEOPLE:,} people on disk: people a second", arrived / _LASTS, "≥ 800", "")
    report("and a second of processor time", arrived / (processor[1] - processor[0]), "", "")
    server.stop()


def _processes(scim_user: Callable[[int], dict[str, object]], report: Report) -> None:
    """Compare requests a second of one process and of two, with the database beside them."""
    speeds: dict[int, list[float]] = {1: [], 2: []}
    with running_postgres() as address, tempfile.TemporaryDirectory(prefix="harness-bench-") as place:
        number = 0
        for _ in range(_ROUNDS):
            for count, speed in speeds.items():
                server = HarnessProcess(Path(place), "--data", address, "--processes", str(count))
                aws = server.ready["aws_sso"]
                requests = [
                    request(
                        "POST", f"{aws['scim_endpoint']}/Users", aws["access_token"], scim_user(number + step)
                    )
                    for step in range(_REQUESTS)
                ]
                number += _REQUESTS
                speed.append(hammer(aws["scim_endpoint"], requests, _CONNECTIONS))
                server.stop()
    one, two = (statistics.median(speed) for speed in speeds.values())
    report("POST on PostgreSQL, one process: requests a second", one, "", "")
    report("two processes / one", two / one, "≥ 1.5", "x")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _arrived(server: HarnessProcess) -> int:
    """Return how many people the target has, by the job's own progress."""
    status = server.graph("GET", server.job()).json()["status"]["progress"]
    return int(sum(entry["completedUnits"] for entry in status))


def _processor(server: HarnessProcess) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _peak(server: HarnessProcess) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
