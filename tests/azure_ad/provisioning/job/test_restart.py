"""Starting a job over: what each resetScope forgets and what it keeps.

Source: https://learn.microsoft.com/en-us/graph/api/resources/synchronization-synchronizationjobrestartcriteria
(read 2026-11-29).
"""

from datetime import timedelta

import pytest

from harness.azure_ad.provisioning.resets import RESET_SCOPES
from tests.azure_ad.caller import Caller
from tests.azure_ad.scim_server import refusal, reply

RESTART = "/servicePrincipals/{app}/synchronization/jobs/{job}/restart"
SEARCH = 'GET /Users?filter=userName eq "ana@contoso.com"'


@pytest.fixture
def restart(company):
    """Return a function that restarts the job over Graph with these words, and lets it run."""

    def restarted(words):
        Caller(company).do("POST", RESTART, {"criteria": {"resetScope": words}})
        company.wait(timedelta())

    return restarted


@pytest.fixture
def ana(company, server):
    """Return Ana, who is provisioned, in a team."""
    key = company.person("ana")
    company.group("Team", (key,))
    company.turn_on()
    server.seen()
    company.log()
    return key


class TestScopes:
    @pytest.mark.parametrize("words", ["Watermark", "watermark, Escrows , QuarantineState", "", " , "])
    def test_watermark_makes_the_next_cycle_an_initial_one(self, company, server, ana, restart, words):
        """Everybody is read again by their ids: the links are kept. Nothing named is what the portal does."""
        restart(words)
        assert server.seen() == ["GET /Users/u1", "GET /Groups/g1?excludedAttributes=members"]
        assert company.told() == [("Ana", "other", "RedundantExport"), ("Team", "other", "RedundantExport")]

    @pytest.mark.parametrize("words", ["None", "Escrows", "QuarantineState", "ForceDeletes"])
    def test_without_it_the_next_cycle_is_incremental(self, company, server, ana, restart, words):
        restart(words)
        assert server.seen() == []
        company.change(ana, jobTitle="Pilot")
        company.cycle()
        assert server.seen() == ["GET /Users/u1", "PATCH /Users/u1"]

    def test_full_breaks_the_links_and_matches_again(self, company, server, ana, restart):
        """Nobody is created twice: the accounts are found by their names, and members are told once more."""
        restart("Full")
        assert server.seen() == [
            SEARCH,
            'GET /Groups?excludedAttributes=members&filter=displayName eq "Team"',
            "PATCH /Groups/g1",
        ]
        assert (server.created, server.resources["Groups"]["g1"]["members"]) == (
            ["ana@contoso.com", "Team"],
            ["u1"],
        )
        assert [entry["value"] for entry in company.status["synchronizedEntryCountByType"]] == [1, 1]

    def test_full_cures_an_invalid_anchor(self, company, server, ana, restart):
        """A cached id that is gone is searched for again, and made anew; the portal's restart does not help."""
        del server.resources["Users"]["u1"]
        company.restart()
        assert company.told()[0] == ("Ana", "other", "InvalidAnchor")
        restart("Full")
        assert server.created == ["ana@contoso.com", "Team", "ana@contoso.com"]
        assert server.resources["Groups"]["g1"]["members"][-1] == "u2"

    def test_full_forgets_who_left(self, company, server, ana, restart):
        """Without the link nobody knows whose account it is: it stays as it is."""
        company.engine.pause(company.job)
        company.directory.delete("User", ana)
        restart("Full")
        company.cycle()
        assert server.user("ana@contoso.com")["active"] is True

    def test_the_data_store_alone_waits_for_a_change(self, company, server, ana, restart):
        """Links gone, watermark kept: the next change of an object matches it again."""
        restart("ConnectorDataStore")
        assert server.seen() == []
        company.change(ana, jobTitle="Pilot")
        company.cycle()
        assert server.seen()[:2] == [SEARCH, "PATCH /Users/u1"]

    def test_escrows_drops_the_failed(self, company, server, ana, restart):
        """They are not tried again before they change."""
        server.refuse("POST", "/Users", refusal(400), times=1)
        ben = company.person("ben")
        company.cycle()
        restart("Escrows")
        company.cycle(3)
        assert "ben@contoso.com" not in server.created
        company.change(ben, jobTitle="Pilot")
        company.cycle()
        assert "ben@contoso.com" in server.created

    @pytest.mark.parametrize("words", ["None", "QuarantineState", "ForceDeletes", "Full", ""])
    def test_a_quarantine_is_lifted(self, company, server, ana, restart, words):
        server.refuse("GET", "/Users", reply(401), times=2)
        company.cycle()
        Caller(company).do("POST", RESTART, {"criteria": {"resetScope": words}})
        status = company.status
        assert (status["code"], status["quarantine"], status["countSuccessiveCompleteFailures"]) == (
            "Active",
            None,
            0,
        )
        company.wait(timedelta())
        assert company.status["quarantine"]["seriesCount"] == 1

    @pytest.mark.parametrize("words", ["Watermark", "Escrows", "ConnectorDataStore"])
    def test_a_quarantine_stays(self, company, server, ana, restart, words):
        """The job tries at once; it is free when that goes well."""
        server.refuse("GET", "/Users", reply(401), times=2)
        company.cycle()
        restart(words)
        assert (company.status["code"], company.status["quarantine"]["seriesCount"]) == ("Quarantine", 2)
        company.wait(timedelta(minutes=10))
        assert company.status["code"] == "Active"

    @pytest.mark.parametrize("words", RESET_SCOPES)
    def test_a_stopped_job_runs_again(self, company, server, ana, restart, words):
        company.engine.pause(company.job)
        restart(words)
        assert (company.status["code"], company.state) == ("Active", "Active")
        server.requests.clear()
        company.cycle()
        assert server.requests != []

    def test_a_stopped_job_in_quarantine_shows_both(self, company, server, ana, restart):
        """The schedule is on again, the quarantine still there: the code says so."""
        server.refuse("GET", "/Users", reply(401))
        company.cycle()
        company.engine.pause(company.job)
        assert company.status["code"] == "Paused"
        Caller(company).do("POST", RESTART, {"criteria": {"resetScope": "Escrows"}})
        assert (company.status["code"], company.state) == ("Quarantine", "Active")


class TestUnderWay:
    """A cycle of a minute an object, and a restart in the middle of it."""

    @pytest.fixture
    def paced(self, found):
        company = found(milliseconds_per_object=60_000)
        for name in ("ana", "ben", "eve"):
            company.person(name, jobTitle="Pilot")
        company.turn_on()
        company.wait(timedelta(seconds=90))
        return company

    @pytest.mark.parametrize("scope", RESET_SCOPES)
    def test_nobody_is_lost_and_nobody_made_twice(self, paced, server, scope):
        """Whatever is forgotten, each person ends with one account, and one schedule goes on."""
        assert len(server.created) == 2
        paced.engine.restart(paced.job, frozenset({scope}))
        paced.wait(timedelta(minutes=30))
        assert sorted(server.created) == ["ana@contoso.com", "ben@contoso.com", "eve@contoso.com"]
        assert paced.status["lastExecution"]["state"] == "Succeeded"
        assert paced.status["progress"] == []
        server.requests.clear()
        paced.wait(timedelta(days=1))
        assert len(server.requests) == 2 * 36

    @pytest.mark.parametrize("scope", RESET_SCOPES)
    def test_killed_right_after_the_restart(self, paced, server, scope):
        """The process ends before the new cycle began; the next process begins it."""
        paced.engine.restart(paced.job, frozenset({scope}))
        paced.reopen()
        paced.wait(timedelta(minutes=30))
        assert sorted(server.created) == ["ana@contoso.com", "ben@contoso.com", "eve@contoso.com"]
        assert paced.status["code"] == "Active"

    def test_progress_is_that_of_a_running_cycle(self, paced, server):
        """A cycle that a quarantine cut off shows none, though it goes on where it stopped."""
        assert paced.status["progress"][0]["completedUnits"] == 2
        server.refuse("GET", "/Users", reply(401), times=1)
        paced.wait(timedelta(minutes=1))
        assert (paced.status["code"], paced.status["progress"]) == ("Quarantine", [])
        paced.wait(timedelta(minutes=10))
        assert len(server.created) == 3 - 1  # the one that met the bad token waits for the next cycle
        paced.wait(timedelta(hours=1))
        assert len(server.created) == 3

    def test_stopped_in_the_middle_it_comes_to_its_end(self, paced, server):
        """Stop lets the running cycle finish; the last execution tells of it, the watermark too."""
        paced.engine.pause(paced.job)
        paced.wait(timedelta(minutes=30))
        assert len(server.created) == 3
        assert (paced.status["code"], paced.status["lastExecution"]["countExported"]) == ("Paused", 3)
        server.requests.clear()
        paced.engine.start(paced.job)
        paced.wait(timedelta(minutes=30))
        assert server.seen() == []

    def test_stopped_and_killed_it_waits_for_a_start(self, paced, server):
        """What was left of the cycle is in the store; no new process goes on with it by itself."""
        paced.engine.pause(paced.job)
        paced.reopen()
        paced.wait(timedelta(days=1))
        assert (len(server.created), paced.status["progress"]) == (2, [])
        paced.engine.start(paced.job)
        paced.wait(timedelta(minutes=30))
        assert server.created == ["ana@contoso.com", "ben@contoso.com", "eve@contoso.com"]


class TestStatus:
    def test_an_execution_with_errors_is_no_successful_one(self, company, server, ana):
        """synchronizationStatus: lastSuccessfulExecution had no errors."""
        first = company.status["lastSuccessfulExecution"]
        server.refuse("POST", "/Users", refusal(400), times=1)
        company.person("ben")
        company.person("eve")
        company.cycle()
        status = company.status
        assert (status["lastExecution"]["state"], status["lastExecution"]["countExported"]) == (
            "EntryLevelErrors",
            1,
        )
        assert status["lastSuccessfulExecution"] == status["lastSuccessfulExecutionWithExports"] == first
        company.cycle()
        last = company.status["lastExecution"]
        assert company.status["lastSuccessfulExecutionWithExports"] == last
        company.cycle()
        assert company.status["lastSuccessfulExecution"] != last
        assert company.status["lastSuccessfulExecutionWithExports"] == last

    def test_the_statistics_never_shrink(self, company, server, ana, restart):
        """…/application-provisioning-when-will-provisioning-finish: only a new data store counts anew."""
        company.directory.delete("User", ana)
        company.directory.purge(ana)
        company.cycle()
        assert server.resources["Users"] == {}
        assert company.status["synchronizedEntryCountByType"][0] == {"key": "User", "value": 1}
        restart("Full")
        assert company.status["synchronizedEntryCountByType"] == [{"key": "Group", "value": 1}]
