"""A scenario's world, opened at a moment: the same world to the last identifier, behind sockets, where time stands still."""

import json
import shlex
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.aws_sso import identity_store
from harness.base.errors import HarnessError
from harness.scenario.live import command, served
from harness.scenario.loading import Scenario, load
from harness.scenario.running import run_scenario
from harness.scenario.staging.moments import FAILURE, play_until
from harness.scenario.staging.staged import Staged
from harness.wire.message import Request, Response
from harness.wire.recording.exchanges import Exchange
from harness.wire.sockets.network import Network

STORY = """\
scenario: A user arrives under another name
given:
  azure_ad:
    users:
      - {userPrincipalName: ana@contoso.com, displayName: Ana, givenName: Ana, surname: Lopez}
steps:
  - enable automatic provisioning: {}
  - configure provisioning: {}
    name: the job
  - assign: {users: [ana@contoso.com]}
  - turn provisioning on: {}
    expect:
      aws users: [{userName: ana@contoso.com, displayName: Anna}]
  - wait: 40m
    expect: {provisioning log: []}
"""
SIGNED = """\
scenario: An API that refuses
steps:
  - enable automatic provisioning: {}
  - aws request: {service: identitystore, operation: ListUsers, parameters: {IdentityStoreId: d-1111111111}}
    expect: {status: 200}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    path = tmp_path / "story.yaml"
    path.write_text(STORY, encoding="utf-8")
    (only,) = load(path).scenarios()
    return only


@pytest.fixture
def staged(scenario: Scenario) -> Iterator[Staged]:
    stage = Staged(lambda: play_until(scenario, FAILURE), 0, 0)
    yield stage
    stage.stop()


def asked(method: str, url: str, body: Any = None, token: str = "") -> Response:
    network = Network()
    headers = (("Content-Type", "application/json"),) + (
        (("Authorization", f"Bearer {token}"),) if token else ()
    )
    try:
        return network(Request(method, url, headers, b"" if body is None else json.dumps(body).encode()))
    finally:
        network.close()


@pytest.mark.parametrize(
    ("until", "number", "users"), [("2", 2, 0), ("the job", 2, 0), ("assign", 3, 0), (FAILURE, 4, 1)]
)
def test_a_moment_is_named_by_number_name_verb_or_failure(
    scenario: Scenario, until: str, number: int, users: int
) -> None:
    """It is the world after that step."""
    moment = play_until(scenario, until)
    assert moment.number == number
    assert len(list(identity_store.scan(moment.world.aws, identity_store.USER))) == users
    assert bool(moment.failures) == (until == FAILURE)


def test_a_step_that_there_is_not_is_refused(scenario: Scenario) -> None:
    """With the steps that there are."""
    with pytest.raises(HarnessError, match=r"'9' is no step of .*; it has steps 1 to 5: .*the job"):
        play_until(scenario, "9")
    with pytest.raises(HarnessError, match="did you mean 'assign'"):
        play_until(scenario, "asign")


def test_a_failure_names_the_command_that_opens_its_world(scenario: Scenario) -> None:
    """It is one to copy; another seed than the usual is part of it, and so is not one that the scenario brings."""
    ends = {seed: list(run_scenario(scenario, seed=seed))[-1] for seed in ("1", "7")}
    lives = {seed: end.failures[0].live for seed, end in ends.items()}  # type: ignore[union-attr]
    line = f"harness serve --scenario {shlex.quote(scenario.id)} --until failure"
    assert lives == {"1": line, "7": f"{line} --seed 7"}
    assert command("a b.yaml[x y]", None) == "harness serve --scenario 'a b.yaml[x y]' --until failure"


def test_the_command_of_a_failure_goes_to_the_served_world(scenario: Scenario) -> None:
    """Not to the real cloud, where it would tell of something else."""
    end = list(run_scenario(scenario, seed="1"))[-1]
    line = end.failures[0].curl  # type: ignore[union-attr]
    assert "curl -i --globoff -X POST http://127.0.0.1:8080/" in line


def test_a_signed_call_can_be_repeated_with_any_key_pair(tmp_path: Path) -> None:
    """The served world says which variables the command reads."""
    path = tmp_path / "signed.yaml"
    path.write_text(SIGNED, encoding="utf-8")
    (signed,) = load(path).scenarios()
    staged = Staged(lambda: play_until(signed, FAILURE), 0, 0)
    try:
        exports, line = staged.again()
    finally:
        staged.stop()
    assert exports == "export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any"
    assert line.startswith(
        f"curl -i --globoff -X POST {staged.urls[0]}/ --aws-sigv4 aws:amz:us-east-1:identitystore "
    )


def test_what_goes_to_other_servers_stays_theirs() -> None:
    """Only the clouds' origins are served."""
    for url in ("https://scim.example.com/Users", "https://graph.microsoft.com.example.com/v1.0/users"):
        assert served(Exchange("", "", "", Request("GET", url), None)).request.url == url


def test_both_apps_are_as_the_scenario_left_them(staged: Staged) -> None:
    """Tokens, identifiers and addresses are those of the scenario's world."""
    ready = staged.ready()
    aws = asked("GET", f"{ready['aws_sso']['scim_endpoint']}/Users", token=ready["aws_sso"]["access_token"])
    assert [user["userName"] for user in aws.json()["Resources"]] == ["ana@contoso.com"]
    graph = asked("GET", f"{staged.urls[1]}/v1.0/users", token=ready["azure_ad"]["graph_token"])
    assert [user["displayName"] for user in graph.json()["value"]] == ["Ana"]
    for page in (f"{staged.urls[0]}/console/", f"{staged.urls[1]}/portal/"):
        assert asked("GET", page).status == 200


def test_time_stands_still_until_it_is_moved(staged: Staged) -> None:
    """Then what falls due on the way happens."""
    clock = f"{staged.urls[1]}/_harness/clock"
    assert asked("GET", clock).json() == {"now": "2026-03-02T08:00:00.000Z", "offsetSeconds": 0.0}
    job = asked("GET", f"{staged.urls[1]}/_harness/job").json()
    assert job["next"].startswith("2026-03-02T08:40:00")
    assert asked("POST", clock, {"advance": "40m"}).json()["now"] == "2026-03-02T08:40:00.000Z"
    assert asked("GET", f"{staged.urls[1]}/_harness/job").json()["next"].startswith("2026-03-02T09:20:00")


def test_what_a_person_orders_happens_at_once(staged: Staged) -> None:
    """A job that is restarted runs its cycle although time stands still."""
    settings = staged.ready()["azure_ad"]
    jobs = f"{settings['graph_endpoint']}/servicePrincipals/{settings['service_principal_id']}/synchronization/jobs"
    before = staged.moment.world.azure.engine.job(settings["job_id"])
    answer = asked(
        "POST",
        f"{jobs}/{settings['job_id']}/restart",
        {"criteria": {"resetScope": "Full"}},
        settings["graph_token"],
    )
    assert answer.status == 204
    assert staged.moment.world.azure.engine.job(settings["job_id"]) != before


def test_the_failing_request_can_be_repeated_here(staged: Staged) -> None:
    """The token is told beside it; the user exists by now, and the server says so."""
    token, line = staged.again()
    words = shlex.split(line)
    assert words[words.index("-X") + 2].startswith(f"{staged.urls[0]}/")
    body = json.loads(words[words.index("--data-raw") + 1])
    answer = asked("POST", words[words.index("-X") + 2], body, shlex.split(token)[1].removeprefix("TOKEN="))
    assert answer.status == 409


def test_a_reset_plays_the_scenario_again(staged: Staged) -> None:
    """Whatever was done since is gone; identifiers and tokens are the same."""
    before = staged.ready()
    staged.populate({"azure_ad": {"users": [{"userPrincipalName": "eva@contoso.com", "displayName": "Eva"}]}})
    assert asked("POST", f"{staged.urls[1]}/_harness/reset").json() == {"reset": True, "snapshots": []}
    assert staged.moment.world.azure.store.count("User") == 1
    assert staged.ready() == before


def test_single_steps_are_not_offered(staged: Staged) -> None:
    """The answer says what is."""
    answer = asked("POST", f"{staged.urls[1]}/_harness/step", {})
    assert (answer.status, "clock" in answer.json()["message"]) == (400, True)


def test_a_fault_that_stands_is_told_when_it_is_met(tmp_path: Path) -> None:
    """Nobody has the fault's request before the world is served; what is sent there meets it, and the timeline says so."""
    path = tmp_path / "faulty.yaml"
    lines = STORY.splitlines()
    place = next(number for number, line in enumerate(lines) if "turn provisioning on" in line)
    faulty = [*lines[:place], '  - fault: {request: "POST /Users", answer: {status: 503}}', *lines[place:]]
    path.write_text("\n".join(faulty), encoding="utf-8")
    (only,) = load(path).scenarios()
    stage = Staged(lambda: play_until(only, FAILURE), 0, 0)
    try:
        stage.advance(timedelta(hours=2))
        sentences = [event.summary for event in stage.timeline.events() if event.kind == "fault"]
    finally:
        stage.stop()
    assert sentences
    assert all(line.endswith("/Users meets the fault on 'POST /Users'") for line in sentences)
