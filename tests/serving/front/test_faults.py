"""Faults of a served world, over the control API and from the command line: met by clients and by its own engine."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import urllib3
from click.testing import CliRunner

from harness.cli import main
from harness.serving.options import Options
from harness.serving.served import Served
from harness.wire.message import json_request


@pytest.fixture
def served():
    served = Served(Options())
    yield served
    served.stop()


@pytest.fixture
def harness(served, tmp_path, monkeypatch):
    """Run a command beside the served world's ready file; returns exit code and output."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ready.json").write_text(json.dumps(served.ready))

    def run(*arguments):
        result = CliRunner().invoke(main, arguments)
        return result.exit_code, result.output

    return run


def control(served, method, name, body=None):
    with urllib3.PoolManager() as pool:
        url = f"{served.urls[1]}/_harness/{name}"
        answer = pool.request(method, url, body=None if body is None else json.dumps(body), retries=False)
        return answer.status, answer.json()


def ask(served, path="/Users"):
    ready = served.ready["aws_sso"]
    headers = {"Authorization": f"Bearer {ready['access_token']}"}
    with urllib3.PoolManager() as pool:
        return pool.request(
            "GET", ready["scim_endpoint"] + path, headers=headers, retries=False, timeout=30.0
        )


def summaries(served):
    return [event.summary for event in served.timeline.events()]


def test_a_client_meets_a_fault(served):
    """As often as it was said, and the timeline tells of it; then it is told how many it met."""
    written = {
        "request": "GET /Users",
        "times": 1,
        "answer": {"status": 429, "headers": {"Retry-After": "7"}},
    }
    assert control(served, "POST", "faults", written)[0] == 200
    first, second = ask(served), ask(served)
    assert (first.status, first.headers["Retry-After"], second.status) == (429, "7", 200)
    note = {"number": 1, "request": "GET /Users", "wanted": 1, "met": 1}
    assert control(served, "GET", "faults") == (200, {"value": [note]})
    assert control(served, "POST", "faults/end") == (200, {"ended": [note]})
    words = " / ".join(summaries(served))
    assert "misbehaves, 1 time" in words
    assert "GET /Users → 429" in words
    assert "ends; it met 1" in words


def test_one_of_several_ends(served):
    """By its number, over the control API and by the command; the others stay, and one that is not on is named with those that are."""
    for request in ("GET /Users", "GET /Groups"):
        control(served, "POST", "faults", {"request": request, "answer": {"status": 503}})
    status, answer = control(served, "POST", "faults/end", {"number": 1})
    assert (status, [each["request"] for each in answer["ended"]]) == (200, ["GET /Users"])
    assert (ask(served).status, ask(served, "/Groups").status) == (200, 503)
    message = {"message": "no fault 1 is on; there are: 2 on 'GET /Groups'"}
    assert control(served, "POST", "faults/end", {"number": 1}) == (400, message)
    assert control(served, "POST", "faults/end", {"number": "2"})[0] == 400


def test_a_client_gets_no_answer(served):
    """The timeline says why; an answer that waits holds up nobody else, nor the end."""
    control(served, "POST", "faults", {"request": "GET /Users", "no answer": "reset"})
    with pytest.raises(urllib3.exceptions.ProtocolError):
        ask(served)
    control(served, "POST", "faults/end")
    control(served, "POST", "faults", {"request": "GET /Users", "no answer": "timeout"})
    with urllib3.PoolManager() as pool, pytest.raises(urllib3.exceptions.ReadTimeoutError):
        pool.request("GET", f"{served.ready['aws_sso']['scim_endpoint']}/Users", retries=False, timeout=0.2)
    assert ask(served, "/Groups").status == 200
    assert "GET /Users → no answer" in " / ".join(summaries(served))


def test_the_engine_meets_it(served):
    """Its cycle goes on behind a late answer, on the served clock."""
    control(served, "POST", "faults", {"request": "POST /Users", "answer": {"status": 503}, "times": 1})
    control(served, "POST", "faults", {"request": "GET /Users*", "delay": "30s", "times": 1})
    served.populate(
        {"azure_ad": {"users": [{"userPrincipalName": "ana@contoso.com", "displayName": "Ana", "surname": "R", "givenName": "A"}]}}
    )  # fmt: skip
    ready = served.ready["azure_ad"]
    assigned = {"principalId": next(iter(served.world.azure.store.scan("User")))[0]}
    path = f"{ready['graph_endpoint']}/servicePrincipals/{served.world.app_id}/appRoleAssignedTo"
    request = json_request("POST", path, assigned, bearer=ready["graph_token"])
    assert served.world.person(request).status == 201
    served.world.azure.engine.start(served.job()["jobId"])
    served.advance(timedelta(minutes=1))
    assert {each["request"]: each["met"] for each in served.misbehaviour.shown()} == {
        "POST /Users": 1,
        "GET /Users*": 1,
    }


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({}, "a fault has a request, such as 'POST /Users', and one of answer, no answer"),
        ({"request": "POST /Users"}, "and one of answer"),
        ({"request": "Users", "delay": "1s"}, "'Users' names no requests; write a method and a path"),
        ({"request": "GET /Users", "anser": {}}, "a fault has no 'anser'; did you mean 'answer'?"),
        ({"request": "GET /Users", "answer": 503}, "'answer' of a fault is an object, not 503"),
        ({"request": "GET /Users", "answer": {"status": 1}}, "1 is no status"),
        (
            {"request": "GET /Users", "answer": {"headers": {"a": 1}}},
            "the headers of a fault's answer are texts",
        ),
        ({"request": "GET /Users", "answer": {"body": 1, "raw body": "1"}}, "not both"),
        (
            {"request": "GET /Users", "no answer": "silence"},
            "'silence' is no way to fail; there are: timeout, reset",
        ),
        ({"request": "GET /Users", "delay": "soon"}, "'soon' is not a duration"),
        ({"request": "GET /Users", "delay": "1s", "times": 0}, "times is at least 1"),
        ({"request": "GET /Users", "delay": "1s", "times": True}, "'times' of a fault is a number, not true"),
    ],
)
def test_what_is_no_fault_is_refused_with_the_right_word(served, written, sentence):
    status, answer = control(served, "POST", "faults", written)
    assert status == 400
    assert sentence in answer["message"]
    assert served.misbehaviour.shown() == []


def test_the_command_puts_lists_and_ends(served, harness):
    """Its exit code tells a test that a fault met nothing."""
    put = harness(
        "fault", "put", "GET /Users", "--answer", "503", "--header", "Retry-After: 1", "--times", "2"
    )
    assert put == (0, "from now on 'GET /Users' misbehaves, 2 times; 'harness fault end 1' ends it\n")
    assert ask(served).headers["Retry-After"] == "1"
    harness("fault", "put", "DELETE /Users/*", "--no-answer", "reset", "--carried-out")
    lines = "1  GET /Users  has met 1 of 2\n2  DELETE /Users/*  has met nothing\n"
    assert harness("fault", "list") == (0, lines)
    harness("fault", "put", "GET /Groups", "--delay", "0s")
    assert harness("fault", "end", "3") == (1, "3  GET /Groups  has met nothing\n")
    assert harness("fault", "end") == (1, lines)
    assert harness("fault", "list") == (0, "no faults; 'harness fault put' puts one on\n")
    code, output = harness("fault", "put", "GET /Users", "--no-answer", "silence")
    assert (code, "is no way to fail" in output) == (2, True)
    assert harness("fault", "put", "GET /Users", "--delay", "1s", "--body", "x")[0] == 2


def test_a_reset_ends_them(served):
    control(served, "POST", "faults", {"request": "* *", "answer": {"status": 500}})
    control(served, "POST", "reset")
    assert ask(served).status == 200
