"""The present request: what an application reads of it, and where it ends."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from harness.wire.inprocess import inprocess
from harness.wire.message import MAX_BODY, Request
from harness.wire.present import HttpError, answering, log_broken, present

ORIGIN = "https://graph.example"


def seen(request: Request, look):
    """Send a request to an application that looks at what is present, and return what it saw."""
    looks = []

    def app(environ, start_response):
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = "/v1.0", environ["PATH_INFO"].removeprefix("/v1.0")
        with answering(environ):
            looks.append(look(present()))
        start_response("200 OK", [])
        return []

    inprocess(app)(request)
    return looks[0]


def test_an_address_is_read_in_any_script():
    request = Request("GET", f"{ORIGIN}/v1.0/%E5%B1%B1/b%FF?a=%E5%B1%B1")
    assert seen(request, lambda it: (it.root, it.path)) == ("/v1.0", "/山/b\ufffd")
    assert seen(request, lambda it: it.url) == f"{ORIGIN}/v1.0/山/b\ufffd?a=山"


@pytest.mark.parametrize("host", ["xn--a", "xn--mnchen-3ya.example:8081", "[::1]:8081"])
def test_a_host_is_not_read_but_made_small(host):
    request = Request("GET", f"{ORIGIN}/v1.0/users", (("Host", host.upper()),))
    assert seen(request, lambda it: it.url) == f"https://{host}/v1.0/users"


def test_arguments_of_one_name_stand_together_and_octets_that_are_no_text_stay_as_sent():
    request = Request("GET", f"{ORIGIN}/v1.0/users?a=1&b=2&a=&c=%FFx+y")
    assert seen(request, lambda it: it.arguments) == (("a", "1"), ("a", ""), ("b", "2"), ("c", "%FFx y"))


def test_headers_are_asked_for_in_any_case():
    request = Request("GET", f"{ORIGIN}/v1.0/users", (("PREFER", "return=minimal"),))
    assert seen(request, lambda it: (it.header("Prefer"), it.header("Date"), it.text("date"))) == (
        "return=minimal",
        None,
        "",
    )


def test_a_body_that_is_too_long_is_refused():
    request = Request("POST", f"{ORIGIN}/v1.0/users", (), b"x" * (MAX_BODY + 1))
    with pytest.raises(HttpError) as refusal:
        seen(request, lambda it: it.body())
    assert refusal.value.status == 413


def test_a_request_within_another_ends_before_it():
    """`$batch` answers requests while it is itself one."""
    outer, inner = {"REQUEST_METHOD": "POST"}, {"REQUEST_METHOD": "GET"}
    with answering(outer):
        with answering(inner):
            assert present().method == "GET"
        assert present().method == "POST"
    with pytest.raises(LookupError):
        present()


def test_what_broke_is_logged_without_query_and_body(caplog):
    """An address of several lines stays on one, so that nobody writes entries of their own."""
    request = Request("POST", f"{ORIGIN}/v1.0/a%0Ab?code=secret", (("Authorization", "secret"),), b"secret")
    seen(request, lambda it: log_broken(it.environ, ZeroDivisionError("half")))
    assert [record.getMessage() for record in caplog.records] == ["Exception on /v1.0/a%0Ab [POST]"]
    assert "ZeroDivisionError: half" in caplog.text
    assert "secret" not in caplog.text


def test_a_data_file_that_is_gone_or_nonsense_is_logged_in_one_line(caplog, tmp_path):
    """Each request would repeat where in the program it was missed, which says nothing of the file."""
    (tmp_path / "data").write_bytes(b"nonsense" * 999)
    with closing(sqlite3.connect(tmp_path / "data")) as connection, pytest.raises(sqlite3.Error) as caught:
        connection.execute("SELECT * FROM sqlite_schema")
    seen(Request("GET", f"{ORIGIN}/v1.0/x"), lambda it: log_broken(it.environ, caught.value))
    (record,) = caplog.records
    assert record.getMessage() == "/v1.0/x [GET]: the data cannot be read: file is not a database"
    assert record.exc_info is None


def test_a_process_where_nobody_listens_says_on_stderr_when_it_broke():
    code = """
from harness.wire.present import log_broken
log_broken({"SCRIPT_NAME": "", "PATH_INFO": "/x", "REQUEST_METHOD": "GET"}, ZeroDivisionError("half"))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, *_, last = run.stderr.splitlines()
    assert re.fullmatch(r"\[\d{4}-\d\d-\d\d [\d:,]+\] ERROR in harness: Exception on /x \[GET\]", first)
    assert last == "ZeroDivisionError: half"
