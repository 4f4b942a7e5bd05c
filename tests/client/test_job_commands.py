"""What `harness job` and `harness why` print, word for word, and what they say when there is no harness to ask."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.azure_ad.provisioning.job.document import graph_form
from harness.azure_ad.provisioning.log.digest import digest
from harness.azure_ad.provisioning.why.why import retries, why
from harness.base.clock import iso
from harness.cli import main
from harness.client.why_words import why_lines
from harness.client.words import log_lines, status_lines, step_lines
from harness.wire.sockets.server import Server
from tests.azure_ad.provisioning.company import Company
from tests.azure_ad.scim_server import BASE, ScimServer, refusal, reply

LONG = "x" * 400


@pytest.fixture
def server():
    return ScimServer()


@pytest.fixture
def company(server):
    return Company(server)


def status(company, **more):
    job, session = company.engine.inspect(company.job)
    told = {"now": iso(company.clock.now()), "retries": retries(session), **more}
    return status_lines(
        graph_form(company.engine.job(company.job)), {**told, "next": job.next and iso(job.next, 6)}
    )


def reasons(company, name="ana"):
    job, session = company.engine.inspect(company.job)
    told = {**why(session, job, "User", name), "advice": None}
    return [line.replace(told["user"]["id"], "<id>") for line in why_lines(told, iso(company.clock.now()))]


class TestStatus:
    def test_a_job_at_work(self, company, server):
        """Everything that matters at a glance."""
        server.refuse("POST", "/Users", refusal(400), times=1)
        company.person("ana")
        company.person("ben")
        company.turn_on()
        company.wait(timedelta(minutes=10))
        assert status(company) == [
            "state       Active, schedule on",
            "now         2026-03-02 08:10:00",
            (
                "last cycle  EntryLevelErrors, 2026-03-02 08:00:00 to 2026-03-02 08:00:00: "
                "2 looked at, 1 sent, 1 failed"
            ),
            "next cycle  2026-03-02 08:40:00 (in 30m)",
            "connected   1 User",
            "retries     1 object waits; the first is due 2026-03-02 08:00:00 (now)",
        ]

    def test_a_job_in_quarantine(self, company, server):
        """Since when, why, and when it is tried again; a long answer is cut."""
        server.refuse("GET", "/Users", reply(401, {"detail": LONG}))
        company.turn_on()
        lines = status(company)
        assert lines[:2] == ["state       Quarantine, schedule on", "now         2026-03-02 08:00:00"]
        assert lines[6:9] == [
            "quarantine  since 2026-03-02 08:00:00, failed once in a row",
            "            EncounteredQuarantineException",
            "            SystemForCrossDomainIdentityManagementCredentialValidationFailure",
        ]
        assert lines[-1] == "            next attempt 2026-03-02 08:05:00 (in 5m)"
        assert "…" in "".join(lines)
        assert LONG not in "".join(lines)

    def test_what_a_refused_token_was_answered(self, company, server):
        """The answer's words and what to mend are there in full; its headers are not, and no address is broken."""
        answer = reply(401, {"detail": "The authorization header is invalid or missing."})
        server.refuse("GET", "/Users", answer)
        company.person("ana")
        company.turn_on()
        for lines in (status(company), reasons(company)):
            told = " ".join(" ".join(lines).split())
            assert "Response Status Code: Unauthorized Response Content: " in told
            assert "The authorization header is invalid or missing." in told
            assert (
                "Generate an access token in AWS (Settings > Automatic provisioning), paste it as Secret Token"
                in told
            )
            assert "Resource: https://scim.example.com/v2/Users?filter=" in told

    def test_a_server_that_is_down(self, company, server):
        """What to look at is said there too."""
        server.refuse("GET", "/Users", reply(503))
        company.turn_on()
        assert any("Look whether the server runs" in line for line in status(company))

    def test_a_cycle_under_way(self, company):
        company.person("ana")
        company.person("ben")
        company.engine.step(company.job)
        assert "under way   1 of 2 objects" in status(company)

    @pytest.mark.parametrize(
        ("leads", "lines"),
        [
            (None, []),
            (True, ["process     4711 answered; it runs the cycles"]),
            (False, ["process     4711 answered; another one runs the cycles"]),
        ],
    )
    def test_which_of_several_processes_runs_the_cycles(self, company, leads, lines):
        """Of one alone there is nothing to say."""
        words = status(company, process={"pid": 4711, "leads": leads})
        assert [line for line in words if line.startswith("process")] == lines


class TestLog:
    def test_success_skip_and_failure(self, company, server):
        """A line each, and for a failure the request, the server's words and the next try."""
        server.refuse("POST", "/Users", refusal(400, "no such title"), times=1)
        company.person("ana")
        company.person("ben")
        company.person("eve", assigned=False)
        company.turn_on()
        assert list(log_lines(company.log())) == [
            (
                "2026-03-02 08:00:00  create  ana@contoso.com  failure "
                "SystemForCrossDomainIdentityManagementServiceIncompatible"
            ),
            "    POST https://scim.example.com/v2/Users answered 400: BadRequest: no such title",
            "    not retried yet; next try 2026-03-02 08:00:00",
            "2026-03-02 08:00:00  create  ben@contoso.com  success",
            "2026-03-02 08:00:00  other   eve@contoso.com  skipped NotEffectivelyEntitled",
        ]

    def test_a_refusal_that_says_nothing(self, company, server):
        """AWS SSO's general sentence: the reason is in CloudTrail, and nowhere here."""
        server.refuse(
            "POST",
            "/Users",
            refusal(400, "Request is unparsable, syntactically incorrect, or violates schema."),
            times=1,
        )
        company.person("ana")
        company.turn_on()
        assert "    AWS SSO tells the reason in CloudTrail's event history alone" in log_lines(company.log())

    @pytest.mark.parametrize(
        ("answer", "cause"),
        [
            (reply(400, {"schema": [], "detail": "too long"}), "BadRequest: too long"),
            (reply(400, {"message": "no"}), "BadRequest: no"),
            (reply(400, b"<html>\n  <b>no</b>", "text/html"), "BadRequest: <html> <b>no</b>"),
            (reply(503), "ServiceUnavailable"),
            (reply(400, b"[" * 100_000), "BadRequest: " + "[" * 16_384 + "… (83,616 more bytes)"),
        ],
    )
    def test_what_the_server_said(self, company, server, answer, cause):
        """SCIM's detail, another's message, a page, nothing at all, or what nobody can parse, of which 16 KiB are enough."""
        server.refuse("POST", "/Users", answer)
        company.person("ana")
        company.turn_on()
        (entry,) = company.log()
        assert digest(entry)["cause"] == cause

    @pytest.mark.parametrize(
        ("method", "path", "request_"),
        [
            (
                "GET",
                '/Users\\?filter=userName eq "ana',
                f"GET {BASE}/Users?filter=userName+eq+%22ana%40contoso.com%22 answered 500",
            ),
            ("POST", "/Users", f"POST {BASE}/Users answered 500"),
            ("PATCH", "/Users", f"PATCH {BASE}/Users/u1 answered 500"),
            ("GET", "/Users/u1", f"GET {BASE}/Users/u1 answered 500"),
            ("DELETE", "/Users/u1", f"DELETE {BASE}/Users/u1 answered 500"),
        ],
    )
    def test_which_request_failed(self, company, server, method, path, request_):
        if method == "DELETE":
            company.edit("active")
        ana = company.person("ana")
        if "u1" in request_:
            company.turn_on()
            company.change(ana, jobTitle="Pilot")
            if method == "DELETE":
                company.unassign(ana)
        server.refuse(method, path, refusal(500))
        company.engine.start(company.job)
        company.cycle()
        failed = [entry["request"] for entry in map(digest, company.log()) if entry["status"] == "failure"]
        assert set(failed) == {request_}


class TestStep:
    def test_requests_entry_and_count(self):
        """Addresses are shortened to what follows the base address."""
        told = {
            "phase": "User",
            "ended": False,
            "entries": [],
            "job": {"status": {"progress": [{"completedUnits": 1, "totalUnits": 2}], "quarantine": None}},
            "exchanges": [
                exchange("GET", "https://h/t/scim/v2/Users?filter=userName+eq+%22a%40b%22", 200, None, "{}"),
                exchange("POST", "https://h/t/scim/v2/Users", None, '{"a":1}', None, "timeout: too long"),
            ],
        }
        assert list(step_lines(told, bodies=True)) == [
            'GET    /Users?filter=userName eq "a@b"  ->  200',
            "    < {}",
            "POST   /Users  ->  timeout: too long",
            '    > {"a":1}',
            "nothing was logged",
            "1 of 2 objects; the cycle goes on with the next step",
        ]


def exchange(method, url, status, body, answer, error=None):
    return {"method": method, "url": url, "status": status, "body": body, "answer": answer, "error": error}


class TestWhy:
    def test_somebody_who_is_in(self, company):
        ana = company.person("ana", assigned=False)
        company.group("Office", (ana,))
        company.turn_on()
        company.change(ana, jobTitle="Pilot")
        company.wait(timedelta(minutes=10))
        assert reasons(company) == [
            "Ana is in AWS SSO with the account 'u1'.",
            "",
            "who         ana@contoso.com (<id>), in the directory",
            "scope       in scope: member of the assigned group 'Office'",
            "match       userName = ana@contoso.com",
            "            account u1 in AWS SSO, created 2026-03-02 08:00:00",
            "last        2026-03-02 08:00:00  create  ana@contoso.com  success",
            "waits       nothing",
            "next cycle  2026-03-02 08:40:00 (in 30m) (something about the person changed since the last cycle)",
            "            The account 'u1' is read from AWS SSO; what differs is sent.",
            "job         Active, schedule on",
        ]

    def test_somebody_who_failed(self, company, server):
        server.refuse("POST", "/Users", refusal(400, "no such title"))
        company.person("ana")
        company.turn_on()
        company.cycle()
        assert reasons(company) == [
            "Ana is not in AWS SSO: provisioning failed",
            "(SystemForCrossDomainIdentityManagementServiceIncompatible) and waits for a retry.",
            "",
            "who         ana@contoso.com (<id>), in the directory",
            "scope       in scope: assigned directly",
            "match       userName = ana@contoso.com",
            "            not connected to an account in AWS SSO",
            (
                "last        2026-03-02 08:40:00  create  ana@contoso.com  failure "
                "SystemForCrossDomainIdentityManagementServiceIncompatible"
            ),
            "                POST https://scim.example.com/v2/Users answered 400: BadRequest: no such title",
            "                retried once; next try 2026-03-02 14:40:00",
            (
                "waits       the object failed 2 times since 2026-03-02 08:00:00; the first cycle from 2026-03-02"
            ),
            "              14:40:00 (in 6h) tries again",
            "            given up after 2026-03-30 08:00:00",
            "next cycle  2026-03-02 09:20:00 (in 40m)",
            "            Not looked at: nothing changed since the last cycle, and nothing waits.",
            "job         Active, schedule on",
        ]

    def test_somebody_who_is_out(self, company):
        """Out of scope by more than one reason: all of them are there."""
        ana = company.person("ana", assigned=False, accountEnabled=False)
        inner = company.group("Inner", (ana,), assigned=False)
        company.group("Outer", (inner,))
        lines = reasons(company)
        assert lines[lines.index("scope       out of scope: not assigned") + 1 :][:2] == [
            "            'Inner' is nested in the assigned 'Outer', which brings nobody",
            "            the account is disabled",
        ]


class TestWhyGroup:
    def lines(self, company):
        job, session = company.engine.inspect(company.job)
        told = {**why(session, job, "Group", "Office"), "advice": None}
        return [
            line.replace(told["group"]["id"], "<id>") for line in why_lines(told, iso(company.clock.now()))
        ]

    def test_who_is_missing_and_who_is_there_still(self, company):
        """The group first, then its members: counted, and named where something is wrong."""
        ana, eve = company.person("ana"), company.person("eve", assigned=False)
        inner = company.group("Inner", (eve,), assigned=False)
        office = company.group("Office", (ana, inner))
        company.group("Everybody", (office,))
        company.turn_on()
        company.directory.remove_member(office, ana)
        company.directory.add_member(office, company.person("ben"))
        company.wait(timedelta(minutes=10))
        assert self.lines(company) == [
            "Office is in AWS SSO with the group 'g1', but 2 of 2 members are missing there and 1 who left is",
            "still in it.",
            "",
            "group       Office (<id>), in the directory",
            "scope       in scope: assigned directly",
            "            the nested group 'Inner' brings nobody",
            "match       displayName = Office",
            "            group g1 in AWS SSO, created 2026-03-02 08:00:00",
            "last        2026-03-02 08:00:00  update  Office  success",
            "waits       nothing",
            "next cycle  2026-03-02 08:40:00 (in 30m) (something about the group changed since the last cycle)",
            "            The group 'g1' is read from AWS SSO; what differs is sent.",
            "            1 member is added: ben@contoso.com",
            "            1 member is removed: ana@contoso.com",
            "members     2 in the directory, 1 sent, 0 alike",
            "            missing there: Inner: a nested group, never expanded: its members come only if they are",
            "              assigned themselves",
            "            missing there: ben@contoso.com: in scope, and not connected to an account yet",
            "            still there: ana@contoso.com: no longer a member; taken out when the group's members are",
            "              looked at",
            "job         Active, schedule on",
        ]

    def test_a_group_that_is_only_nested(self, company):
        company.group("Everybody", (company.group("Office", assigned=False),))
        lines = self.lines(company)
        assert lines[lines.index("scope       out of scope: not assigned") + 1] == (
            "            nested in the assigned 'Everybody', which does not bring it"
        )

    def test_a_refused_membership(self, company, server):
        """Which request failed, and that the members wait."""
        server.refuse("PATCH", "/Groups", refusal(400, "no such member"))
        company.group("Office", (company.person("ana"),))
        company.turn_on()
        text = " ".join(" ".join(self.lines(company)).split())
        assert "PATCH https://scim.example.com/v2/Groups/g1 answered 400: BadRequest: no such member" in text
        assert "waits sending its members failed once since 2026-03-02 08:00:00" in text

    def test_a_large_group_is_cut_short(self, company):
        """One sentence for all whom it fits; twenty are named, the others counted; the next cycle's list likewise."""
        company.group("Office", tuple(company.person(f"p{number}") for number in range(25)))
        text = " ".join(" ".join(self.lines(company)).split())
        (named,) = re.findall(r"missing there: (.*?): in scope, and not connected to an account yet", text)
        assert named.startswith("p0@contoso.com, p1@contoso.com, ")
        assert named.endswith("p18@contoso.com, p19@contoso.com and 5 more")
        assert "25 in all; --json names them" in text
        assert "25 members are added: p0@contoso.com, " in text
        assert text.count("p19@contoso.com and 5 more") == 2

    def test_members_of_many_fates_are_cut_short_too(self, company):
        """Twenty sentences are told, the others counted."""
        company.group(
            "Office",
            tuple(company.person(f"p{number}", assigned=False) for number in range(22)),
        )
        job, session = company.engine.inspect(company.job)
        told = {**why(session, job, "Group", "Office"), "advice": None}
        for number, each in enumerate(told["members"]["wrong"]):
            each["says"] = f"reason {number}"
        lines = why_lines(told, iso(company.clock.now()))
        assert sum("missing there:" in line for line in lines) == 20
        assert "            22 in all; --json names them" in lines

    def test_a_group_mapping_that_is_disabled(self, company):
        company.group("Office")
        schema = company.engine.schema(company.job)
        schema["synchronizationRules"][0]["objectMappings"][1]["enabled"] = False
        company.engine.save_schema(company.job, schema)
        assert "scope       the object mapping of groups is disabled: none is provisioned" in self.lines(
            company
        )


@pytest.fixture
def ready(tmp_path, monkeypatch):
    """Return a function that writes ready.json where the commands look for it."""
    monkeypatch.chdir(tmp_path)

    def write(text):
        Path("ready.json").write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")

    return write


def refused(*arguments):
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    return result.stderr


class TestNoHarness:
    def test_no_ready_file(self, ready):
        assert refused("job", "status") == (
            "error: there is no ready file ready.json; 'harness serve --ready-file ready.json' writes it while it runs, "
            "another one is named with --ready-file\n"
        )

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[]",
            "{}",
            '{"azure_ad": []}',
            '{"azure_ad": {"graph_endpoint": 1, "graph_token": 2}}',
            "\0",
            "[" * 10**5,
        ],
    )
    def test_no_such_file_as_serve_writes(self, ready, text):
        ready(text)
        assert "ready.json is no ready file of 'harness serve'" in refused("why", "ana")

    def test_a_folder(self, ready, tmp_path):
        (tmp_path / "ready.json").mkdir()
        assert "cannot read the ready file ready.json" in refused("job", "log")

    def test_nothing_listens(self, ready):
        ready({"azure_ad": {"graph_endpoint": "http://127.0.0.1:1", "graph_token": "t"}})
        assert "error: nothing listens at http://127.0.0.1:1" in refused("job", "step")

    @pytest.mark.parametrize("graph", ["http://[::1", "localhost:1", "ftp://x", ""])
    def test_an_address_that_is_none(self, ready, graph):
        """Told with what it should be like, wherever it comes from."""
        sentence = "' is not an absolute http or https URL; Graph's is like http://127.0.0.1:8081/v1.0"
        ready({"azure_ad": {"graph_endpoint": graph, "graph_token": "t"}})
        assert f"error: '{graph}{sentence}" in refused("job", "step")
        assert sentence in refused("job", "step", "--graph", graph, "--token", "t")

    @pytest.mark.parametrize("options", [("--graph", "http://h"), ("--token", "t")])
    def test_half_an_address(self, options):
        assert "or --graph and a token in HARNESS_GRAPH_TOKEN or with --token" in refused(
            "job", "status", *options
        )

    @pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"hello": "world"}'])
    def test_something_else_listens(self, ready, body):
        """Whatever it answers, it is no harness."""

        def app(_environ, start_response):
            start_response("200 OK", [("Content-Type", "text/html")])
            return [body]

        server = Server(app, "127.0.0.1", 0)
        server.start()
        try:
            ready({"azure_ad": {"graph_endpoint": f"{server.url}/v1.0", "graph_token": "t"}})
            assert "is no harness" in refused("job", "status")
        finally:
            server.stop()

    def test_a_harness_that_cannot_read_its_data(self, ready):
        """It is one all the same; what broke is not for whoever asks."""

        def app(_environ, start_response):
            start_response("500 Internal Server Error", [("Content-Type", "text/html")])
            return [b"<html>"]

        server = Server(app, "127.0.0.1", 0)
        server.start()
        try:
            ready({"azure_ad": {"graph_endpoint": f"{server.url}/v1.0", "graph_token": "t"}})
            assert "v1.0 answered 500; why stands where 'harness serve' was started" in refused(
                "job", "status"
            )
        finally:
            server.stop()


class TestServeOptions:
    @pytest.mark.parametrize(
        ("quirk", "says"),
        [
            ("escrow-dais=7", "unknown quirk 'escrow-dais'; did you mean 'escrow-days'?"),
            ("escrow-days", "is not NAME=VALUE"),
            ("escrow-days=soon", 'takes such a value as 28, not "soon"'),
            ("escrow-hours=6", "takes such a value as [0, 6, 6, 12, 24], not 6"),
            ("escrow-days=[", "is not YAML"),
        ],
    )
    def test_a_quirk_that_is_none(self, quirk, says):
        """Told before anything listens."""
        assert says in refused("serve", "--quirk", quirk)

    def test_half_a_key_pair(self):
        assert "go together" in refused("serve", "--aws-access-key-id", "AKIAIOSFODNN7EXAMPLE")
