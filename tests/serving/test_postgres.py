"""`harness serve --data postgresql://…`: one process at a time, and the next takes up what a killed one left."""

import signal
import subprocess
import sys

import pytest

from tests.base.postgres_server import running_postgres
from tests.serving.test_killed import PEOPLE, directory  # noqa: F401 - a fixture


@pytest.fixture
def address(tmp_path_factory):
    with running_postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


def refusal(url: str) -> str:
    command = [
        sys.executable,
        "-m",
        "harness",
        "serve",
        "--aws-port",
        "0",
        "--azure-port",
        "0",
        "--data",
        url,
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (run.returncode, run.stdout) == (2, "")
    assert len(run.stderr.splitlines()) == 1
    return run.stderr


def test_a_killed_process_is_followed_by_another(serve, address, directory, tmp_path):  # noqa: F811
    """While one serves another is refused; after a kill in mid cycle the next one loses and repeats nobody."""
    options = ("--data", address, "--populate", str(directory))
    world = serve(*options)
    world.assign(world.graph("GET", "/groups").json()["value"][0]["id"])
    world.graph("POST", world.job("/start"))
    while len(arrived := world.console("/users")["users"]) < 20:
        pass
    assert len(arrived) < PEOPLE, "the cycle was over before the kill"
    assert "in use by another harness serve" in refusal(address)
    world.stop(signal.SIGKILL)

    world = serve(*options)
    world.settle()
    wanted = [f"p{number}@contoso.com" for number in range(PEOPLE)]
    assert sorted(user["userName"] for user in world.console("/users")["users"]) == sorted(wanted)
    creates = [name for name in world.creates() if name != "Everybody"]
    assert sorted(creates) == sorted(f"P {number}" for number in range(PEOPLE))


@pytest.mark.usefixtures("address")
def test_a_server_that_is_down_is_told_without_the_password():
    message = refusal("postgresql://ana:hush@127.0.0.1:1/people")
    assert "127.0.0.1:1" in message
    assert "hush" not in message
