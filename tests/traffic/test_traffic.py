"""Recording, replaying, and making scenarios of recordings and of other tools' files."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from harness.base.clock import VirtualClock, from_iso
from harness.base.errors import HarnessError
from harness.base.ids import Ids
from harness.cli import main
from harness.traffic.calls import Call, read_calls
from harness.traffic.recording import Recorder
from harness.traffic.replaying import Replay
from harness.wire.inprocess import inprocess
from harness.wire.message import Request, Response, Send, TransportError, json_request
from harness.wire.recording.har import har_texts
from harness.wire.sockets.network import Network
from harness.wire.sockets.server import Server
from harness.world import create

FILES = Path(__file__).parent
TOKEN = "a-token-that-nobody-ever-sees-again"
NOON = VirtualClock(from_iso("2026-03-02T12:00:00Z"))
ANA = {
    "userName": "ana@corvid.example",
    "displayName": "Ana Ruiz",
    "name": {"givenName": "Ana", "familyName": "Ruiz"},
}


def aws() -> tuple[Send, str, str]:
    """Return a transport to an AWS SSO, its endpoint and a token."""
    world = create()
    enabled = world.unrecorded(
        json_request("POST", f"{world.origins['console']}/console/api/automatic-provisioning", {})
    ).json()
    return world.unrecorded, enabled["scimEndpoint"].rstrip("/"), enabled["accessToken"]


def recorded(path: Path, *requests: tuple[str, str, Any]) -> Recorder:
    """Send requests through a recorder to an AWS SSO and write what was kept."""
    send, endpoint, token = aws()
    recorder = Recorder(endpoint, send, NOON, Ids("1"))
    through = inprocess(recorder)
    for method, resource, body in requests:
        answer = through(json_request(method, f"http://proxy{resource}", body, bearer=token))
        assert answer.status < 500
    path.write_text("".join(har_texts(recorder.exchanges)), encoding="utf-8")
    assert token not in path.read_text(encoding="utf-8")
    return recorder


def test_what_passes_is_kept_without_the_token_and_one_token_has_one_mark(tmp_path: Path) -> None:
    path = tmp_path / "traffic.har"
    recorded(path, ("POST", "/Users", ANA), ("GET", "/Users?count=1", None))
    entries = json.loads(path.read_text(encoding="utf-8"))["log"]["entries"]
    marks = {h["value"] for e in entries for h in e["request"]["headers"] if h["name"] == "Authorization"}
    assert [entry["response"]["status"] for entry in entries] == [201, 200]
    assert len(marks) == 1
    assert marks.pop().startswith("Bearer secret-")
    assert entries[0]["request"]["url"].endswith("/scim/v2/Users")


def test_a_server_that_cannot_be_reached_is_a_502_and_recorded_as_such(tmp_path: Path) -> None:
    def nobody(_: Request) -> Response:
        raise TransportError("refused", "nobody listens")

    recorder = Recorder("http://127.0.0.1:9/scim/v2", nobody, NOON, Ids("1"))
    assert inprocess(recorder)(Request("GET", "http://proxy/Users")).status == 502
    (exchange,) = recorder.exchanges
    assert exchange.error == "refused: nobody listens"


def test_a_recording_answers_over_a_socket_as_the_server_did(tmp_path: Path) -> None:
    path = tmp_path / "traffic.har"
    recorded(
        path,
        ("POST", "/Users", ANA),
        ("POST", "/Users", ANA),
        ("GET", '/Users?filter=userName+eq+"ana@corvid.example"', None),
    )
    replay = Replay(read_calls(path))
    server, network = Server(replay, "127.0.0.1", 0), Network()
    server.start()
    try:
        base = f"{server.url}/k3Qe7a1b2c3/scim/v2"
        statuses = [
            network(json_request("POST", f"{base}/Users", ANA, bearer=TOKEN)).status for _ in range(3)
        ]
        search = network(json_request("GET", f'{base}/Users?filter=userName%20eq%20"ana@corvid.example"'))
    finally:
        network.close()
        server.stop()
    assert statuses == [201, 409, 409]
    assert search.json()["totalResults"] == 1
    assert replay.misses == []


def test_a_request_that_was_never_recorded_is_told_the_nearest_and_what_differs() -> None:
    recorded_call = Call(
        json_request("POST", "https://scim.example.com/x/scim/v2/Users", ANA), 201, Response(201, (), b"{}")
    )
    replay = Replay([recorded_call])
    answer = replay.answer(
        json_request("POST", "http://replay/scim/v2/Users", {**ANA, "displayName": "Ana R."})
    )
    assert answer.status == 502
    assert answer.json() == {
        "error": "not recorded",
        "request": "POST /scim/v2/Users",
        "nearest": "POST /scim/v2/Users",
        "differences": ["body.displayName: 'Ana R.' instead of 'Ana Ruiz'"],
    }
    assert len(replay.misses) == 1


def test_a_client_that_was_pointed_at_the_recorder_is_pointed_at_the_replay_in_the_same_way() -> None:
    """Both print a bare address; the recorder puts the endpoint's path before what it is asked."""
    send, endpoint, token = aws()
    recorder = Recorder(endpoint, send, NOON, Ids("1"))
    inprocess(recorder)(json_request("POST", "http://proxy/Users", ANA, bearer=token))
    calls = [Call(each.request, 201, each.response) for each in recorder.exchanges]
    replay = Replay(calls)
    assert replay.answer(json_request("POST", "http://replay/Users", ANA)).status == 201
    assert replay.answer(json_request("DELETE", "http://replay/Users/1")).status == 502
    assert replay.misses[0]["nearest"] == "POST /scim/v2/Users"


def test_a_bare_path_is_no_ones_where_bases_were_recorded_together() -> None:
    addresses = ("https://scim.example.com/x/scim/v2/users", "https://graph.microsoft.com/v1.0/users")
    calls = [Call(Request("GET", address), 200, Response(200, (), b"{}")) for address in addresses]
    assert Replay(calls).answer(Request("GET", "http://replay/users")).status == 502


def test_the_order_of_members_and_of_queries_makes_no_difference() -> None:
    call = Call(
        Request("GET", "https://graph.microsoft.com/v1.0/users?$top=1&$select=id"),
        200,
        Response(200, (), b"{}"),
    )
    assert Replay([call]).answer(Request("GET", "http://replay/v1.0/users?$select=id&$top=1")).status == 200


@pytest.mark.parametrize("packing", ["plain", "gzip", "zip", "UTF-16"])
def test_a_recording_may_be_packed(packing: str, tmp_path: Path) -> None:
    content, path, case = (FILES / "traffic.har").read_bytes(), tmp_path / "calls", tmp_path / "case.yaml"
    if packing == "gzip":
        content = gzip.compress(content)
    if packing == "UTF-16":
        content = content.decode().encode("utf-16")
    path.write_bytes(content)
    if packing == "zip":
        path = tmp_path / "calls.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(tmp_path / "calls", "traffic.har")
    result = CliRunner().invoke(main, ["reproduce", str(path), "-o", str(case)])
    assert result.exit_code == 0, result.output


def test_a_packed_answer_is_unpacked_so_that_no_token_hides_in_it(tmp_path: Path) -> None:
    def packed(request: Request) -> Response:
        assert request.header("accept-encoding") == "identity"
        body = gzip.compress(json.dumps({"note": f"Bearer {TOKEN}"}).encode())
        return Response(200, (("Content-Encoding", "gzip"),), body)

    recorder = Recorder("http://127.0.0.1:9", packed, NOON, Ids("1"))
    answer = inprocess(recorder)(Request("GET", "http://proxy/Users", (("Accept-Encoding", "gzip, br"),)))
    assert answer.json() == {"note": f"Bearer {TOKEN}"}
    (exchange,) = recorder.exchanges
    assert exchange.response is not None
    assert exchange.response.json()["note"].startswith("Bearer secret-")


def test_an_answer_packed_in_an_unknown_way_is_not_recorded(tmp_path: Path) -> None:
    def packed(_: Request) -> Response:
        return Response(200, (("Content-Encoding", "br"),), b"\x0b\x02\x80")

    recorder = Recorder("http://127.0.0.1:9", packed, NOON, Ids("1"))
    assert inprocess(recorder)(Request("GET", "http://proxy/Users")).status == 502
    (exchange,) = recorder.exchanges
    assert exchange.error == "reset: a body is packed as br, which cannot be read here"


@pytest.mark.parametrize("name", ["traffic.har", "postman-v2.1.json", "runscope.json"])
def test_files_of_other_tools_become_scenarios_that_play(name: str, tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    result = CliRunner().invoke(main, ["reproduce", str(FILES / name), "-o", str(case)])
    assert result.exit_code == 0, result.output
    assert CliRunner().invoke(main, ["run", str(case)]).exit_code == 0
    assert "Tamm" not in case.read_text(encoding="utf-8")


def test_ids_that_the_server_made_are_taken_from_its_answers(tmp_path: Path) -> None:
    path, case = tmp_path / "traffic.har", tmp_path / "case.yaml"
    send, endpoint, token = aws()
    recorder = Recorder(endpoint, send, NOON, Ids("1"))
    through = inprocess(recorder)
    key = through(json_request("POST", "http://proxy/Users", ANA, bearer=token)).json()["id"]
    through(json_request("DELETE", f"http://proxy/Users/{key}", bearer=token))
    path.write_text("".join(har_texts(recorder.exchanges)), encoding="utf-8")
    result = CliRunner().invoke(main, ["reproduce", str(path), "-o", str(case)])
    assert result.exit_code == 0, result.output
    steps = yaml.safe_load(case.read_text(encoding="utf-8"))["steps"]
    assert steps[1]["let"] == {"id 1": "body.id"}
    assert steps[2]["scim request"]["path"] == "/Users/${id 1}"


@pytest.mark.parametrize(("path", "code"), [("/api/scim/Users", 0), ("/Users", 0), ("/orders", 2)])
def test_a_scim_endpoint_is_known_by_its_resources(path: str, code: int, tmp_path: Path) -> None:
    har = json.loads((FILES / "traffic.har").read_text(encoding="utf-8"))
    entry = har["log"]["entries"][0]
    entry["request"]["url"] = f"https://scim.corvid.example{path}"
    har["log"]["entries"] = [entry]
    recording = tmp_path / "traffic.har"
    recording.write_text(json.dumps(har), encoding="utf-8")
    result = CliRunner().invoke(main, ["reproduce", str(recording), "-o", str(tmp_path / "case.yaml")])
    assert result.exit_code == code, result.output
    assert ("none of the calls is SCIM's" in result.output) is (code == 2)


def test_a_recording_that_aws_would_answer_otherwise_is_no_scenario(tmp_path: Path) -> None:
    har = json.loads((FILES / "traffic.har").read_text(encoding="utf-8"))
    har["log"]["entries"][0]["response"]["status"] = 418
    path = tmp_path / "traffic.har"
    path.write_text(json.dumps(har), encoding="utf-8")
    result = CliRunner().invoke(main, ["reproduce", str(path), "-o", str(tmp_path / "case.yaml")])
    assert result.exit_code == 2
    assert "answers otherwise than recorded" in result.output
    assert not (tmp_path / "case.yaml").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"plain words", "not JSON"),
        (b"{}", "there are no calls in it"),
        (b'{"log": {"entries": [{}]}}', "an entry in it is not as HAR has it"),
        (b"4242:7:version;2:20#", "flow 1 is damaged, or was not written to its end"),
    ],
)
def test_what_is_no_recording_is_one_line(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(HarnessError, match=words):
        read_calls(path)


def test_bodies_that_are_no_text_survive_a_recording(tmp_path: Path) -> None:
    def picture(_: Request) -> Response:
        return Response(200, (("Content-Type", "image/png"),), b"\x89PNG\xff")

    recorder = Recorder("http://127.0.0.1:9", picture, NOON, Ids("1"))
    assert inprocess(recorder)(Request("GET", "http://proxy/logo.png")).body == b"\x89PNG\xff"
    path = tmp_path / "traffic.har"
    path.write_text("".join(har_texts(recorder.exchanges)), encoding="utf-8")
    (call,) = read_calls(path)
    assert call.response is not None
    assert call.response.body == b"\x89PNG\xff"


def test_what_a_browser_asks_first_is_no_call_and_a_body_that_it_left_out_is_said(tmp_path: Path) -> None:
    har = json.loads((FILES / "traffic.har").read_text(encoding="utf-8"))
    path = tmp_path / "traffic.har"
    entry = next(each for each in har["log"]["entries"] if each["request"]["method"] == "POST")
    preflight = {**entry, "request": {**entry["request"], "method": "OPTIONS"}}
    del preflight["request"]["postData"]
    har["log"]["entries"] = [preflight, entry]
    path.write_text(json.dumps(har), encoding="utf-8")
    assert [call.request.method for call in read_calls(path)] == ["POST"]
    entry["request"] |= {"postData": {"mimeType": "application/scim+json"}, "bodySize": 300}
    path.write_text(json.dumps(har), encoding="utf-8")
    with pytest.raises(HarnessError, match="the bodies of 1 of 1 requests were not recorded"):
        read_calls(path)
