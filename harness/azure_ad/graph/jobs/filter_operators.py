"""The operators of scoping filters over Microsoft Graph, for whoever writes a schema.

Source: https://learn.microsoft.com/en-us/graph/api/synchronization-synchronizationschema-filteroperators and
…/resources/synchronization-filteroperatorschema (read 2026-11-29 at
db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from harness.azure_ad.graph.jobs.synchronization import demand_schema_owner
from harness.azure_ad.graph.odata.entities import collection
from harness.azure_ad.mappings.filter_operators import OPERATORS
from harness.wire.message import Response


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


ROUTES = (
    ("GET", "/servicePrincipals/<app>/synchronization/jobs/<job>/schema/filterOperators", list_operators),
    (
        "GET",
        "/servicePrincipals/<app>/synchronization/templates/<template>/schema/filterOperators",
        list_operators,
    ),
)
