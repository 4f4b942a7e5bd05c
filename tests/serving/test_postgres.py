"""`harness serve --data postgresql://…`: any number of processes are one world, and outlive each other."""

import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest

from harness.base.clock import Stopwatch, from_iso
from tests.serving.test_killed import PEOPLE, directory  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow
PERSON = {"userPrincipalName": "ana@contoso.com", "displayName": "Ana", "givenName": "Ana", "surname": "Ruiz"}
WITHIN = 10  # seconds, in which another process goes on
ANA = {
    "userPrincipalName": "ana@contoso.com", "displayName": "Ana", "givenName": "Ana", "surname": "Ruiz", "mailNickname": "ana", "accountEnabled": True,
    "passwordProfile": {"password": "x"},
}  # fmt: skip


def assert_everybody_arrived_once(world):
    wanted = [f"p{number}@contoso.com" for number in range(PEOPLE)]
    assert sorted(user["userName"] for user in world.console("/users")["users"]) == sorted(wanted)
    creates = Counter(name for name in world.creates() if name != "Everybody")
    assert creates == Counter(f"P {number}" for number in range(PEOPLE))


def start_cycle(world):
    world.assign(world.graph("GET", "/groups").json()["value"][0]["id"])
    assert world.graph("POST", world.job("/start")).status == 204


def wait_for_arrivals(world, number):
    while len(arrived := world.console("/users")["users"]) < number:
        pass
    return arrived


def test_two_processes_are_one_world(serve, address):
    """What is written to one is read from the other: people, tokens, the job, and the time."""
    one, other = serve("--data", address), serve("--data", address)
    assert one.ready["azure_ad"]["job_id"] == other.ready["azure_ad"]["job_id"]
    assert one.ready["aws_sso"]["access_token"] == other.ready["aws_sso"]["access_token"]
    made = one.graph("POST", "/users", ANA).json()
    assert other.graph("GET", f"/users/{made['id']}").json()["displayName"] == "Ana"
    other.assign(made["id"])
    assert other.graph("POST", other.job("/start")).status == 204
    other.settle()
    assert [user["userName"] for user in one.scim("GET", "/Users").json()["Resources"]] == ["ana@contoso.com"]
    before = from_iso(one.control("GET", "clock").json()["now"])
    for number, world in enumerate((other, one), start=1):
        assert world.control("POST", "clock", {"advance": "40m"}).status == 200
        moved = from_iso(world.control("GET", "clock").json()["now"]) - before
        assert moved.total_seconds() >= 2400 * number
    schedule = one.graph("GET", one.job()).json()["status"]
    assert schedule["countSuccessiveCompleteFailures"] == 0
    assert schedule["lastSuccessfulExecution"]["state"] == "Succeeded"


def test_a_process_tells_of_its_calls_and_log_lines(serve, address):
    world = serve("--data", address)
    name = {"givenName": "Ben", "familyName": "Ode"}
    created = world.scim(
        "POST", "/Users", {"userName": "ben@contoso.com", "displayName": "Ben", "name": name}
    )
    assert created.status == 201
    happened = world.control("GET", "timeline?about=ben@contoso.com").json()["events"]
    assert [(event["kind"], event["summary"]) for event in happened] == [
        ("cloudtrail", "CreateUser"),
        ("exchange", "POST /Users → 201"),
    ]


def test_a_pause_and_an_edit_reach_the_process_that_runs_the_cycle(serve, address, directory):  # noqa: F811
    """Said to either of two processes: no further cycle begins, and an edited mapping is the next cycle's."""
    one = serve("--data", address, "--populate", str(directory))
    other = serve("--data", address)
    start_cycle(other)
    wait_for_arrivals(other, 10)
    for world in (one, other):
        schema = world.graph("GET", world.job("/schema")).json()
        assert world.graph("PUT", world.job("/schema"), schema).status == 204
        assert world.graph("POST", world.job("/pause")).status == 204
        assert world.graph("POST", world.job("/start")).status == 204
    other.settle()
    assert_everybody_arrived_once(one)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_cycle_survives_the_process_that_ran_it(serve, address, directory, how):  # noqa: F811
    """The other goes on within ten seconds, at its own address; nobody is lost and nobody created twice."""
    leader = serve("--data", address, "--populate", str(directory))
    other = serve("--data", address)
    start_cycle(leader)
    arrived = wait_for_arrivals(other, 20)
    assert len(arrived) < PEOPLE, "the cycle was over before the kill"
    leader.stop(how)
    watch = Stopwatch()
    wait_for_arrivals(other, min(len(arrived) + 30, PEOPLE))
    assert watch.seconds() < WITHIN
    other.settle()
    assert_everybody_arrived_once(other)
    assert other.graph("GET", other.job()).json()["status"]["lastExecution"]["state"] == "Succeeded"


@pytest.mark.parametrize("options", [(), ("--in-flight", "8")], ids=["one by one", "eight in flight"])
def test_a_cycle_survives_a_process_that_is_only_stopped(serve, address, directory, options):  # noqa: F811
    """It holds locks and answers keep-alives, and says nothing; woken up it has lost its part, and takes another.

    Nobody is there twice, and nobody is said to have been created twice.
    """
    leader = serve("--data", address, "--populate", str(directory), *options)
    other = serve("--data", address, *options)
    start_cycle(leader)
    arrived = wait_for_arrivals(other, 20)
    assert len(arrived) < PEOPLE, "the cycle was over before the stop"
    leader.process.send_signal(signal.SIGSTOP)
    try:
        watch = Stopwatch()
        wait_for_arrivals(other, min(len(arrived) + 30, PEOPLE))
        assert watch.seconds() < WITHIN
    finally:
        leader.process.send_signal(signal.SIGCONT)
    for world in (other, leader):
        world.settle()
        assert_everybody_arrived_once(world)


def test_a_clock_that_was_being_moved_goes_on(serve, address, directory):  # noqa: F811
    """Asked of the one that lives, moved by the one that is killed: the answer comes when the time is there."""
    leader = serve("--data", address, "--populate", str(directory))
    other = serve("--data", address)
    start_cycle(leader)
    before = from_iso(other.control("GET", "clock").json()["now"])
    leader.process.send_signal(signal.SIGSTOP)
    try:
        wish = subprocess.Popen(
            ["curl", "-s", "-X", "POST", "-d", '{"advance": "2d"}', f"{other.ready['azure_ad']['url']}/_harness/clock"],
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        wait_for_arrivals(other, 0)
    finally:
        leader.stop(signal.SIGKILL)
    answer, _ = wish.communicate(timeout=200)
    assert '"now"' in answer
    assert (from_iso(other.control("GET", "clock").json()["now"]) - before).days >= 2
    assert_everybody_arrived_once(other)


def refusal(url):
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


@pytest.mark.usefixtures("address")
def test_a_server_that_is_down_is_told_without_the_password():
    message = refusal("postgresql://ana:hush@127.0.0.1:1/people")
    assert "127.0.0.1:1" in message
    assert "hush" not in message


def test_a_snapshot_taken_by_one_process_is_restored_by_another(serve, address):
    """Data, clock and jobs are what they were for both, whichever of them runs the cycles."""
    one, other = serve("--data", address), serve("--data", address)
    one.control("POST", "populate", {"azure_ad": {"users": [PERSON]}})
    ana = one.graph("GET", "/users").json()["value"][0]["id"]
    one.assign(ana)
    assert one.control("POST", "snapshots", {"name": "before"}).status == 200
    began = from_iso(one.control("GET", "clock").json()["now"])
    assert one.graph("POST", one.job("/start")).status == 204
    one.settle()
    one.control("POST", "clock", {"advance": "2h"})
    one.graph("PATCH", f"/users/{ana}", {"displayName": "Anna"})
    changes = other.control("GET", "snapshots/compare?from=before").json()["changes"]
    assert {"azure_ad user ana@contoso.com", "aws_sso user ana@contoso.com"} <= {
        f"{each['side']} {each['kind']} {each['whose']}" for each in changes
    }
    assert other.control("POST", "snapshots/restore", {"name": "before"}).status == 200
    for world in (one, other):
        assert world.graph("GET", f"/users/{ana}").json()["displayName"] == "Ana"
        assert world.scim("GET", "/Users").json()["totalResults"] == 0
        while from_iso(world.control("GET", "clock").json()["now"]) - began > timedelta(hours=1):
            pass
        state = world.graph("GET", world.job()).json()["schedule"]["state"]
        assert state == "Disabled"
    assert other.graph("POST", other.job("/start")).status == 204
    other.settle()
    assert one.scim("GET", "/Users").json()["totalResults"] == 1
    assert one.control("POST", "snapshots/delete", {"name": "before"}).status == 200
    assert other.control("GET", "snapshots").json() == {
        "value": [],
        "unreadable": {},
        "takenBeforeCycles": False,
    }
    for world in (one, other):
        assert world.stop() == 0
