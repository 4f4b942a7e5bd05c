"""The timeline of a served world: what is told, what is kept of it, whom it is about, and that no secret is in it."""

from __future__ import annotations

import json
import os
import re
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.cli.serving import _scenario_of
from harness.serving.options import Options
from harness.serving.served import Served
from harness.serving.watching.happenings import MOST_OCTETS, Call, jumped
from harness.serving.watching.timeline import Timeline
from harness.wire.message import Request, Response, json_request
from harness.wire.sockets.network import Network

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANA = {
    "userName": "ana@contoso.com",
    "displayName": "Ana Ruiz",
    "name": {"givenName": "Ana", "familyName": "Ruiz"},
}
PERSON = {"userPrincipalName": "ben@contoso.com", "displayName": "Ben", "givenName": "Ben", "surname": "Ode"}


def call(path="/Users", body=b"", answer=b"{}", status=200):
    request = Request("GET", f"https://scim.example.com/t/scim/v2{path}", (), body)
    return Call(NOW, "Client", "AWS SSO", request, Response(status, (), answer))


@pytest.fixture
def served():
    served = Served(Options())
    yield served
    served.stop()


@pytest.fixture
def http():
    network = Network()
    yield network
    network.close()


def scim(served, http, method, path, body=None):
    aws = served.ready["aws_sso"]
    url = f"{aws['scim_endpoint'].rstrip('/')}{path}"
    return http(json_request(method, url, body, bearer=aws["access_token"]))


def lines(served, about=""):
    return [f"{each.source} {each.summary}" for each in served.timeline.events(about=about)]


def test_the_last_ones_are_kept_by_growing_numbers():
    """Numbers are given when somebody looks: what was pushed out before has none."""
    timeline = Timeline(most=3)
    assert timeline.last == 0
    for numbers in ((0, 1), (2, 3, 4)):
        for number in numbers:
            timeline.add(call(f"/Users/{number}"))
        assert timeline.last == number + 1
    assert [(each.number, each.summary) for each in timeline.events()] == [
        (number + 1, f"GET /Users/{number} → 200") for number in (2, 3, 4)
    ]
    assert [each.number for each in timeline.events(4)] == [5]
    assert timeline.events(5) == []
    assert timeline.event(1) is None
    assert timeline.event(6) is None
    assert timeline.event(4).exchange.request.url.endswith("/Users/3")
    for number in range(5, 10):
        timeline.add(call(f"/Users/{number}"))
    assert [(each.number, each.summary) for each in timeline.events(5)] == [
        (number - 1, f"GET /Users/{number} → 200") for number in (7, 8, 9)
    ]


def test_a_person_is_found_by_name_and_then_by_id():
    """A request that only bears the id is about whoever was once shown with it; lists are about nobody."""
    timeline = Timeline()
    timeline.add(call(answer=b'{"id":"47cf047b-61c2","userName":"Ana@contoso.com"}'))
    timeline.add(call("/Users/47cf047b-61c2"))
    timeline.add(call("/Users/0000-other"))
    timeline.add(call(answer=b'[{"id":"47cf047b-61c2","userName":"ana@contoso.com"},{"id":"9999-9999"}]'))
    timeline.add(call("/Users/9999-9999"))
    assert [each.number for each in timeline.events(about="ana@contoso.com")] == [1, 2, 4]
    timeline.add(call("/Groups/1", body=b'{"members":[{"value":"47CF047B-61C2"}]}'))
    assert [each.number for each in timeline.events(4, about="ana@contoso.com")] == [6]


def test_whoever_waits_is_told():
    timeline = Timeline()
    thread = threading.Thread(target=lambda: timeline.wait(0, 60))
    thread.start()
    timeline.add(jumped(NOW))
    thread.join(timeout=30)
    assert not thread.is_alive()
    timeline.wait(5, 0)  # nothing came: back all the same


def test_calls_log_lines_mails_and_jumps_are_told_in_order(served, http):
    assert scim(served, http, "POST", "/Users", ANA).status == 201
    assert scim(served, http, "POST", "/Users", ANA).status == 409
    served.populate({"azure_ad": {"users": [PERSON]}})
    engine, app = served.world.azure.engine, served.world.app_id
    secrets = served.world.azure.applications.secrets(app)
    engine.save_secrets(app, {**secrets, "SyncAll": "true"})
    engine.start(engine.jobs(app)[0].id)
    served.advance(timedelta(minutes=40))
    http(Request("GET", f"{served.urls[1]}/portal/", (("Sec-Fetch-Dest", "document"),), b""))
    wanted = [
        "AWS SSO CreateUser",
        "Client POST /Users → 201",
        "Client POST /Users → 409",
        "Azure AD Enable/start provisioning configuration",
        "Azure AD POST /Users → 201",
        "Azure AD create User Ben: success",
        "Administrator GET /portal/ → 200",
    ]
    happened = lines(served)
    places = [happened.index(line) for line in wanted]
    assert places == sorted(places)
    assert any("the clock is moved to" in line for line in happened)
    (refused,) = [each for each in served.timeline.events() if "→ 409" in each.summary]
    assert not refused.good


def test_pages_that_read_themselves_and_the_harness_itself_are_not_told(served, http):
    before = served.timeline.last
    for path, headers in (
        ("/portal/", (("Sec-Fetch-Dest", "empty"),)),
        ("/pages/static/pages.css", ()),
        ("/pages/timeline", ()),
        ("/_harness/clock", ()),
    ):
        assert http(Request("GET", f"{served.urls[1]}{path}", headers, b"")).status == 200
    assert served.timeline.last == before


def test_a_reset_and_a_rewinding_are_told_and_snapshots_outlive_both(served, http):
    """What was taken to begin from can be begun from again, also when everybody is gone."""
    control = f"{served.urls[1]}/_harness"
    before = served.timeline.last
    assert http(json_request("POST", f"{control}/snapshots", {"name": "arranged"})).status == 200
    answer = http(json_request("POST", f"{control}/reset")).json()
    assert answer == {"reset": True, "snapshots": ["arranged"]}
    assert http(json_request("POST", f"{control}/snapshots/restore", {"name": "arranged"})).status == 200
    assert [event.kind for event in served.timeline.events(before)] == ["reset", "clock", "restore"]


def test_what_the_commands_look_up_is_not_told_and_what_they_do_is(served, tmp_path):
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps(served.ready))
    before = served.timeline.last
    for command in ("status", "log"):
        assert CliRunner().invoke(main, ["job", command, "--ready-file", str(ready)]).exit_code == 0
    assert served.timeline.last == before
    assert CliRunner().invoke(main, ["job", "start", "--ready-file", str(ready)]).exit_code == 0
    calls = [event for event in served.timeline.events(before) if event.source == "Administrator"]
    assert [call.summary.rpartition("/")[2] for call in calls] == ["start → 204"]


def test_a_programs_calls_of_graph_are_the_clients_and_a_persons_are_not(served, http):
    """A foreign tool is one lane with both of its sides; whoever signed in with a name, as the Azure CLI does, is a person."""
    azure = served.ready["azure_ad"]
    served.populate({"azure_ad": {"users": [PERSON]}})
    people, token_of = f"{served.urls[1]}/v1.0/users", azure["graph_token"]
    assert http(json_request("GET", people, bearer=token_of)).status == 200
    grant = {
        "grant_type": "password",
        "client_id": served.world.azure.registrations.registration()["appId"],
        "scope": "User.Read",
        "password": "any",
    }
    form = urlencode({**grant, "username": "ben@contoso.com"}).encode()
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    signed_in = http(
        Request(
            "POST",
            f"{served.urls[1]}/{served.world.azure.settings.tenant_id}/oauth2/v2.0/token",
            (kind,),
            form,
        )
    ).json()
    assert http(json_request("GET", people, bearer=signed_in["access_token"])).status == 200
    happened = [line for line in lines(served) if "/v1.0/users" in line]
    assert happened == ["Client GET /v1.0/users → 200", "Administrator GET /v1.0/users → 200"]


def test_no_secret_is_told(served, http):
    """Neither those of headers nor those of bodies, in rows, in what is opened, in the archive, on the terminal."""
    token, graph = served.ready["aws_sso"]["access_token"], served.ready["azure_ad"]["graph_token"]
    scim(served, http, "GET", "/Users?filter=userName+eq+%22x%22")
    user = {
        **PERSON,
        "mailNickname": "ben",
        "accountEnabled": True,
        "passwordProfile": {"password": "xWwvJ]6N"},
    }
    http(json_request("POST", f"{served.ready['azure_ad']['graph_endpoint']}/users", user, bearer=graph))
    shown = [http(json_request("POST", f"{served.urls[0]}/console/api/access-tokens", {})).body.decode()]
    paths = ["timeline", "timeline/timeline.har", f"timeline/events?after={served.timeline.origin}-0"]
    paths += [f"timeline/{number}" for number in range(1, served.timeline.last + 1)]
    texts = [http(Request("GET", f"{served.urls[1]}/pages/{path}", (), b"")).body.decode() for path in paths]
    texts.append(http(Request("GET", f"{served.urls[1]}/_harness/timeline", (), b"")).body.decode())
    new = json.loads(shown[0]).get("accessToken", token)
    for secret in (token, graph, "xWwvJ]6N", new):
        assert not [text for text in texts if secret in text]


def test_a_long_body_is_kept_in_part(served, http):
    scim(served, http, "POST", "/Users", {**ANA, "nickName": "x" * (2 * MOST_OCTETS)})
    (event,) = [each for each in served.timeline.whole() if each.summary.startswith("POST /Users")]
    assert len(event.exchange.request.body) <= MOST_OCTETS


def test_what_behind_a_foreign_target_is_told_as_elsewhere(served):
    engine, app = served.world.azure.engine, served.world.app_id
    engine.save_secrets(app, {"BaseAddress": "http://127.0.0.1:9/scim", "SecretToken": "abc"})
    engine.start(engine.jobs(app)[0].id)
    served.advance(timedelta(minutes=1))
    (event, *_) = [each for each in served.timeline.events() if each.target == "http://127.0.0.1:9"]
    assert event.summary.endswith("→ no answer")
    assert not event.good
    assert "refused" in served.timeline.event(event.number).exchange.error


@pytest.mark.parametrize("query", ["after=x", "after=-1", "nonsense=1"])
def test_what_is_no_place_is_refused(served, http, query):
    answer = http(Request("GET", f"{served.urls[1]}/_harness/timeline?{query}", (), b""))
    assert answer.status == 400
    assert "`after` is the number" in answer.json()["message"]


def test_the_terminal_shows_the_same(served, http, tmp_path):
    scim(served, http, "POST", "/Users", ANA)
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps(served.ready))
    command = [
        "watch",
        "--from-start",
        "--about",
        "ana@contoso.com",
        "--lines",
        "2",
        "--ready-file",
        str(ready),
    ]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0
    event, exchange = result.output.splitlines()
    assert event.endswith("AWS SSO cloudtrail         CreateUser")
    assert exchange.endswith("Client → AWS SSO           POST /Users → 201")


def test_several_processes_that_answer_in_turn_are_each_told_once(served, http):
    """Their timelines have numbers of their own: a place is noted for each, and one that is new tells all."""
    scim(served, http, "POST", "/Users", ANA)
    other = Served(Options())

    def numbers(process, after):
        answer = http(Request("GET", f"{process.urls[1]}/_harness/timeline?after={after}", (), b"")).json()
        return [event["number"] for event in answer["events"]]

    last = served.timeline.last
    places = f"{served.timeline.origin}-{last - 1}"
    first, second = numbers(served, places), numbers(other, places)
    both = f"{places},{other.timeline.origin}-{other.timeline.last}"
    third = numbers(other, both)
    other.stop()
    assert (first, len(second), third) == ([last], other.timeline.last, [])


def test_the_terminal_begins_with_now(served, http, tmp_path, monkeypatch):
    """What was before is not shown, whichever process answers first; what comes while it watches is."""
    scim(served, http, "POST", "/Users", ANA)
    served.advance(timedelta(minutes=1))
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps(served.ready))
    ben = {**ANA, "userName": "ben@contoso.com"}
    monkeypatch.setattr("harness.client.watching.pause", lambda _: scim(served, http, "POST", "/Users", ben))
    result = CliRunner().invoke(main, ["watch", "--lines", "2", "--ready-file", str(ready)])
    assert [line.partition("  ")[2].strip() for line in result.output.splitlines()] == [
        "AWS SSO cloudtrail         CreateUser",
        "Client → AWS SSO           POST /Users → 201",
    ]


def test_what_is_shown_is_saved_as_a_scenario_that_runs(http, tmp_path):
    """A refusal that was watched is a story with made-up people; a world that nobody gave a writer offers none."""
    served = Served(Options(scenario_of=_scenario_of))
    served.populate({"aws_sso": {"users": [{**ANA, "userName": "ben@contoso.com"}]}})
    (ben,) = [each["id"] for each in json.loads(scim(served, http, "GET", "/Users").body)["Resources"]]
    assert scim(served, http, "GET", f"/Users/{ben}").status == 200  # nobody in the scenario: left out
    assert scim(served, http, "GET", "/Users?filter=userName+eq+%22ana%40contoso.com%22").status == 200
    ana = json.loads(scim(served, http, "POST", "/Users", ANA).body)["id"]
    scim(served, http, "POST", "/Users", ANA)
    office = json.loads(scim(served, http, "POST", "/Groups", {"displayName": "Office"}).body)["id"]
    joins = {"op": "add", "path": "members", "value": [{"value": ana}]}
    added = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [joins]}
    assert scim(served, http, "PATCH", f"/Groups/{office}", added).status == 204
    page = http(Request("GET", f"{served.urls[1]}/pages/timeline", (), b"")).body.decode()
    saved = http(Request("GET", f"{served.urls[1]}/pages/timeline/timeline.yaml", (), b""))
    served.stop()
    assert "Save as a scenario" in page
    text = saved.body.decode()
    assert "ana@contoso.com" not in text
    assert text.startswith("# Left out: calls about what was there before the recording, 1.\n")
    (name,) = set(re.findall(r"userName: (\S+)", text))
    assert f"userName+eq+%22{quote(name)}%22" in text
    story = tmp_path / "timeline.yaml"
    story.write_bytes(saved.body)
    result = CliRunner().invoke(main, ["run", str(story)])
    assert result.exit_code == 0, result.output


def test_a_world_without_a_writer_offers_no_scenario(served, http):
    assert http(Request("GET", f"{served.urls[1]}/pages/timeline/timeline.yaml", (), b"")).status == 404


def test_more_than_is_drawn_at_once_is_led_to(served, http):
    """A page that follows busy apps gets the newest rows, and the way to those before; the browser asks less often."""
    origin = served.timeline.origin
    for number in range(450):
        served.timeline.add(call(f"/Users/{number}"))
    first = served.timeline.last - 450
    streamed = page(http, served, f"timeline/events?after={origin}-{first}")
    assert "retry: 1000\n" in streamed
    assert "GET /Users/449 " in streamed
    assert "GET /Users/349 " not in streamed
    (before,) = re.findall(r'before=(\d+)">what came before this', streamed)
    earlier = page(http, served, f"timeline?before={before}")
    assert "GET /Users/349 " in earlier
    assert "GET /Users/350 " not in earlier
    assert "data-stream" not in earlier
    (before,) = re.findall(r'before=(\d+)">Earlier', earlier)
    assert "GET /Users/149 " in page(http, served, f"timeline?before={before}")
    assert "retry: 250\n" in page(http, served, f"timeline/events?after={origin}-{first + 440}")


def test_where_another_process_answers_the_page_says_so(served, http):
    """A restart, or one of several behind a port: what the one before saw is not here, and nobody takes it for nothing."""
    assert f"number {os.getpid()}:" in page(http, served, "timeline")
    streamed = page(http, served, "timeline/events?after=0123456789abcdef-7")
    assert f"from here on process {os.getpid()} answers" in streamed
    place = re.findall(r"^id: (.*)$", streamed, re.MULTILINE)[0]
    assert "answers" not in page(http, served, f"timeline/events?after={place}")


def page(http, served, path):
    return http(Request("GET", f"{served.urls[1]}/pages/{path}", (), b"")).body.decode()


def test_where_nothing_was_called_there_is_no_scenario_yet(http):
    served = Served(Options(scenario_of=_scenario_of))
    saved = http(Request("GET", f"{served.urls[1]}/pages/timeline/timeline.yaml", (), b""))
    served.stop()
    assert (saved.status, b"There is no scenario in it yet: none of the calls is SCIM" in saved.body) == (
        404,
        True,
    )
