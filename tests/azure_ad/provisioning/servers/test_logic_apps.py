"""The runtime that carries out Microsoft's validation workflow, on small workflows whose end is plain."""

import json
from datetime import timedelta

import pytest

from harness.wire.message import Response
from tests.azure_ad.logic_apps.functions import ExpressionError
from tests.azure_ad.logic_apps.language import evaluate
from tests.azure_ad.logic_apps.runtime import LogicApp, World


class Names:
    """What an expression may ask about: one variable."""

    def call(self, name, arguments):
        assert (name, arguments) == ("variables", ["person"])
        return {"name": "Ana", "mails": ["a@x.com", "b@x.com"], "manager": None}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("@variables('person')?['name']", "Ana"),
        ("@variables('person')?['mails'][1]", "b@x.com"),
        ("@variables('person')?['manager']?['id']", None),
        ("@coalesce(variables('person')?['phone'], 'none')", "none"),
        (
            "Hello @{variables('person')['name']}: @{length(variables('person')['mails'])}, @{true}",
            "Hello Ana: 2, True",
        ),
        ("@@odata.id", "@odata.id"),
        ({"@@odata.id": "@concat('it''s ', 1)"}, {"@odata.id": "it's 1"}),
        ("@if(equals(1, 1), 'yes', json('no JSON'))", "yes"),
        ("@union(json('[1, 1, 2]'), json('[]'))", [1, 2]),
        ("@startsWith('Hello', 'hELL')", True),
        ("@contains('Hello', 'hell')", False),
        ("@equals(true, 1)", False),
        ("@first(skip(split('a\"b\"c', '\"'), 1))", "b"),
        ("a@b.example", "a@b.example"),
    ],
)
def test_an_expression_comes_to_its_value(template, value):
    assert evaluate(template, Names()) == value


@pytest.mark.parametrize(
    "template",
    [
        "@length(null)",
        "@and(null, true)",
        "@variables('person')['x']",
        "@concat('a'))",
        "@json('{')",
        "@add('a', 1)",
    ],
)
def test_an_expression_that_cannot_be_computed_fails(template):
    with pytest.raises(ExpressionError):
        evaluate(template, Names())


@pytest.fixture
def run(company, tmp_path):
    """Return what carries out some actions; the target's answers are those given."""

    def carried_out(actions, *answers, **children):
        for name, inner in {"Main_Workflow": actions, **children}.items():
            (tmp_path / f"{name}.json").write_text(json.dumps({"definition": {"actions": inner}}))
        waiting = list(answers)
        world = World(lambda _: waiting.pop(0), company.clock, company.wait, "token", {"REGION_NAME": "West"})
        return LogicApp(tmp_path, {"limit": 2}, world).start("Main_Workflow")

    return carried_out


def statuses(run):
    return {name: outcome.status for name, outcome in run.outcomes.items()}


def http(**more):
    return {"type": "Http", "inputs": {"method": "GET", "uri": "https://scim.example.com/Users"}, **more}


def answer(status, body=None):
    return Response(status, (("Content-Type", "application/scim+json"),), json.dumps(body).encode())


def after(name, *conditions):
    return {"runAfter": {name: list(conditions or ("Succeeded",))}}


def test_what_waits_for_a_failure_runs_after_it_alone(run):
    """runAfter; the run succeeds where the last of each branch did."""
    actions = {
        "Ask": http(),
        "Good": {"type": "Compose", "inputs": 1, **after("Ask")},
        "Bad": {"type": "Compose", "inputs": "@body('Ask')?['detail']", **after("Ask", "Failed")},
    }
    there = run(actions, answer(404, {"detail": "gone"}))
    assert statuses(there) == {"Ask": "Failed", "Good": "Skipped", "Bad": "Succeeded"}
    assert there.outcomes["Bad"].outputs == "gone"
    assert there.status == "Failed"  # Good is the last of its branch, and was skipped because Ask failed
    assert run({"Ask": http()}, answer(200, {})).status == "Succeeded"


def test_a_scope_has_the_results_of_its_actions(run):
    scope = {"type": "Scope", "actions": {"Ask": http()}}
    names = {
        "type": "Query",
        "inputs": {"from": "@result('All')", "where": "@equals(item()?['status'], 'Failed')"},
    }
    there = run({"All": scope, "Failures": {**names, **after("All", "Failed")}}, answer(500))
    assert [item["name"] for item in there.call("body", ["Failures"])] == ["Ask"]


def test_a_loop_ends_with_its_condition_or_its_limit(run, company):
    until = {
        "type": "Until",
        "expression": "@equals(outputs('Ask')?['statusCode'], 200)",
        "limit": {"count": 3, "timeout": "PT1H"},
        "actions": {
            "Pause": {"type": "Wait", "inputs": {"interval": {"count": 1, "unit": "Minute"}}},
            "Ask": http(**after("Pause")),
        },
    }
    before = company.clock.now()
    there = run({"Wait_For_It": until}, answer(404), answer(200))
    assert (there.status, company.clock.now() - before) == ("Succeeded", timedelta(minutes=2))
    assert (
        run({"Wait_For_It": until}, answer(404), answer(404), answer(404))
        .outcomes["Ask"]
        .outputs["statusCode"]
        == 404
    )


def test_lists_conditions_and_variables(run):
    """Foreach, If, Append, Increment, Select; the branch that is not taken is skipped."""
    actions = {
        "Start": {"type": "InitializeVariable", "inputs": {"variables": [{"name": "seen", "value": []}]}},
        "Count": {"type": "InitializeVariable", "inputs": {"variables": [{"name": "count", "value": 0}]}},
        "Each": {
            "type": "Foreach",
            "foreach": "@json('[1, 2, 3]')",
            "actions": {
                "Small": {
                    "type": "If",
                    "expression": {"and": [{"lessOrEquals": ["@items('Each')", "@parameters('limit')"]}]},
                    "actions": {
                        "Keep": {
                            "type": "AppendToArrayVariable",
                            "inputs": {"name": "seen", "value": "@item()"},
                        }
                    },
                    "else": {
                        "actions": {
                            "Big": {"type": "IncrementVariable", "inputs": {"name": "count", "value": 1}}
                        }
                    },
                }
            },
            "runAfter": {"Start": ["Succeeded"], "Count": ["Succeeded"]},
        },
        "Doubled": {
            "type": "Select",
            "inputs": {"from": "@variables('seen')", "select": {"twice": "@mul(item(), 2)"}},
            **after("Each"),
        },
    }
    there = run(actions)
    assert (there.variables, there.status) == ({"seen": [1, 2], "count": 1}, "Succeeded")
    assert there.call("body", ["Doubled"]) == [{"twice": 2}, {"twice": 4}]
    assert there.outcomes["Keep"].status == "Skipped"


def test_a_workflow_calls_another_and_reads_its_run(run):
    """Its answer is the Response's, its outputs are asked of Azure's management API; Terminate ends it with a status."""
    child = {
        "Answer": {
            "type": "Response",
            "inputs": {"statusCode": 202, "body": {"run": "@workflow().run.name"}},
        },
        "Final": {"type": "Compose", "inputs": {"person": "@triggerBody()?['person']"}, **after("Answer")},
    }
    link = "https://management.azure.com/workflows/Child_Workflow/runs/"
    actions = {
        "Call": {
            "type": "Workflow",
            "inputs": {"host": {"workflow": {"id": "Child_Workflow"}}, "body": {"person": "Ana"}},
        },
        "Link": {
            "type": "Http",
            "inputs": {
                "method": "GET",
                "uri": f"@concat('{link}', body('Call')?['run'], '/actions/Final?v=1')",
            },
            **after("Call"),
        },
        "Read": {
            "type": "Http",
            "inputs": {"method": "GET", "uri": "@body('Link')?['properties']?['outputsLink']?['uri']"},
            **after("Link"),
        },
        "End": {"type": "Terminate", "inputs": {"runStatus": "Failed"}, **after("Read")},
    }
    there = run(actions, Child_Workflow=child)
    assert there.call("body", ["Read"]) == {"person": "Ana"}
    assert there.status == "Failed"
