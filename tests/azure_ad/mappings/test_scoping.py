"""Scoping filters: who is let through, by the page of the operators, and what a filter cannot be made of.

https://learn.microsoft.com/en-us/entra/identity/app-provisioning/define-conditional-rules-for-provisioning-user-accounts
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.azure_ad.mappings.definitions import source_names
from harness.azure_ad.mappings.schema import SchemaError, check, object_mappings
from harness.azure_ad.mappings.scoping_filters import OPERATORS, FilterError, check_scope, read_scope
from harness.azure_ad.mappings.templates import build
from harness.azure_ad.provisioning.cycle.scoping import Scope, evaluate_scope, scope_settings
from harness.base.quirks import load_table
from tests.azure_ad.graph.test_graph import JOB, Caller

PEOPLE = build("scim", "job", "rule", "Microsoft Entra ID")["directories"][0]["objects"][0]["attributes"]
ATTRIBUTES = {attribute["name"]: attribute for attribute in PEOPLE}


def quirks(**flips):
    named = {name.replace("_", "-"): value for name, value in flips.items()}
    return load_table("harness.azure_ad").choose("identity-center", named)


def clause(attribute, operator, *values):
    target = {"values": list(values)} if values else None
    return {"operatorName": operator, "sourceOperandName": attribute, "targetOperand": target}


def scope(*groups, inputs=(), categories=()):
    """Return a scope of groups that are lists of clauses; their names are A, B, C and so on."""

    def named(lists):
        return [{"name": chr(65 + number), "clauses": list(each)} for number, each in enumerate(lists)]

    return {
        "groups": named(groups),
        "inputFilterGroups": named(inputs),
        "categoryFilterGroups": named(categories),
    }


def ask(document, **person):
    return read_scope(document).evaluate(person, quirks())


def passes(attribute, operator, *values, value=None, **flips):
    read = read_scope(scope([clause(attribute, operator, *values)]))
    person = {} if value is None else {attribute: value}
    return read.evaluate(person, quirks(**flips)).passed


class TestOperators:
    @pytest.mark.parametrize(
        ("operator", "operand", "passing", "failing"),
        [
            ("EQUALS", "Sales", ["Sales"], ["sales", "Sales ", None]),
            ("NOT EQUALS", "Sales", ["sales", "IT"], ["Sales", None]),
            ("IS TRUE", None, ["True"], ["False", None]),
            ("IS FALSE", None, ["False"], ["True", None]),
            ("IS NULL", None, [None], ["x"]),
            ("IS NOT NULL", None, ["x"], [None]),
            ("REGEX MATCH", r".*\@domain.com", ["ana@domain.com"], ["ana@other.com", "ana@DOMAIN.com", None]),
            ("NOT REGEX MATCH", r".*\@domain.com", ["ana@other.com"], ["ana@domain.com", None]),
            ("REGEX MATCH", "([1-9][0-9])", ["10", "99"], ["9", "x", None]),
            ("Greater_Than", "5", ["6", "10"], ["5", "4", "ten", "-6", "6.5", None]),
            ("Greater_Than_OR_EQUALS", "5", ["5", "6"], ["4", "", "five", None]),
            ("Includes", "Eng", ["Engineering", "R&D Eng"], ["engineering", None]),
            ("ENDS_WITH", "-ext", ["ana-ext"], ["ana-ext2", None]),
            ("&", "Sales, Marketing", ["Sales", "Marketing"], ["IT", "sales", None]),
            ("!&", "Sales, Marketing", ["IT"], ["Sales", None]),
        ],
    )
    def test_what_each_operator_says(self, operator, operand, passing, failing):
        """Text is compared with its case, and nothing but IS NULL is content with what is not there."""
        operands = () if operand is None else (operand,)
        assert [passes("department", operator, *operands, value=value) for value in passing] == [True] * len(
            passing
        )
        assert [passes("department", operator, *operands, value=value) for value in failing] == [False] * len(
            failing
        )

    def test_a_pattern_may_be_found_anywhere_or_must_match_the_whole_value(self):
        """The quirk `scope-regex-match`; an alternative must not slip out of the whole."""
        for flip, expected in (("found", [True, True]), ("whole", [False, True])):
            said = [
                passes("department", "REGEX MATCH", "[1-9][0-9]|x", value=value, scope_regex_match=flip)
                for value in ("110", "11")
            ]
            assert said == expected

    @pytest.mark.parametrize(
        ("value", "operand", "both"),
        [
            ("6", "2", (True, False)),
            ("5", "2", (False, True)),
            ("7", "3", (True, False)),
            ("5", "3", (False, True)),
            ("x", "2", (False, False)),
            ("6", "x", (False, False)),
        ],
    )
    def test_the_ampersand_may_mean_bits(self, value, operand, both):
        """The quirk `scope-ampersand`: all bits of the clause are set in the value, or not; no number has none."""
        said = tuple(
            passes("department", operator, operand, value=value, scope_ampersand="bits")
            for operator in ("&", "!&")
        )
        assert said == both

    @pytest.mark.slow
    def test_a_pattern_that_backtracks_for_ever_lets_nobody_through(self):
        """What cannot be told within reason is neither a match nor none."""
        for operator in ("REGEX MATCH", "NOT REGEX MATCH"):
            assert not passes("department", operator, "(a|a)*[bc]", value="a" * 60)

    @given(st.sampled_from(sorted(OPERATORS)), st.text(max_size=6), st.none() | st.text(max_size=6))
    def test_a_clause_that_can_be_read_can_be_asked(self, operator, operand, value):
        """Whatever is in the clause and on the object, the answer is yes or no."""
        try:
            read = read_scope(scope([clause("department", operator, operand)]))
        except FilterError:
            return
        for flips in ({}, {"scope_regex_match": "whole", "scope_ampersand": "bits"}):
            said = read.evaluate({"department": value}, quirks(**flips))
            assert isinstance(said.passed, bool)
            assert list(json.loads(said.as_text()).values()) == [said.passed]


class TestGroups:
    SALES = clause("department", "EQUALS", "Sales")
    LONDON = clause("city", "EQUALS", "London")

    def test_clauses_are_anded_and_groups_are_ored(self):
        """Within a filter "AND", between filters "OR"."""
        both = scope([self.SALES, self.LONDON])
        either = scope([self.SALES], [self.LONDON])
        assert [ask(each, department="Sales", city="Paris").passed for each in (both, either)] == [
            False,
            True,
        ]
        assert ask(both, department="Sales", city="London").passed
        assert not ask(either, department="IT", city="Paris").passed

    def test_a_scope_without_groups_filters_nobody(self):
        """An empty filter, as Graph writes it, is none at all: nothing is asked per object."""
        assert read_scope(None) is None
        assert read_scope(scope()) is None
        assert read_scope({"groups": None}) is None

    def test_the_log_holds_every_clause_under_its_group(self):
        """`ScopeEvaluationResult` as in the sample of cross-tenant synchronization."""
        document = {
            "groups": [
                {
                    "name": "Marketing department filter",
                    "clauses": [clause("department", "EQUALS", "Marketing"), clause("city", "IS NOT NULL")],
                }
            ]
        }
        said = ask(document, department="Marketing")
        assert said.as_text() == (
            """{"Marketing department filter.department EQUALS 'Marketing'":true,"""
            """"Marketing department filter.city IS NOT NULL":false}"""
        )

    def test_the_clauses_that_decided_are_named(self):
        """Of those let through the first group that passed, of the others everything that failed, with the values."""
        document = scope([self.SALES, self.LONDON], [clause("country", "EQUALS", "UK")])
        told = [
            [(result.label, result.value, result.passed) for result in ask(document, **person).decisive]
            for person in (
                {"department": "Sales", "city": "London"},
                {"department": "Sales", "city": "Paris"},
                {"country": "UK", "city": "London"},
            )
        ]
        assert told == [
            [("A.department EQUALS 'Sales'", "Sales", True), ("A.city EQUALS 'London'", "London", True)],
            [("A.city EQUALS 'London'", "Paris", False), ("B.country EQUALS 'UK'", None, False)],
            [("B.country EQUALS 'UK'", "UK", True)],
        ]

    @pytest.mark.parametrize("which", ["inputs", "categories"])
    def test_what_fails_an_input_filter_is_not_processed(self, which):
        """Graph, filter: leaving this set does not deprovision, so an object keeps what it has in the target."""
        document = scope([self.SALES], **{which: [[self.LONDON]]})
        inside, outside, away = (
            ask(document, department="Sales", city="London"),
            ask(document, department="IT", city="London"),
            ask(document, department="Sales", city="Paris"),
        )
        assert [(said.processed, said.passed) for said in (inside, outside, away)] == [
            (True, True),
            (True, False),
            (False, False),
        ]
        alone = [
            Scope(True, True, said).left_alone(skip_out_of_scope_deletions=False)
            for said in (inside, outside, away)
        ]
        assert alone == [False, False, True]


class TestRefusals:
    @pytest.mark.parametrize(
        ("document", "message"),
        [
            (scope([clause("manager", "IS NULL")]), "'manager' cannot be used in a scoping filter"),
            (scope([clause("userType", "EQUALS", "Guest")]), "'userType' cannot be used in a scoping filter"),
            (scope([clause("appRoleAssignments", "IS NULL")]), "'appRoleAssignments' cannot be used"),
            (scope([clause("proxyAddresses", "Includes", "x")]), "because it has several values"),
            (scope([clause("IsSoftDeleted", "IS FALSE")]), "because it is computed from the scope"),
            (scope([clause("hired", "IS NULL")]), "because dates cannot be compared"),
            (scope([clause("departmant", "IS NULL")]), "did you mean 'department'?"),
            (scope([clause("department", "EQUAL", "x")]), "unknown operator 'EQUAL'; did you mean 'EQUALS'?"),
            (scope([clause("department", "~", "x")]), "unknown operator '~'; it must be one of EQUALS, "),
            (
                scope([clause("department", "IS TRUE")]),
                "IS TRUE takes Boolean attributes, but 'department' is String",
            ),
            (
                scope([clause("accountEnabled", "EQUALS", "True")]),
                "EQUALS takes Integer and String attributes",
            ),
            (scope([clause("department", "EQUALS")]), 'targetOperand: must be {"values": ["one text"]}'),
            (
                scope([clause("department", "EQUALS", "a", "b")]),
                "to allow several values, write a group for each",
            ),
            (scope([clause("employeeId", "Greater_Than", "many")]), "values[0]: 'many' is not an integer"),
            (scope([clause("department", "REGEX MATCH", "(")]), "values[0]: '(' is not a regular expression"),
            ({"groups": [{"name": "A", "clauses": []}]}, "groups[0].clauses: a filter group needs a clause"),
            ({"groups": [{"name": 5, "clauses": []}]}, "groups[0].name: must be text or null, not int"),
            ({"groups": {}}, "groups: must be a list, not dict"),
            ({"group": []}, "unknown member 'group'; did you mean 'groups'?"),
            ([], "must be an object, not list"),
        ],
    )
    def test_a_filter_that_cannot_be_evaluated_is_refused(self, document, message):
        """known-issues and the page of the operators; the message begins with where it is."""
        attributes = {**ATTRIBUTES, "hired": {**ATTRIBUTES["department"], "type": "DateTime"}}
        with pytest.raises(FilterError) as error:
            check_scope(document, attributes, "scope")
        assert message in str(error.value)
        assert str(error.value).startswith("scope")

    def test_the_second_clause_of_the_second_group_is_named(self):
        """A JSON path leads to the clause, inside the schema that was sent."""
        schema = build("scim", "job", "rule", "Microsoft Entra ID")
        good = clause("department", "IS NULL")
        object_mappings(schema)[1]["scope"] = scope(
            [clause("displayName", "IS NULL")], [clause("mail", "IS NULL"), clause("members", "IS NULL")]
        )
        object_mappings(schema)[0]["scope"] = scope([good])
        with pytest.raises(SchemaError) as error:
            check(schema)
        assert str(error.value).startswith(
            "synchronizationRules[0].objectMappings[1].scope.groups[1].clauses[1].sourceOperandName: 'members' cannot"
        )

    def test_over_http_it_is_a_bad_request_and_the_schema_stays(self, company):
        """An OData error, 400, with the path in its message."""
        graph = Caller(company)
        schema = graph.get(JOB + "/schema")
        schema["synchronizationRules"][0]["objectMappings"][0]["scope"] = scope(
            [clause("manager", "IS NULL")]
        )
        status, _, message = graph.fail("PUT", JOB + "/schema", schema)
        assert status == 400
        assert "objectMappings[0].scope.groups[0].clauses[0]" in message
        assert graph.get(JOB + "/schema")["synchronizationRules"][0]["objectMappings"][0]["scope"] is None


def filtered(company, *groups, kind="User", **sets):
    schema = company.engine.schema(company.job)
    for mapping in object_mappings(schema):
        if mapping["sourceObjectName"] == kind:
            mapping["scope"] = scope(*groups, **sets)
    company.engine.save_schema(company.job, schema)


class TestCycles:
    SALES = clause("department", "EQUALS", "Sales")

    def test_only_those_whom_the_filter_lets_through_arrive(self, company, server):
        """In addition to assignment: Ben fails the filter, Eve is not assigned."""
        company.person("ana", department="Sales")
        company.person("ben", department="IT")
        company.person("eve", department="Sales", assigned=False)
        filtered(company, [self.SALES])
        company.turn_on()
        assert [user["userName"] for user in server.resources["Users"].values()] == ["ana@contoso.com"]
        entries = {entry["sourceIdentity"]["displayName"]: entry for entry in company.log()}
        details = {
            name: next(
                step["details"]
                for step in entry["provisioningSteps"]
                if step["name"] == "EntrySynchronizationScoping"
            )
            for name, entry in entries.items()
        }
        assert details["Ben"] == {
            "IsActive": "True",
            "Assigned": "True",
            "IsEffectivelyEntitledForProvisioning": "True",
            "IsInProvisioningScopeDisplayName": "False",
            "ScopeEvaluationResult": """{"A.department EQUALS 'Sales'":false}""",
        }
        assert details["Eve"]["Assigned"] == "False"
        assert details["Eve"]["IsInProvisioningScopeDisplayName"] == "True"

    def test_who_leaves_the_scope_is_disabled_and_who_comes_back_enabled(self, company, server):
        """A user failing the filter counts as out of scope; coming back the same account is used."""
        ana = company.person("ana", department="Sales")
        filtered(company, [self.SALES])
        company.turn_on()
        seen = []
        for department in ("IT", "Sales"):
            company.change(ana, department=department)
            company.cycle()
            seen.append(server.user("ana@contoso.com")["active"])
        assert [str(active) for active in seen] == ["False", "True"]
        assert list(server.resources["Users"]) == ["u1"]

    def test_a_group_that_fails_the_filter_is_deleted(self, company, server):
        """Groups cannot be disabled."""
        office = company.group("Office")
        filtered(company, [clause("displayName", "EQUALS", "Office")], kind="Group")
        company.turn_on()
        assert len(server.resources["Groups"]) == 1
        company.directory.update("Group", office, {"displayName": "Bureau"})
        company.cycle()
        assert server.resources["Groups"] == {}

    def test_a_new_filter_is_applied_to_everybody_in_the_next_cycle(self, company, server):
        """Saving a filter forgets the watermark."""
        company.person("ana", department="Sales")
        company.person("ben", department="IT")
        company.turn_on()
        filtered(company, [self.SALES])
        company.cycle()
        assert str(server.user("ana@contoso.com")["active"]) == "True"
        assert str(server.user("ben@contoso.com")["active"]) == "False"

    def test_a_guest_is_filtered_by_the_name_that_mappings_see(self, company, server):
        """The filter reads source attributes: `userPrincipalName` without #EXT#, `originalUserPrincipalName` with it."""
        company.person("ana_gmail.com#EXT#")
        filtered(company, [clause("originalUserPrincipalName", "Includes", "#EXT#")])
        company.turn_on()
        assert [user["userName"] for user in server.resources["Users"].values()] == ["ana_gmail.com"]


class TestLeftAlone:
    """What the target holds of an object gets no request, neither now nor by a later change of it."""

    def skipping(self, company):
        company.engine.save_secrets(
            company.app, {**company.apps.secrets(company.app), "SkipOutOfScopeDeletions": "True"}
        )

    def test_who_is_unassigned_or_filtered_out_stays_active(self, company, server):
        """skip-out-of-scope-deletions; who is disabled or deleted in the directory is not out of scope."""
        ana, ben, eve = (company.person(name, department="Sales") for name in ("ana", "ben", "eve"))
        filtered(company, [clause("department", "EQUALS", "Sales")])
        self.skipping(company)
        company.turn_on()
        server.seen()
        company.unassign(ana)
        company.change(ben, department="IT", displayName="Benjamin")
        company.change(eve, accountEnabled=False)
        company.cycle()
        assert server.seen() == ["GET /Users/u3", "PATCH /Users/u3"]
        assert [str(user["active"]) for user in server.resources["Users"].values()] == [
            "True",
            "True",
            "False",
        ]

    def test_a_group_that_is_unassigned_stays(self, company, server):
        """The setting speaks of deletions."""
        office = company.group("Office")
        self.skipping(company)
        company.turn_on()
        company.unassign(office)
        company.cycle()
        assert len(server.resources["Groups"]) == 1

    def test_who_leaves_an_input_filter_stays_as_it_was(self, company, server):
        """Not deprovisioned, not updated; inside again it is updated."""
        ana = company.person("ana", city="London")
        filtered(company, inputs=[[clause("city", "EQUALS", "London")]])
        company.turn_on()
        company.change(ana, city="Paris", displayName="Anna")
        company.cycle()
        assert (
            server.user("ana@contoso.com")["displayName"],
            str(server.user("ana@contoso.com")["active"]),
        ) == (
            "Ana",
            "True",
        )
        company.change(ana, city="London")
        company.cycle()
        assert server.user("ana@contoso.com")["displayName"] == "Anna"


class TestSettings:
    @pytest.mark.parametrize("key", ["SyncAll", "SkipOutOfScopeDeletions"])
    def test_a_setting_that_says_neither_is_refused(self, company, key):
        """400 that names the key; an empty value takes it away."""
        graph = Caller(company)
        path = "/servicePrincipals/{app}/synchronization/secrets"
        told = graph.fail("PUT", path, {"value": [{"key": key, "value": "yes"}]})
        assert told == (400, "BadRequest", f"The value of '{key}' must be true or false.")
        for value in ("True", "false", ""):
            graph.do("PUT", path, {"value": [{"key": key, "value": value}]})

    @pytest.mark.parametrize(
        ("secrets", "settings"),
        [
            ({}, (False, False)),
            ({"SyncAll": "true"}, (True, False)),
            ({"SyncAll": "False", "SkipOutOfScopeDeletions": "True"}, (False, True)),
            ({"SkipOutOfScopeDeletions": "TRUE"}, (False, True)),
            ({"SyncAll": "yes", "SkipOutOfScopeDeletions": ""}, (False, False)),
        ],
    )
    def test_both_settings_are_off_unless_they_say_true(self, secrets, settings):
        """Secrets hold texts: configuration-api writes `false`, skip-out-of-scope-deletions `True`."""
        read = scope_settings(secrets)
        assert (read.sync_all, read.skip_out_of_scope_deletions) == settings

    @pytest.mark.parametrize(
        ("active", "assigned", "skipped"), [(True, True, False), (True, False, True), (False, True, False)]
    )
    def test_skipping_concerns_those_out_of_scope_only(self, active, assigned, skipped):
        """Who is disabled in the directory is still in scope, and is disabled."""
        assert Scope(active, assigned).left_alone(skip_out_of_scope_deletions=True) is skipped
        assert Scope(active, assigned).left_alone(skip_out_of_scope_deletions=False) is False

    def test_the_source_names_of_both_types_are_defined(self):
        """Every attribute that a filter may name has a definition to check it by."""
        assert set(ATTRIBUTES) == source_names("User")


def test_evaluating_without_a_filter_reads_no_attributes(company, monkeypatch):
    """The hot path: nothing is computed for a filter that is not there."""
    key = company.person("ana")
    _, session = company.engine.inspect(company.job)

    def refused(*_):
        raise AssertionError("source attributes were read")

    monkeypatch.setattr("harness.azure_ad.provisioning.cycle.scoping.source_attributes", refused)
    mapping, document = session.mappings["User"], company.directory.get("User", key)
    assert evaluate_scope(session, mapping, document, {}) == Scope(True, True, None)
