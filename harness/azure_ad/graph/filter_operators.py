"""The operators of scoping filters over Microsoft Graph, for whoever writes a schema.

Source: https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationschema-filteroperators and
…/resources/synchronization-filteroperatorschema (read 2026-11).
"""

from __future__ import annotations

from flask import Blueprint, Response

from harness.azure_ad.graph.odata.entities import collection
from harness.azure_ad.graph.synchronization import demand_schema_owner
from harness.azure_ad.mappings.scoping_filters import OPERATORS

filter_operators = Blueprint(
    "filter_operators", __name__, url_prefix="/servicePrincipals/<app>/synchronization"
)


@filter_operators.get("/jobs/<job>/schema/filterOperators")
@filter_operators.get("/templates/<template>/schema/filterOperators")
def list_operators(app: str, job: str = "", template: str = "") -> Response:
    demand_schema_owner(app, job, template)
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
