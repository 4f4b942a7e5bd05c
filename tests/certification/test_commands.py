"""`harness certify` as people run it: against a SCIM server behind a socket, with certificates written to files."""

import json

import pytest
from click.testing import CliRunner

from harness.certification.writing.terminal import TerminalCertificate
from harness.cli import main
from harness.wire.sockets.server import Server
from tests.certification.conftest import TOKEN

pytestmark = pytest.mark.slow


@pytest.fixture
def served(foreign_app):
    """Return the SCIM endpoint of a scim2-server that listens."""
    server = Server(foreign_app, "127.0.0.1", 0, threads=2)
    server.start()
    yield f"{server.url}/v2"
    server.stop()


@pytest.fixture
def harness():
    """Return a function that runs the command and returns exit code and what it printed."""

    def run(*words, token=TOKEN):
        result = CliRunner().invoke(main, ["certify", *words], env={"SCIM_TOKEN": token})
        return result.exit_code, result.output

    return run


def test_a_good_server_gets_its_certificate(harness, served, tmp_path):
    """Exit code 0; each paper says the same, the token is in none, and the command in it can be copied."""
    files = {kind: tmp_path / f"certificate.{kind}" for kind in ("json", "html", "junit")}
    options = [word for kind, path in files.items() for word in (f"--{kind}", str(path))]
    named = ["--product", "SCIM two", "--product-version", "0.8", "--no-groups"]
    code, printed = harness("server", served, "--suite", "okta", "--seed", "7", *named, *options)
    assert code == 0
    assert "okta   Succeeded" in printed
    document = json.loads(files["json"].read_text(encoding="utf-8"))
    assert document["verdict"] == "Succeeded"
    assert document["subject"] == {"product": "SCIM two", "version": "0.8", "endpoint": served}
    again = f"harness certify server --seed 7 --suite okta --no-groups --product-version 0.8 --product 'SCIM two' {served}"
    assert sorted(document["command"].split()) == sorted(again.split())
    assert document["command"].startswith("harness certify server --seed 7")
    for path in files.values():
        assert TOKEN not in path.read_text(encoding="utf-8")
    assert "SCIM two – Succeeded" in files["html"].read_text(encoding="utf-8")


def test_a_failed_suite_is_exit_code_1_and_a_waiver_mends_it(harness, served, tmp_path):
    code, printed = harness("server", served, "--suite", "entra-validator", "--settle", "0")
    assert code == 1
    assert "FAILED  entra-validator  Create a duplicate Group" in printed
    waivers = tmp_path / "waivers.yaml"
    failed = [
        line.partition("  entra-validator  ")[2] for line in printed.splitlines() if line.startswith("FAILED")
    ]
    waivers.write_text(
        "".join(
            f"- {{suite: entra-validator, check: '{name}', reason: the support page says so}}\n"
            for name in failed
        )
        + "- {suite: rfc7644, check: 3.3 created, reason: one file serves every suite}\n"
        + "- {suite: aws-client, check: backs-off, reason: and clients}\n",
        encoding="utf-8",
    )
    code, printed = harness("server", served, "--suite", "entra-validator", "--waivers", str(waivers))
    assert code == 0
    assert "WAIVED  entra-validator  Create a duplicate Group" in printed


def test_a_wrong_token_fails_and_says_so(harness, served):
    """After three checks the rest is not run."""
    code, printed = harness("server", served, "--suite", "okta", token="wrong")
    assert code == 1
    assert "answered 401" in printed
    assert (
        "okta: failed: Test Users endpoint, Get Users/{{id}}, Test invalid User by username; 19 of 22 checks did not run: "
        "3 checks in a row got nothing but 401; is the token right?\n"
    ) in printed
    assert "The token is not accepted. (3 checks)" in printed


def test_a_missing_token_is_named(harness, served):
    """A server may need none, so nothing else comes of it."""
    _, printed = harness("server", served, "--suite", "okta", "--check", "Get Users/{{id}}", token="")
    assert printed.startswith("note: no token was given, in SCIM_TOKEN or as --token\n")


def test_what_ran_before_an_interruption_is_written(harness, served, tmp_path, monkeypatch):
    """Ctrl-C exits with 130; the certificate says that the rest did not run."""
    told = []

    def interrupted(self, result):
        told.append(result)
        if len(told) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(TerminalCertificate, "result", interrupted)
    path = tmp_path / "certificate.json"
    code, printed = harness("server", served, "--suite", "okta", "--json", str(path))
    assert (code, printed.splitlines()[-1]) == (130, "interrupted")
    (suite,) = json.loads(path.read_text(encoding="utf-8"))["suites"]
    assert suite["why"] == "20 of 22 checks did not run: interrupted"
    assert len(suite["results"]) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["server", "scim.example.com"], "'scim.example.com' is not an absolute http or https URL"),
        (["server", "https://me:secret@scim.example.com"], "the address names a user"),
        (["server", "https://x", "--suite", "ocata"], "unknown suite 'ocata'; did you mean 'okta'?"),
        (
            ["server", "https://x", "--suite", "all"],
            "there are: entra-gallery, entra-validator, okta, rfc7644",
        ),
        (
            ["server", "https://x", "--client-id", "a"],
            "--token-endpoint, --client-id and --client-secret go together",
        ),
        (["server", "https://x", "--schema", "missing.json"], "'missing.json' cannot be read"),
        (
            ["server", "https://x", "--suite", "okta", "--without", "titel"],
            "the job's target directory has no 'titel'; did you mean 'title'?",
        ),
        (
            ["server", "https://x", "--yes", "--waivers", "missing.yaml"],
            "missing.yaml:1:1: the file cannot be read",
        ),
        (["server", "https://x", "--yes", "--json", "/"], "'/' is a folder; name a file for the report"),
    ],
)
def test_bad_usage_is_told_before_anything_is_asked(harness, words, message):
    code, printed = harness(*words)
    assert code == 2
    assert message in printed


def test_a_schema_that_microsoft_graph_would_refuse_is_bad_usage(harness, served, tmp_path):
    path = tmp_path / "schema.json"
    path.write_text('{"synchronizationRules": []}', encoding="utf-8")
    code, printed = harness("server", served, "--suite", "entra-gallery", "--schema", str(path))
    assert code == 2
    assert "error: Microsoft Graph would refuse the schema: directories: is missing" in printed


@pytest.mark.parametrize("token", ["two\nlines", "two words", "caf\u00e9", "half \udcff", "\x1b"])
def test_a_token_that_no_header_carries_is_told(harness, token):
    code, printed = harness("server", "https://scim.example.com", token=token)
    assert code == 2
    assert "error: the token holds what no header carries; is it whole, and on one line?" in printed
    assert token not in printed


def test_the_list_has_every_suite_and_check(harness):
    code, printed = harness("list")
    assert code == 0
    for line in (
        "entra-gallery: Microsoft Entra app gallery",
        "    Delete_User_Test (optional)",
        "okta: Okta: SCIM 2.0 specification test, CRUD test, group push",
        "aws-client: Clients of AWS SSO's SCIM endpoint",
        "    second-run-writes-nothing",
    ):
        assert line in printed.splitlines()


def test_all_suites_in_a_row_come_to_their_end(harness, served):
    """None of them asks so often for what is refused that the run would be given up."""
    code, printed = harness("server", served, "--seed", "1", "--settle", "0")
    assert code == 1
    verdicts = [
        line.split()[:2] for line in printed.splitlines() if line.split()[1:2] in (["Succeeded"], ["Failed"])
    ]
    assert verdicts == [
        ["entra-gallery", "Failed"],
        ["entra-validator", "Failed"],
        ["okta", "Succeeded"],
        ["rfc7644", "Succeeded"],
    ]
    assert "did not run" not in printed


def test_a_server_that_cannot_be_reached_has_an_exit_code_of_its_own(harness):
    """Neither failed (1) nor used badly (2): nobody listens there (3)."""
    code, printed = harness(
        "server", "http://127.0.0.1:1", "--suite", "okta", "--rate", "100", "--settle", "0"
    )
    assert code == 3
    assert "Incomplete" in printed
    assert "could not be judged" in printed
