"""Delegated permission grants over Microsoft Graph: what an administrator consented to for a client application.

Source: https://learn.microsoft.com/en-us/graph/api/resources/oauth2permissiongrant, …/api/oauth2permissiongrant-post (read
2026-11-29); listing and deleting follow the other collections, their pages were not read.
"""

from __future__ import annotations

from flask import Response

from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.odata.entities import body, collection, empty, entity
from harness.azure_ad.graph.odata.entity_types import PERMISSION_GRANT
from harness.azure_ad.graph.odata.values import typed
from harness.azure_ad.tenant import current

_SHELF, _PATH = "permissionGrant", "oauth2PermissionGrants"


def list_grants() -> Response:
    return collection(_PATH, (item for _, item in current().store.scan(_SHELF)), PERMISSION_GRANT)


def create_grant() -> Response:
    tenant, properties = current(), typed(PERMISSION_GRANT, body(), creating=True)
    with tenant.store.transaction():
        client, resource = (tenant.applications.find(properties[name]) for name in ("clientId", "resourceId"))
        made = {"id": tenant.ids.base64(32).replace("/", "_").replace("+", "-").rstrip("="), **properties}
        tenant.store.put(_SHELF, made["id"], made)
        note(
            Activities.CONSENT,
            Target("ServicePrincipal", client),
            Target("ServicePrincipal", resource),
            after={"ConsentAction.Permissions": properties.get("scope")},
        )
        return entity(_PATH, made, 201, PERMISSION_GRANT)


def get_grant(key: str) -> Response:
    item = current().store.get(_SHELF, key)
    if item is None:
        raise NotFoundError.of(key)
    return entity(_PATH, item, 200, PERMISSION_GRANT)


def delete_grant(key: str) -> Response:
    if not current().store.delete(_SHELF, key):
        raise NotFoundError.of(key)
    return empty()


ROUTES = (
    ("GET", "/oauth2PermissionGrants", list_grants),
    ("POST", "/oauth2PermissionGrants", create_grant),
    ("GET", "/oauth2PermissionGrants/<key>", get_grant),
    ("DELETE", "/oauth2PermissionGrants/<key>", delete_grant),
)
