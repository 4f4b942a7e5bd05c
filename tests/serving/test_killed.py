"""Killed in mid-cycle and started again: nothing lost, nothing twice."""

import json
import signal
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PEOPLE = 150


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A file of people, numbered."""
    people = [
        {
            "userPrincipalName": f"p{number}@contoso.com",
            "displayName": f"P {number}",
            "givenName": "P",
            "surname": str(number),
        }
        for number in range(PEOPLE)
    ]
    path = tmp_path / "people.json"
    group = {"displayName": "Everybody", "members": [person["userPrincipalName"] for person in people]}
    path.write_text(json.dumps({"users": people, "groups": [group]}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("how", "in_flight"), [(signal.SIGKILL, "1"), (signal.SIGKILL, "8"), (signal.SIGTERM, "1")]
)
def test_a_cycle_that_was_cut_off_goes_on_where_it_stopped(serve, directory, tmp_path, how, in_flight):
    """Whoever was created before the kill is not created again, whoever was not arrives; the log has each once."""
    data = ("--data", str(tmp_path / "data"), "--in-flight", in_flight)
    world = serve(*data, "--populate", str(directory))
    group = world.graph("GET", "/groups").json()["value"][0]
    world.assign(group["id"])
    world.graph("POST", world.job("/start"))
    while len(arrived := world.console("/users")["users"]) < 20:
        pass
    assert len(arrived) < PEOPLE, "the cycle was over before the kill"
    status = world.stop(how)
    assert status == (0 if how == signal.SIGTERM else -how)

    world = serve(*data, "--populate", str(directory))
    world.settle()
    wanted = [f"p{number}@contoso.com" for number in range(PEOPLE)]
    assert sorted(user["userName"] for user in world.console("/users")["users"]) == sorted(wanted)
    groups = world.console("/groups")["groups"]
    assert [(entry["displayName"], len(entry["members"])) for entry in groups] == [("Everybody", PEOPLE)]
    creates = [name for name in world.creates() if name != "Everybody"]
    assert sorted(creates) == sorted(f"P {number}" for number in range(PEOPLE))
    assert world.graph("GET", world.job()).json()["status"]["lastExecution"]["state"] == "Succeeded"
