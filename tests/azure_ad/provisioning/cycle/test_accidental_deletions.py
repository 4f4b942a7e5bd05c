"""Accidental deletion prevention: many disables and deletes in one cycle wait until somebody allows them.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/accidental-deletions (read 2026-11-29).
"""

from datetime import timedelta

import pytest

from harness.azure_ad.provisioning.job.moves import SettingError
from harness.base.clock import iso
from tests.azure_ad.caller import Caller
from tests.azure_ad.provisioning.company import CYCLE
from tests.azure_ad.scim_server import refusal

JOB = "/servicePrincipals/{app}/synchronization/jobs/{job}"
SETTINGS = '{"Enabled":true,"DeleteThresholdEnabled":true,"Recipients":"ops@contoso.com"}'
DISABLED = [("Ana", "disable", "success"), ("Ben", "disable", "success"), ("Office", "delete", "success")]
STAGED = [("Ana", "stagedDelete", "success"), ("Ben", "stagedDelete", "success")]
FIVE_MINUTES = timedelta(minutes=5)


def threshold(company, most):
    company.engine.save_settings(company.job, {"QuarantineTooManyDeletesThreshold": str(most)})


def active(server):
    return [user["active"] for user in server.resources["Users"].values()]


def allow(company):
    company.engine.restart(company.job, frozenset({"ForceDeletes"}))
    company.wait(timedelta())


@pytest.fixture
def people(company, server):
    """Return Ana, Ben and the group Office, provisioned; one of them may go in a cycle, not two."""
    company.engine.save_secrets(company.app, {"SyncNotificationSettings": SETTINGS})
    threshold(company, 1)
    ana, ben = company.person("ana"), company.person("ben")
    office = company.group("Office")
    company.turn_on()
    server.seen()
    company.log()
    return ana, ben, office


@pytest.fixture
def held(company, server, people):
    """Return Ana, Ben and Office after a cycle that would have disabled Ana and Ben and deleted Office."""
    for key in people:
        company.unassign(key)
    company.cycle()
    return people


class TestBelow:
    def test_as_many_as_the_threshold_may_go(self, company, server, people):
        """One of three, with a threshold of one: read, then read and disabled when their number is known."""
        company.unassign(people[0])
        company.cycle()
        assert server.seen() == ["GET /Users/u1", "GET /Users/u1", "PATCH /Users/u1"]
        assert company.told() == [("Ana", "disable", "success")]
        assert company.status["code"] == "Active"
        company.unassign(people[1])
        company.cycle()
        assert (active(server), company.status["code"]) == ([False, False], "Active")

    def test_updates_are_not_held_up(self, company, server, people):
        """A title is no disable; somebody who is both is told apart by what would be sent."""
        for key in people[:2]:
            company.change(key, jobTitle="Pilot")
        company.cycle()
        assert [user["title"] for user in server.resources["Users"].values()] == ["Pilot", "Pilot"]

    def test_without_the_check_box_the_threshold_is_nothing(self, company, server, people):
        """`DeleteThresholdEnabled` decides."""
        company.engine.save_secrets(company.app, {"SyncNotificationSettings": '{"Enabled":true}'})
        for key in people:
            company.unassign(key)
        company.cycle()
        assert company.told() == DISABLED
        assert server.resources["Groups"] == {}

    @pytest.mark.parametrize(("default", "code"), [(3, "Active"), (2, "Quarantine")])
    def test_the_default_threshold_is_a_quirk(self, found, server, default, code):
        company = found(deletes_threshold=default)
        company.engine.save_secrets(company.app, {"SyncNotificationSettings": SETTINGS})
        keys = [company.person(name) for name in ("ana", "ben", "eve")]
        company.turn_on()
        for key in keys:
            company.unassign(key)
        company.cycle()
        assert company.status["code"] == code


class TestHeldBack:
    def test_nothing_is_sent_and_the_log_says_staged_delete(self, company, server, held):
        """Disables and deletes, people and groups count alike; each object is told of once."""
        assert server.seen() == ["GET /Users/u1", "GET /Users/u2"]
        assert company.told() == [*STAGED, ("Office", "stagedDelete", "success")]
        assert (active(server), len(server.resources["Groups"])) == ([True, True], 1)
        company.wait(timedelta(days=3))
        assert company.told() == []
        assert active(server) == [True, True]

    def test_the_job_is_in_quarantine(self, company, held):
        """TooManyDeletes, tried again after five minutes; nobody counts a staged delete as exported."""
        status = company.status
        assert (status["code"], status["quarantine"]["reason"]) == ("Quarantine", "TooManyDeletes")
        assert status["quarantine"]["nextAttempt"] == iso(company.clock.now() + FIVE_MINUTES, 7)
        assert (status["lastExecution"]["state"], status["lastExecution"]["countExported"]) == ("Failed", 0)
        assert "3 objects" in status["quarantine"]["error"]["message"]
        assert status["progress"] == []

    def test_one_mail_tells_of_it(self, company, held):
        company.wait(timedelta(days=3))
        (mail,) = company.tenant.mailer.outbox()
        assert (mail["to"], "3 objects would be disabled or deleted" in mail["text"]) == (
            "ops@contoso.com",
            True,
        )

    def test_others_came_through_in_the_same_cycle(self, company, server, people):
        """Users are created, only what would take somebody away waits."""
        company.person("eve")
        for key in people:
            company.unassign(key)
        company.cycle()
        assert server.created[-1] == "eve@contoso.com"
        assert active(server) == [True, True, True]


class TestAllowed:
    def test_allow_deletes_sends_them(self, company, server, held):
        """Restart with ForceDeletes: every one is sent, the quarantine is lifted, the next cycle is quiet."""
        company.log()
        allow(company)
        assert company.told() == DISABLED
        assert (active(server), server.resources["Groups"]) == ([False, False], {})
        assert (company.status["code"], company.status["quarantine"]) == ("Active", None)
        server.seen()
        company.cycle()
        assert server.seen() == []

    def test_once_allowed_the_threshold_counts_again(self, company, server, held, people):
        """The permission is for one cycle."""
        allow(company)
        for key in people[:2]:
            company.assign(key)
        company.cycle()
        assert active(server) == [True, True]
        for key in people[:2]:
            company.unassign(key)
        company.cycle()
        assert active(server) == [True, True]
        assert company.status["quarantine"]["reason"] == "TooManyDeletes"

    def test_a_higher_threshold_lets_them_go_at_the_next_attempt(self, company, server, held):
        threshold(company, 3)
        company.wait(FIVE_MINUTES)
        assert (active(server), company.status["code"]) == ([False, False], "Active")

    def test_prevention_turned_off_lets_them_go_too(self, company, server, held):
        company.engine.save_secrets(company.app, {"SyncNotificationSettings": '{"Enabled":true}'})
        company.wait(FIVE_MINUTES)
        assert (active(server), server.resources["Groups"]) == ([False, False], {})

    def test_a_refused_delete_is_retried_as_any_failure(self, company, server, held):
        """It goes to escrow, and is nobody's staged delete any more."""
        server.refuse("PATCH", "/Users/u1", refusal(500), times=1)
        company.log()
        allow(company)
        assert company.told()[0] == ("Ana", "disable", "InternalServerError")
        company.cycle()
        assert active(server) == [False, False]

    def test_a_token_that_expires_while_they_are_sent_loses_none(self, company, server, held):
        """401 in the middle: who was not reached is sent once the token is good."""
        server.refuse("PATCH", "/Users/u1", refusal(401), times=1)
        allow(company)
        assert company.status["quarantine"]["reason"] == "EncounteredQuarantineException"
        company.wait(timedelta(hours=2))
        assert (active(server), server.resources["Groups"]) == ([False, False], {})
        assert company.status["code"] == "Active"


class TestRejected:
    def test_mended_assignments_and_a_restart_leave_everybody(self, company, server, held):
        for key in held:
            company.assign(key)
        company.restart()
        assert active(server) == [True, True]
        assert (company.status["code"], len(server.resources["Groups"])) == ("Active", 1)

    def test_mended_assignments_are_noticed_without_a_restart(self, company, server, held):
        """Quarantine ends when its cause is gone; the one who is still out of scope is below the threshold."""
        company.assign(held[0])
        company.assign(held[2])
        company.wait(FIVE_MINUTES)
        assert (active(server), company.status["code"]) == ([True, False], "Active")

    def test_a_restart_alone_holds_them_back_again(self, company, server, held):
        company.log()
        company.restart()
        assert [entry[1] for entry in company.told()] == ["stagedDelete"] * 3
        assert company.status["quarantine"]["seriesCount"] == 1
        assert active(server) == [True, True]

    def test_who_was_deleted_for_good_meanwhile_is_deleted(self, company, server, held):
        """What the directory says at last is what is sent."""
        company.directory.delete("User", held[0])
        company.directory.purge(held[0])
        allow(company)
        assert [user["userName"] for user in server.resources["Users"].values()] == ["ben@contoso.com"]


class TestOtherWays:
    def test_people_without_a_mapping_of_active_are_staged_deletes_too(self, company, server, people):
        company.edit("active")
        company.cycle()
        for key in people[:2]:
            company.unassign(key)
        company.log()
        company.cycle()
        assert company.told() == STAGED
        assert len(server.resources["Users"]) == 2
        allow(company)
        assert server.resources["Users"] == {}

    def test_an_account_that_is_taken_over_disabled_waits_too(self, found, server):
        """A mapping may disable whom it matches; that is not lost with the matching."""
        company = found(deletes_threshold=0)
        company.engine.save_secrets(company.app, {"SyncNotificationSettings": SETTINGS})
        source = {"expression": '"False"', "name": "False", "type": "Constant", "parameters": []}
        company.edit("active", source=source)
        server.add("Users", {"userName": "ana@contoso.com", "active": True})
        company.person("ana")
        company.turn_on()
        assert (active(server), company.status["code"]) == ([True], "Quarantine")
        allow(company)
        assert active(server) == [False]

    def test_provisioning_on_demand_asks_nobody(self, company, server, held):
        """One object at a time is no accident."""
        graph = Caller(company)
        rule = company.engine.schema(company.job)["synchronizationRules"][0]["id"]
        subject = {"objectId": held[0], "objectTypeName": "User"}
        body = {"parameters": [{"ruleId": rule, "subjects": [subject]}]}
        graph.do("POST", JOB + "/provisionOnDemand", body, 200)
        assert active(server) == [False, True]


class TestGraph:
    """PATCH of a job: `synchronizationJobSettings`, a list of name and value."""

    @pytest.fixture
    def company(self, found):
        return found(job_takes_patch=True)

    @pytest.fixture
    def graph(self, company):
        return Caller(company)

    def test_the_threshold_is_a_job_setting(self, graph, company):
        """204, and the job shows it beside the others."""
        body = {"synchronizationJobSettings": [{"name": "QuarantineTooManyDeletesThreshold", "value": "500"}]}
        graph.do("PATCH", JOB, body)
        graph.do("PATCH", JOB, {"synchronizationJobSettings": []})
        assert graph.get(JOB)["synchronizationJobSettings"] == [
            {"name": "AzureIngestionAttributeOptimization", "value": "False"},
            {"name": "QuarantineTooManyDeletesThreshold", "value": "500"},
        ]
        activities = [entry.body["activityDisplayName"] for entry in company.store.read("audit")]
        assert activities.count("Update provisioning setting or credentials") == 3

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"status": {"code": "Active"}},
            {"synchronizationJobSettings": {}},
            {"synchronizationJobSettings": [], "schedule": {"state": "Active"}},
            {"synchronizationJobSettings": ["x"]},
            {"synchronizationJobSettings": [{"name": "QuarantineTooManyDeletesThreshold"}]},
            {"synchronizationJobSettings": [{"name": "QuarantineTooManyDeletesThreshold", "value": 500}]},
            *(
                {"synchronizationJobSettings": [{"name": "QuarantineTooManyDeletesThreshold", "value": text}]}
                for text in ("", "many", "-1", "1.5", "٣", "9" * 10)
            ),
        ],
    )
    def test_anything_else_is_a_bad_request(self, graph, company, body):
        """Nothing of it is kept, and the sentence says what is wanted."""
        before = company.rows()
        status, code, message = graph.fail("PATCH", JOB, body)
        assert (status, code) == (400, "BadRequest")
        assert message
        assert company.rows() == before

    def test_an_unknown_job_is_not_found(self, graph):
        body = {"synchronizationJobSettings": []}
        path = "/servicePrincipals/{app}/synchronization/jobs/none"
        assert graph.fail("PATCH", path, body)[0] == 404


def test_held_back_deletes_outlive_the_process(company, server, people):
    """They wait in the store with the cycle that found them, and are counted there."""
    for key in people:
        company.unassign(key)
    company.cycle()
    company.reopen()
    company.wait(CYCLE)
    assert active(server) == [True, True]
    company.log()
    allow(company)
    assert company.told() == DISABLED


@pytest.mark.parametrize("text", ["many", "", "-1", "5.5", "5e2", "1234567890"])
def test_the_job_itself_refuses_a_threshold_that_is_no_number(company, text):
    """Whoever sets it: Graph, the portal or a scenario."""
    before = company.engine.job(company.job)
    with pytest.raises(SettingError, match=f"must be a number of objects, not '{text}'"):
        threshold(company, text)
    assert company.engine.job(company.job) == before
