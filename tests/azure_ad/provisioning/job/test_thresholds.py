"""When failing objects put the whole job into quarantine, with the documented numbers made small by quirks.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-quarantine-status,
"Escrow thresholds" (read 2026-11-30).
"""

from datetime import timedelta

import pytest

from tests.azure_ad.scim_server import refusal

DAY = timedelta(days=1)
SETTINGS = '{"Enabled":true,"DeleteThresholdEnabled":false,"Recipients":"ops@contoso.com"}'


@pytest.fixture
def failing(found, server):
    """Return a function that makes so many people fail, after so many others came through."""

    def made(failures, connected, **quirks):
        company = found(**quirks)
        company.engine.save_secrets(company.app, {"SyncNotificationSettings": SETTINGS})
        for number in range(connected):
            company.person(f"good{number}")
        company.turn_on()
        server.refuse("POST", "/Users", refusal(400))
        company.keys = [company.person(f"bad{number}") for number in range(failures)]
        company.cycle()
        return company

    return made


def reason(company):
    quarantine = company.status["quarantine"]
    return quarantine and quarantine["reason"]


class TestProportion:
    """More than 40 % of the objects, once enough of them fail."""

    @pytest.mark.parametrize(
        ("failures", "connected", "wanted"),
        [
            (2, 3, None),  # 40 % is not more than 40 %
            (3, 4, "EncounteredEscrowProportionThreshold"),
            (1, 0, None),  # too few to judge
            (2, 0, "EncounteredEscrowProportionThreshold"),
        ],
    )
    def test_the_limit(self, failing, failures, connected, wanted):
        company = failing(failures, connected, quarantine_failures=2)
        assert reason(company) == wanted
        assert company.status["code"] == ("Quarantine" if wanted else "Active")

    def test_the_percentage_is_a_quirk(self, failing):
        assert reason(failing(2, 8, quarantine_failures=2, quarantine_failing_percent=19)) is not None
        assert reason(failing(2, 8, quarantine_failures=2, quarantine_failing_percent=20)) is None

    def test_below_five_thousand_nothing_happens(self, failing):
        """The documented numbers: some hundred failures are their own trouble."""
        assert reason(failing(300, 0)) is None

    def test_the_whole_cycle_is_done_first(self, failing):
        """The job shows the errors of a finished cycle; its next attempt comes after five minutes."""
        company = failing(3, 1, quarantine_failures=2)
        status = company.status
        assert status["lastExecution"]["countEscrowed"] == 3
        assert status["lastSuccessfulExecution"]["countExported"] == 1
        assert (status["lastExecution"]["state"], status["countSuccessiveCompleteFailures"]) == (
            "EntryLevelErrors",
            1,
        )
        assert (status["quarantine"]["currentBegan"], status["quarantine"]["nextAttempt"]) == (
            "2026-03-02T08:40:00.0000000Z",
            "2026-03-02T08:45:00.0000000Z",
        )
        (mail,) = company.tenant.mailer.outbox()
        assert "Too many objects fail" in mail["text"]

    def test_it_lasts_with_one_mail(self, failing):
        """As any quarantine; each attempt counts as a failure, the mail is one."""
        company = failing(3, 0, quarantine_failures=2)
        company.wait(DAY)
        assert (
            company.status["countSuccessiveCompleteFailures"]
            == company.status["quarantine"]["seriesCount"]
            > 5
        )
        company.wait(27 * DAY)
        assert len(list(company.tenant.mailer.outbox())) == 1
        assert company.status["code"] == "Quarantine"

    def test_it_is_lifted_when_enough_objects_come_through(self, failing, server):
        """Those in escrow are tried when they are due; mended, they end the quarantine."""
        company = failing(3, 0, quarantine_failures=2)
        server.mend()
        company.wait(timedelta(minutes=5))
        assert (reason(company), company.status["code"]) == (None, "Active")
        assert len(server.created) == 3

    def test_a_changed_source_ends_it_too(self, failing, server):
        company = failing(3, 0, quarantine_failures=2)
        company.wait(timedelta(hours=1))  # the first retry has failed, the next is hours away
        server.mend()
        for key in company.keys[:2]:
            company.change(key, jobTitle="Pilot")
        company.wait(timedelta(hours=2))
        assert (reason(company), len(server.created)) == (None, 2)


class TestNumber:
    """More than 40,000 whatever the proportion, or 60,000 with those whose references alone failed."""

    @pytest.mark.parametrize(("most", "wanted"), [(2, "EncounteredBaseEscrowThreshold"), (3, None)])
    def test_a_number_of_failures(self, failing, most, wanted):
        company = failing(3, 97, quarantine_failures=1, quarantine_most_failures=most)
        assert reason(company) == wanted

    @pytest.mark.parametrize(("most", "wanted"), [(3, "EncounteredTotalEscrowThreshold"), (4, None)])
    def test_a_number_of_all_failures(self, found, server, most, wanted):
        """Here members alone fail, which no proportion counts."""
        company = found(quarantine_failures=1, quarantine_all_failures=most)
        ana = company.person("ana")
        company.turn_on()
        server.refuse("PATCH", "/Groups", refusal(400))
        for name in ("Red", "Blue", "Green"):
            company.group(name, (ana,))
        company.cycle()
        assert company.status["lastExecution"]["countEscrowed"] == 3
        assert reason(company) == wanted


class TestPruning:
    """synchronizationStatus: in the initial cycle errors are cleared, and the job pauses for the customer."""

    @pytest.fixture
    def pruned(self, found, server):
        company = found(quarantine_failures=2)
        server.refuse("POST", "/Users", refusal(400))
        for name in ("ana", "ben", "eve"):
            company.person(name)
        company.turn_on()
        return company

    def test_the_job_pauses_without_quarantine(self, pruned, server):
        status = pruned.status
        assert (status["code"], pruned.state, status["escrowsPruned"], status["quarantine"]) == (
            "Paused",
            "Disabled",
            True,
            None,
        )
        server.mend()
        pruned.wait(DAY)
        assert server.created == []
        assert list(pruned.tenant.mailer.outbox()) == []

    def test_a_start_goes_on_without_those_who_failed(self, pruned, server):
        """Their errors were cleared, so nobody comes back to them until they change."""
        server.mend()
        pruned.engine.start(pruned.job)
        pruned.wait(timedelta())
        assert (server.created, pruned.status["escrowsPruned"]) == ([], False)

    def test_a_restart_takes_everybody(self, pruned, server):
        server.mend()
        pruned.restart()
        assert len(server.created) == 3
        assert (pruned.status["code"], pruned.status["escrowsPruned"]) == ("Active", False)
