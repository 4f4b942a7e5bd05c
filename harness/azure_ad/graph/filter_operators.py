"""The operators of scoping filters over Microsoft Graph, for whoever writes a schema.

Source: https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationschema-filteroperators and
…/resources/synchronization-filteroperatorschema (read 2026-11).
"""

from __future__ import annotations

from flask import Blueprint, Response

from harness.azure_ad.graph.odata import collection
from harness.azure_ad.graph.synchronization import engine_of
from harness.azure_ad.graph.templates import demand_template
from harness.azure_ad.provisioning.filters import OPERATORS

filter_operators = Blueprint(
    "filter_operators", __name__, url_prefix="/servicePrincipals/<app>/synchronization"
)


@filter_operators.get("/jobs/<job>/schema/filterOperators")
def of_job(app: str, job: str) -> Response:
    engine_of(app, job)
    return _operators()


@filter_operators.get("/templates/<template>/schema/filterOperators")
def of_template(app: str, template: str) -> Response:
    demand_template(app, template)
    return _operators()


def _operators() -> Response:
    rows = [
        {
            "name": name,
            "arity": operator.arity,
            "multivaluedComparisonType": "All",
            "supportedAttributeTypes": list(operator.types),
        }
        for name, operator in OPERATORS.items()
    ]
    return collection("Collection(microsoft.graph.filterOperatorSchema)", rows)
