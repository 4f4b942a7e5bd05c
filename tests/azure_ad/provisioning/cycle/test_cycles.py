"""The provisioning cycle by the documents: what is sent for which change, in which order, and what is never sent."""

from datetime import timedelta
from itertools import pairwise

import pytest

from harness.azure_ad.provisioning.connection_test import CredentialsError
from harness.azure_ad.provisioning.target.reactions import SCIM
from harness.scim.names import ENTERPRISE_USER
from harness.wire.message import TransportError
from tests.azure_ad.provisioning.company import CYCLE
from tests.azure_ad.scim_server import BASE, TOKEN, is_probe, refusal, reply

MANAGER = f"{ENTERPRISE_USER}:manager"
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def operations(server):
    return [operation for body in server.bodies("PATCH") for operation in body["Operations"]]


@pytest.fixture
def ana(company, server):
    """Return a person whom the initial cycle has created."""
    key = company.person("ana")
    company.turn_on()
    server.seen()
    company.log()
    return key


class TestOrder:
    def test_the_initial_cycle_probes_then_users_then_groups_then_references(self, company, server):
        """how-provisioning-works: users and groups first, memberships and managers later."""
        boss = company.person("boss")
        clerk = company.person("clerk")
        company.directory.set_manager(clerk, boss)
        company.group("Office", (boss, clerk))
        company.turn_on()
        assert [is_probe(request) for request in server.requests[:3]] == [True, True, False]
        assert server.seen() == [
            'GET /Users?filter=userName eq "boss@contoso.com"',
            "POST /Users",
            'GET /Users?filter=userName eq "clerk@contoso.com"',
            "POST /Users",
            'GET /Groups?excludedAttributes=members&filter=displayName eq "Office"',
            "POST /Groups",
            "PATCH /Users/u2",
            "PATCH /Groups/g1",
            "PATCH /Groups/g1",
        ]
        assert server.user("clerk@contoso.com")[ENTERPRISE_USER]["manager"] == {"value": "u1"}
        assert server.resources["Groups"]["g1"]["members"] == ["u1", "u2"]

    def test_the_initial_cycle_begins_at_once_and_the_next_ones_forty_minutes_apart(self, company, server):
        """The interval is fixed; a cycle without changes sends its probes and nothing else."""
        company.person("ana")
        company.turn_on()
        server.requests.clear()
        company.wait(CYCLE - timedelta(seconds=1))
        assert server.requests == []
        company.wait(timedelta(seconds=1))
        assert [is_probe(request) for request in server.requests] == [True, True]
        company.wait(DAY)
        assert len(server.requests) == 2 + 2 * 36
        assert server.seen() == []

    def test_an_incremental_cycle_touches_only_what_changed(self, company, server, ana):
        """Only changed objects are read, only changed attributes are sent, and the log says which."""
        company.person("ben")
        company.cycle()
        server.seen()
        company.log()
        company.change(ana, jobTitle="Pilot")
        company.cycle()
        assert server.seen() == ["GET /Users/u1", "PATCH /Users/u1"]
        (entry,) = company.log()
        assert entry["modifiedProperties"] == [
            {"displayName": "title", "oldValue": None, "newValue": "Pilot"}
        ]
        assert [step["name"] for step in entry["provisioningSteps"]] == [
            "EntryImportUpdate",
            "EntrySynchronizationScoping",
            "EntryImport",
            "EntrySynchronizationUpdate",
            "EntryExportUpdate",
        ]

    def test_all_entries_of_a_cycle_share_its_id(self, company, ana):
        """One entry an object and cycle; cycleId joins them, changeId tells them apart."""
        company.person("ben")
        company.change(ana, jobTitle="Pilot")
        company.cycle()
        entries = company.log()
        assert len(entries) == 2
        assert len({entry["cycleId"] for entry in entries}) == 1
        assert len({entry["changeId"] for entry in entries}) == 2

    def test_a_change_during_a_cycle_is_seen_by_the_next(self, found, server):
        """The watermark is where the cycle began, so nothing falls between two cycles."""
        company = found(milliseconds_per_object=60_000)
        first, _ = company.person("ana"), company.person("ben")
        company.turn_on()
        company.wait(timedelta(seconds=30))
        company.change(first, jobTitle="Pilot")
        company.wait(timedelta(minutes=10))
        assert "title" not in server.user("ana@contoso.com")
        company.cycle()
        assert server.user("ana@contoso.com")["title"] == "Pilot"


class TestDecisions:
    """how-provisioning-works, the documented table row by row."""

    def test_a_new_person_is_created(self, company, server):
        company.person("ana")
        company.turn_on()
        assert server.seen() == ['GET /Users?filter=userName eq "ana@contoso.com"', "POST /Users"]
        (entry,) = company.log()
        assert (entry["provisioningAction"], entry["targetIdentity"]["id"]) == ("create", "u1")
        assert [step["name"] for step in entry["provisioningSteps"]] == [
            "EntryImportAdd",
            "EntrySynchronizationScoping",
            "EntrySynchronizationAdd",
            "EntryExportAdd",
        ]

    def test_a_disabled_stranger_is_not_created(self, company, server):
        key = company.person("ana", accountEnabled=False)
        company.turn_on()
        assert server.seen() == []
        assert company.told() == [("Ana", "other", "NotEffectivelyEntitled")]
        company.change(key, accountEnabled=True)
        company.cycle()
        assert "POST /Users" in server.seen()

    def test_a_changed_attribute_is_patched(self, company, server, ana):
        company.change(ana, displayName="Ana Neu", department="Flight")
        company.cycle()
        assert operations(server) == [
            {"op": "Replace", "path": "displayName", "value": "Ana Neu"},
            {"op": "Add", "path": f"{ENTERPRISE_USER}:department", "value": "Flight"},
        ]

    def test_nothing_changed_is_skipped_as_redundant(self, company, server, ana):
        company.change(ana, usageLocation="DE")
        company.cycle()
        assert server.seen() == ["GET /Users/u1"]
        (entry,) = company.log()
        assert (entry["provisioningAction"], entry["provisioningStatusInfo"]["status"]) == (
            "other",
            "skipped",
        )
        assert entry["provisioningSteps"][-1]["details"] == {"SkipReason": "RedundantExport"}

    def test_a_disabled_person_is_disabled_and_enabled_again(self, company, server, ana):
        company.change(ana, accountEnabled=False)
        company.cycle()
        assert operations(server) == [{"op": "Replace", "path": "active", "value": "False"}]
        assert company.told() == [("Ana", "disable", "success")]
        company.change(ana, accountEnabled=True)
        company.cycle()
        assert operations(server) == [{"op": "Replace", "path": "active", "value": "True"}]
        assert company.told() == [("Ana", "update", "success")]

    def test_a_softly_deleted_person_is_disabled(self, company, server, ana):
        company.directory.delete("User", ana)
        company.cycle()
        assert operations(server) == [{"op": "Replace", "path": "active", "value": "False"}]
        assert company.told() == [("Ana", "disable", "success")]

    def test_an_unassigned_person_is_disabled_and_no_longer_managed(self, company, server, ana):
        """Afterwards neither changes nor the deletion of the person send anything."""
        company.unassign(ana)
        company.cycle()
        assert operations(server) == [{"op": "Replace", "path": "active", "value": "False"}]
        company.change(ana, jobTitle="Pilot")
        company.cycle()
        company.directory.delete("User", ana)
        company.cycle(2)
        company.restart()
        assert server.seen() == []
        assert server.user("ana@contoso.com")["active"] is False

    def test_a_person_assigned_again_is_the_same_account(self, company, server, ana):
        company.unassign(ana)
        company.cycle()
        company.change(ana, jobTitle="Pilot")
        company.assign(ana)
        server.seen()
        company.cycle()
        assert server.seen() == ["GET /Users/u1", "PATCH /Users/u1"]
        assert (server.user("ana@contoso.com")["active"], server.user("ana@contoso.com")["title"]) == (
            True,
            "Pilot",
        )

    @pytest.mark.parametrize("event", ["unassigned", "disabled", "deleted"])
    def test_without_the_mapping_of_active_people_are_deleted(self, company, server, event):
        """An application that cannot disable gets DELETE for what otherwise disables."""
        key = company.person("ana")
        company.edit("active")
        company.turn_on()
        server.seen()
        company.log()
        if event == "unassigned":
            company.unassign(key)
        elif event == "disabled":
            company.change(key, accountEnabled=False)
        else:
            company.directory.delete("User", key)
        company.cycle()
        assert server.seen() == ["DELETE /Users/u1"]
        assert company.told() == [("Ana", "delete", "success")]

    @pytest.mark.parametrize("event", ["unassigned", "deleted"])
    def test_a_group_is_deleted_whether_unassigned_or_deleted(self, company, server, event):
        group = company.group("Office")
        company.turn_on()
        server.seen()
        company.log()
        company.unassign(group) if event == "unassigned" else company.directory.delete("Group", group)
        company.cycle()
        assert server.seen() == ["DELETE /Groups/g1"]
        assert company.told() == [("Office", "delete", "success")]

    @pytest.mark.parametrize("event", ["unassigned", "deleted"])
    def test_members_lose_their_place_with_the_group_that_brought_them(self, company, server, event):
        """Whoever was in scope through the group alone is disabled in the same cycle."""
        key = company.person("ana", assigned=False)
        group = company.group("Office", (key,))
        company.turn_on()
        company.unassign(group) if event == "unassigned" else company.directory.delete("Group", group)
        company.cycle()
        assert server.user("ana@contoso.com")["active"] is False
        assert server.resources["Groups"] == {}

    def test_a_group_that_is_deleted_already_counts_as_deleted(self, company, server):
        group = company.group("Office")
        company.turn_on()
        server.resources["Groups"].clear()
        company.log()
        company.unassign(group)
        company.cycle()
        assert company.told() == [("Office", "delete", "success")]

    @pytest.mark.parametrize(
        ("allowed", "wanted"),
        [("Update,Delete", []), ("Add,Delete", ["POST"]), ("Add, Update", ["POST", "PATCH"])],
    )
    def test_unticked_object_actions_send_nothing(self, company, server, allowed, wanted):
        """Create, Update and Delete of the object mapping; disabling is part of Update."""
        schema = company.engine.schema(company.job)
        schema["synchronizationRules"][0]["objectMappings"][0]["flowTypes"] = allowed
        company.engine.save_schema(company.job, schema)
        key = company.person("ana")
        company.turn_on()
        company.change(key, accountEnabled=False)
        company.cycle()
        assert [request.method for request in server.requests if request.method != "GET"] == wanted


class TestScope:
    def test_direct_members_of_assigned_groups_are_in_scope(self, company, server):
        """Nested groups are not expanded, strangers get nothing."""
        ana, ben = company.person("ana", assigned=False), company.person("ben", assigned=False)
        company.person("eve", assigned=False)
        inner = company.group("Inner", (ben,), assigned=False)
        company.group("Outer", (ana, inner))
        company.turn_on()
        assert server.created == ["ana@contoso.com", "Outer"]
        assert server.resources["Groups"]["g1"]["members"] == ["u1"]

    def test_a_nested_group_in_scope_is_a_member(self, company, server):
        """One PATCH with the nested group's id."""
        inner = company.group("Inner")
        company.group("Outer", (inner,))
        company.turn_on()
        assert server.resources["Groups"]["g2"]["members"] == ["g1"]

    def test_sync_all_takes_everybody(self, company, server):
        """Scope "Sync all users and groups" asks for no assignment."""
        company.engine.save_secrets(company.app, {"SyncAll": "True"})
        company.person("ana", assigned=False)
        company.group("Office", assigned=False)
        company.turn_on()
        assert server.created == ["ana@contoso.com", "Office"]

    def test_the_default_access_role_counts(self, company, server):
        """Since April 2020 the role of all zeros is as good as any."""
        key = company.person("ana", assigned=False)
        company.apps.assign(company.app, key, "00000000-0000-0000-0000-000000000000")
        company.turn_on()
        assert server.created == ["ana@contoso.com"]

    def test_the_log_of_strangers_may_be_turned_off(self, found, server):
        """The quirk hides NotEffectivelyEntitled entries and changes nothing else."""
        company = found(log_unassigned_users=False)
        company.person("ana", assigned=False)
        company.turn_on()
        assert (company.log(), server.seen()) == ([], [])

    def test_two_roles_are_one_scope(self, company, server, ana):
        """Losing one of two roles leaves the person in scope."""
        roles = company.apps.find(company.app)["appRoles"]
        company.apps.assign(company.app, ana, roles[1]["id"])
        company.apps.unassign(company.app, company.apps.assignments_of(company.app, ana)[0]["id"])
        company.cycle()
        assert server.user("ana@contoso.com")["active"] is True


class TestMatching:
    def test_one_match_is_taken_over(self, company, server):
        """No "already exists": the account is linked and updated, in one PATCH."""
        server.add("Users", {"userName": "ANA@contoso.com", "displayName": "Old", "active": False})
        company.person("ana", jobTitle="Pilot")
        company.turn_on()
        assert server.seen() == ['GET /Users?filter=userName eq "ana@contoso.com"', "PATCH /Users/u1"]
        assert company.told() == [("Ana", "update", "success")]
        assert (server.created, server.resources["Users"]["u1"]["displayName"]) == ([], "Ana")

    def test_a_match_that_is_alike_is_linked_silently(self, company, server):
        """Later changes find it by its id, without another search."""
        key = company.person("ana")
        company.turn_on()
        company.store.delete(f"connection:{company.job}", key)
        company.restart()
        company.change(key, jobTitle="Pilot")
        server.seen()
        company.cycle()
        assert server.seen() == ["GET /Users/u1", "PATCH /Users/u1"]

    def test_several_matches_touch_nobody(self, company, server):
        """howto-analyze-provisioning-logs: MultipleEntriesInResponse."""
        for _ in range(2):
            server.add("Users", {"userName": "ana@contoso.com"})
        company.person("ana")
        company.turn_on()
        assert server.seen() == ['GET /Users?filter=userName eq "ana@contoso.com"']
        assert company.told() == [("Ana", "other", f"{SCIM}MultipleEntriesInResponse")]

    def test_precedences_are_tried_in_turn(self, company, server):
        """1 first, then 2 when 1 found nobody; never joined into one filter."""
        server.add("Users", {"userName": "elsewhere", "externalId": "ana"})
        company.edit("externalId", matchingPriority=2)
        company.person("ana")
        company.turn_on()
        assert server.seen()[:2] == [
            'GET /Users?filter=userName eq "ana@contoso.com"',
            'GET /Users?filter=externalId eq "ana"',
        ]
        assert server.resources["Users"]["u1"]["userName"] == "ana@contoso.com"

    def test_no_matching_value_is_import_skipped(self, company, server):
        """An object without a value to match by is not provisioned, and says which value it wants."""
        company.edit('emails[type eq "work"].value', matchingPriority=1)
        company.edit("userName", matchingPriority=0)
        company.person("ana")
        company.turn_on()
        assert server.seen() == []
        (entry,) = company.log()
        assert entry["provisioningStatusInfo"]["errorInformation"]["errorCode"] == "ImportSkipped"
        assert 'emails[type eq "work"].value' in entry["provisioningStatusInfo"]["errorInformation"]["reason"]

    def test_a_conflict_after_an_empty_search_blames_the_filter(self, company, server):
        """The event of 2026-03-24: 409 after no match is ServiceIncompatibleFiltering."""
        server.refuse("POST", "/Users", refusal(409, "unclaimed user"))
        company.person("ana")
        company.turn_on()
        (entry,) = company.log()
        information = entry["provisioningStatusInfo"]["errorInformation"]
        assert information["errorCode"] == f"{SCIM}ServiceIncompatibleFiltering"
        assert information["reason"].startswith(
            "StatusCode: Conflict\r\nMessage: Processing of the HTTP request resulted in an exception. Please see the "
            "HTTP response returned by the 'Response' property of this exception for details.\r\nWeb Response: \r\n{"
        )
        assert information["reason"].endswith(
            "This operation was retried 0 times. It will be retried again after this date: "
            "2026-03-02T08:00:00.0000000Z UTC"
        )

    def test_an_account_that_vanished_is_an_invalid_anchor(self, company, server, ana):
        """A cached id that is gone is not searched for again."""
        server.resources["Users"].clear()
        company.change(ana, jobTitle="Pilot")
        company.cycle()
        assert server.seen() == ["GET /Users/u1"]
        assert company.told() == [("Ana", "other", "InvalidAnchor")]


class TestNull:
    def test_an_emptied_attribute_is_not_sent(self, company, server):
        """The service does not provision null values; the old value stays."""
        key = company.person("ana", jobTitle="Pilot", mobilePhone="1")
        company.turn_on()
        server.seen()
        company.change(key, jobTitle=None, mobilePhone=None, givenName="")
        company.cycle()
        assert operations(server) == [{"op": "Replace", "path": "name.formatted", "value": "Ruiz"}]
        assert server.user("ana@contoso.com")["title"] == "Pilot"

    def test_a_person_without_names_is_sent_without_them(self, company, server):
        """Omitted from POST, down to the whole complex attribute."""
        company.person("ana", givenName=None, surname=None)
        company.turn_on()
        assert "name" not in server.user("ana@contoso.com")


class TestReferences:
    def test_members_come_and_go_one_by_one(self, company, server, ana):
        """Each joins and leaves in a PATCH of its own, named in the log."""
        group = company.group("Office")
        company.cycle()
        company.log()
        server.requests.clear()
        company.directory.add_member(group, ana)
        company.cycle()
        assert operations(server) == [
            {"op": "Add", "path": "members", "value": [{"$ref": None, "value": "u1"}]}
        ]
        (added,) = [entry for entry in company.log() if entry["modifiedProperties"]]
        assert added["modifiedProperties"] == [{"displayName": "members", "oldValue": None, "newValue": "u1"}]
        company.directory.remove_member(group, ana)
        company.cycle()
        assert operations(server) == [{"op": "Remove", "path": "members", "value": [{"value": "u1"}]}]
        (removed,) = [entry for entry in company.log() if entry["modifiedProperties"]]
        assert removed["modifiedProperties"] == [
            {"displayName": "members", "oldValue": "u1", "newValue": None}
        ]

    def test_members_may_share_a_patch(self, found, server):
        """The quirk says how many."""
        company = found(members_per_patch=3)
        company.group("Office", tuple(company.person(name) for name in ("a", "b", "c", "d")))
        company.turn_on()
        assert [len(operation["value"]) for operation in operations(server)] == [3, 1]
        assert server.resources["Groups"]["g1"]["members"] == ["u1", "u2", "u3", "u4"]

    def test_a_member_unknown_to_the_target_is_left_out_and_follows(self, company, server):
        """A missing reference fails nothing; the member follows when it has been created."""
        server.refuse("POST", "/Users", refusal(400), times=1)
        company.group("Office", (company.person("ana"), company.person("ben")))
        company.turn_on()
        assert server.resources["Groups"]["g1"]["members"] == ["u1"]
        company.cycle()
        assert server.resources["Groups"]["g1"]["members"] == ["u1", "u2"]

    def test_a_member_adopted_late_follows_too(self, company, server):
        """Taken over or created, whoever comes into the target joins the groups that wait."""
        server.refuse("GET", 'eq "ana@', refusal(500), times=1)
        server.add("Users", {"userName": "ana@contoso.com"})
        company.group("Office", (company.person("ana"),))
        company.turn_on()
        assert server.resources["Groups"]["g1"]["members"] == []
        company.cycle()
        assert server.resources["Groups"]["g1"]["members"] == ["u1"]

    def test_a_manager_is_set_changed_and_taken_away(self, company, server, ana):
        """Each time one PATCH with the bare id, and `manager` in the log."""
        ben, eve = company.person("ben"), company.person("eve")
        company.cycle()
        server.seen()
        expected = [
            {"op": "Add", "path": MANAGER, "value": "u2"},
            {"op": "Replace", "path": MANAGER, "value": "u3"},
            {"op": "Remove", "path": f'{MANAGER}[value eq "u3"]'},
        ]
        changes = [(None, "u2"), ("u2", "u3"), ("u3", "")]
        for manager, operation, (old, new) in zip((ben, eve, None), expected, changes, strict=True):
            company.log()
            company.directory.set_manager(ana, manager)
            company.cycle()
            assert operations(server) == [operation]
            (entry,) = [entry for entry in company.log() if entry["modifiedProperties"]]
            assert entry["modifiedProperties"] == [{"displayName": MANAGER, "oldValue": old, "newValue": new}]

    def test_a_manager_who_comes_late_is_linked_after_a_restart(self, company, server, ana):
        """Known issues: out of scope at first, the link is not made when the manager comes into scope."""
        boss = company.person("boss", assigned=False)
        company.directory.set_manager(ana, boss)
        company.cycle()
        company.assign(boss)
        company.cycle(3)
        assert "manager" not in server.user("ana@contoso.com").get(ENTERPRISE_USER, {})
        company.restart()
        assert server.user("ana@contoso.com")[ENTERPRISE_USER]["manager"] == {"value": "u2"}

    def test_a_manager_unknown_to_the_target_is_left_out(self, company, server, ana):
        """The reference to somebody out of scope is not sent, and the former manager stays."""
        company.directory.set_manager(ana, company.person("ben"))
        company.cycle()
        server.seen()
        company.directory.set_manager(ana, company.person("eve", assigned=False))
        company.cycle()
        assert server.seen() == ["GET /Users/u1"]
        assert server.user("ana@contoso.com")[ENTERPRISE_USER]["manager"] == {"value": "u2"}

    def test_the_flag_changes_the_dialect(self, company, server):
        """`?aadOptscim062020` on the tenant URL, nowhere on the wire."""
        company.engine.save_secrets(company.app, {"BaseAddress": f"{BASE}?aadOptscim062020"})
        key = company.person("ana")
        group = company.group("Office", (key,))
        company.turn_on()
        assert operations(server)[-1]["op"] == "add"
        company.change(key, accountEnabled=False)
        company.directory.remove_member(group, key)
        company.cycle()
        assert operations(server) == [
            {"op": "replace", "path": "active", "value": False},
            {"op": "remove", "path": 'members[value eq "u1"]'},
        ]


def attempts(company, server, method, path, total):
    """Let time pass and return after how long each matching request came."""
    begin, times = company.clock.now(), []

    def watch(request):
        if request.method == method and path in request.url:
            times.append(company.clock.now() - begin)

    server.rules.insert(0, watch)
    company.wait(total)
    return times


class TestEscrow:
    @pytest.mark.slow
    def test_retries_slow_down_and_end_after_28_days(self, company, server):
        """At once in the next cycle, then 6, 12 and 24 hours after that, then daily for 28 days."""
        server.refuse("POST", "/Users", refusal(400))
        company.person("ana")
        company.engine.start(company.job)
        times = attempts(company, server, "POST", "/Users", 60 * DAY)
        first = [timedelta(), CYCLE, CYCLE + 6 * HOUR, CYCLE + 12 * HOUR, CYCLE + 24 * HOUR]
        assert times[:5] == first
        assert {later - earlier for earlier, later in pairwise(times[4:])} == {DAY}
        assert 27 * DAY < times[-1] <= 28 * DAY

    def test_the_log_counts_retries_and_names_the_next(self, company, server):
        """EntryEscrowRetry opens a retried entry; the reason says when it is tried again."""
        server.refuse("POST", "/Users", refusal(400))
        company.person("ana")
        company.turn_on()
        company.cycle()
        (_, entry) = company.log()
        assert entry["provisioningSteps"][0]["name"] == "EntryEscrowRetry"
        information = entry["provisioningStatusInfo"]["errorInformation"]
        assert information["errorCode"] == f"{SCIM}ServiceIncompatible"
        assert information["reason"].endswith(
            "This operation was retried 1 times. It will be retried again after this date: "
            "2026-03-02T14:40:00.0000000Z UTC"
        )

    @pytest.mark.parametrize(
        ("answer", "code", "category"),
        [
            (refusal(429), "TooManyRequests", "failure"),
            (refusal(503), "InternalServerError", "failure"),
            (TransportError("timeout", "slow"), "Timeout", "failure"),
            (refusal(422), "UnprocessableEntity", "nonServiceFailure"),
            (reply(201, b"<html>"), f"{SCIM}ServiceIncompatible", "nonServiceFailure"),
            (reply(201, {}), f"{SCIM}ServiceIncompatible", "nonServiceFailure"),
        ],
    )
    def test_a_passing_failure_is_made_good_in_the_next_cycle(self, company, server, answer, code, category):
        """Whatever refused the object, it is retried after 40 minutes, and others were not held up."""
        server.refuse("POST", "/Users", answer, times=1)
        company.person("ana")
        company.person("ben")
        company.turn_on()
        told = company.log()[0]["provisioningStatusInfo"]["errorInformation"]
        assert (told["errorCode"], told["errorCategory"]) == (code, category)
        assert server.created == ["ben@contoso.com"]
        assert company.status["lastExecution"]["state"] == "EntryLevelErrors"
        company.cycle()
        assert server.created == ["ben@contoso.com", "ana@contoso.com"]
        assert company.status["lastExecution"]["state"] == "Succeeded"

    def test_a_changed_object_does_not_wait_for_its_retry(self, company, server):
        """Mending the source is enough."""
        server.refuse("POST", "/Users", refusal(400), times=2)
        key = company.person("ana")
        company.turn_on()
        company.cycle(3)
        assert server.created == []
        company.change(key, jobTitle="Pilot")
        company.cycle()
        assert server.created == ["ana@contoso.com"]
        server.requests.clear()
        company.wait(2 * DAY)
        assert server.seen() == []

    @pytest.mark.slow
    def test_refused_members_slow_down_too(self, company, server):
        """A group whose members are refused follows the same schedule, all members of a cycle being one attempt."""
        server.refuse("PATCH", "/Groups", refusal(400))
        company.group("Office", (company.person("ana"), company.person("ben")))
        company.engine.start(company.job)
        times = attempts(company, server, "PATCH", "/Groups", 40 * DAY)
        assert (
            times[0:8:2]
            == times[1:8:2]
            == [
                timedelta(),
                CYCLE,
                CYCLE + 6 * HOUR,
                CYCLE + 12 * HOUR,
            ]
        )
        assert 27 * DAY < times[-1] <= 28 * DAY

    @pytest.mark.slow
    def test_refused_members_follow_once_they_are_taken(self, company, server):
        """When the server mends, memberships come by themselves and the escrow is gone."""
        server.refuse("PATCH", "/Groups", refusal(400), times=3)
        company.group("Office", (company.person("ana"), company.person("ben")))
        company.turn_on()
        company.cycle()
        assert server.resources["Groups"]["g1"]["members"] == ["u2"]
        company.wait(7 * HOUR)
        assert server.resources["Groups"]["g1"]["members"] == ["u2", "u1"]
        company.wait(DAY)
        server.seen()
        company.wait(10 * DAY)
        assert server.seen() == []

    def test_what_changes_while_its_references_wait_is_read_once(self, company, server, ana):
        """A due reference of an object that the cycle has looked at already does not read it a second time."""
        server.refuse("PATCH", "/Groups", refusal(400))
        group = company.group("Office", (ana,))
        company.cycle()
        server.seen()
        company.directory.update("Group", group, {"description": "new"})
        company.cycle()
        assert server.seen() == ["GET /Groups/g1?excludedAttributes=members", "PATCH /Groups/g1"]

    def test_whoever_is_deleted_meanwhile_is_forgotten(self, company, server):
        """A failed person who leaves the company is retried no more."""
        server.refuse("POST", "/Users", refusal(400))
        key = company.person("ana")
        company.turn_on()
        company.directory.delete("User", key)
        company.cycle(2)
        assert company.store.count(f"escrow:{company.job}") == 0

    def test_restart_forgets_escrows_and_tries_at_once(self, company, server):
        """Restart provisioning drops the list of failed objects with the watermark."""
        server.refuse("POST", "/Users", refusal(400), times=2)
        company.person("ana")
        company.turn_on()
        company.cycle()
        assert server.created == []
        company.restart()
        assert server.created == ["ana@contoso.com"]


class TestQuarantine:
    BAD = (
        (reply(401), f"{SCIM}CredentialValidationFailure"),
        (refusal(404), f"{SCIM}ServiceIncompatible"),
        (reply(200, b"<html>", "text/html"), f"{SCIM}ServiceIncompatible"),
        (TransportError("dns", "no such host"), f"{SCIM}CredentialValidationUnavailable"),
    )

    @pytest.fixture
    def mailed(self, company):
        settings = '{"Enabled":true,"DeleteThresholdEnabled":false,"Recipients":"ops@contoso.com"}'
        company.engine.save_secrets(company.app, {"SyncNotificationSettings": settings})
        company.person("ana")
        return company

    @pytest.mark.parametrize(("answer", "code"), BAD)
    def test_a_bad_connection_quarantines_at_once(self, mailed, server, answer, code):
        """application-provisioning-quarantine-status: whatever succeeded before."""
        server.refuse("GET", "/Users", answer)
        mailed.turn_on()
        status = mailed.status
        assert (status["code"], status["countSuccessiveCompleteFailures"]) == ("Quarantine", 1)
        assert (status["lastExecution"]["state"], status["lastExecution"]["error"]["code"]) == (
            "Failed",
            code,
        )
        quarantine = status["quarantine"]
        assert (quarantine["reason"], quarantine["seriesCount"]) == ("EncounteredQuarantineException", 1)
        assert (quarantine["currentBegan"], quarantine["nextAttempt"]) == (
            "2026-03-02T08:00:00.0000000Z",
            "2026-03-02T08:05:00.0000000Z",
        )
        assert quarantine["error"]["tenantActionable"] is True
        assert server.seen() == []

    def test_a_token_that_expires_mid_cycle_quarantines(self, company, server):
        """401 for a write ends the cycle; what was done stays done."""
        server.refuse("POST", "/Users", refusal(401), times=1)
        company.person("ana")
        company.person("ben")
        company.turn_on()
        assert company.status["code"] == "Quarantine"
        assert company.told() == [("Ana", "create", "Unauthorized")]
        company.wait(timedelta(minutes=5))
        assert server.created == ["ben@contoso.com"]
        company.cycle(2)
        assert sorted(server.created) == ["ana@contoso.com", "ben@contoso.com"]
        assert company.status["code"] == "Active"

    def test_it_is_tried_ever_more_slowly_and_given_up_after_four_weeks(self, mailed, server):
        """Five minutes at first, once a day at last, disabled after 28 days, one e-mail in all."""
        server.refuse("GET", "/Users", reply(401))
        mailed.engine.start(mailed.job)
        times = attempts(mailed, server, "GET", "/Users", 90 * DAY)
        waits = [later - earlier for earlier, later in pairwise(times)]
        assert waits[0] == timedelta(minutes=5)
        assert waits == sorted(waits)
        assert waits[-1] == DAY
        assert 28 * DAY < times[-1] <= 29 * DAY
        assert (mailed.status["code"], mailed.state) == ("Quarantine", "Disabled")
        (mail,) = mailed.tenant.mailer.outbox()
        assert (mail["from"], mail["to"]) == ("azure-noreply@microsoft.com", "ops@contoso.com")

    def test_it_is_lifted_when_the_cause_is_gone(self, mailed, server):
        """No hand is needed; a second quarantine is a new series with a new e-mail."""
        server.refuse("GET", "/Users", reply(401), times=2)
        mailed.turn_on()
        mailed.wait(timedelta(minutes=5))
        assert mailed.status["quarantine"]["seriesCount"] == 2
        mailed.wait(timedelta(minutes=10))
        assert (mailed.status["code"], mailed.status["quarantine"]) == ("Active", None)
        assert mailed.status["countSuccessiveCompleteFailures"] == 0
        assert server.created == ["ana@contoso.com"]
        server.refuse("GET", "/Users", reply(401), times=1)
        mailed.cycle()
        assert mailed.status["quarantine"]["seriesCount"] == 1
        assert len(list(mailed.tenant.mailer.outbox())) == 2

    @pytest.mark.parametrize("act", ["start", "restart"])
    def test_starting_clears_it(self, mailed, server, act):
        """Start and restart of a quarantined job try at once."""
        server.refuse("GET", "/Users", reply(401), times=1)
        mailed.turn_on()
        getattr(mailed.engine, act)(mailed.job)
        mailed.wait(timedelta())
        assert mailed.status["code"] == "Active"

    def test_one_object_never_quarantines(self, company, server):
        """A refused object is that object's trouble, whatever the status."""
        for status in (400, 403, 404, 409, 429, 500):
            server.mend()
            server.refuse("POST", "/Users", refusal(status))
            company.person(f"p{status}")
            company.restart()
            assert company.status["code"] == "Active"

    def test_the_audit_log_tells_of_it_once(self, mailed, server):
        """Activity Quarantine, by the service itself."""
        server.refuse("GET", "/Users", reply(401))
        mailed.turn_on()
        mailed.wait(DAY)
        entries = [entry.body for entry in mailed.store.read("audit")]
        (entry,) = [entry for entry in entries if entry["activityDisplayName"] == "Quarantine"]
        assert (entry["result"], entry["initiatedBy"]["app"]["displayName"]) == (
            "failure",
            "Azure AD Provisioning Service",
        )

    def test_no_notification_without_wish_or_address(self, company, server):
        """Enabled and Recipients are both needed; broken settings break nothing."""
        server.refuse("GET", "/Users", reply(401))
        for settings in ('{"Enabled":false,"Recipients":"a@b"}', '{"Enabled":true}', "[]", "{", "5"):
            company.engine.save_secrets(company.app, {"SyncNotificationSettings": settings})
            company.restart()
        assert list(company.tenant.mailer.outbox()) == []


class TestGarbage:
    @pytest.mark.parametrize("name", ["displayName", "emails", "name", "active"])
    @pytest.mark.parametrize(
        "value",
        [{"x": [1]}, ["x"], 5, None, [[[]]], {"value": {"value": 1}}, True, [{"type": 3, "value": []}]],
    )
    def test_nonsense_in_a_resource_is_overwritten_or_left(self, company, server, ana, name, value):
        """A server may hold anything; the cycle goes on and the log can be read."""
        server.resources["Users"]["u1"][name] = value
        company.change(ana, displayName="New", mail="a@b.c", accountEnabled=False, surname="Other")
        server.refuse("PATCH", "/Users", reply(204))
        company.cycle()
        assert company.status["code"] == "Active"
        assert company.told()[0][0] == "New"

    @pytest.mark.parametrize(
        "raw",
        [
            b'{"id":"u1","displayName":"\\ud83d"}',
            b'{"id":"u1","displayName":' + b"[" * 900 + b"]" * 900 + b"}",
            b'{"id":"u1"',
            b"\x00",
        ],
    )
    def test_an_unreadable_resource_fails_one_object(self, company, server, ana, raw):
        """The object is escrowed, the job goes on."""
        server.refuse("GET", "/Users/u1", reply(200, raw), times=1)
        company.change(ana, jobTitle="Pilot")
        company.cycle()
        assert company.told() == [("Ana", "other", f"{SCIM}ServiceIncompatible")]
        company.cycle()
        assert server.user("ana@contoso.com")["title"] == "Pilot"


class TestMappingEdits:
    def test_an_edit_looks_at_everybody_again_and_keeps_the_links(self, company, server, ana):
        """customize-application-attributes: the watermark goes, the connections stay."""
        company.person("ben")
        company.cycle()
        server.seen()
        company.edit(
            "title", source={"expression": '"Staff"', "name": "Staff", "type": "Constant", "parameters": []}
        )
        company.cycle()
        assert server.seen() == ["GET /Users/u1", "PATCH /Users/u1", "GET /Users/u2", "PATCH /Users/u2"]
        assert server.user("ana@contoso.com")["title"] == "Staff"
        company.cycle()
        assert server.seen() == []

    def test_the_defaults_can_be_put_back(self, company, ana):
        """Restore default mappings gives the template's rows."""
        before = company.engine.schema(company.job)
        company.edit("title")
        assert company.engine.schema(company.job) != before
        company.engine.restore_schema(company.job)
        assert company.engine.schema(company.job) == before

    def test_an_edit_during_a_cycle_starts_it_over(self, found, server):
        """The cycle under way is dropped, the new one runs to its end, and the schedule goes on."""
        company = found(milliseconds_per_object=60_000)
        for name in ("a", "b", "c"):
            company.person(name, jobTitle="Pilot")
        company.turn_on()
        company.wait(timedelta(seconds=90))
        assert len(server.created) == 2
        company.edit("title")
        company.wait(timedelta(minutes=10))
        assert sorted(server.created) == ["a@contoso.com", "b@contoso.com", "c@contoso.com"]
        assert ["title" in server.user(f"{name}@contoso.com") for name in "abc"] == [True, True, False]
        assert company.status["lastExecution"]["state"] == "Succeeded"
        server.requests.clear()
        company.cycle(2)
        assert len(server.requests) == 4

    def test_an_only_on_creation_mapping_never_updates(self, company, server):
        """`ObjectAddOnly` fills in once."""
        company.edit("title", flowType="ObjectAddOnly")
        key = company.person("ana", jobTitle="Pilot")
        company.turn_on()
        company.change(key, jobTitle="Captain")
        company.cycle()
        assert server.user("ana@contoso.com")["title"] == "Pilot"


class TestSwitches:
    def test_restart_reads_everybody_and_creates_nobody_twice(self, company, server, ana):
        """Restart provisioning: watermark gone, links kept."""
        company.restart()
        assert server.seen() == ["GET /Users/u1"]
        assert company.told() == [("Ana", "other", "RedundantExport")]

    def test_restart_mends_drift(self, company, server, ana):
        """Azure AD does not watch the target; only a full cycle overwrites what somebody changed there."""
        server.resources["Users"]["u1"]["displayName"] = "Changed by hand"
        company.cycle(5)
        assert server.resources["Users"]["u1"]["displayName"] == "Changed by hand"
        company.restart()
        assert server.resources["Users"]["u1"]["displayName"] == "Ana"

    def test_restart_during_a_cycle_overtakes_it(self, found, server):
        """The old run stops, the new one does everybody, nobody twice."""
        company = found(milliseconds_per_object=60_000)
        for name in ("a", "b", "c"):
            company.person(name)
        company.turn_on()
        company.wait(timedelta(seconds=90))
        company.restart()
        company.wait(timedelta(minutes=10))
        assert sorted(server.created) == ["a@contoso.com", "b@contoso.com", "c@contoso.com"]

    @pytest.mark.parametrize("act", ["restart", "restore_schema"])
    def test_an_act_in_the_middle_of_a_request_is_obeyed(self, company, server, act):
        """As it happens when served: the overtaken cycle keeps nothing, the new one begins with the first person."""
        for name in ("a", "b", "c"):
            company.person(name)
        left = [act]

        def interrupt(request):
            if request.method == "POST" and left:
                getattr(company.engine, left.pop())(company.job)

        server.rules.append(interrupt)
        company.turn_on()
        company.wait(timedelta(minutes=1))
        assert server.seen()[:4] == [
            'GET /Users?filter=userName eq "a@contoso.com"',
            "POST /Users",
            "GET /Users/u1",
            'GET /Users?filter=userName eq "b@contoso.com"',
        ]
        assert sorted(server.created) == ["a@contoso.com", "b@contoso.com", "c@contoso.com"]
        server.requests.clear()
        company.cycle()
        assert len(server.requests) == 2

    def test_pause_lets_a_running_cycle_end(self, found, server):
        """The cycle completes, then there is no next one; progress is shown meanwhile."""
        company = found(milliseconds_per_object=60_000)
        for name in ("a", "b", "c"):
            company.person(name)
        company.turn_on()
        (progress,) = company.status["progress"]
        assert (progress["completedUnits"], progress["totalUnits"]) == (1, 3)
        company.engine.pause(company.job)
        company.wait(DAY)
        assert len(server.created) == 3
        assert (company.status["code"], company.status["progress"], company.state) == (
            "Paused",
            [],
            "Disabled",
        )
        server.requests.clear()
        company.wait(DAY)
        assert server.requests == []

    def test_a_job_turned_on_again_goes_on_where_it_was(self, company, server, ana):
        """The watermark outlives the pause: only what changed meanwhile is sent."""
        company.engine.pause(company.job)
        company.person("ben")
        company.wait(DAY)
        assert server.seen() == []
        company.engine.start(company.job)
        company.wait(timedelta())
        assert server.seen() == ['GET /Users?filter=userName eq "ben@contoso.com"', "POST /Users"]

    def test_starting_twice_is_one_schedule(self, company, server, ana):
        """A second start neither doubles the cycles nor starts over."""
        company.engine.start(company.job)
        company.engine.start(company.job)
        server.requests.clear()
        company.wait(timedelta())
        assert len(server.requests) == 2
        company.cycle()
        assert len(server.requests) == 4

    def test_the_job_counts_what_it_manages(self, company, ana):
        """The entries by type, and the last execution's counters."""
        company.group("Office")
        company.cycle()
        status = company.status
        assert status["synchronizedEntryCountByType"] == [
            {"key": "User", "value": 1},
            {"key": "Group", "value": 1},
        ]
        assert (status["lastExecution"]["countExported"], status["lastExecution"]["countEscrowed"]) == (1, 0)


class TestConnection:
    def test_it_asks_for_a_random_user_and_a_random_group(self, company, server):
        """Test Connection: two searches that cannot find anybody, and nothing else."""
        company.engine.validate(company.app, {"BaseAddress": BASE, "SecretToken": TOKEN})
        assert [(request.method, is_probe(request)) for request in server.requests] == [("GET", True)] * 2
        assert ["/Users?" in server.requests[0].url, "/Groups?" in server.requests[1].url] == [True, True]

    @pytest.mark.parametrize("path", ["/Users", "/Groups"])
    @pytest.mark.parametrize(("answer", "code"), TestQuarantine.BAD)
    def test_each_failure_is_told_with_its_code(self, company, server, path, answer, code):
        """A server without /Groups fails as one without /Users does."""
        server.refuse("GET", path, answer)
        with pytest.raises(CredentialsError) as error:
            company.engine.validate(company.app, {"BaseAddress": BASE, "SecretToken": TOKEN})
        assert error.value.code == code
        assert error.value.message

    def test_a_server_that_finds_the_unfindable_passes(self, company, server):
        """Only the form of the answer is judged; documented is an empty list."""
        server.refuse("GET", "/", reply(200, {"Resources": []}))
        company.engine.validate(company.app, {"BaseAddress": BASE, "SecretToken": TOKEN})

    @pytest.mark.parametrize("url", ["", "no url", "https://[::1", "ftp:///x"])
    def test_a_tenant_url_that_is_none(self, company, url):
        """The sentence of the Graph sample, whatever was typed."""
        with pytest.raises(CredentialsError) as error:
            company.engine.validate(company.app, {"BaseAddress": url, "SecretToken": TOKEN})
        assert error.value.message == "Please provide a valid tenant URL for your application."
