"""Microsoft's own applications, whose service principals every tenant has: Microsoft Graph and Azure's management.

Permissions are granted on them. Their object ids differ from tenant to tenant, all else is the same everywhere. No tenant can
change or delete them; that Graph refuses this as forbidden is inferred.

Source: https://learn.microsoft.com/en-us/graph/api/resources/serviceprincipal, "Properties" (read 2026-11-29 at db3ad72 of
microsoftgraph/microsoft-graph-docs). The applications are in first_party.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid5

from harness.base.store import Document
from harness.base.tables import read_table

# The tenant that Microsoft's own applications are registered in: `_info/MicrosoftApps.csv` of the list that the table names.
_MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"


def first_party(tenant_id: str) -> Mapping[str, Document]:
    """Return the service principals of Microsoft's own applications in a tenant, by their object ids."""
    table = read_table("harness.azure_ad.applications", "first_party.yaml")
    principals = (_principal(tenant_id, app_id, row) for app_id, row in table.items())
    return {principal["id"]: principal for principal in principals}


def _principal(tenant_id: str, app_id: str, row: Document) -> Document:
    return {
        "id": str(uuid5(UUID(app_id), tenant_id)),
        "appId": app_id,
        "appOwnerOrganizationId": _MICROSOFT,
        "applicationTemplateId": None,
        "displayName": row["displayName"],
        "accountEnabled": True,
        "appRoleAssignmentRequired": False,
        "appRoles": [_role(value, *entry) for value, entry in row["roles"].items()],
        "homepage": None,
        "oauth2PermissionScopes": [_scope(value, *entry) for value, entry in row["scopes"].items()],
        "servicePrincipalNames": row["names"],
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMultipleOrgs",
    }


def _role(value: str, key: str, label: str) -> Document:
    return {
        "allowedMemberTypes": ["Application"],
        "description": label,
        "displayName": label,
        "id": key,
        "isEnabled": True,
        "origin": "Application",
        "value": value,
    }


def _scope(value: str, key: str, label: str, consent: str = "Admin") -> Document:
    return {
        "adminConsentDescription": label,
        "adminConsentDisplayName": label,
        "id": key,
        "isEnabled": True,
        "type": consent,
        "userConsentDescription": label,
        "userConsentDisplayName": label,
        "value": value,
    }
