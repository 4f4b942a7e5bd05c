"""What happens in one process: the engine and both apps without a socket, and commands from their first import on."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from flask import Flask, Response, request

from harness.wire.inprocess import inprocess
from harness.wire.message import json_request
from harness.world import World, create
from tests.benchmarks.measuring import cpu_seconds, report
from tests.benchmarks.people import person, scim_user

_ROOT = Path(__file__).parents[2]
_STORY = "scenarios/setup/test-connection.yaml"
_ROUNDS = 5
_PAIRS, _HANDFUL = 21, 300  # of people
_MANY = 100_000


def inside() -> None:
    report("`harness --help`", 1000 * _command("--help"), "ms", "150 ms")
    report("`harness run` of one file", 1000 * _command("run", _STORY), "ms", "250 ms")
    report("a scenario of five requests, without the start", 1000 * _scenario(), "ms", "10 ms")
    lasting = statistics.median(_quarantine() for _ in range(4 * _ROUNDS))
    report("28 days of quarantine, 36 attempts", 1000 * lasting, "ms", "5 ms")
    report("exchange of an initial cycle / bare Flask route", _exchange_to_bare_route(), "x", "2.2x")


def large() -> None:
    """Compare a large world with a small one; it takes some minutes.

    A process is born as large as its parent, and small worlds are slower after a large one, which has one of its own here.
    """
    held, quiet_large = _large_world()
    report(
        f"quiet cycle at {_MANY:,} people / at 1,000",
        quiet_large / _quiet_cycle(_provisioned(1_000)),
        "x",
        "1x",
    )
    report(f"memory, {_MANY:,} people in process", held, "MiB", "300 MiB")


def _exchange_to_bare_route() -> float:
    """Return how many times a POST to a bare route an exchange costs: one beside the other, as machines change their speed."""
    _initial_cycle(_HANDFUL)
    ratios = [_initial_cycle(_HANDFUL) / _bare_route(2 * _HANDFUL) for _ in range(_PAIRS)]
    return statistics.median(ratios)


def _bare_route(posts: int) -> float:
    """Return seconds for one POST that parses, stores and answers a user, in process."""
    app, users = Flask("bare"), {}

    @app.post("/Users")
    def post() -> Response:
        user = json.loads(request.get_data())
        user["id"] = str(len(users))
        users[user["id"]] = user
        return Response(json.dumps(user), 201, content_type="application/json")

    send = inprocess(app)
    requests = [json_request("POST", "http://bare/Users", scim_user(number)) for number in range(posts)]
    send(requests[0])
    return cpu_seconds(lambda: [send(one) for one in requests]) / posts


def _provisioned(people: int) -> tuple[World, str]:
    """Return a world with people in the directory, all of them in scope, and its configured job."""
    world = create()
    engine = world.azure.engine
    world.populate({"azure_ad": {"users": [person(number) for number in range(people)]}})
    answer = world.unrecorded(
        json_request("POST", f"{world.origins['console']}/console/api/automatic-provisioning", {})
    )
    secrets = {
        "BaseAddress": answer.json()["scimEndpoint"],
        "SecretToken": answer.json()["accessToken"],
        "SyncAll": "true",
    }
    engine.save_secrets(world.app_id, secrets)
    return world, engine.create_job(world.app_id, "scim").id


def _initial_cycle(people: int) -> float:
    """Return seconds per exchange of an initial cycle: a search and a create for each person."""
    world, job = _provisioned(people)
    world.azure.engine.start(job)
    return cpu_seconds(lambda: world.advance(timedelta())) / (2 * people)


def _quiet_cycle(provisioned: tuple[World, str]) -> float:
    world, job = provisioned
    world.azure.engine.start(job)
    world.advance(timedelta())
    return statistics.median(cpu_seconds(lambda: world.advance(timedelta(minutes=40))) for _ in range(20))


def large_world() -> None:
    """Print seconds for a quiet cycle of many people."""
    print(_quiet_cycle(_provisioned(_MANY)))


def _large_world() -> tuple[float, float]:
    """Return the most memory in MiB of a process that provisions many people, and seconds for a quiet cycle of theirs."""
    command = [sys.executable, "-c", "from tests.benchmarks.inside import large_world; large_world()"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / 1024, float(line)


def _quarantine() -> float:
    world, job = _provisioned(1)
    world.azure.engine.save_secrets(world.app_id, {"SecretToken": "not the token"})
    world.azure.engine.start(job)
    return cpu_seconds(lambda: world.advance(timedelta(days=28)))


def _scenario() -> float:
    from harness.scenario.loading import load
    from harness.scenario.running import run_scenario

    (story,) = load(_ROOT / _STORY).scenarios()
    return statistics.median(cpu_seconds(lambda: list(run_scenario(story, seed="1"))) for _ in range(20))


def _command(*arguments: str) -> float:
    """Return the processor time of a command, which waits for nothing."""
    return statistics.median(
        _processor_of([sys.executable, "-m", "harness", *arguments]) for _ in range(2 * _ROUNDS)
    )


def _processor_of(command: list[str]) -> float:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime
