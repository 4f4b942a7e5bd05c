"""Whether somebody would be a member of a dynamic group, and how far a group's rule is."""

from datetime import timedelta

import pytest

from tests.azure_ad.caller import Caller, team

RULE = '(user.displayName -startsWith "EndTestUser")'
STATUS = "$select=membershipRuleProcessingStatus"


@pytest.fixture
def graph(company):
    return Caller(company)


@pytest.fixture
def slow(found):
    """Return a company whose dynamic groups are looked at after ten minutes."""
    return Caller(found(dynamic_group_minutes=10))


def dynamic(graph, **more):
    body = {"displayName": "Ends", "groupTypes": ["DynamicMembership"], "membershipRule": RULE, **more}
    return graph.do("POST", "/groups", team(body), 201)["id"]


def evaluate(graph, path, **body):
    return graph.do("POST", f"{path}/evaluateDynamicMembership", body, 200, version="beta")


def test_a_member_of_a_group_is_evaluated(graph):
    """group-evaluatedynamicmembership, example 1, as printed."""
    key, user = dynamic(graph), graph.company.person("ana", displayName="EndTestUser001")
    answer = evaluate(graph, f"/groups/{key}", memberId=user)
    assert answer.pop("@odata.context").endswith("#microsoft.graph.evaluateDynamicMembershipResult")
    assert answer == {
        "membershipRule": RULE,
        "membershipRuleEvaluationResult": True,
        "membershipRuleEvaluationDetails": {
            "expressionResult": True,
            "expression": 'user.displayName -startsWith "EndTestUser"',
            "propertyToEvaluate": {"propertyName": "displayName", "propertyValue": "EndTestUser001"},
        },
    }


def test_a_rule_of_ones_own_is_evaluated(graph):
    """Example 2; a rule of two conditions, one that does not hold, a property that is empty."""
    user = graph.company.person("ana", department="Sales")
    answer = evaluate(graph, "/groups", memberId=user, membershipRule='user.city -eq "Bonn"')
    details = answer["membershipRuleEvaluationDetails"]
    assert details["propertyToEvaluate"] == {"propertyName": "city", "propertyValue": None}
    assert answer["membershipRuleEvaluationResult"] is details["expressionResult"] is False
    both = '(user.department -eq "Sales") and (user.accountEnabled -ne false)'
    answer = evaluate(graph, "/groups", memberId=user, membershipRule=both)
    assert answer["membershipRuleEvaluationResult"] is True
    assert answer["membershipRuleEvaluationDetails"] == {"expressionResult": True, "expression": both}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/groups", {"membershipRule": RULE}, 400),
        ("/groups", {"memberId": "x"}, 400),
        ("/groups", {"memberId": "x", "membershipRule": RULE}, 404),
        ("/groups/x", {"memberId": "x"}, 404),
        ("/groups", {"memberId": "ana@contoso.com", "membershipRule": "user.colour -eq 1"}, 400),
        ("/groups", {"memberId": 5, "membershipRule": RULE}, 400),
    ],
)
def test_what_cannot_be_evaluated_is_refused(graph, path, body, status):
    graph.company.person("ana")
    assert graph.fail("POST", f"{path}/evaluateDynamicMembership", body, version="beta")[0] == status


def test_only_beta_has_it(graph):
    assert graph.fail("POST", "/groups/evaluateDynamicMembership", {})[0] == 404


def test_a_rule_waits_and_is_done(slow):
    """membershipruleprocessingstatus: NotStarted, Succeeded; null for a group without a rule and one that is paused."""
    slow.company.person("eve", displayName="EndTestUser 1")
    key, plain = dynamic(slow), slow.company.group("Plain", assigned=False)
    paused = dynamic(slow, displayName="Paused", membershipRuleProcessingState="Paused")

    def status(group):
        return slow.get(f"/groups/{group}?{STATUS}", version="beta")["membershipRuleProcessingStatus"]

    assert status(key) == {"status": "NotStarted", "lastMembershipUpdated": None, "errorMessage": None}
    assert (status(plain), status(paused)) == (None, None)
    slow.company.wait(timedelta(minutes=10))
    slow.get(f"/groups/{key}/members")
    assert status(key) == {
        "status": "Succeeded",
        "lastMembershipUpdated": "2026-03-02T08:10:00Z",
        "errorMessage": None,
    }
    listed = slow.get(f"/groups?{STATUS},id", version="beta")["value"]
    assert [item["membershipRuleProcessingStatus"] is not None for item in listed if item["id"] == key] == [
        True
    ]


def test_it_is_shown_when_asked_for_alone(graph):
    assert "membershipRuleProcessingStatus" not in graph.get(f"/groups/{dynamic(graph)}")
