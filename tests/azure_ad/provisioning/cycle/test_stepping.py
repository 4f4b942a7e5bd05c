"""One object at a time: a cycle that is held between objects, and goes on as if it never was."""

import pytest

from harness.azure_ad.directory.errors import ConflictError
from tests.azure_ad.provisioning.company import CYCLE
from tests.azure_ad.scim_server import reply


def steps(company, most=50):
    """Step until the cycle ends; return what each step logged."""
    told = []
    for _ in range(most):
        step = company.engine.step(company.job)
        told.append(company.told())
        if step.ended:
            return told
    raise AssertionError("the cycle never ends")


@pytest.fixture
def staffed(company):
    """Return a company of Ana, Ben, his manager Ana, and their office."""
    ana, ben = company.person("ana"), company.person("ben")
    company.directory.set_manager(ben, ana)
    company.group("Office", (ana, ben))
    return company


class TestSteps:
    def test_each_step_is_one_object_or_one_request_for_references(self, staffed):
        assert [told for told in steps(staffed) if told] == [
            [("Ana", "create", "success")],
            [("Ben", "create", "success")],
            [("Office", "create", "success")],
            [("Ben", "update", "success")],
            [("Office", "update", "success")],
            [("Office", "update", "success")],
        ]

    def test_a_stepped_cycle_ends_as_any_other(self, staffed, server, found):
        """Statistics, watermark and the target are as after a cycle that ran by itself; the schedule stays off."""
        steps(staffed)
        execution = staffed.status["lastExecution"]
        assert (execution["state"], execution["countExported"]) == ("Succeeded", 6)
        assert staffed.status["synchronizedEntryCountByType"] == [
            {"key": "User", "value": 2},
            {"key": "Group", "value": 1},
        ]
        assert (staffed.state, staffed.status["code"]) == ("Disabled", "Paused")
        server.seen()
        staffed.engine.start(staffed.job)
        staffed.wait(CYCLE)
        assert server.seen() == []

    def test_the_connection_is_probed_once(self, staffed, server):
        """The cycle is held, not begun anew."""
        staffed.engine.step(staffed.job)
        server.requests.clear()
        staffed.engine.step(staffed.job)
        assert [request.method for request in server.requests] == ["GET", "POST"]

    def test_what_nobody_foresaw_is_not_tried_again_by_itself(self, company, server):
        """The exception is the caller's; the timers leave the job alone."""
        server.refuse("POST", "/Users", ZeroDivisionError(), times=1)
        company.person("ana")
        with pytest.raises(ZeroDivisionError):
            company.engine.step(company.job)
        company.cycle(3)
        assert server.created == []
        company.engine.step(company.job)
        assert server.created == ["ana@contoso.com"]

    def test_nothing_happens_between_steps(self, staffed, server):
        """Time alone moves nothing."""
        staffed.engine.step(staffed.job)
        server.seen()
        staffed.cycle(3)
        assert server.seen() == []
        assert staffed.status["progress"][0]["completedUnits"] == 1

    def test_a_schedule_that_is_on_is_in_the_way(self, company):
        company.person("ana")
        company.turn_on()
        with pytest.raises(ConflictError, match="pause the job"):
            company.engine.step(company.job)

    def test_a_bad_connection_ends_it(self, company, server):
        """Quarantine, as in a cycle that runs by itself, but no attempt by itself."""
        server.refuse("GET", "/Users", reply(401), times=1)
        company.person("ana")
        assert company.engine.step(company.job).ended
        assert company.status["quarantine"]["reason"] == "EncounteredQuarantineException"
        company.cycle(3)
        assert server.created == []
        steps(company)
        assert (server.created, company.status["quarantine"]) == (["ana@contoso.com"], None)


class TestGoingOn:
    def test_start_lets_it_run_on(self, staffed, server):
        """What was done is not done again."""
        staffed.engine.step(staffed.job)
        staffed.turn_on()
        assert server.created == ["ana@contoso.com", "ben@contoso.com", "Office"]
        assert staffed.status["lastExecution"]["countExported"] == 6

    @pytest.mark.parametrize("done", [1, 2, 3, 4, 5])
    def test_a_process_that_ends_between_steps(self, staffed, server, done):
        """The next step of the next process goes on behind the last one."""
        for _ in range(done):
            staffed.engine.step(staffed.job)
        staffed.reopen()
        steps(staffed)
        assert server.created == ["ana@contoso.com", "ben@contoso.com", "Office"]
        assert server.resources["Groups"]["g1"]["members"] == ["u1", "u2"]
        assert staffed.status["lastExecution"]["countExported"] == 6

    def test_an_edited_mapping_begins_the_cycle_anew(self, staffed, server):
        """The cycle under way is given up, as always."""
        staffed.engine.step(staffed.job)
        staffed.edit("title")
        steps(staffed)
        assert sorted(server.created) == ["Office", "ana@contoso.com", "ben@contoso.com"]

    def test_a_paced_cycle_is_taken_over_and_given_back(self, found, server):
        """Pausing and stepping breaks into a cycle; the timers leave it alone until the job is started."""
        company = found(milliseconds_per_object=60_000)
        for name in ("ana", "ben", "eve", "kim"):
            company.person(name)
        company.turn_on()
        company.engine.pause(company.job)
        company.engine.step(company.job)
        company.cycle()
        assert server.created == ["ana@contoso.com", "ben@contoso.com"]
        company.engine.start(company.job)
        company.cycle()
        assert [name[:3] for name in server.created] == ["ana", "ben", "eve", "kim"]

    def test_several_in_flight_are_still_one_a_step(self, found, server):
        company = found(in_flight=4)
        for name in ("ana", "ben", "eve"):
            company.person(name)
        company.engine.step(company.job)
        assert len(server.created) == 1
