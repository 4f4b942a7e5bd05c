"""`harness job` and `harness why` against a running harness, as somebody with a failed sync uses them."""

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.agreement.records import NOBODY_IN_SCOPE
from harness.cli import main

pytestmark = pytest.mark.slow

FIXTURES = Path(__file__).parents[2] / "fixtures"
TARO = "taro.yamada@contoso.com"


@pytest.fixture
def world(serve):
    """Return a harness with four people, one of them not assigned."""
    world = serve("--populate", str(FIXTURES / "small.yaml"), "--seed", "1")
    for person in world.graph("GET", "/users").json()["value"]:
        if person["userPrincipalName"] != "zoe.bronte@contoso.com":
            world.assign(person["id"])
    return world


@pytest.fixture
def ask(world):
    """Return a function that runs a command against the harness."""

    def asked(*arguments):
        result = CliRunner().invoke(main, [*arguments, "--ready-file", str(world.ready_file)])
        assert result.exit_code == 0, result.output
        return result.stdout

    return asked


def test_status_before_and_after_a_cycle(world, ask):
    """Off at first; started, it names the last cycle, the next one and the counts, by the clock that was advanced."""
    assert "state       Paused, schedule off\n" in ask("job", "status")
    world.graph("POST", world.job("/start"))
    world.settle()
    world.control("POST", "clock", {"advance": "2d"})
    text = ask("job", "status")
    assert "state       Active, schedule on\n" in text
    assert "connected   3 User\n" in text
    job = json.loads(ask("job", "status", "--json"))
    assert job["next"] > job["now"] > job["job"]["status"]["lastExecution"]["timeEnded"]
    assert job["retries"] == {"count": 0, "nextTry": None}


def test_the_log_is_a_timeline(world, ask):
    """Newest last; chosen by person, by time on the harness's clock, by outcome and by number."""
    world.graph("POST", world.job("/start"))
    world.settle()
    lines = ask("job", "log").splitlines()
    assert [line.split()[2] for line in lines][:3] == ["create"] * 3
    assert lines == sorted(lines, key=lambda line: line[:19])
    (taro,) = {line.split()[3] for line in ask("job", "log", "--user", "山田 太郎").splitlines()}
    assert taro == TARO
    assert ask("job", "log", "--failures") == "no such entries in the provisioning log\n"
    assert json.loads(ask("job", "log", "--failures", "--json")) == []
    assert len(ask("job", "log", "--limit", "2").splitlines()) == 3
    assert ask("job", "log", "--since", "2h") == ask("job", "log")
    world.control("POST", "clock", {"advance": "3h"})
    assert ask("job", "log", "--since", "2h") == "no such entries in the provisioning log\n"


def test_the_log_says_that_the_job_is_in_quarantine(world, ask):
    """A refused token leaves nothing in the log, so the log says where to look; the status has the server's words."""
    secrets = [{"key": "SecretToken", "value": "wrong"}]
    world.graph("PUT", world.job("").partition("/jobs/")[0] + "/secrets", {"value": secrets})
    world.graph("POST", world.job("/start"))
    world.settle()
    assert ask("job", "log").splitlines() == [
        "no such entries in the provisioning log",
        "the job is in quarantine and sends nothing; 'harness job status' says why",
    ]
    assert "choose Test Connection" in ask("job", "status")


def test_one_object_at_a_time(world, ask):
    """Requests with their answers, no tokens, and in the end the counts of the cycle."""
    first = ask("job", "step", "--bodies")
    assert 'GET    /Users?filter=userName eq "katherine.brandt@contoso.com"  ->  200\n' in first
    assert "POST   /Users  ->  201\n" in first
    assert "1 of 6 objects; the cycle goes on with the next step\n" in first
    assert len(world.console("/users")["users"]) == 1
    raw = ask("job", "step", "--json")
    step = json.loads(raw)
    assert [exchange["method"] for exchange in step["exchanges"]] == ["GET", "POST"]
    assert world.ready["aws_sso"]["access_token"] not in first + raw
    for _ in range(20):
        last = ask("job", "step")
        if "the cycle is done: Succeeded" in last:
            break
    assert last.endswith("6 looked at, 5 sent, 0 failed\n")
    assert len(world.console("/users")["users"]) == 3


def test_a_cycle_that_was_stepped_runs_on(world, ask):
    """`start` takes the held cycle to its end; then the schedule is in the way of steps."""
    ask("job", "step")
    world.graph("POST", world.job("/start"))
    world.settle()
    assert len(world.console("/users")["users"]) == 3
    refused = CliRunner().invoke(main, ["job", "step", "--ready-file", str(world.ready_file)])
    assert (refused.exit_code, refused.stderr) == (
        2,
        "error: The job's schedule is on; pause the job to go step by step.\n",
    )


def test_steps_that_come_together_are_taken_one_by_one(world):
    """Whoever asks at the same time gets another object; nobody is created twice, and a clock that moves does no harm."""

    def step(number):
        if number % 4 == 0:
            return world.control("POST", "clock", {"advance": "1h"}).status
        return world.control("POST", "step", {"exchanges": True}).status

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(step, range(12))) == {200}
    assert len(world.console("/users")["users"]) == 3
    assert sorted(world.creates()) == ["José Álvarez Núñez", "Katherine Brandt", "山田 太郎"]


def test_a_harness_killed_between_steps_goes_on_there(serve, tmp_path):
    """The schedule is off, so nothing moves by itself; the next step is the next object."""
    data = ("--data", str(tmp_path / "data"), "--populate", str(FIXTURES / "small.yaml"))
    world = serve(*data)
    for person in world.graph("GET", "/users").json()["value"]:
        world.assign(person["id"])
    for _ in range(2):
        world.control("POST", "step")
    world.stop(signal.SIGKILL)
    world = serve(*data)
    world.settle()
    assert len(world.console("/users")["users"]) == 2
    step = world.control("POST", "step", {"exchanges": True}).json()
    assert [entry["sourceIdentity"]["displayName"] for entry in step["entries"]] == ["山田 太郎"]
    while not step["ended"]:
        step = world.control("POST", "step").json()
        assert step["exchanges"] is None
    assert len(world.creates()) == len(world.console("/users")["users"]) == 4


def test_why(world, ask):
    """Who is in, who is not and why not, and who was meant."""
    world.graph("POST", world.job("/start"))
    world.settle()
    assert ask("why", TARO).startswith("山田 太郎 is in AWS SSO with the account ")
    zoe = ask("why", "zoe.bronte")
    assert zoe.startswith("Zoë Brontë is not in AWS SSO: not assigned to the application.\n")
    assert json.loads(ask("why", "zoe.bronte", "--json"))["scope"]["inScope"] is False
    unknown = CliRunner().invoke(main, ["why", "taro.yamata", "--ready-file", str(world.ready_file)])
    assert (unknown.exit_code, unknown.stderr) == (
        2,
        f"error: there is no user 'taro.yamata'; did you mean '{TARO}'?\n",
    )


def test_verify(world, ask):
    """Before the cycle everybody assigned is missing, after it both sides agree."""
    before = CliRunner().invoke(main, ["verify", "--ready-file", str(world.ready_file)])
    assert before.exit_code == 1
    assert f"user {TARO}: missing; nobody saw to it" in before.output
    world.graph("POST", world.job("/start"))
    world.settle()
    assert ask("verify") == "both sides agree; in scope: users 3, groups 0\n"
    assert json.loads(ask("verify", "--json")) == {
        "agree": True,
        "problem": None,
        "inScope": {"User": 3, "Group": 0},
        "differences": [],
    }


def test_verify_fails_where_nobody_is_in_scope(serve):
    """Nobody is assigned yet: to agree about nobody would be no proof."""
    world = serve("--populate", str(FIXTURES / "small.yaml"))
    verdict = CliRunner().invoke(main, ["verify", "--ready-file", str(world.ready_file)])
    assert (verdict.exit_code, verdict.output) == (1, f"{NOBODY_IN_SCOPE}\n")


def test_why_of_a_group(world, ask):
    """Assigned, it is there; whoever of it is not, is named with the reason."""
    (group,) = world.graph("GET", "/groups?$filter=displayName eq 'AWS Developers'").json()["value"]
    world.assign(group["id"])
    world.graph("POST", world.job("/start"))
    world.settle()
    text = ask("why", "--group", "aws developers")
    assert text.startswith("AWS Developers is in AWS SSO with the group ")
    told = json.loads(ask("why", "--group", group["id"], "--json"))
    assert told["members"]["alike"] == told["members"]["exported"] == told["members"]["inDirectory"] > 0
    out = ask("why", "--group", "AWS Administrators")
    assert out.startswith("AWS Administrators is not in AWS SSO: not assigned to the application.\n")
    assert "missing there: zoe.bronte@contoso.com: not assigned to the application\n" in out
    for arguments, says in (
        (("--group", "AWS Develpers"), "there is no group 'AWS Develpers'; did you mean 'AWS Developers'?"),
        (("AWS Developers",), "there is no user 'AWS Developers', but a group: 'harness why --group'"),
    ):
        unknown = CliRunner().invoke(main, ["why", *arguments, "--ready-file", str(world.ready_file)])
        assert (unknown.exit_code, unknown.stderr.startswith(f"error: {says}")) == (2, True)


def test_by_address_and_token(world):
    """Without a ready file, Graph's endpoint and token do; a wrong token is told in a sentence."""
    azure = world.ready["azure_ad"]
    good = ["job", "status", "--graph", azure["url"], "--token", azure["graph_token"]]
    assert CliRunner().invoke(main, good).exit_code == 0
    for command in (["job", "status"], ["job", "log"], ["job", "step"], ["why", TARO]):
        wrong = CliRunner().invoke(main, [*command, "--graph", azure["graph_endpoint"], "--token", "nope"])
        assert (wrong.exit_code, wrong.stdout) == (2, "")
        assert wrong.stderr.startswith(f"error: {azure['graph_endpoint']} refuses the token")


def test_a_harness_that_has_ended(world):
    """The ready file of a process that is gone: what listened there, and one sentence."""
    left = world.ready_file.with_name("left.json")
    left.write_text(world.ready_file.read_text())
    world.stop()
    result = CliRunner().invoke(main, ["job", "status", "--ready-file", str(left)])
    assert (result.exit_code, result.stderr) == (
        2,
        f"error: nothing listens at {world.ready['azure_ad']['url']}; is 'harness serve' still running?\n",
    )


def test_the_key_of_another_address_is_in_the_ready_file(serve):
    """With --allow-remote the control API asks for the key; commands take it from the ready file or from --key."""
    world = serve("--host", "0.0.0.0", "--allow-remote")
    azure = world.ready["azure_ad"]
    assert CliRunner().invoke(main, ["job", "status", "--ready-file", str(world.ready_file)]).exit_code == 0
    address = ["job", "status", "--graph", azure["graph_endpoint"], "--token", azure["graph_token"]]
    assert "--key" in CliRunner().invoke(main, address).stderr
    assert CliRunner().invoke(main, [*address, "--key", world.ready["control"]["key"]]).exit_code == 0
    secrets = {
        "HARNESS_GRAPH_TOKEN": azure["graph_token"],
        "HARNESS_ACCESS_KEY": world.ready["control"]["key"],
    }  # which no list of processes shows
    assert CliRunner(env=secrets).invoke(main, address[: address.index("--token")]).exit_code == 0
    of_another = CliRunner(env=dict.fromkeys(secrets, "of another harness"))
    result = of_another.invoke(main, ["job", "status", "--ready-file", str(world.ready_file)])
    assert result.exit_code == 0, result.output


def test_a_quirk_is_flipped_for_the_served_world(serve, tmp_path):
    """`--quirk` says otherwise than the profile; here people who are not assigned leave no entry."""
    world = serve("--populate", str(FIXTURES / "small.yaml"), "--quirk", "log-unassigned-users=false")
    world.graph("POST", world.job("/start"))
    world.settle()
    assert world.graph("GET", "/auditLogs/provisioning").json()["value"] == []


def test_only_the_owner_of_the_access_key_reads_the_aws_apis(serve):
    """With a key pair given, its signatures alone are good."""
    boto3 = pytest.importorskip("boto3")
    world = serve("--aws-access-key-id", "AKIAIOSFODNN7EXAMPLE", "--aws-secret-access-key", "a-secret")
    aws = world.ready["aws_sso"]

    def users(secret):
        client = boto3.client(
            "identitystore",
            endpoint_url=aws["api_endpoint"],
            region_name="us-east-1",
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key=secret,
        )
        return client.list_users(IdentityStoreId=aws["identity_store_id"])["Users"]

    assert users("a-secret") == []
    with pytest.raises(Exception, match="signature we calculated does not match"):
        users("another")
    assert "a-secret" not in "".join(world.said)


def test_a_harness_is_driven_without_a_page(world, ask):
    """Start, until the next cycle, a span more, pause: each command returns when what it asks for has happened."""
    assert ask("job", "start") == "the job is started\n"
    world.settle()
    before = json.loads(ask("job", "status", "--json"))
    moved = ask("clock", "next")
    after = json.loads(ask("job", "status", "--json"))
    assert after["job"]["status"]["lastExecution"]["timeBegan"] >= before["next"][:19]
    assert moved.endswith(" UTC\n")
    ask("clock", "+1d")
    assert json.loads(ask("job", "status", "--json"))["now"][:10] > after["now"][:10]
    assert ask("job", "pause") == "the job is paused\n"
    assert json.loads(ask("job", "status", "--json"))["next"] is None
    assert ask("job", "restart") == "the job is restarted\n"


def test_on_demand_says_what_came_of_it(ask):
    """The log entry that it made is shown, of somebody who is assigned and of somebody who is not."""
    assert f"create  {TARO}" in ask("job", "on-demand", TARO)
    assert "NotEffectivelyEntitled" in ask("job", "on-demand", "zoe.bronte@contoso.com")


def test_what_cannot_pass_is_said(world):
    """No cycle is planned, and 'soon' is no span: an error that says how to mend it."""
    for span, words in (("next", "harness job start"), ("soon", "write it as 40m")):
        result = CliRunner().invoke(main, ["clock", span, "--ready-file", str(world.ready_file)])
        assert result.exit_code == 2
        assert words in result.stderr
