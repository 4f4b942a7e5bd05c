"""Certifying a client: a sync tool runs as a process of its own; each of its misbehaviours breaks the rules that it should."""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.base.clock import OffsetClock, Stopwatch, VirtualClock
from harness.base.errors import HarnessError
from harness.certification.client.commands import client
from harness.certification.client.process import Command
from harness.certification.client.rules import AWS_CLIENT, CALLS_PER_OBJECT
from harness.certification.client.sources.entra import EntraSource
from harness.certification.client.sources.file import FileSource
from harness.certification.client.sources.people import FEWEST
from harness.certification.client.trial import Trial
from harness.certification.outcomes import Outcome
from harness.world import DEFAULT_PROFILE
from tests.certification.client.bugs import (
    MISBEHAVIOURS,
    MORE_ODD_REQUESTS,
    ODD_REQUESTS,
    UNSEEN_THEN,
    WITH_A_SOURCE,
    WITH_AZURE_AD,
)
from tests.certification.entra_client import EntraClient

pytestmark = pytest.mark.slow

TOOL = str(Path(__file__).with_name("sync_tool.py"))
# Without a source of the harness's.
UNSEEN = {"no-destructive-step", "trouble-is-told", "no-mass-deletion", "changes-arrive"}
NEVER_SENT = {"heeds-retry-after"}  # for a test would wait a second


# Long enough that the tool must wait twice, and that hammering is far faster than AWS SSO's rate.
THROTTLED_FOR = timedelta(seconds=0.06)


def run_trial(*arguments, profile="identity-center", timeout=30.0):
    """Run the tool with these arguments and return the results by the rule's name."""
    return results(Command((sys.executable, "-E", "-S", TOOL, *arguments), timeout=timeout), profile)


def results(command, profile="identity-center", source=None, retry_after=timedelta(), clock=None):
    trial = Trial(
        command,
        clock or OffsetClock(),
        "1",
        profile,
        throttled_for=THROTTLED_FOR,
        retry_after=retry_after,
        source=source,
    )
    return {result.check.name: result for result in trial.results()}


def python(program, timeout=30.0):
    return results(Command((sys.executable, "-E", "-S", "-c", program), timeout=timeout))


def broken(found):
    """Return the outcome and reason of what neither passed nor can be seen from outside."""
    return {
        name: (result.outcome, result.reason)
        for name, result in found.items()
        if result.outcome is not Outcome.PASSED and name not in UNSEEN | NEVER_SENT
    }


def names(found, outcome):
    return {name for name, result in found.items() if result.outcome is outcome}


@pytest.fixture(scope="module")
def good():
    """What the tool comes to when it behaves."""
    return run_trial("--users", "5", "--groups", "3")


def test_a_tool_that_behaves_passes_every_rule(good):
    """Nothing is demanded that a plain client cannot do."""
    assert broken(good) == {}
    assert list(good) == [rule.name for rule in AWS_CLIENT.checks]
    assert AWS_CLIENT.verdict({name: result.outcome for name, result in good.items()}) == ""


def test_what_the_harness_cannot_see_is_said(good):
    """The client's source is out of reach: skipped with the reason, not passed."""
    for name in UNSEEN:
        assert good[name].outcome is Outcome.SKIPPED
        assert "does not see where the client reads people from" in good[name].reason


def test_the_evidence_is_what_was_asked_in_each_run(good):
    """Every request stands in the results once, with its run's rule, as the client sent it."""
    first = good["first-run"].exchanges
    assert [each.request.method for each in first].count("POST") == 8
    assert {each.response.status for each in first} == {200, 201, 204}
    assert dict(first[0].request.headers)["User-Agent"] == "sync-tool/1"
    assert first[0].request.url.endswith("/scim/v2/Users?cursor=")
    throttled = [each.response.status for each in good["completes-after-429"].exchanges]
    assert 429 in throttled
    assert 409 in throttled
    assert all(each.request.method == "GET" for each in good["second-run-writes-nothing"].exchanges)


def test_an_odd_request_breaks_its_rule_and_no_other():
    """All of them in one go: a rule's evidence is the requests of one misbehaviour, which names itself, and nothing else."""
    found = run_trial("--misbehave", ",".join(ODD_REQUESTS))
    assert set(broken(found)) == {rule for rule, _ in ODD_REQUESTS.values()}
    for how, (rule, told) in ODD_REQUESTS.items():
        assert told in found[rule].reason
        assert found[rule].outcome is Outcome.FAILED
        agents = {dict(each.request.headers)["User-Agent"] for each in found[rule].exchanges}
        assert agents == {how}


def test_further_odd_requests_break_their_rules():
    """Also in one go."""
    found = run_trial("--misbehave", ",".join(how for each in MORE_ODD_REQUESTS.values() for how in each))
    assert set(broken(found)) == set(MORE_ODD_REQUESTS)
    for rule, hows in MORE_ODD_REQUESTS.items():
        assert {dict(each.request.headers)["User-Agent"] for each in found[rule].exchanges} == hows


def test_every_rule_is_broken_by_some_bug():
    """None passes whatever a client does; the first run alone is broken elsewhere in this file."""
    tables = (*MISBEHAVIOURS.values(), *WITH_A_SOURCE.values(), *WITH_AZURE_AD.values(), MORE_ODD_REQUESTS)
    rules = {rule for each in tables for rule in each} | {rule for rule, _ in ODD_REQUESTS.values()}
    assert {rule.name for rule in AWS_CLIENT.checks} == rules | {"first-run"} | NEVER_SENT


@pytest.mark.parametrize(("how", "outcome"), [("", Outcome.PASSED), ("ignore-retry-after", Outcome.WARNING)])
def test_an_answer_429_may_say_how_long_to_wait(how, outcome):
    """AWS documents no Retry-After, so whoever passes it over is warned, not failed."""
    command = Command((sys.executable, "-E", "-S", TOOL, "--users", "2", "--misbehave", how))
    result = results(command, retry_after=timedelta(seconds=1))["heeds-retry-after"]
    assert result.outcome is outcome
    assert not how or re.search(
        r"is repeated 0\.\d\d s after an answer 429 with Retry-After: 1", result.reason
    )


@pytest.mark.parametrize("how", MISBEHAVIOURS)
def test_a_misbehaviour_breaks_its_rules_and_no_other(how, tmp_path):
    """Each rule can fail, says why, and does not fail for what another one is there for."""
    found = run_trial("--misbehave", how, "--memory", str(tmp_path))
    wanted = MISBEHAVIOURS[how]
    skipped = names(found, Outcome.SKIPPED) - UNSEEN - NEVER_SENT
    assert set(broken(found)) == {*wanted, *skipped}
    assert skipped == UNSEEN_THEN.get(how, set())
    for rule, told in wanted.items():
        assert told in found[rule].reason
        assert found[rule].outcome is (Outcome.FAILED if found[rule].check.mandatory else Outcome.WARNING)


def with_a_source(tmp_path, how, source=None):
    source = source or FileSource(tmp_path / "people.json", FEWEST)
    words = (sys.executable, "-E", "-S", TOOL, "--misbehave", how, "--memory", str(tmp_path))
    try:
        command = Command(words, timeout=30.0, source=source.address, source_token=source.token)
        return results(command, source=source)
    finally:
        source.close()


def test_a_tool_that_follows_its_source_passes_every_rule(tmp_path):
    """What changed arrives, and a source that is cut off or empty stops it."""
    found = with_a_source(tmp_path, "")
    assert names(found, Outcome.PASSED) == found.keys() - NEVER_SENT


def test_a_tool_that_reads_azure_ad_passes_every_rule(tmp_path):
    """Its pages are short; half of one, 503 and nobody stop it."""
    found = with_a_source(tmp_path, "", EntraSource("1", FEWEST))
    assert names(found, Outcome.PASSED) == found.keys() - NEVER_SENT


@pytest.mark.parametrize(
    ("source", "how", "wanted"),
    [
        *((FileSource, how, wanted) for how, wanted in WITH_A_SOURCE.items()),
        *((EntraSource, how, wanted) for how, wanted in WITH_AZURE_AD.items()),
    ],
)
def test_what_a_tool_makes_of_its_source_breaks_its_rule(source, how, wanted, tmp_path):
    """Somebody does not arrive, or somebody is lost."""
    found = with_a_source(tmp_path, how, EntraSource("1", FEWEST) if source is EntraSource else None)
    optional = {name for name, each in found.items() if not each.check.mandatory}
    assert set(broken(found)) - {"calls-per-object"} | UNSEEN & names(found, Outcome.FAILED) == (
        wanted.keys() - (UNSEEN & optional)
    )
    for rule, reason in wanted.items():
        assert reason in found[rule].reason
        assert found[rule].outcome is (Outcome.FAILED if found[rule].check.mandatory else Outcome.WARNING)


def test_a_group_of_more_than_a_hundred_arrives_whole(tmp_path):
    """What one request may change is less than a group of the source."""
    found = with_a_source(tmp_path, "first-hundred", FileSource(tmp_path / "people.json"))
    assert names(found, Outcome.FAILED) == {"changes-arrive"}
    assert "is no member of Everybody" in found["changes-arrive"].reason


def test_a_source_that_is_there_already_is_refused(tmp_path):
    """It may be somebody's list of people."""
    path = tmp_path / "people.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(HarnessError, match="is there already"):
        FileSource(path)


def test_a_client_that_looks_everybody_up_needs_no_pages():
    """No list, nothing to page; a budget of four calls an object has room for look-ups."""
    found = run_trial("--misbehave", "look-ups")
    assert broken(found) == {}


def test_rules_with_nothing_to_judge_are_skipped():
    """A tool without groups is not told that its groups are fine."""
    found = run_trial("--users", "2", "--groups", "0")
    assert broken(found) == {
        "supported-patches": (Outcome.SKIPPED, "nothing is changed by PATCH"),
        "membership-changes": (Outcome.SKIPPED, "no memberships are set"),
        "membership-not-read": (Outcome.SKIPPED, "no memberships are set"),
        "pages-to-the-end": (Outcome.SKIPPED, "no list had more than 2 entries, the page here"),
    }


@pytest.mark.parametrize(
    ("users", "outcome", "told"),
    [
        (49, Outcome.SKIPPED, "no list had the 50 where it ends"),
        (51, Outcome.FAILED, "was cut off, and what it did not show was taken for missing and created again"),
    ],
)
def test_without_cursors_a_client_must_notice_the_cap(users, outcome, told):
    """In 2020 a list ended at fifty; a tool that takes the fifty for everybody creates the others again."""
    found = run_trial("--users", str(users), profile="aws-sso-2020")
    assert found["pages-to-the-end"].outcome is outcome
    assert told in found["pages-to-the-end"].reason


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("exit-3", "the command ended with 3: warming up cannot reach the source with ***"),
        ("ask-nothing", "no user and no group; nothing was asked of the endpoint"),
        ("read-only", "the command ended with 0, but there is no user and no group"),
        ("hang", "the command did not end within 0.5 seconds"),
    ],
)
def test_without_a_first_run_nothing_else_is_judged(how, told):
    """What failed is told once; the rest is skipped, not passed and not failed."""
    found = run_trial("--misbehave", how, timeout=0.5 if how == "hang" else 30.0)
    assert found["first-run"].outcome is Outcome.FAILED
    assert told in found["first-run"].reason
    assert names(found, Outcome.FAILED) == {"first-run"}
    later = [result for result in found.values() if result.check.run not in ("", "first")]
    assert {(result.outcome, result.reason) for result in later} == {
        (Outcome.SKIPPED, "the first run failed")
    }


def test_what_a_failed_first_run_asked_is_judged():
    """A rule of single requests needs no run that went well."""
    found = run_trial("--misbehave", "put-group,exit-3-at-last")
    assert found["supported-operations"].outcome is Outcome.FAILED
    assert found["first-run"].outcome is Outcome.FAILED


def test_a_client_that_dies_of_the_conflict_after_a_429_is_told_why_there_was_one():
    """It repeats what it was refused, as it should; that the refused create had happened stands in no answer."""
    program = (
        "import json, os, time, urllib.error as e, urllib.request as u\n"
        "endpoint, user = os.environ['SCIM_ENDPOINT'], {'schemas': ['urn:ietf:params:scim:schemas:core:2.0:User'], "
        "'userName': 'ana', 'displayName': 'Ana', 'name': {'givenName': 'Ana', 'familyName': 'Ruiz'}}\n"
        "def ask(method, path, body=None):\n"
        "    r = u.Request(endpoint + path, body and json.dumps(body).encode(), method=method)\n"
        "    r.add_header('Authorization', 'Bearer ' + os.environ['SCIM_TOKEN'])\n"
        "    while True:\n"
        "        try:\n"
        "            return json.load(u.urlopen(r))\n"
        "        except e.HTTPError as error:\n"
        "            if error.code not in (429, 503): raise\n"
        "            time.sleep(0.1)\n"
        "ask('GET', '/Users')['Resources'] or ask('POST', '/Users', user)"
    )
    reason = python(program)["completes-after-429"].reason
    assert "the last refusal was of throttled run: POST /Users, answered 409: " in reason
    assert reason.endswith(
        "it had happened though it was answered 429, so look before repeating, or take 409 as done"
    )


def test_a_first_run_that_ends_badly_names_the_last_refusal():
    """At two in the morning the request that was refused says more than the tool's own last words."""
    program = (
        "import os, urllib.request as u\n"
        "r = u.Request(os.environ['SCIM_ENDPOINT'] + '/Groups/1', b'{}', method='PUT')\n"
        "r.add_header('Authorization', 'Bearer ' + os.environ['SCIM_TOKEN'])\n"
        "u.urlopen(r)"
    )
    reason = python(program)["first-run"].reason
    assert "the command ended with 1: " in reason
    assert reason.endswith(
        "the last refusal was of first run: PUT /Groups/1, answered 400: "
        "Request is unparsable, syntactically incorrect, or violates schema."
    )


JUNK = """
import http.client, itertools, os, urllib.parse
at = urllib.parse.urlsplit(os.environ["SCIM_ENDPOINT"])
bodies = [b"", b"[]", b"null", b'"x"', b"1", b"{}", b"<html>", b"[" * 9000, b"\\xff", b'{"Operations": 5}', b'{"members": 5}',
          b'{"Operations": [1, {"op": 1, "path": 5, "value": [[]]}, {"path": "members", "value": {"value": {}}}]}',
          b'{"Operations": [{"op": "add", "path": "emails", "value": [1, {}]}, {"op": null, "value": {"emails": 1}}]}',
          b'{"name": 1, "emails": {}, "userName": [], "members": [[], null, {"value": 3}]}']
paths = ["/Users", "/Groups", "/Users/1", "/Groups/1", "", "//", "/%2F%00", "/Users?cursor=%ff&count=x&filter=", "/Groups/a/b",
         "/Groups?attributes=,&filter=%22", "/.search"]
asked = http.client.HTTPConnection(at.hostname, at.port)
bearer = {"Authorization": "Bearer " + os.environ["SCIM_TOKEN"]}
for method, path, body in [*itertools.product(["POST", "PUT", "PATCH"], paths, bodies),
                           *itertools.product(["GET", "DELETE", "HEAD", "BREW"], paths, [b""])]:
    asked.request(method, at.path + path, body, bearer)
    answer = asked.getresponse()
    assert answer.status < 500
    answer.read()
asked.request("OPTIONS", "*")
asked.getresponse().read()
asked.request("POST", at.path + "/Groups", iter([b'{"displayName":', b'"Chunked"}']), bearer)
assert asked.getresponse().status in (201, 409, 429)
"""


def test_no_request_is_too_odd_to_be_judged():
    """Whatever a client sends, the rules come to a result; what it sent is refused by AWS SSO, and objected to."""
    found = python(JUNK)
    assert found["first-run"].outcome is Outcome.PASSED, found["first-run"].reason
    assert "is no operation of AWS SSO" in found["supported-operations"].reason
    for rule in ("supported-patches", "valid-requests", "mandatory-names", "supported-filters"):
        assert found[rule].outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("quirks", "unlike"),
    [
        (
            (),
            {"second-run-writes-nothing": (Outcome.FAILED, "second run: PATCH /Groups/")},
        ),
        (
            ("reference-check",),
            {"calls-per-object": (Outcome.WARNING, "18 calls for 4 users and groups")},
        ),
    ],
    ids=["adds members blindly", "asks for each member first"],
)
def test_azure_ad_is_a_good_client(quirks, unlike):
    """The engine of this harness, in a new tenant for each run, finds everybody again by matching.

    Its groups are read without members, so a tenant that forgot whom it sent adds them again, and the second run writes;
    one that asks for each member first writes nothing, but those questions and four tests of the connection exceed the
    budget of calls. What is answered 429 fails, and is sent again in the next cycle.
    """
    clock = VirtualClock(OffsetClock().now())
    found = results(EntraClient(clock, *quirks), clock=clock)
    assert broken(found).keys() == unlike.keys()
    for rule, (outcome, told) in unlike.items():
        assert found[rule].outcome is outcome
        assert told in found[rule].reason
    throttled = found["completes-after-429"].exchanges
    statuses = [each.response.status for each in throttled if each.request.method != "GET"]
    assert statuses.count(429) == 7  # three people, the group, each of its three members
    assert 409 not in statuses


def test_a_command_that_does_not_exist_is_bad_usage():
    """There is nothing to certify."""
    with pytest.raises(HarnessError, match="cannot run 'no-such-tool': No such file or directory"):
        results(Command(("no-such-tool",)))


def test_a_command_that_a_signal_ends_is_told_so():
    """A crash is not an exit code."""
    assert (
        "was ended by signal 9: it said nothing"
        in python("import os; os.kill(os.getpid(), 9)")["first-run"].reason
    )


def test_what_a_command_started_ends_with_it(tmp_path):
    """After the time is up nobody of it goes on writing; a lock that the child of the child held is free."""
    lock = tmp_path / "lock"
    child = f"import fcntl, time; held = open({str(lock)!r}, 'w'); fcntl.flock(held, fcntl.LOCK_EX); time.sleep(60)"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    assert "did not end within" in python(program, timeout=1.0)["first-run"].reason
    waited = Stopwatch()
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
    assert waited.seconds() < 30  # it would have held the lock for a minute


@pytest.mark.usefixtures("in_a_terminal")
def test_ctrl_c_ends_the_command(tmp_path):
    """Interrupted, the harness leaves no process behind."""
    pid = tmp_path / "pid"
    program = (
        "import os, pathlib, signal, time\n"
        f"pathlib.Path({str(pid)!r}).write_text(str(os.getpid()))\n"
        "os.kill(os.getppid(), signal.SIGINT)\n"
        "time.sleep(60)"
    )
    with pytest.raises(KeyboardInterrupt):
        python(program)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


@pytest.mark.usefixtures("in_a_terminal")
def test_ctrl_c_while_the_command_starts_ends_it_too(monkeypatch):
    """On a busy machine a process may run, and somebody press Ctrl-C, before the harness knows its number."""
    processes = []

    class SlowlyKnown(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            processes.append(self)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", SlowlyKnown)
    with pytest.raises(KeyboardInterrupt):
        python("import time; time.sleep(60)")
    assert [process.returncode for process in processes] == [-signal.SIGTERM]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_no_result_holds_a_token(tmp_path):
    """Also not where a client puts it that knows no better: a header of its own, the query, its last words."""
    found = run_trial("--misbehave", "token-everywhere", "--memory", str(tmp_path))
    tokens = [path.read_text() for path in tmp_path.iterdir()]
    assert len(tokens) == 3
    assert found["first-run"].exchanges
    said = repr(found)
    assert "X-Api-Key" in said
    parts = [part for token in tokens for part in re.split("[+/=]", token) if len(part) > 12]
    assert parts
    assert not [part for part in parts if part in said]


def test_the_command_line_runs_it_and_issues_the_certificate(tmp_path):
    """Endpoint and token go where the tool wants them; the certificate says what the tool came to."""
    program = (
        "import os, runpy, sys\n"
        "os.environ['SCIM_ENDPOINT'], os.environ['SCIM_TOKEN'] = sys.argv.pop(1), os.environ['AWS_TOKEN']\n"
        f"runpy.run_path({TOOL!r}, run_name='__main__')"
    )
    written = tmp_path / "certificate.json"
    line = ["--seed", "7", "--token-variable", "AWS_TOKEN", "--json", str(written), "--product", "Sync Tool"]
    done = CliRunner().invoke(
        client, [*line, "--", sys.executable, "-c", program, "{endpoint}", "--users", "4"]
    )
    assert done.exit_code == 0, done.output
    certificate = json.loads(written.read_text())
    assert certificate["verdict"] == "Succeeded"
    assert certificate["subject"]["product"] == "Sync Tool"
    assert [suite["name"] for suite in certificate["suites"]] == ["aws-client"]


def test_the_same_seed_is_the_same_address():
    """Ids and tokens follow from the seed; the port, which does not, is in no result."""
    first, second, other = (
        Trial(Command(("true",)), OffsetClock(), seed).address for seed in ("1", "1", "2")
    )
    assert first == second != other
    assert first.startswith("http://127.0.0.1/")


def test_the_defaults_are_those_of_the_trial():
    """They are written down twice, so that `--help` need not load the harness."""
    defaults = {parameter.name: parameter.default for parameter in client.params}
    assert (defaults["profile"], defaults["calls_per_object"]) == (DEFAULT_PROFILE, CALLS_PER_OBJECT)
    command = Command(())
    assert (defaults["endpoint_variable"], defaults["token_variable"], defaults["timeout"]) == (
        command.endpoint_variable,
        command.token_variable,
        command.timeout,
    )
