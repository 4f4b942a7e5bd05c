"""One account, one owner: two source objects that match the same account, and servers that give one id twice.

Source: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/howto-analyze-provisioning-logs,
DuplicateSourceEntries and DuplicateTargetEntries (read 2026-11-29).
"""

import pytest

from harness.azure_ad.provisioning.on_demand import Subject
from harness.azure_ad.provisioning.target.reactions import SCIM
from tests.azure_ad.provisioning.company import summary
from tests.azure_ad.scim_server import refusal, reply


@pytest.fixture
def by_mail(company):
    """Return the company once its people are matched by their mail, which two may share."""
    company.edit('emails[type eq "work"].value', matchingPriority=1)
    company.edit("userName", matchingPriority=0)
    return company


@pytest.fixture
def twins(by_mail, server):
    """Return Ana, who is provisioned, and Ben, who came later with the same mail."""
    ana = by_mail.person("ana", mail="office@contoso.com")
    by_mail.turn_on()
    server.seen()
    by_mail.log()
    return ana, by_mail.person("ben", mail="office@contoso.com")


class TestSource:
    def test_the_second_is_refused_and_the_account_left_alone(self, by_mail, server, twins):
        """Nobody is written over: the search finds an account that is somebody's already."""
        by_mail.cycle()
        assert server.seen() == ['GET /Users?filter=emails[type eq "work"].value eq "office@contoso.com"']
        (entry,) = by_mail.log()
        information = entry["provisioningStatusInfo"]["errorInformation"]
        assert information["errorCode"] == "DuplicateSourceEntries"
        assert "'ana@contoso.com' in the source has the same matching value" in information["reason"]
        assert "This operation was retried 0 times" in information["reason"]
        assert server.user("ana@contoso.com")["displayName"] == "Ana"

    def test_it_is_mended_by_another_value(self, by_mail, server, twins):
        by_mail.cycle()
        by_mail.change(twins[1], mail="ben@contoso.com")
        by_mail.cycle()
        assert server.created == ["ana@contoso.com", "ben@contoso.com"]

    def test_both_in_the_initial_cycle(self, by_mail, server):
        """The first one wins, also when the account was there before either."""
        server.add("Users", {"userName": "old", "emails": [{"type": "work", "value": "office@contoso.com"}]})
        by_mail.person("ana", mail="office@contoso.com")
        by_mail.person("ben", mail="office@contoso.com")
        by_mail.turn_on()
        assert by_mail.told() == [("Ana", "update", "success"), ("Ben", "other", "DuplicateSourceEntries")]
        assert server.resources["Users"]["u1"]["userName"] == "ana@contoso.com"

    @pytest.mark.parametrize("event", ["unassigned", "deleted", "purged"])
    def test_the_account_of_somebody_who_left_goes_over(self, by_mail, server, twins, event):
        """Somebody who comes back under a new identity finds the old account."""
        if event == "unassigned":
            by_mail.unassign(twins[0])
        else:
            by_mail.directory.delete("User", twins[0])
        if event == "purged":
            by_mail.directory.purge(twins[0])
        by_mail.cycle(2)
        accounts = [(user["userName"], user["active"]) for user in server.resources["Users"].values()]
        assert accounts == [("ben@contoso.com", True)]

    def test_the_former_owner_has_no_hold_on_it(self, by_mail, server, twins):
        """Ana is deleted softly, Ben has her account; that she is then deleted for good does not take it from him."""
        by_mail.directory.delete("User", twins[0])
        by_mail.cycle(2)
        by_mail.directory.purge(twins[0])
        by_mail.cycle(2)
        assert server.user("ben@contoso.com")["active"] is True
        assert by_mail.store.count(f"connection:{by_mail.job}") == 1

    def test_a_refused_takeover_changes_no_owner(self, by_mail, server, twins):
        """The account stays the former owner's until the update of the new one came through."""
        by_mail.directory.delete("User", twins[0])
        by_mail.cycle()
        by_mail.unassign(twins[1])
        by_mail.cycle()
        newcomer = by_mail.person("eve", mail="office@contoso.com")
        server.refuse("PATCH", "/Users/u1", refusal(400), times=1)
        by_mail.cycle()
        owner = by_mail.store.owner(f"target:{by_mail.job}", "u1")
        assert owner == twins[1]
        by_mail.cycle()
        assert by_mail.store.owner(f"target:{by_mail.job}", "u1") == newcomer

    def test_two_at_the_same_time(self, by_mail, server):
        """Whoever is provisioned on demand while the cycle takes the account over was quicker: one owner, one failure."""
        server.add("Users", {"userName": "old", "emails": [{"type": "work", "value": "office@contoso.com"}]})
        by_mail.person("ana", mail="office@contoso.com")
        ben = by_mail.person("ben", mail="office@contoso.com")
        left = [ben]

        def interrupt(request):
            if request.method == "PATCH" and left:
                by_mail.engine.provision_on_demand(by_mail.job, Subject("User", left.pop()))

        server.rules.append(interrupt)
        by_mail.turn_on()
        assert by_mail.told()[:2] == [
            ("Ben", "update", "success"),
            ("Ana", "update", "DuplicateSourceEntries"),
        ]
        assert by_mail.store.owner(f"target:{by_mail.job}", "u1") == ben
        assert by_mail.store.count(f"connection:{by_mail.job}") == 1

    def test_groups_of_one_name(self, company, server):
        """Two groups may have one display name, on which groups are matched."""
        company.group("Office")
        company.group("Office")
        company.turn_on()
        assert company.told() == [
            ("Office", "create", "success"),
            ("Office", "other", "DuplicateSourceEntries"),
        ]
        assert len(server.resources["Groups"]) == 1


class TestTarget:
    def test_several_matches_wait_in_escrow(self, company, server):
        """They are tried again as any failure, and are well once only one is left."""
        for _ in range(2):
            server.add("Users", {"userName": "ana@contoso.com"})
        company.person("ana")
        company.turn_on()
        (entry,) = company.log()
        information = entry["provisioningStatusInfo"]["errorInformation"]
        assert information["errorCode"] == f"{SCIM}MultipleEntriesInResponse"
        assert "This operation was retried 0 times" in information["reason"]
        del server.resources["Users"]["u2"]
        company.cycle()
        assert company.told() == [("Ana", "update", "success")]

    def test_a_server_that_gives_one_id_twice(self, company, server):
        """The second account is not taken for created: its id is somebody else's."""
        server.refuse("POST", "/Users", reply(201, {"id": "u1"}))
        company.person("ana")
        company.person("ben")
        company.turn_on()
        first, second = company.log()
        assert [summary(first), summary(second)] == [
            ("Ana", "create", "success"),
            ("Ben", "create", f"{SCIM}ServiceIncompatible"),
        ]
        assert second["targetIdentity"]["id"] == ""
        exports = [step["status"] for step in second["provisioningSteps"] if step["name"] == "EntryExportAdd"]
        assert exports == ["failure"]


class TestEscrow:
    """What needs no further attempt leaves the list of failed objects."""

    @pytest.fixture
    def refused(self, company, server):
        server.refuse("POST", "/Users", refusal(400))
        key = company.person("ana", mail="ana@contoso.com")
        company.turn_on()
        assert company.store.count(f"escrow:{company.job}") == 1
        return key

    def test_without_a_matching_value(self, company, refused):
        """Logged once, not in every cycle to come."""
        company.edit('emails[type eq "work"].value', matchingPriority=1)
        company.edit("userName", matchingPriority=0)
        company.change(refused, mail=None)
        company.log()
        company.cycle(10)
        assert company.told() == [("Ana", "other", "ImportSkipped")]

    def test_when_creating_is_turned_off(self, company, refused):
        schema = company.engine.schema(company.job)
        schema["synchronizationRules"][0]["objectMappings"][0]["flowTypes"] = "Update"
        company.engine.save_schema(company.job, schema)
        company.log()
        company.cycle(10)
        assert company.told() == [("Ana", "create", "ActionNotAllowed")]

    def test_when_deleting_is_turned_off(self, company, server):
        group = company.group("Office")
        company.turn_on()
        server.refuse("DELETE", "/Groups", refusal(400))
        company.unassign(group)
        company.cycle()
        schema = company.engine.schema(company.job)
        schema["synchronizationRules"][0]["objectMappings"][1]["flowTypes"] = "Add,Update"
        company.engine.save_schema(company.job, schema)
        company.log()
        company.cycle(10)
        assert company.told() == [("Office", "delete", "ActionNotAllowed")]
