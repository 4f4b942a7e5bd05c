"""`harness serve`: both apps over real HTTP, from the ready file to a clean end."""

import json
import signal
import socket
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from harness.wire.message import Request, json_request
from tests.wire.crowd import crowd

pytestmark = pytest.mark.slow

FIXTURES = Path(__file__).parents[2] / "fixtures"


def harness(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "harness", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_guide_end_to_end_over_sockets(serve):
    """With nothing but the ready file a script assigns people, starts the job and sees them arrive in AWS SSO."""
    world = serve("--populate", str(FIXTURES / "small.yaml"))
    people = world.graph("GET", "/users").json()["value"]
    for person in people:
        world.assign(person["id"])
    assert world.graph("GET", world.job()).json()["schedule"]["state"] == "Disabled"
    assert world.graph("POST", world.job("/start")).status == 204
    world.settle()
    arrived = world.console("/users")["users"]
    names = sorted(person["userPrincipalName"] for person in people)
    assert sorted(user["userName"] for user in arrived) == names  # several are on their way at once
    found = world.scim("GET", "/Users?filter=userName+eq+%22taro.yamada%40contoso.com%22").json()
    assert found["Resources"][0]["displayName"] == "山田 太郎"
    assert world.stop() == 0


def test_the_ready_file_names_everything_and_only_its_owner_reads_it(serve):
    """The keys are a promise to scripts; the tokens in it are for one person."""
    world = serve()
    assert set(world.ready["aws_sso"]) == {
        "url",
        "scim_endpoint",
        "access_token",
        "api_endpoint",
        "identity_store_id",
    }
    assert set(world.ready["azure_ad"]) == {
        "url", "graph_endpoint", "graph_token", "tenant_id", "service_principal_id", "job_id", "rule_id",
    }  # fmt: skip
    assert stat.S_IMODE(world.ready_file.stat().st_mode) == 0o600
    assert world.ready["aws_sso"]["access_token"] not in "".join(world.said)
    assert world.stop(signal.SIGINT) == 0
    assert not world.ready_file.exists()


def test_the_interval_passes_when_the_clock_is_advanced(serve):
    """Forty minutes on the control API run the next cycle; the clock says so on either app."""
    world = serve("--populate", str(FIXTURES / "small.yaml"))
    world.graph("POST", world.job("/start"))
    world.settle()
    person = world.graph("GET", "/users").json()["value"][0]
    world.assign(person["id"])
    world.settle()
    assert world.console("/users")["users"] == []
    before = world.control("GET", "clock", side="aws_sso").json()["offsetSeconds"]
    assert world.control("POST", "clock", {"advance": "40m"}).status == 200
    assert world.control("GET", "clock", side="aws_sso").json()["offsetSeconds"] >= before + 2399
    assert len(world.console("/users")["users"]) == 1


def test_reset_forgets_people_and_keeps_what_scripts_hold(serve):
    """After a reset the endpoint, the tokens and the job are as the ready file says, and nobody is there."""
    world = serve("--populate", str(FIXTURES / "small.yaml"))
    for person in world.graph("GET", "/users").json()["value"]:
        world.assign(person["id"])
    world.graph("POST", world.job("/start"))
    world.settle()
    assert world.control("POST", "reset").status == 200
    assert world.graph("GET", "/users").json()["value"] == []
    assert world.graph("GET", "/auditLogs/provisioning").json()["value"] == []
    assert world.console("/users")["users"] == []
    assert world.scim("GET", "/Users").status == 200
    job = world.graph("GET", world.job()).json()
    assert (job["schedule"]["state"], job["status"]["code"]) == ("Disabled", "Paused")
    small = {"azure_ad": {"users": [{"userPrincipalName": "a@contoso.com", "displayName": "A"}]}}
    assert world.control("POST", "populate", small).status == 200
    assert len(world.graph("GET", "/users").json()["value"]) == 1


@pytest.mark.parametrize(
    ("method", "name", "body", "status", "says"),
    [
        ("POST", "clock", {"advance": "soon"}, 400, "40m"),
        ("POST", "clock", {"advanse": "40m"}, 400, "advance"),
        ("POST", "clock", {"advance": "999999999d"}, 400, "no further than 9000"),
        (
            "POST",
            "populate",
            {"azure_ad": {"groups": [{"displayName": "x", "members": 5}]}},
            400,
            "list of names",
        ),
        ("POST", "populate", {"azuread": {}}, 400, "did you mean 'azure_ad'"),
        (
            "POST",
            "populate",
            {"azure_ad": {"users": [{"userPrincipalName": "x@contoso.com", "surnam": "X"}]}},
            400,
            "surname",
        ),
        ("GET", "populate", None, 405, "not offered"),
        ("GET", "clocks", None, 404, "clock"),
        ("GET", "why", None, 400, "why?user="),
        ("GET", "why?user=nobody", None, 400, "there is no user 'nobody'"),
        ("GET", "why?group=nobody", None, 400, "there is no group 'nobody'"),
        ("GET", "why?group=%20", None, 400, "why?group="),
        ("GET", "why?user=ana&group=Office", None, 400, "name one"),
        ("GET", "why?user=%00%ff", None, 400, "there is no user"),
        ("POST", "step", {"exchanges": "yes"}, 400, '{"exchanges": true}'),
        ("POST", "step", {"bodies": True}, 400, '{"exchanges": true}'),
        ("POST", "job", None, 405, "not offered"),
    ],
)
def test_control_mistakes_are_told_and_change_nothing(serve, method, name, body, status, says):
    """What, where and how to mend it; a wrong document populates nobody."""
    world = serve()
    answer = world.control(method, name, body)
    assert (answer.status, says in answer.json()["message"]) == (status, True), answer.body
    assert world.graph("GET", "/users").json()["value"] == []


def test_pages_of_other_sites_reach_nothing(serve):
    """No order from another site, and nothing but what tokens guard under a name that is not this machine's."""
    world = serve()
    azure, aws = world.ready["azure_ad"]["url"], world.ready["aws_sso"]["url"]

    def status(method, url, *headers, body=None):
        return world.network(json_request(method, url, body, headers=headers)).status

    for name in ("clock", "populate", "reset", "step"):
        for side in (azure, aws):
            for foreign in (("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")):
                assert status("POST", f"{side}/_harness/{name}", foreign, body={}) == 403
    rebound = ("Host", "evil.example")
    reading = (
        f"{azure}/",
        f"{azure}/portal/",
        f"{azure}/_harness/mail",
        f"{aws}/console/",
        f"{aws}/console/api/users",
    )
    for url in reading:
        assert (status("GET", url), status("GET", url, rebound)) == (200, 403)
    assert status("POST", f"{aws}/", rebound, ("X-Amz-Target", "AWSIdentityStore.ListUsers"), body={}) == 403
    scim, token = world.ready["aws_sso"]["scim_endpoint"], world.ready["aws_sso"]["access_token"]
    assert status("GET", f"{scim}/Users", rebound, ("Authorization", f"Bearer {token}")) == 200


def test_many_who_move_the_clock_leave_threads_for_the_cycle(serve, tmp_path):
    """The cycle's requests need the very server that those wait at; who finds no place is told to ask again."""
    people = [{"userPrincipalName": f"p{number}@contoso.com", "displayName": "P", "givenName": "P", "surname": "P"}
              for number in range(5)]  # fmt: skip
    path = tmp_path / "people.json"
    path.write_text(json.dumps({"users": people}), encoding="utf-8")
    world = serve("--populate", str(path))
    for person in world.graph("GET", "/users").json()["value"]:
        world.assign(person["id"])
    world.graph("POST", world.job("/start"))
    with ThreadPoolExecutor(16) as crowd:
        statuses = set(
            crowd.map(
                lambda _: world.control("POST", "clock", {"advance": "41m"}, "aws_sso").status, range(32)
            )
        )
    assert statuses <= {200, 503}
    world.settle()
    assert len(world.console("/users")["users"]) == len(people)


def test_a_person_finds_what_to_copy_at_the_root(serve):
    """`GET /` on either app is a plain page with endpoints and curl lines, and without tokens."""
    world = serve()
    for side, needed in (
        ("aws_sso", world.ready["aws_sso"]["scim_endpoint"]),
        ("azure_ad", world.ready["azure_ad"]["tenant_id"]),
    ):
        page = world.network(Request("GET", world.ready[side]["url"] + "/"))
        text = page.body.decode()
        assert page.status == 200
        assert needed in text
        assert "curl" in text
        assert world.ready["aws_sso"]["access_token"] not in text
        assert world.ready["azure_ad"]["graph_token"] not in text


def test_a_busy_port_and_a_foreign_file_are_told_plainly(serve, tmp_path):
    """Exit code 2 and one sentence, no traceback."""
    world = serve()
    port = world.ready["aws_sso"]["url"].rpartition(":")[2]
    busy = harness("serve", "--aws-port", port, "--azure-port", "0")
    assert (busy.returncode, "choose another port" in busy.stderr, "Traceback" in busy.stderr) == (
        2,
        True,
        False,
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "aws_sso.sqlite").write_bytes(
        b"not a database, but long enough to be looked at" * 50
    )
    foreign = harness("serve", "--data", str(tmp_path / "data"), "--aws-port", "0", "--azure-port", "0")
    assert (foreign.returncode, "aws_sso.sqlite" in foreign.stderr, "Traceback" in foreign.stderr) == (
        2,
        True,
        False,
    )


def test_two_processes_never_share_a_data_folder(serve, tmp_path):
    """The second one is refused, for two engines on one job would send everything twice."""
    world = serve("--data", str(tmp_path / "data"))
    second = harness("serve", "--data", str(tmp_path / "data"), "--aws-port", "0", "--azure-port", "0")
    assert second.returncode == 2
    (line,) = second.stderr.splitlines()
    assert line == (
        f"error: {tmp_path / 'data'} is in use by the server with pid {world.process.pid}; "
        "end that one or name another folder"
    )


def test_the_troubleshooting_case_over_sockets(serve, tmp_path):
    """Three phone numbers: nobody arrives, both services say why in the guide's words, two mappings less mend it."""
    ana = {
        "userPrincipalName": "ana@contoso.com",
        "givenName": "Ana",
        "surname": "Ruiz",
        "displayName": "Ana Ruiz",
    }
    phones = {
        "mobile": "+1 425 555 0150",
        "telephoneNumber": "+1 425 555 0151",
        "faxNumber": "+1 425 555 0152",
    }
    people = tmp_path / "people.json"
    people.write_text(json.dumps({"users": [{**ana, **phones}]}), encoding="utf-8")
    world = serve("--profile", "aws-sso-2020", "--populate", str(people))
    world.assign(world.graph("GET", "/users").json()["value"][0]["id"])
    world.graph("POST", world.job("/start"))
    world.settle()
    assert world.console("/users")["users"] == []
    exports = world.graph(
        "GET", "/auditLogs/directoryAudits?$filter=activityDisplayName%20eq%20'Export'"
    ).json()["value"]
    assert [entry["resultReason"] for entry in exports] == [
        (
            '{"schema":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"Request is unparsable, syntactically '
            'incorrect, or violates schema.","status":"400"}'
        )
    ]
    schema = world.graph("GET", world.job("/schema")).json()
    rows = schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
    rows[:] = [
        row for row in rows if (row["source"] or {}).get("name") not in ("mobile", "facsimileTelephoneNumber")
    ]
    assert world.graph("PUT", world.job("/schema"), schema).status == 204
    assert world.control("POST", "clock", {"advance": "40m"}).status == 200
    assert [user["userName"] for user in world.console("/users")["users"]] == ["ana@contoso.com"]


def test_a_restart_on_other_ports_moves_the_addresses_that_name_this_account(serve, tmp_path):
    """Tenant URL and SAML reply URL follow; an address elsewhere stays as it is."""
    first = serve("--data", str(tmp_path / "data"))
    app = f"/servicePrincipals/{first.ready['azure_ad']['service_principal_id']}"
    mine, elsewhere = f"{first.ready['aws_sso']['url']}/platform/saml/acs/1", "https://example.com/acs"
    first.graph("PATCH", app, {"replyUrls": [mine, elsewhere]})
    first.stop()
    again = serve("--data", str(tmp_path / "data"), "--aws-port", "0")
    moved = again.graph("GET", app).json()["replyUrls"]
    assert moved == [f"{again.ready['aws_sso']['url']}/platform/saml/acs/1", elsewhere]
    assert again.ready["aws_sso"]["url"] != first.ready["aws_sso"]["url"]


def test_a_busy_second_port_leaves_no_process_behind():
    """The first port is given back, and the command ends."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = harness("serve", "--aws-port", "0", "--azure-port", str(taken.getsockname()[1]))
    assert (ended.returncode, "choose another port" in ended.stderr) == (2, True)


def test_a_crowd_of_strangers_leaves_the_cycle_unharmed(serve):
    """Silent, half-sent and idle connections on both ports: everybody arrives, and the job is healthy."""
    world = serve("--populate", str(FIXTURES / "small.yaml"))
    with ExitStack() as stack:
        for side in ("aws_sso", "azure_ad"):
            stack.enter_context(crowd(urlsplit(world.ready[side]["url"]).port, 300))
        people = world.graph("GET", "/users").json()["value"]
        for person in people:
            world.assign(person["id"])
        assert world.graph("POST", world.job("/start")).status == 204
        world.settle()
        assert len(world.console("/users")["users"]) == len(people)
        status = world.graph("GET", world.job()).json()["status"]
        assert (status["code"], status["lastExecution"]["state"]) == ("Active", "Succeeded")
    assert world.stop() == 0


def test_a_mistake_in_a_file_of_people_is_told_with_its_file(tmp_path):
    """Which file, which list and how an entry is written; exit code 2."""
    people = tmp_path / "people.yaml"
    people.write_text(
        "users: [{userPrincipalName: ana@contoso.com, displayName: Ana}]\nassignments: [ana@contoso.com]\n"
    )
    ended = harness("serve", "--aws-port", "0", "--azure-port", "0", "--populate", str(people))
    assert (ended.returncode, ended.stderr) == (
        2,
        f"error: {people}: azure_ad.assignments: an entry must be a mapping such as {{groups: [Office], role: User}}\n",
    )
