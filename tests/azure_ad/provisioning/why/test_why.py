"""`why`: the answer to "why is somebody not there?", for each of the reasons that the documents know.

https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-config-problem-no-users-provisioned
"""

import json
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.azure_ad.mappings.templates import attribute_mapping
from harness.azure_ad.provisioning.on_demand import Subject
from harness.azure_ad.provisioning.why.names import UnknownNameError
from harness.azure_ad.provisioning.why.why import retries, why
from harness.base.clock import from_iso
from harness.wire.message import TransportError
from tests.azure_ad.provisioning.company import Company
from tests.azure_ad.scim_server import ScimServer, refusal, reply

SETTINGS = '{"DeleteThresholdEnabled":true}'


def ask(company, name="ana"):
    job, session = company.engine.inspect(company.job)
    told = why(session, job, "User", name)
    assert json.loads(json.dumps(told)) == told
    return told


def only(company, clause):
    """Let a scoping filter with one clause decide on people."""
    schema = company.engine.schema(company.job)
    for mapping in schema["synchronizationRules"][0]["objectMappings"]:
        if mapping["sourceObjectName"] == "User":
            mapping["scope"] = {"groups": [{"name": "Pilots", "clauses": [clause]}]}
    company.engine.save_schema(company.job, schema)


PILOTS = {
    "operatorName": "EQUALS",
    "sourceOperandName": "jobTitle",
    "targetOperand": {"values": ["Pilot"]},
}


class TestScope:
    def test_somebody_assigned_directly(self, company):
        company.person("ana")
        scope = ask(company)["scope"]
        assert (scope["inScope"], scope["assignedDirectly"], scope["groups"]) == (True, True, [])

    def test_somebody_assigned_by_a_group(self, company):
        """The group that brings them is named, the others are told apart."""
        ana = company.person("ana", assigned=False)
        company.group("Office", (ana,))
        company.group("Choir", (ana,), assigned=False)
        scope = ask(company)["scope"]
        assert (scope["inScope"], scope["assignedDirectly"]) == (True, False)
        assert [(each["displayName"], each["bringsMembers"]) for each in scope["groups"]] == [
            ("Office", True),
            ("Choir", False),
        ]

    def test_somebody_not_assigned(self, company):
        company.person("ana", assigned=False)
        company.turn_on()
        told = ask(company)
        assert told["summary"] == "Ana is not in AWS SSO: not assigned to the application."
        assert (told["scope"]["inScope"], told["next"]["action"]) == (False, "nothing")
        assert told["last"]["code"] == "NotEffectivelyEntitled"

    def test_a_member_of_a_nested_group(self, company):
        """The most asked question: members of nested groups get nothing."""
        ana = company.person("ana", assigned=False)
        inner = company.group("Inner", (ana,), assigned=False)
        middle = company.group("Middle", (inner,), assigned=False)
        company.group("Outer", (middle,))
        told = ask(company)
        assert told["scope"]["groups"][0]["nestedInAssigned"] == ["Outer"]
        assert told["summary"].endswith(
            "not assigned; 'Inner' is only nested in the assigned group 'Outer', which brings nobody."
        )

    def test_a_group_that_is_not_security_enabled(self, company):
        ana = company.person("ana", assigned=False)
        group = company.group("Office", (ana,))
        company.directory.update("Group", group, {"securityEnabled": False})
        assert ask(company)["summary"].endswith("the assigned group 'Office' is not security enabled.")

    def test_sync_all(self, company):
        company.person("ana", assigned=False)
        company.engine.save_secrets(company.app, {"SyncAll": "True"})
        scope = ask(company)["scope"]
        assert (scope["inScope"], scope["syncAll"], scope["assignedDirectly"]) == (True, True, False)

    def test_a_filter_names_the_clause_and_the_value(self, company):
        company.person("ana", jobTitle="Clerk")
        only(company, PILOTS)
        company.turn_on()
        told = ask(company)
        assert told["scope"]["filters"] == [
            {
                "set": "groups",
                "group": "Pilots",
                "passed": False,
                "clauses": [{"clause": "jobTitle EQUALS 'Pilot'", "value": "Clerk", "passed": False}],
            }
        ]
        assert told["summary"].endswith("a scoping filter keeps it out: jobTitle EQUALS 'Pilot'.")

    def test_what_redact_hides_stays_hidden(self, company):
        """What the log does not show of somebody, why does not show either."""
        company.person("ana", jobTitle="Secret Clerk")
        company.edit("title", source=attribute_mapping("title", "Redact([jobTitle])")["source"])
        only(company, PILOTS)
        told = ask(company)
        assert told["scope"]["filters"][0]["clauses"][0]["value"] == "[Redact]"
        assert "Secret" not in json.dumps(told)

    def test_a_disabled_account(self, company):
        company.person("ana", accountEnabled=False)
        told = ask(company)
        assert told["summary"] == "Ana is not in AWS SSO: the account is disabled."
        assert (told["scope"]["inScope"], told["scope"]["provisioned"]) == (True, False)

    def test_somebody_deleted(self, company):
        """The deleted items know until when."""
        ana = company.person("ana")
        company.turn_on()
        company.directory.delete("User", ana)
        told = ask(company)
        assert (told["user"]["state"], told["user"]["purgedAt"]) == ("deleted", "2026-04-01T08:00:00Z")
        assert told["next"]["action"] == "disable"

    @pytest.mark.slow
    def test_thirty_days_after_the_deletion(self, company, server):
        """The cycle in which the deleted items let go is known before."""
        ana = company.person("ana")
        company.turn_on()
        company.wait(timedelta(minutes=30))
        company.directory.delete("User", ana)
        company.wait(timedelta(days=30, minutes=-20))
        assert ask(company)["next"]["action"] == "delete"
        company.cycle()
        assert server.resources["Users"] == {}

    def test_somebody_gone_for_good_is_known_by_the_connection(self, company):
        ana = company.person("ana")
        company.turn_on()
        company.directory.delete("User", ana)
        company.directory.purge(ana)
        told = ask(company, "ana@contoso.com")
        assert (told["user"]["state"], told["user"]["displayName"]) == ("gone", "Ana")
        assert told["next"]["action"] == "delete"

    def test_somebody_gone_on_both_sides_is_known_by_the_provisioning_log(self, company):
        """As in the portal, where the log shows them for thirty days."""
        ana = company.person("ana", displayName="Ana Ruiz")
        company.turn_on()
        company.directory.delete("User", ana)
        company.directory.purge(ana)
        company.cycle()
        for name in ("ana@contoso.com", "ANA", "Ana Ruiz", ana):
            answer = ask(company, name)
            assert (answer["user"]["userPrincipalName"], answer["user"]["state"]) == (
                "ana@contoso.com",
                "gone",
            )
            assert answer["summary"] == "Ana Ruiz is not in AWS SSO: deleted from the directory for good."
            assert (answer["last"]["action"], answer["next"]["action"]) == ("delete", "nothing")
        company.engine.pause(company.job)
        company.wait(timedelta(days=31))
        with pytest.raises(UnknownNameError, match=r"there is no user 'ana@contoso\.com'"):
            ask(company, "ana@contoso.com")


class TestMatch:
    def test_by_what_and_with_what(self, company, server):
        """Found by userName and taken over, or created: the log tells which."""
        server.add("Users", {"userName": "ben@contoso.com", "displayName": "Ben", "active": True})
        company.person("ana")
        company.person("ben")
        company.turn_on()
        ana, ben = ask(company, "ana")["match"], ask(company, "ben")["match"]
        assert ana["by"] == [{"attribute": "userName", "value": "ana@contoso.com"}]
        assert (ana["targetId"], ana["how"], ana["createdAt"]) == ("u2", "created", "2026-03-02T08:00:00Z")
        assert (ben["targetId"], ben["how"], ben["createdAt"]) == ("u1", "found", None)

    def test_no_value_to_match_by(self, company):
        """Without a matching value nothing is sent, and it says so beforehand."""
        company.person("ana")
        company.edit("userName", source={**source("mail"), "name": "mail"})
        told = ask(company)
        assert told["match"]["by"] == [{"attribute": "userName", "value": None}]
        assert (told["next"]["action"], "'userName'" in told["next"]["says"]) == ("fail", True)


def source(name):
    return {"type": "Attribute", "name": name, "expression": f"[{name}]", "parameters": []}


class TestNext:
    @pytest.mark.parametrize(
        ("allowed", "action"), [("Add, Update, Delete", "create"), ("Update, Delete", "nothing")]
    )
    def test_creating_may_be_turned_off(self, company, allowed, action):
        schema = company.engine.schema(company.job)
        for mapping in schema["synchronizationRules"][0]["objectMappings"]:
            mapping["flowTypes"] = allowed
        company.engine.save_schema(company.job, schema)
        company.person("ana")
        assert ask(company)["next"]["action"] == action

    def test_a_manager_alone_is_still_to_be_sent(self, company, server):
        """On demand leaves the references to the cycle, which sends a manager who has an account by then."""
        boss, ana = company.person("boss", assigned=False), company.person("ana")
        company.directory.set_manager(ana, boss)
        company.turn_on()
        company.engine.provision_on_demand(company.job, Subject("User", ana))
        told = ask(company)
        assert (told["next"]["because"], told["waiting"]["references"]) == (
            "its manager is still to be sent",
            True,
        )
        server.seen()
        company.cycle()
        assert server.seen() == []
        assert ask(company)["next"]["because"] is None

    def test_a_manager_is_still_sent_in_the_cycle_under_way(self, company):
        """Even where the next one looks at the person again; with the schedule off, when the job is started."""
        boss, ana = company.person("boss"), company.person("ana")
        company.directory.set_manager(ana, boss)
        for _ in range(2):
            company.engine.step(company.job)
        company.change(ana, jobTitle="Pilot")
        told = ask(company)["next"]
        assert (told["because"], told["at"]) == ("its manager is still to be sent", None)
        company.turn_on()
        assert ask(company)["next"]["because"] == "something about the person changed since the last cycle"


class TestLast:
    def test_what_was_sent_and_what_came_back(self, company, server):
        ana = company.person("ana")
        company.turn_on()
        company.change(ana, jobTitle="Pilot")
        company.cycle()
        told = ask(company)
        assert told["summary"] == "Ana is in AWS SSO with the account 'u1'."
        assert (told["lastSent"]["action"], told["lastSent"]["status"]) == ("update", "success")
        assert told["lastSent"]["sent"] == [["title", None, "Pilot"]]

    def test_already_the_same(self, company):
        """What was sent last is kept apart from the skip that came after it."""
        ana = company.person("ana")
        company.turn_on()
        company.change(ana, usageLocation="DE")
        company.cycle()
        told = ask(company)
        assert (told["last"]["status"], told["last"]["code"]) == ("skipped", "RedundantExport")
        assert told["lastSent"]["action"] == "create"
        assert (told["next"]["action"], told["next"]["because"]) == ("nothing", None)


class TestWaiting:
    def test_a_failure_waits_in_escrow(self, company, server):
        """Which request, what the server said, how often, and when again."""
        server.refuse("POST", "/Users", refusal(400, "no such title"))
        company.person("ana")
        company.turn_on()
        company.cycle()
        told = ask(company)
        assert (told["last"]["request"], told["last"]["cause"]) == (
            "POST https://scim.example.com/v2/Users answered 400",
            "BadRequest: no such title",
        )
        assert told["waiting"]["escrow"] == {
            "since": "2026-03-02T08:00:00Z",
            "attempts": 2,
            "nextTry": "2026-03-02T14:40:00Z",
            "givenUpAfter": "2026-03-30T08:00:00Z",
            "ofReferences": False,
        }
        assert told["next"]["action"] == "nothing"
        assert told["summary"] == (
            "Ana is not in AWS SSO: provisioning failed (SystemForCrossDomainIdentityManagementServiceIncompatible) and waits "
            "for a retry."
        )
        _, session = company.engine.inspect(company.job)
        assert retries(session) == {"count": 1, "nextTry": "2026-03-02T14:40:00Z"}
        company.wait(timedelta(hours=5, minutes=30))
        assert ask(company)["next"]["because"] == "its retry is due"

    def test_a_request_without_an_answer(self, company, server):
        server.refuse("POST", "/Users", TransportError("timeout", "The operation has timed out."))
        company.person("ana")
        company.turn_on()
        last = ask(company)["last"]
        assert (last["request"], last["code"]) == (
            "POST https://scim.example.com/v2/Users got no answer",
            "Timeout",
        )
        assert last["cause"].startswith("The operation has timed out.")

    def test_a_delete_that_is_held_back(self, company):
        """Accidental deletion prevention: the log says stagedDelete, and so does why."""
        people = [company.person(name) for name in ("ana", "ben")]
        company.engine.save_secrets(company.app, {"SyncNotificationSettings": SETTINGS})
        company.engine.save_settings(company.job, {"QuarantineTooManyDeletesThreshold": "1"})
        company.turn_on()
        for person in people:
            company.unassign(person)
        company.cycle()
        told = ask(company)
        assert told["waiting"]["heldBack"] is True
        assert told["last"]["action"] in ("stagedDelete", "stageddelete")
        assert told["job"]["quarantine"]["reason"] == "TooManyDeletes"
        assert "more than 1 objects" in told["next"]["says"]

    def test_a_manager_without_an_account(self, company):
        boss = company.person("boss", assigned=False)
        ana = company.person("ana")
        company.directory.set_manager(ana, boss)
        company.turn_on()
        assert ask(company)["waiting"]["manager"] == {
            "userPrincipalName": "boss@contoso.com",
            "connected": False,
            "sent": False,
        }


class TestJob:
    def test_a_quarantined_job_holds_everybody_up(self, company, server):
        server.refuse("GET", "/Users", reply(401))
        company.person("ana")
        company.turn_on()
        told = ask(company)
        quarantine = told["job"]["quarantine"]
        assert (quarantine["since"], quarantine["nextAttempt"]) == (
            "2026-03-02T08:00:00.0000000Z",
            "2026-03-02T08:05:00.0000000Z",
        )
        assert told["summary"].startswith("Ana is not in AWS SSO: the job is in quarantine (")

    def test_a_job_that_was_not_started(self, company):
        company.person("ana")
        told = ask(company)
        assert told["summary"] == "Ana is not in AWS SSO: in scope, but the job's schedule is off."
        assert (told["next"]["action"], told["next"]["at"]) == ("create", None)

    def test_the_cycle_under_way_is_the_next_one(self, found):
        """Whoever it has not come to yet is looked at now, whoever it has passed in the next."""
        company = found(milliseconds_per_object=60_000)
        company.person("ana")
        company.person("ben")
        company.turn_on()
        assert ask(company, "ben")["next"]["because"] == "the cycle under way has not come to it yet"
        assert ask(company, "ana")["next"]["because"] is None


class TestNames:
    @pytest.mark.parametrize("name", ["ana@contoso.com", "ANA@contoso.com", "ana", "Ana"])
    def test_people_are_found_by_what_they_are_called(self, company, name):
        key = company.person("ana")
        assert ask(company, name)["user"]["id"] == key
        assert ask(company, key)["user"]["userPrincipalName"] == "ana@contoso.com"

    def test_somebody_unknown_is_answered_with_the_nearest(self, company):
        company.person("ana.ruiz")
        company.person("ben")
        with pytest.raises(UnknownNameError) as error:
            ask(company, "anna.ruis@contoso.com")
        assert str(error.value) == (
            "there is no user 'anna.ruis@contoso.com'; did you mean 'ana.ruiz@contoso.com'?"
        )

    def test_two_of_one_name(self, company):
        company.person("ana1", displayName="Ana")
        company.person("ana2", displayName="Ana")
        with pytest.raises(UnknownNameError) as error:
            ask(company, "Ana")
        assert str(error.value) == (
            "2 people are called 'Ana'; name one by userPrincipalName or id: ana1@contoso.com, ana2@contoso.com"
        )

    def test_a_crowd_of_one_name_is_cut_short(self, company):
        for number in range(12):
            company.person(f"ana{number}", displayName="Ana")
        with pytest.raises(
            UnknownNameError, match=r"12 people .* ana0@contoso.com, .*, ana9@contoso.com, …$"
        ):
            ask(company, "Ana")

    def test_somebody_who_is_there_comes_before_somebody_who_was(self, company):
        """Deleted and hired again: the name is the new one's, the id still tells of the old one."""
        gone = company.person("ana1", displayName="Ana")
        company.turn_on()
        company.directory.delete("User", gone)
        there = company.person("ana2", displayName="Ana")
        assert ask(company, "Ana")["user"]["id"] == there
        assert ask(company, gone)["user"]["state"] == "deleted"


def test_looking_changes_nothing(company, server):
    """No request, no row, no id: the run goes on as if nobody had asked."""
    company.person("ana")
    company.turn_on()
    before, sent = company.rows(), len(server.requests)
    ask(company)
    assert (company.rows(), len(server.requests)) == (before, sent)


EVENTS = (
    "assign",
    "unassign",
    "disable",
    "enable",
    "rename",
    "delete",
    "restore",
    "purge",
    "filter",
    "input filter",
    "unmap",
    "skip",
    "fail",
    "fail create",
    "no adds",
    "no updates",
    "no deletes",
    "break",
    "require",
    "match by mail",
    "prevent",
    "others leave",
    "no groups",
    "restart",
    "forget",
)
# The events that save something in the job's schema or credentials, each once for all.
EDITS = {
    "filter": lambda company: only(company, PILOTS),
    "input filter": lambda company: edit_users(company, scope={"inputFilterGroups": PILOT_GROUPS}),
    "unmap": lambda company: company.edit("active"),
    "skip": lambda company: company.engine.save_secrets(company.app, {"SkipOutOfScopeDeletions": "True"}),
    "no adds": lambda company: edit_users(company, flowTypes="Update, Delete"),
    "no updates": lambda company: edit_users(company, flowTypes="Add, Delete"),
    "no deletes": lambda company: edit_users(company, flowTypes="Add, Update"),
    "break": lambda company: company.edit("displayName", source=FAILING["source"]),
    "require": lambda company: require(company, "title"),
    "match by mail": lambda company: company.edit("userName", source={**source("mail"), "name": "mail"}),
    "no groups": lambda company: edit_groups(company, enabled=False),
    "restart": lambda company: company.engine.restart(company.job),
    "forget": lambda company: company.engine.restart(
        company.job, frozenset({"ConnectorDataStore", "Watermark"})
    ),
}
PILOT_GROUPS = [{"name": "Pilots", "clauses": [PILOTS]}]
FAILING = attribute_mapping("displayName", 'DateAdd("d", 1, [userPrincipalName])')
TAKEN_OVER = "that matches is taken over"
WAITS = "not if the cycle would disable or delete more than"


def edit_users(company, **changes):
    edit_mapping(company, "User", changes)


def edit_groups(company, **changes):
    edit_mapping(company, "Group", changes)


def edit_mapping(company, kind, changes):
    """Change an object mapping."""
    schema = company.engine.schema(company.job)
    for mapping in schema["synchronizationRules"][0]["objectMappings"]:
        if mapping["sourceObjectName"] == kind:
            mapping.update(changes)
    company.engine.save_schema(company.job, schema)


def require(company, attribute):
    """Let the target require an attribute of people."""
    schema = company.engine.schema(company.job)
    for directory in schema["directories"]:
        for each in directory["objects"]:
            for definition in each["attributes"]:
                if definition["name"] == attribute:
                    definition["required"] = True
    company.engine.save_schema(company.job, schema)


def happen(company, server, ana, event):
    """Let something happen to Ana, if it can."""
    present = company.directory.get("User", ana) is not None
    deleted = company.store.get("deletedUser", ana) is not None
    assigned = bool(company.apps.assignments_of(company.app, ana))
    if event in EDITS:
        EDITS[event](company)
    elif event in ("assign", "unassign") and present and (event == "unassign") == assigned:
        getattr(company, event)(ana)
    elif event in ("disable", "enable", "rename") and present:
        changes = {"accountEnabled": event == "enable"} if event != "rename" else {"jobTitle": "Pilot"}
        company.change(ana, **changes)
    elif event == "delete" and present:
        company.directory.delete("User", ana)
    elif event in ("restore", "purge") and deleted:
        getattr(company.directory, event)(ana)
    elif event == "prevent":
        company.engine.save_secrets(company.app, {"SyncNotificationSettings": SETTINGS})
        company.engine.save_settings(company.job, {"QuarantineTooManyDeletesThreshold": "1"})
    elif event == "others leave":
        for name in ("ben", "cem"):
            company.unassign(company.directory.find("User", f"{name}@contoso.com")["id"])
    elif event.startswith("fail"):
        method = "POST" if event == "fail create" else "PATCH"
        server.refuse(method, "/Users", refusal(400), times=1)


@pytest.mark.slow
@settings(max_examples=250, deadline=None)
@given(st.lists(st.lists(st.sampled_from(EVENTS), max_size=3), max_size=6))
@example([["unassign"], ["delete"], ["purge"]])
@example([["delete"], [], ["purge"]])
@example([["unassign"], ["rename"]])
@example([["unmap"], ["disable"]])
@example([["disable"], ["rename"]])
@example([["filter"], ["disable", "rename", "unmap"]])
@example([["fail", "rename"], [], []])
@example([["filter"], ["rename"], ["skip", "unassign"]])
@example([["no updates"], ["disable"]])
@example([["no deletes", "unmap"], ["unassign"]])
@example([["no adds", "forget"], ["rename"]])
@example([["break"], ["disable"]])
@example([["break"], ["forget"]])
@example([["require", "forget"]])
@example([["match by mail"], ["forget"]])
@example([["prevent"], ["others leave", "unassign"], ["enable"]])
@example([["prevent"], ["unassign"]])
@example([["prevent", "no updates"], ["others leave", "disable"], []])
@example([["input filter"], ["rename"], ["disable"]])
@example([["no groups"], ["restart"]])
@example([["no updates", "forget", "rename"]])
def test_what_is_foretold_is_what_the_next_cycle_does(chapters):
    """Whatever happened to somebody, the next cycle's log bears out what `why` said before it."""
    server = ScimServer()
    company = Company(server, required_without_value="refused")
    ana, _, _ = (company.person(name) for name in ("ana", "ben", "cem"))
    company.turn_on()
    for events in chapters:
        for event in events:
            happen(company, server, ana, event)
        company.log()
        if company.directory.get("User", ana) is None and not company.store.get(
            f"connection:{company.job}", ana
        ):
            return
        foretold = ask(company, ana)["next"]
        company.wait(until(company, foretold["at"]))
        entries = [entry for entry in company.log() if entry["sourceIdentity"]["id"] == ana]
        assert [outcome(entry) for entry in entries] in outcomes(foretold), foretold


def until(company, at):
    """Return how long the cycle that was foretold is to be waited for, and nothing beyond it."""
    assert at is not None
    return max(from_iso(at) - company.clock.now(), timedelta())


def outcomes(foretold):
    """Return what the log may say afterwards: what depends on the target's answer is not foretold."""
    says, action = foretold["says"], foretold["action"]
    compared = [["update"], ["RedundantExport"]]
    joined = [*compared, ["update not allowed"]] if TAKEN_OVER in says else []
    staged = [["stagedDelete"], []] if WAITS in says else []
    not_allowed = [[f"{each} not allowed"] for each in ("create", "update", "disable", "delete")]
    return {
        "create": [["create"], *joined],
        "compare": compared,
        "disable": [["disable"], *compared, *staged],
        "delete": [["delete"], *staged],
        "fail": [["fail"], *joined],
        "nothing": [[], ["NotEffectivelyEntitled"], ["RedundantExport"], *not_allowed, *joined],
    }[action]


def outcome(entry):
    """Return the action; for what failed before it was sent `fail`, for what was skipped the code, or what was not allowed."""
    status = entry["provisioningStatusInfo"]
    code = (status["errorInformation"] or {}).get("errorCode")
    if status["status"] == "failure" and code in ("ImportSkipped", "MissingValues"):
        return "fail"
    action = str(entry["provisioningAction"])
    if code == "ActionNotAllowed":
        return f"{action} not allowed"
    return code if status["status"] == "skipped" else action
