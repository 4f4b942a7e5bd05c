"""Provisioning on demand: one user, or one group with some members, at once and told step by step.

Source: https://learn.microsoft.com/en-us/entra/identity/app-provisioning/provision-on-demand, "Understand the provisioning steps"
and "Known limitations", and https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationjob-provisionondemand,
example 1 (both read 2026-11-30).
"""

import json
from datetime import timedelta

import pytest

from harness.azure_ad.provisioning.log import on_demand_answer
from harness.azure_ad.provisioning.target.reactions import SCIM
from tests.azure_ad.caller import Caller
from tests.azure_ad.scim_server import BASE, is_probe, refusal, reply

ON_DEMAND = "/servicePrincipals/{app}/synchronization/jobs/{job}/provisionOnDemand"


@pytest.fixture
def company(found):
    """Return a company whose Graph answers in the form of 2020, which has a result of its own."""
    return found(on_demand_answer="result")


@pytest.fixture
def provision(company):
    """Return a function that provisions a user, or a group with members, and reads result and entry."""

    def provisioned(key, kind="User", members=None):
        answer = Caller(company).do("POST", ON_DEMAND, body_of(company, key, kind, members), 200)
        assert answer["@odata.context"].endswith("$metadata#microsoft.graph.stringKeyStringValuePair")
        return json.loads(answer["key"]), json.loads(answer["value"])

    return provisioned


def body_of(company, key, kind="User", members=None):
    rule = company.engine.schema(company.job)["synchronizationRules"][0]["id"]
    subject = {"objectId": key, "objectTypeName": kind}
    if members is not None:
        links = [{"objectId": member, "objectTypeName": "User"} for member in members]
        subject["links"] = {"members": links}
    return {"parameters": [{"ruleId": rule, "subjects": [subject]}]}


class TestFormOfToday:
    """The output of 31 July 2023 in cross-tenant-synchronization-configure-graph: a constant key, a list without blanks."""

    def test_the_value_is_a_list_that_begins_with_the_steps(self, found):
        company = found()
        answer = Caller(company).do("POST", ON_DEMAND, body_of(company, company.person("ana")), 200)
        assert answer["key"] == "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo"
        assert answer["value"].startswith('[{"provisioningSteps":[{"name":"EntryImportAdd","type":"Import",')
        read = on_demand_answer.read(answer)
        assert (read.result, read.reason, read.value[0]["action"]) == ("Success", None, "Create")

    def test_a_failure_is_read_from_its_entry(self, found, server):
        company = found()
        key = company.person("ana")
        server.refuse("POST", "/Users", refusal(409))
        answer = on_demand_answer.read(Caller(company).do("POST", ON_DEMAND, body_of(company, key), 200))
        assert answer.result == "Failure"
        assert answer.reason

    def test_nothing_to_tell_is_an_empty_list(self, found):
        company = found()
        ana = company.person("ana")
        company.directory.delete("User", ana)
        answer = Caller(company).do("POST", ON_DEMAND, body_of(company, ana), 200)
        assert (answer["value"], on_demand_answer.read(answer).result) == ("[]", "Skipped")


class TestUser:
    def test_a_new_user_is_created_without_a_running_job(self, company, server, provision):
        """One probe, a search, a POST; the job stays off and its watermark where it was."""
        key = company.person("ana")
        before = company.engine.job(company.job)
        result, entry = provision(key)
        assert [is_probe(request) for request in server.requests] == [True, False, False]
        assert server.seen() == ['GET /Users?filter=userName eq "ana@contoso.com"', "POST /Users"]
        assert result == {"result": "Success", "details": {}}
        assert entry["action"] == "Create"
        after = company.engine.job(company.job)
        assert (after.is_on, after.status) == (before.is_on, before.status)
        company.turn_on()
        assert server.seen() == ["GET /Users/u1"]
        assert company.status["synchronizedEntryCountByType"] == [{"key": "User", "value": 1}]

    def test_the_entry_has_the_form_of_the_documents(self, company, server, provision):
        """The sample of synchronizationjob-provisionondemand: a user who is alike on both sides."""
        key = company.person("ana")
        company.turn_on()
        result, entry = provision(key)
        alike = "The state of the user in both the source and target systems already match."
        assert result == {
            "result": "Skipped",
            "details": {"errorCode": "RedundantExport", "errorMessage": alike},
        }
        assert entry["statusInfo"] == {"status": "Skipped", **dict.fromkeys(list(entry["statusInfo"])[1:])}
        assert list(entry) == [
            "action",
            "changeId",
            "startTime",
            "endTime",
            "modifiedProperties",
            "provisioningSteps",
            "reportableIdentifier",
            "statusInfo",
            "sourceIdentity",
            "sourceSystem",
            "targetIdentity",
            "targetSystem",
        ]
        assert entry["reportableIdentifier"] == "ana@contoso.com"
        last = entry["provisioningSteps"][-1]
        assert list(last) == ["name", "type", "status", "description", "timestamp", "details"]
        assert (last["name"], last["type"], last["status"]) == (
            "EntrySynchronizationSkip",
            "Export",
            "Skipped",
        )
        assert last["details"] == {"SkipReason": "RedundantExport"}
        no_change = "No change to the User 'ana@contoso.com' currently needs to be made."
        assert last["description"] == f"{alike} {no_change}"
        assert "Retrieved  'ana@contoso.com' from customappsso" in [
            step["description"] for step in entry["provisioningSteps"]
        ]
        assert entry["sourceIdentity"] == {"id": key, "type": "User", "displayName": None, "details": None}
        assert entry["targetIdentity"]["id"] == "u1"
        assert entry["targetSystem"] == {"id": None, "name": "customappsso", "details": None}

    def test_somebody_out_of_scope_is_skipped(self, company, server, provision):
        """The scoping step says why."""
        result, entry = provision(company.person("ana", assigned=False))
        assert (server.seen(), result["result"]) == ([], "Skipped")
        details = entry["provisioningSteps"][-1]["details"]
        assert (details["SkipReason"], details["Assigned"]) == ("NotEffectivelyEntitled", "False")

    def test_somebody_unassigned_is_disabled(self, company, server, provision):
        key = company.person("ana")
        company.turn_on()
        company.unassign(key)
        _, entry = provision(key)
        assert (entry["action"], server.user("ana@contoso.com")["active"]) == ("Disable", False)
        server.seen()
        company.cycle()
        assert server.seen() == []

    def test_a_deleted_user_is_disabled_and_not_brought_back(self, company, server, provision):
        key = company.person("ana")
        company.turn_on()
        company.directory.delete("User", key)
        assert provision(key)[1]["action"] == "Disable"
        assert server.user("ana@contoso.com")["active"] is False

    def test_the_manager_comes_along(self, company, server, provision):
        """References of the one object, in the same run; the entries are told as a list."""
        boss, clerk = company.person("boss"), company.person("clerk")
        company.directory.set_manager(clerk, boss)
        provision(boss)
        server.seen()
        result, entries = provision(clerk)
        assert [entry["action"] for entry in entries] == ["Create", "Update"]
        assert server.seen()[-1] == "PATCH /Users/u2"
        assert result["result"] == "Success"

    def test_the_dialect_is_the_default_one_whatever_the_flag(self, company, server, provision):
        """application-provisioning-config-problem-scim-compatibility: the flag does not count on demand."""
        company.engine.save_secrets(company.app, {"BaseAddress": f"{BASE}?aadOptscim062020"})
        key = company.person("ana")
        company.turn_on()
        company.change(key, accountEnabled=False)
        provision(key)
        assert server.bodies("PATCH")[-1]["Operations"] == [
            {"op": "Replace", "path": "active", "value": "False"}
        ]

    def test_a_failure_is_told_and_kept_in_escrow(self, company, server, provision):
        """The result names the code; the object is retried by the cycles."""
        server.refuse("POST", "/Users", refusal(409), times=1)
        result, entry = provision(company.person("ana"))
        assert result["result"] == "Failure"
        assert result["details"]["errorCode"] == f"{SCIM}ServiceIncompatibleFiltering"
        assert entry["statusInfo"]["errorCode"] == f"{SCIM}ServiceIncompatibleFiltering"
        assert company.store.count(f"escrow:{company.job}") == 1

    def test_test_connection_is_a_step_when_it_fails(self, company, server, provision):
        """Nothing else is tried, and the job is not put into quarantine."""
        server.refuse("GET", "/Users", reply(401))
        company.engine.start(company.job)
        result, entry = provision(company.person("ana"))
        assert result["details"]["errorCode"] == f"{SCIM}CredentialValidationFailure"
        assert [(step["name"], step["status"]) for step in entry["provisioningSteps"]] == [
            ("TestConnection", "Failure")
        ]
        assert (company.status["code"], server.created) == ("Active", [])

    def test_a_token_that_expires_in_between_is_told_too(self, company, server, provision):
        server.refuse("POST", "/Users", refusal(401))
        result, entry = provision(company.person("ana"))
        assert (result["result"], entry["statusInfo"]["errorCode"]) == ("Failure", "Unauthorized")


class TestGroup:
    @pytest.fixture
    def office(self, company, server):
        """Return a group of seven people who are provisioned, itself not yet."""
        people = [company.person(f"p{number}") for number in range(7)]
        company.turn_on()
        group = company.group("Office", tuple(people))
        server.seen()
        company.log()
        return group, people

    def test_a_group_comes_with_the_chosen_members(self, company, server, provision, office):
        """The others follow with the next cycle."""
        group, people = office
        result, entries = provision(group, "Group", people[2:4])
        assert [entry["action"] for entry in entries] == ["Create", "Update", "Update"]
        assert result["result"] == "Success"
        assert server.resources["Groups"]["g1"]["members"] == ["u3", "u4"]
        company.cycle()
        assert sorted(server.resources["Groups"]["g1"]["members"]) == [f"u{number}" for number in range(1, 8)]

    def test_without_members_the_group_comes_alone(self, company, server, provision, office):
        """how-to-on-demand-provision: members are not brought along unless they are chosen."""
        provision(office[0], "Group")
        assert server.resources["Groups"]["g1"]["members"] == []

    def test_a_member_who_left_is_taken_out(self, company, server, provision, office):
        group, people = office
        company.cycle()
        company.directory.remove_member(group, people[0])
        company.directory.remove_member(group, people[1])
        provision(group, "Group", [people[0]])
        assert server.resources["Groups"]["g1"]["members"] == [f"u{number}" for number in range(2, 8)]

    def test_a_refused_member_is_a_failure(self, company, server, provision, office):
        """Though the group itself came through."""
        server.refuse("PATCH", "/Groups", refusal(400), times=1)
        result, entries = provision(office[0], "Group", office[1][:2])
        assert [entry["statusInfo"]["status"] for entry in entries] == ["Success", "Failure", "Success"]
        assert result["result"] == "Failure"
        company.cycle()
        assert len(server.resources["Groups"]["g1"]["members"]) == 7

    def test_strangers_among_the_members_are_left_out(self, company, server, provision, office):
        """Who is no member of the group is not looked at."""
        stranger = company.person("stranger")
        provision(office[0], "Group", [stranger, "nobody"])
        assert server.resources["Groups"]["g1"]["members"] == []
        assert "POST /Users" not in server.seen()

    def test_a_member_without_an_account_is_created_first(self, company, server, provision, office):
        """synchronizationLinkedObjects: members to provision; told like a user on demand, between group and membership."""
        group, people = office
        company.directory.add_member(group, company.person("new"))
        company.directory.add_member(group, company.person("unchosen"))
        new = company.directory.find("User", "new@contoso.com")["id"]
        result, entries = provision(group, "Group", [people[0], new])
        assert [(entry["reportableIdentifier"], entry["action"]) for entry in entries] == [
            ("Office", "Create"),
            ("new@contoso.com", "Create"),
            ("Office", "Update"),
            ("Office", "Update"),
        ]
        assert result == {"result": "Success", "details": {}}
        assert [request.split("?")[0] for request in server.seen()] == [
            "GET /Groups",
            "POST /Groups",
            "GET /Users",
            "POST /Users",
            "PATCH /Groups/g1",
            "PATCH /Groups/g1",
        ]
        assert server.resources["Groups"]["g1"]["members"] == ["u1", "u8"]
        told = [entry["name"] for entry in entries[1]["provisioningSteps"]]
        assert told == [
            "EntryImportAdd",
            "EntrySynchronizationScoping",
            "EntrySynchronizationAdd",
            "EntryExportAdd",
        ]

    def test_chosen_members_with_an_account_are_not_looked_at(self, company, server, provision, office):
        """Their attributes are for the cycle."""
        company.change(office[1][0], jobTitle="Clerk")
        provision(office[0], "Group", office[1][:1])
        assert "Clerk" not in json.dumps(list(server.resources["Users"].values()))
        assert "GET /Users/u1" not in server.seen()

    def test_a_member_who_is_out_of_scope_is_skipped(self, company, server, provision, office):
        """With the reason; the group comes over all the same."""
        off = company.person("off", accountEnabled=False)
        company.directory.add_member(office[0], off)
        result, entries = provision(office[0], "Group", [off])
        assert [entry["statusInfo"]["status"] for entry in entries] == ["Success", "Skipped"]
        assert entries[1]["provisioningSteps"][-1]["details"]["SkipReason"] == "NotEffectivelyEntitled"
        assert (result["result"], server.resources["Groups"]["g1"]["members"]) == ("Success", [])

    def test_a_member_who_is_refused_is_a_failure(self, company, server, provision, office):
        """The group stays, the member waits in escrow, and joins it once the account is there."""
        server.refuse("POST", "/Users", refusal(400), times=1)
        company.directory.add_member(office[0], company.person("new"))
        new = company.directory.find("User", "new@contoso.com")["id"]
        result, entries = provision(office[0], "Group", [new])
        assert (result["result"], entries[1]["statusInfo"]["status"]) == ("Failure", "Failure")
        company.cycle()
        assert "u8" in server.resources["Groups"]["g1"]["members"]

    def test_without_the_group_nobody_is_created(self, company, server, provision, office):
        """A group that is out of scope, or refused, brings none of its members."""
        new = company.person("new")
        company.directory.add_member(office[0], new)
        company.unassign(office[0])
        provision(office[0], "Group", [new])
        assert server.seen() == []
        company.assign(office[0])
        server.refuse("POST", "/Groups", refusal(400))
        provision(office[0], "Group", [new])
        assert "POST /Users" not in server.seen()

    def test_a_nested_group_is_not_brought(self, company, server, provision, office):
        """provision-on-demand, known limitations; and the same member chosen twice is told once."""
        inner = company.group("Inner")
        company.directory.add_member(office[0], inner)
        provision(office[0], "Group", [inner])
        assert [group["displayName"] for group in server.resources["Groups"].values()] == ["Office"]
        new = company.person("new")
        company.directory.add_member(office[0], new)
        _, entries = provision(office[0], "Group", [new, new, office[0]])
        assert [entry["action"] for entry in entries] == ["Other", "Create", "Update"]

    def test_six_members_are_too_many(self, company, office):
        group, people = office
        body = body_of(company, group, "Group", people[:6])
        status, _, message = Caller(company).fail("POST", ON_DEMAND, body)
        assert (status, "up to 5 members" in message) == (400, True)


class TestLimit:
    def test_five_requests_in_ten_seconds(self, company, server, provision):
        """The sixth is 429 and sends nothing; ten seconds after the first there is room for one more."""
        key = company.person("ana")
        for _ in range(5):
            provision(key)
            company.wait(timedelta(seconds=1))
        server.requests.clear()
        status, code, message = Caller(company).fail("POST", ON_DEMAND, body_of(company, key))
        assert (status, code, server.requests) == (429, "TooManyRequests", [])
        assert "5 requests in ten seconds" in message
        company.wait(timedelta(seconds=5))
        provision(key)
        assert Caller(company).fail("POST", ON_DEMAND, body_of(company, key))[0] == 429

    def test_what_is_refused_does_not_count(self, company, provision):
        """A typing error costs nothing."""
        key = company.person("ana")
        for _ in range(6):
            Caller(company).fail("POST", ON_DEMAND, body_of(company, "nobody"))
        provision(key)


class TestBadRequests:
    def bad_bodies(self):
        good = {"objectId": "x", "objectTypeName": "User"}
        yield {}
        yield {"parameters": []}
        yield {"parameters": {"ruleId": "r", "subjects": [good]}}
        yield {"parameters": [{"ruleId": "r"}]}
        yield {"parameters": [{"subjects": [good]}]}
        yield {"parameters": [{"ruleId": "r", "subjects": [good, good]}]}
        yield {"parameters": [{"ruleId": "r", "subjects": ["x"]}]}
        yield {"parameters": [{"ruleId": "r", "subjects": [{"objectId": 5, "objectTypeName": "User"}]}]}
        yield {"parameters": [{"ruleId": 5, "subjects": [good]}]}
        for links in (
            [],
            {"members": {}},
            {"members": 5},
            {"members": ["x"]},
            {"members": [{"objectId": 1}]},
        ):
            yield {"parameters": [{"ruleId": "r", "subjects": [{**good, "links": links or [1]}]}]}

    def test_another_shape_is_answered_with_the_right_one(self, company):
        """400 with the shape of the documents, or for a rule that the job lacks, and nothing sent."""
        for body in self.bad_bodies():
            status, code, message = Caller(company).fail("POST", ON_DEMAND, body)
            assert (status, code) in ((400, "BadRequest"), (400, "RequestParameterInvalid")), body
            assert "subjects" in message or "rule" in message, body
        assert company.send.requests == []

    def test_an_unknown_rule_is_named_with_the_job(self, company):
        """As https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/4247 quotes it (read 2026-11)."""
        body = body_of(company, company.person("ana"))
        body["parameters"][0]["ruleId"] = "other"
        status, code, message = Caller(company).fail("POST", ON_DEMAND, body)
        assert (status, code) == (400, "RequestParameterInvalid")
        assert "this synchronization rule: other. " in message
        assert company.job in message

    def test_the_object_type_may_be_written_small(self, company):
        path = ON_DEMAND.format(app=company.app, job=company.job)
        assert company.graph("POST", path, body_of(company, company.person("ana"), "user")).status == 200
        assert company.told() == [("Ana", "create", "success")]

    @pytest.mark.parametrize("kind", ["Device", ""])
    def test_another_object_type(self, company, kind):
        body = body_of(company, company.person("ana"), kind)
        assert Caller(company).fail("POST", ON_DEMAND, body)[0] == 400

    @pytest.mark.parametrize("kind", ["User", "Group"])
    def test_nobody_of_that_id(self, company, kind):
        status, _, message = Caller(company).fail("POST", ON_DEMAND, body_of(company, "nobody", kind))
        assert (status, "nobody" in message) == (404, True)

    def test_a_mapping_that_is_turned_off(self, company):
        """No groups are provisioned, on demand neither."""
        schema = company.engine.schema(company.job)
        schema["synchronizationRules"][0]["objectMappings"][1]["enabled"] = False
        company.engine.save_schema(company.job, schema)
        group = company.group("Office")
        assert Caller(company).fail("POST", ON_DEMAND, body_of(company, group, "Group"))[0] == 404
