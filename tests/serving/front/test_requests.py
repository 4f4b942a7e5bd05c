"""Requests that a served world has seen: counted, waited for, the nearest one shown, from any language and the command line."""

from __future__ import annotations

import json
import threading

import pytest
import urllib3
from click.testing import CliRunner

from harness.cli import main
from harness.serving.options import Options
from harness.serving.served import Served


@pytest.fixture
def served():
    served = Served(Options())
    yield served
    served.stop()


def seen(served, **query):
    with urllib3.PoolManager() as pool:
        answer = pool.request(
            "GET", f"{served.urls[1]}/_harness/requests", fields=query, retries=False, timeout=60.0
        )
        return answer.status, answer.json()


def create(served, name="ana@contoso.com"):
    ready = served.ready["aws_sso"]
    headers = {"Authorization": f"Bearer {ready['access_token']}", "Content-Type": "application/scim+json"}
    body = {"userName": name, "displayName": "A", "name": {"givenName": "A", "familyName": "R"}}
    with urllib3.PoolManager() as pool:
        return pool.request(
            "POST", ready["scim_endpoint"] + "/Users", headers=headers, body=json.dumps(body)
        ).status


def test_they_are_counted_and_shown_without_the_token(served):
    create(served)
    status, answer = seen(served, request="POST /Users")
    (only,) = answer["value"]
    assert (status, answer["count"], only["method"], only["status"], only["from"]) == (
        200,
        1,
        "POST",
        201,
        "Client",
    )
    assert json.loads(only["body"])["userName"] == "ana@contoso.com"
    assert served.ready["aws_sso"]["access_token"] not in json.dumps(answer)
    assert seen(served, request="POST /Users", after=answer["last"])[1]["count"] == 0


def test_the_nearest_one_is_shown_where_there_is_none(served):
    create(served)
    answer = seen(served, request="POST /User")[1]
    assert (answer["count"], answer["nearest"]) == (0, "POST /Users → 201")


def test_they_are_told_apart_by_what_they_sent_and_got(served):
    """The second of two alike is refused; status 0 is what a fault left without an answer."""
    create(served)
    create(served)
    assert seen(served, request="POST /Users", status=409)[1]["count"] == 1
    assert seen(served, request="POST /Users", contains="ana@contoso.com")[1]["count"] == 2
    assert seen(served, request="POST /Users", contains="ben@contoso.com")[1]["count"] == 0
    served.misbehaviour.put({"request": "POST /Users", "no answer": "reset", "times": 1})
    with pytest.raises(urllib3.exceptions.HTTPError):
        create(served)
    assert seen(served, request="POST /Users", status=0)[1]["count"] == 1


def test_a_probe_is_told_that_it_is_up(served):
    """As containers' health checks ask; while the world is being built, not yet."""
    with urllib3.PoolManager() as pool:
        answer = pool.request("GET", f"{served.urls[0]}/_harness/health", retries=False)
        assert (answer.status, answer.json()["status"]) == (200, "healthy")
        ready, served.ready = served.ready, {}
        assert pool.request("GET", f"{served.urls[0]}/_harness/health", retries=False).status == 503
        served.ready = ready


def test_one_that_comes_is_waited_for(served):
    """As many as are wanted."""
    create(served)
    later = threading.Thread(target=create, args=(served, "ben@contoso.com"))
    later.start()
    assert seen(served, request="POST /Users", times=2, wait="30s")[1]["count"] == 2
    later.join()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({}, "name them: /_harness/requests?request=POST /Users"),
        ({"request": "Users"}, "'Users' names no requests"),
        ({"request": "GET /Users", "wait": "1h"}, "nobody is waited for longer than 30s"),
        ({"request": "GET /Users", "after": "x"}, "name them"),
        ({"request": "GET /Users", "status": "4xx"}, "name them"),
    ],
)
def test_what_cannot_be_asked_is_refused(served, query, sentence):
    status, answer = seen(served, **query)
    assert (status, sentence in answer["message"]) == (400, True)


def test_the_command_counts_them_for_a_script(served, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ready.json").write_text(json.dumps(served.ready))
    create(served)

    def run(*arguments):
        result = CliRunner().invoke(main, ["requests", *arguments])
        return result.exit_code, result.output

    code, output = run("POST /Users", "--times", "1")
    assert (code, output.rstrip().endswith("Client  POST /Users → 201")) == (0, True)
    assert run("POST /Users", "--times", "2")[0] == 1
    assert run("POST /Users", "--contains", "ana@contoso.com", "--status", "201")[0] == 0
    nobody = "no POST /Users was seen; nearest: POST /Users → 201\n"
    assert (
        run("POST /Users", "--contains", "ben@contoso.com")
        == run("POST /Users", "--status", "409")
        == (1, nobody)
    )
    assert run("DELETE /Users/*") == (1, "no DELETE /Users/* was seen; nearest: POST /Users → 201\n")
    assert run("DELETE /Users/*", "--times", "0")[0] == 0


def test_those_that_were_forgotten_do_not_count(served, tmp_path, monkeypatch):
    """By the command, and by a reset; the timeline shows them all the same."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ready.json").write_text(json.dumps(served.ready))
    create(served)
    result = CliRunner().invoke(main, ["requests", "--forget"])
    assert (result.exit_code, result.output) == (
        0,
        "only requests from now on count; the timeline keeps the others\n",
    )
    assert seen(served, request="POST /Users")[1]["count"] == 0
    assert any("POST /Users" in event.summary for event in served.timeline.events())
    create(served, "ben@contoso.com")
    assert seen(served, request="POST /Users", times=1)[1]["count"] == 1
    served.reset()
    assert seen(served, request="POST /Users")[1]["count"] == 0


@pytest.mark.parametrize("arguments", [[], ["POST /Users", "--forget"]])
def test_one_names_requests_or_forgets_them(arguments):
    result = CliRunner().invoke(main, ["requests", *arguments])
    assert result.exit_code == 2
    assert "name the requests, as in 'POST /Users', or --forget those seen so far" in result.output
