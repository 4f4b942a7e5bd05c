"""Delegated permission grants over Microsoft Graph: what an administrator consented to for a client application.

Source: https://learn.microsoft.com/en-us/graph/api/resources/oauth2permissiongrant, …/api/oauth2permissiongrant-post,
…/oauth2permissiongrant-list, …/oauth2permissiongrant-update, …/user-list-oauth2permissiongrants and
…/serviceprincipal-list-oauth2permissiongrants, "Example" (read 2026-11-29 at db3ad72 of microsoftgraph/microsoft-graph-docs).
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.azure_ad.directory.changes import ALL, REMOVED
from harness.azure_ad.directory.errors import NotFoundError
from harness.azure_ad.graph.logs.activities import Activities, Target, note
from harness.azure_ad.graph.odata.entities import body, collection, empty, entity
from harness.azure_ad.graph.odata.entity_types import PERMISSION_GRANT
from harness.azure_ad.graph.odata.values import typed
from harness.azure_ad.tenant import Tenant, current
from harness.base.store import Document
from harness.wire.message import Response

_SHELF, _PATH = "permissionGrant", "oauth2PermissionGrants"
CHANGED = "OAuth2PermissionGrant"  # in the change log


def list_grants() -> Response:
    return collection(_PATH, _all(), PERMISSION_GRANT)


def list_grants_to_client(app: str) -> Response:
    key = current().applications.find(app)["id"]
    return collection(_PATH, (item for item in _all() if item["clientId"] == key), PERMISSION_GRANT)


def list_grants_of_user(name: str) -> Response:
    """Answer the grants for one user; those for all users are not among them."""
    key = current().directory.find("User", name)["id"]
    return collection(_PATH, (item for item in _all() if item.get("principalId") == key), PERMISSION_GRANT)


def create_grant() -> Response:
    tenant, properties = current(), typed(PERMISSION_GRANT, body(), creating=True)
    with tenant.store.transaction():
        client, resource = (tenant.applications.find(properties[name]) for name in ("clientId", "resourceId"))
        made = {"id": tenant.ids.base64(32).replace("/", "_").replace("+", "-").rstrip("="), **properties}
        _put(made, ALL)
        note(
            Activities.CONSENT,
            Target("ServicePrincipal", client),
            Target("ServicePrincipal", resource),
            after={"ConsentAction.Permissions": properties.get("scope")},
        )
        return entity(_PATH, made, 201, PERMISSION_GRANT)


def get_grant(key: str) -> Response:
    return entity(_PATH, _find(key), 200, PERMISSION_GRANT)


def update_grant(key: str) -> Response:
    """Change the scopes of a grant; nothing else of it can be changed."""
    tenant, changes = current(), typed(PERMISSION_GRANT, body(), creating=False)
    with tenant.store.transaction():
        item = _find(key)
        _put({**item, "scope": changes.get("scope", item.get("scope"))}, "scope")
        client = tenant.applications.find(item["clientId"])
        permissions = {"ConsentAction.Permissions": changes.get("scope")}
        note(Activities.CONSENT, Target("ServicePrincipal", client), after=permissions)
    return empty()


def delete_grant(key: str) -> Response:
    tenant = current()
    with tenant.store.transaction():
        if not tenant.store.delete(_SHELF, key):
            raise NotFoundError.of(key)
        tenant.directory.changes.note(CHANGED, key, properties=(REMOVED,), quiet=True)
    return empty()


def all_grants(tenant: Tenant) -> Iterator[Document]:
    return (item for _, item in tenant.store.scan(_SHELF))


def grant(tenant: Tenant, key: str) -> Document | None:
    return tenant.store.get(_SHELF, key)


def _all() -> Iterator[Document]:
    return all_grants(current())


def _find(key: str) -> Document:
    item = grant(current(), key)
    if item is None:
        raise NotFoundError.of(key)
    return item


def _put(item: Document, *changed: str) -> None:
    tenant = current()
    tenant.store.put(_SHELF, item["id"], item)
    tenant.directory.changes.note(CHANGED, item["id"], properties=changed, quiet=True)


ROUTES = (
    ("GET", "/oauth2PermissionGrants", list_grants),
    ("POST", "/oauth2PermissionGrants", create_grant),
    ("GET", "/oauth2PermissionGrants/<key>", get_grant),
    ("PATCH", "/oauth2PermissionGrants/<key>", update_grant),
    ("GET", "/servicePrincipals/<app>/oauth2PermissionGrants", list_grants_to_client),
    ("GET", "/users/<name>/oauth2PermissionGrants", list_grants_of_user),
    ("DELETE", "/oauth2PermissionGrants/<key>", delete_grant),
)
