"""Mapping expressions over Microsoft Graph: the list of functions, and an expression's value for a test object.

Source: https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationschema-parseexpression,
…/synchronization-synchronizationschema-functions and …/resources/synchronization-parseexpressionresponse (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from typing import Any

from harness.azure_ad.graph.jobs.synchronization import demand_schema_owner
from harness.azure_ad.graph.odata import refusals
from harness.azure_ad.graph.odata.entities import answer, body, collection, context
from harness.azure_ad.mappings.evaluation import evaluate
from harness.azure_ad.mappings.expression import EvaluationError, ExpressionError, Node, parse
from harness.azure_ad.mappings.functions import FUNCTIONS, Context, Value
from harness.azure_ad.mappings.sources import to_source
from harness.azure_ad.tenant import current
from harness.base.store import Document
from harness.wire.message import Response

_TEST_OBJECT = '{"definition": null, "properties": [{"key": …, "value": text, a list of texts or null}]}'


def functions(app: str, job: str = "", template: str = "") -> Response:
    demand_schema_owner(app, job, template)
    rows = [
        {
            "name": name,
            "parameters": [
                {
                    "allowMultipleOccurrences": parameter.repeats,
                    "name": parameter.graph_key,
                    "required": parameter.required,
                    "type": parameter.type,
                }
                for parameter in function.parameters
            ],
        }
        for name, function in FUNCTIONS.items()
    ]
    return collection("functions", rows)


def parse_expression(app: str, job: str = "", template: str = "") -> Response:
    """Parse, and evaluate where there is a test object; a bad expression is an answer, not a refusal."""
    demand_schema_owner(app, job, template)
    document = body()
    expression, test = document.get("expression"), document.get("testInputObject")
    if not isinstance(expression, str):
        raise refusals.BODY_FORM.error(form='{"expression": text, "testInputObject": …}')
    source = None if test is None else _attributes(test)
    result: Document = {
        "@odata.context": context("microsoft.graph.parseExpressionResponse"),
        "error": None,
        "evaluationSucceeded": False,
        "evaluationResult": [],
        "parsedExpression": None,
        "parsingSucceeded": False,
    }
    try:
        node = parse(expression)
        result |= {"parsedExpression": to_source(node), "parsingSucceeded": True}
        if source is not None:
            result |= {"evaluationResult": _evaluated(node, source), "evaluationSucceeded": True}
    except ExpressionError as error:
        part = "testInputObject" if isinstance(error, EvaluationError) else "expression"
        result["error"] = {
            "code": "BadRequest",
            "message": str(error),
            "target": part,
            "details": [],
            "innerError": None,
        }
    return answer(result)


def _evaluated(node: Node, source: dict[str, Value]) -> list[str]:
    """Return the values, none for null. In a test no value counts as taken in the target."""
    tenant = current()
    surroundings = Context(
        tenant.clock, tenant.ids, tenant.settings.domain, is_taken=lambda _: False, quirks=tenant.quirks
    )
    value = evaluate(node, source, surroundings)
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


def _attributes(test: Any) -> dict[str, Value]:
    """Read an expressionInputObject. Raises ODataError for another shape."""
    properties = test.get("properties") if isinstance(test, dict) else None
    if not isinstance(properties, list):
        raise refusals.PART_FORM.error(part="testInputObject", form=_TEST_OBJECT)
    attributes: dict[str, Value] = {}
    for entry in properties:
        key = entry.get("key") if isinstance(entry, dict) else None
        value = entry.get("value") if isinstance(entry, dict) else None
        texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if not isinstance(key, str) or not (value is None or isinstance(value, str) or texts):
            raise refusals.PART_FORM.error(part="testInputObject", form=_TEST_OBJECT)
        attributes[key] = value
    return attributes


ROUTES = (
    ("GET", "/servicePrincipals/<app>/synchronization/jobs/<job>/schema/functions", functions),
    ("GET", "/servicePrincipals/<app>/synchronization/templates/<template>/schema/functions", functions),
    ("POST", "/servicePrincipals/<app>/synchronization/jobs/<job>/schema/parseExpression", parse_expression),
    (
        "POST",
        "/servicePrincipals/<app>/synchronization/templates/<template>/schema/parseExpression",
        parse_expression,
    ),
)
