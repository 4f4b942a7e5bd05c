"""Expressions over Microsoft Graph: the list of functions, and parseExpression as the expression builder calls it."""

import pytest

from tests.azure_ad.graph.test_graph import JOB, Caller

TEMPLATE = "/servicePrincipals/{app}/synchronization/templates/scim"
SCHEMAS = [f"{JOB}/schema", f"{TEMPLATE}/schema"]
PERSON = {
    "objectId": "66E4A8CC-1B7B-435E-95F8-F06CEA133828",
    "accountEnabled": "true",
    "preferredLanguage": "EN-US",
    "proxyAddresses": "",
    "surname": "Smith",
    "manager": None,
    "appRoleAssignments": ["Default Assignment"],
}


@pytest.fixture
def graph(company):
    return Caller(company)


def parsed(graph, expression, person=PERSON, schema=SCHEMAS[0]):
    properties = [{"key": key, "value": value} for key, value in person.items()]
    body = {
        "expression": expression,
        "targetAttributeDefinition": None,
        "testInputObject": {"definition": None, "properties": properties},
    }
    return graph.do("POST", f"{schema}/parseExpression", body, 200)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_documented_expression(graph, schema):
    """The sample of synchronizationschema-parseexpression, request and response, for a job and for a template."""
    answer = parsed(graph, 'Replace([preferredLanguage], "-", , , "_", ,  )', schema=schema)
    assert answer.pop("@odata.context").endswith("$metadata#microsoft.graph.parseExpressionResponse")
    assert answer == {
        "error": None,
        "evaluationSucceeded": True,
        "evaluationResult": ["EN_US"],
        "parsedExpression": {
            "expression": 'Replace([preferredLanguage], "-", , , "_", , )',
            "name": "Replace",
            "parameters": [
                {
                    "key": "source",
                    "value": {
                        "expression": "[preferredLanguage]",
                        "name": "preferredLanguage",
                        "parameters": [],
                        "type": "Attribute",
                    },
                },
                {
                    "key": "Find",
                    "value": {"expression": '"-"', "name": "-", "parameters": [], "type": "Constant"},
                },
                {
                    "key": "Replacement",
                    "value": {"expression": '"_"', "name": "_", "parameters": [], "type": "Constant"},
                },
            ],
            "type": "Function",
        },
        "parsingSucceeded": True,
    }


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("[manager]", []),
        ("[nobody]", []),
        ("[proxyAddresses]", [""]),
        ("SingleAppRoleAssignment([appRoleAssignments])", ["Default Assignment"]),
        ('Split("a,b", ",")', ["a", "b"]),
        ("DefaultDomain()", ["contoso.com"]),
        ("Now()", ["3/2/2026 8:00:00 AM"]),
        ('SelectUniqueValue([surname], "x")', ["Smith"]),
    ],
)
def test_a_result_is_a_list_of_values(graph, expression, result):
    """Null is none, a text is one; time and tenant are there."""
    answer = parsed(graph, expression)
    assert (answer["evaluationSucceeded"], answer["evaluationResult"]) == (True, result)


def test_an_expression_may_be_parsed_alone(graph):
    """Without a test object nothing is evaluated, and nothing is wrong."""
    answer = graph.do("POST", f"{SCHEMAS[0]}/parseExpression", {"expression": "Not([a])"}, 200)
    assert (answer["parsingSucceeded"], answer["evaluationSucceeded"], answer["error"]) == (True, False, None)


def test_what_cannot_be_parsed_is_an_answer(graph):
    """The builder shows the sentence; the call itself succeeded."""
    answer = parsed(graph, "Tolower([surname])")
    assert (answer["parsingSucceeded"], answer["evaluationSucceeded"]) == (False, False)
    assert answer["parsedExpression"] is None
    assert answer["error"] == {
        "code": "BadRequest",
        "message": "unknown function 'Tolower' at column 1; did you mean 'ToLower'?",
        "target": "expression",
        "details": [],
        "innerError": None,
    }


def test_what_cannot_be_evaluated_is_an_answer(graph):
    """Parsed well, but not for this object."""
    answer = parsed(graph, "Left([surname], [preferredLanguage])")
    assert (answer["parsingSucceeded"], answer["evaluationSucceeded"]) == (True, False)
    assert answer["evaluationResult"] == []
    assert answer["error"]["target"] == "testInputObject"
    assert "parameter 'NumChars' must be a whole number, not 'EN-US'" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "The body must be"),
        ({"expression": 5}, "The body must be"),
        ({"expression": "[a]", "testInputObject": []}, "testInputObject must be"),
        ({"expression": "[a]", "testInputObject": {"properties": {}}}, "testInputObject must be"),
        ({"expression": "[a]", "testInputObject": {"properties": ["a"]}}, "testInputObject must be"),
        ({"expression": "[a]", "testInputObject": {"properties": [{"key": 1}]}}, "testInputObject must be"),
        (
            {"expression": "[a]", "testInputObject": {"properties": [{"key": "a", "value": [1]}]}},
            "testInputObject must be",
        ),
    ],
)
def test_another_shape_is_refused(graph, body, message):
    """With Graph's error, saying which shape is wanted."""
    status, code, text = graph.fail("POST", f"{SCHEMAS[0]}/parseExpression", body)
    assert (status, code) == (400, "BadRequest")
    assert message in text


@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_functions_are_listed_as_graph_lists_them(graph, schema):
    """The rows of the documented sample, among all others."""
    listed = graph.get(f"{schema}/functions")
    assert listed["@odata.context"].endswith("$metadata#functions")
    functions = {row["name"]: row["parameters"] for row in listed["value"]}
    assert len(functions) == 49

    def parameter(name, kind="String", *, many=False, required=True):
        return {"allowMultipleOccurrences": many, "name": name, "required": required, "type": kind}

    assert functions["Append"] == [parameter("source"), parameter("suffix")]
    assert functions["DefaultDomain"] == []
    assert functions["IsNothing"] == [parameter("source", "Boolean")]
    assert functions["Join"] == [parameter("separator"), parameter("source", many=True)]
    assert functions["Mid"] == [
        parameter("source"),
        parameter("start", "Integer"),
        parameter("length", "Integer"),
    ]
    assert functions["Replace"] == [
        parameter("source"),
        *(
            parameter(name, required=False)
            for name in (
                *("Find", "RegularExpression", "RegularExpressionGroupName", "Replacement"),
                *("ReplacementPropertyName", "Template"),
            )
        ),
    ]
    assert functions["Switch"] == [
        parameter("source"),
        parameter("defaultValue", required=False),
        parameter("switchValue", many=True, required=False),
    ]


@pytest.mark.parametrize("what", ["functions", "parseExpression"])
def test_only_what_there_is_has_a_schema(graph, what):
    """Unknown applications, jobs and templates are 404."""
    method, body = ("GET", None) if what == "functions" else ("POST", {"expression": "[a]"})
    for path in (f"{JOB}x/schema", f"{TEMPLATE}x/schema", SCHEMAS[0].replace("{app}", "nobody")):
        assert graph.fail(method, f"{path}/{what}", body)[0] == 404
