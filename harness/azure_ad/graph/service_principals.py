"""Enterprise applications over Microsoft Graph: service principals, and where provisioning connects to.

Source: https://learn.microsoft.com/en-us/graph/api/resources/serviceprincipal (read 2026-11).
"""

from __future__ import annotations

from flask import Response, abort

from harness.azure_ad.applications.enterprise_applications import OPEN_KEYS
from harness.azure_ad.graph.odata.entities import collection, entity, version
from harness.azure_ad.graph.odata.entity_types import SERVICE_PRINCIPAL
from harness.azure_ad.tenant import current

_CONNECTIVITY = "/servicePrincipals/<app>/synchronization/connectivityParameters"


def list_service_principals() -> Response:
    return collection("servicePrincipals", current().applications.scan(), SERVICE_PRINCIPAL)


def get_service_principal(app: str) -> Response:
    return entity("servicePrincipals", current().applications.find(app), 200, SERVICE_PRINCIPAL)


def connectivity_parameters(app: str) -> Response:
    """Answer the saved connection settings by key, credentials without their value.

    Only beta has this, and no page describes it. The shape is what Microsoft's gallery validation reads: a list of key
    and value. https://github.com/AzureAD/SCIMReferenceCode, Initialization_Workflow.json (read 2026-11).
    """
    if version() != "beta":
        abort(404)
    apps = current().applications
    apps.find(app)
    shown = [
        {"key": key, "value": value if key in OPEN_KEYS else None}
        for key, value in sorted(apps.secrets(app).items())
    ]
    return collection(f"servicePrincipals('{app}')/synchronization/connectivityParameters", shown)


ROUTES = (
    ("GET", "/servicePrincipals", list_service_principals),
    ("GET", "/servicePrincipals/<app>", get_service_principal),
    ("GET", _CONNECTIVITY, connectivity_parameters),
)
