"""Flow files of mitmproxy: one that mitmdump 11 wrote (five calls of a made-up client), and the shapes of older versions."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.base.errors import HarnessError
from harness.cli import main
from harness.exports.sources import traffic_of
from harness.traffic.calls import read_calls
from harness.traffic.tnetstrings import NotTnetstringError, values

DUMP = Path(__file__).parent / "flows-21.mitm"
BODY = b'{"userName":"ana@corvid.example"}'


def netstring(value: Any) -> bytes:
    """Write a value as mitmproxy does."""
    if isinstance(value, dict):
        data, kind = b"".join(netstring(each) for pair in value.items() for each in pair), b"}"
    elif isinstance(value, (list, tuple)):
        data, kind = b"".join(map(netstring, value)), b"]"
    elif isinstance(value, bytes):
        data, kind = value, b","
    elif isinstance(value, str):
        data, kind = value.encode(), b";"
    elif value is None:
        data, kind = b"", b"~"
    elif isinstance(value, bool):
        data, kind = str(value).lower().encode(), b"!"
    else:
        data, kind = str(value).encode(), b"#" if isinstance(value, int) else b"^"
    return b"%d:%b%b" % (len(data), data, kind)


def flow(version: Any, response: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    request = {
        "method": b"POST",
        "scheme": b"https",
        "host": "scim.eu-north-1.amazonaws.com",
        "port": 443,
        "path": b"/k3Qe7a1b2c3/scim/v2/Users",
        "headers": [[b":authority", b"x"], [b"Authorization", b"Bearer hidden"]],
        "content": BODY,
    }
    return {
        "version": version,
        "type": "http",
        "timestamp_created": 1.5,
        "request": request,
        "response": response,
        **more,
    }


def older(value: Any) -> Any:
    """Return a flow with names and texts as octets, as under Python 2."""
    if isinstance(value, dict):
        return {key.encode(): older(item) for key, item in value.items()}
    return value.encode() if isinstance(value, str) else value


def test_every_call_of_a_dump_is_read_with_its_answer_unpacked() -> None:
    calls = read_calls(DUMP)
    assert [(call.request.method, call.status) for call in calls] == [
        ("POST", 201),
        ("POST", 409),
        ("GET", 200),
        ("PATCH", 400),
        ("DELETE", 204),
    ]
    assert calls[0].response is not None
    assert calls[0].response.header("content-encoding") == "gzip"
    assert calls[0].response.json()["userName"] == "ana@corvid.example"


def test_a_dump_becomes_a_scenario_that_plays(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    result = CliRunner().invoke(main, ["reproduce", str(DUMP), "-o", str(case)])
    assert result.exit_code == 0, result.output
    assert CliRunner().invoke(main, ["run", str(case)]).exit_code == 0
    text = case.read_text(encoding="utf-8")
    assert "ana@" not in text
    assert "nobody" not in text


@pytest.mark.parametrize(
    ("version", "response"),
    [
        ((0, 13), {"code": 201, "content": b"{}", "headers": []}),
        ((0, 15), {"status_code": 201, "body": b"{}", "headers": []}),
        ((0, 18), {"status_code": 201, "content": b"{}", "headers": []}),
        (7, {"status_code": 201, "content": b"{}", "headers": []}),
        (22, {"status_code": 201, "content": b"{}", "headers": [], "trailers": None}),
    ],
)
@pytest.mark.parametrize("octets", [False, True], ids=["texts", "octets"])
def test_versions_call_things_otherwise(
    version: Any, response: dict[str, Any], octets: bool, tmp_path: Path
) -> None:
    path, written = tmp_path / "flows", flow(version, response)
    path.write_bytes(netstring(older(written) if octets else written))
    assert traffic_of(path)
    (call,) = read_calls(path)
    assert call.request.url == "https://scim.eu-north-1.amazonaws.com/k3Qe7a1b2c3/scim/v2/Users"
    assert (call.request.body, call.status) == (BODY, 201)
    assert call.response is not None
    assert call.response.body == b"{}"


def test_a_call_without_an_answer_has_no_status_and_other_protocols_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "flows"
    path.write_bytes(netstring(flow(21, None)) + netstring({"type": "dns", "version": 21, "request": {}}))
    (call,) = read_calls(path)
    assert (call.status, call.response) == (0, None)


def test_a_body_packed_in_an_unknown_way_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "flows"
    headers = [[b"Content-Encoding", b"zip9"]]
    path.write_bytes(netstring(flow(21, {"status_code": 200, "content": b"xxxx", "headers": headers})))
    (call,) = read_calls(path)
    assert call.response is not None
    assert call.response.body == b""


def test_deflate_is_unpacked_too(tmp_path: Path) -> None:
    path = tmp_path / "flows"
    answer = {
        "status_code": 200,
        "content": zlib.compress(b"{}"),
        "headers": [[b"content-encoding", b"deflate"]],
    }
    path.write_bytes(netstring(flow(21, answer)))
    (call,) = read_calls(path)
    assert call.response is not None
    assert call.response.body == b"{}"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (DUMP.read_bytes()[:-9], "flow 5 is damaged, or was not written to its end .*hardump=out.har"),
        (netstring({"version": 30, "type": "http", "request": {}}), "none of HTTP"),
        (
            netstring({"version": 30, "type": "http", "request": {"verb": b"GET"}}),
            "of version 30 of the form",
        ),
    ],
)
def test_what_cannot_be_read_is_one_line(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "flows"
    path.write_bytes(content)
    with pytest.raises(HarnessError, match=words):
        read_calls(path)


@pytest.mark.parametrize(
    "content",
    [b"x", b"3:ab", b"2:ab?", b"3:yes!", b"1:x#", b"5:1:x,1:]", b"4:1:1#}", b"9999999999999:", b"1:x~"],
)
def test_octets_that_are_no_netstring(content: bytes) -> None:
    with pytest.raises(NotTnetstringError):
        list(values(content))


def test_a_tower_of_lists_is_no_traceback() -> None:
    tower = b""
    for _ in range(5000):
        tower = b"%d:%b]" % (len(tower), tower)
    with pytest.raises(NotTnetstringError, match="too deeply"):
        list(values(tower))
